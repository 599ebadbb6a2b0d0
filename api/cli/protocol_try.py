"""`cantiere protocol try`: one case walked by hand, with a clock that is moved."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from api.cli.protocol_simulate import find_plan
from api.cli.speaking import out
from protocols.engine import events as e
from protocols.language.durations import Duration
from protocols.simulation.defaults import default_shares
from protocols.simulation.replication import FIRST_DAY
from protocols.simulation.walk import Entry, Walk, Wrong
from protocols.territory import UnknownName, default_pack, load_territory
from protocols.text import Text

commands = typer.Typer()

_UNITS = {
    "s": "second", "m": "minute", "h": "hour", "d": "day", "wd": "working day", "w": "week",
    "mo": "month", "y": "year",
}  # fmt: skip
_HELP = """\
  1, 2, …      fare un compito · do a task (poi l'esito · then the outcome)
  e            un evento del caso · a case event
  +20d         venti giorni dopo (h, d, wd = lavorativi, w, mo, y) · twenty days later
  next         fino alla prossima scadenza · to what is due next
  undo         tornare indietro · take back
  history      che cosa è successo · what has happened
  data         che cosa è stato raccolto · what was gathered
  ?            questo aiuto · this help
  q            finire · quit"""


class _Done(Exception):
    pass


@commands.command("try")
def try_(
    name: Annotated[str, typer.Argument(metavar="PROTOCOLLO", help="Un file o un nome.")],
    day: Annotated[
        str, typer.Option("--on", metavar="AAAA-MM-GG", help="Il primo giorno. · The first day.")
    ] = FIRST_DAY.isoformat(),
    case: Annotated[
        list[str] | None,
        typer.Option(
            "--case",
            metavar="NOME=VALORE",
            help="Per esempio source=PSYCHIATRIC_CENTRE, minor=true.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Per i dati di prova. · For the synthetic data.")] = 1,
) -> None:
    """Un caso di prova, a mano; non si scrive nulla. · One case by hand; nothing is written."""
    plan = find_plan(name)
    territory = load_territory(default_pack())
    try:
        first = date.fromisoformat(day)
    except ValueError:
        raise typer.BadParameter(f"«{day}» non è una data come 2026-03-31") from None
    try:
        walk = Walk(
            plan, territory, default_shares(plan, territory), day=first, seed=seed,
            attributes=_attributes(case or []),
        )  # fmt: skip
    except UnknownName as error:
        raise typer.BadParameter(error.message.it) from None
    out.print(f"[bold]{escape(plan.protocol.title.it)}[/] {plan.protocol.version}")
    out.print("[dim]? per l'aiuto · for help[/]")
    _show_entry(walk.history[0])
    try:
        while True:
            _show(walk)
            _obey(walk, _ask("> "))
    except _Done:
        out.print("Non è stato scritto nulla. [dim]· Nothing was written.[/]")


def _attributes(pairs: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name:
            raise typer.BadParameter(f"«{pair}»: scrivere NOME=VALORE · write NAME=VALUE")
        found[name] = {"true": True, "false": False}.get(value, value)
    return found


def _ask(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        raise _Done from None


def _say(message: Text) -> None:
    out.print(f"[red]✗[/] {escape(message.it)} [dim]· {escape(message.in_('en'))}[/]")


def _local(walk: Walk, at: Any) -> str:
    return f"{at.astimezone(walk.territory.timezone):%d/%m/%Y %H:%M}"


def _show(walk: Walk) -> None:
    paused = " – termini fermi · clocks stand still" if walk.state.pauses else ""
    out.print(f"\n[bold]{_local(walk, walk.now)}[/]{paused}")
    if walk.state.ended:
        out.print(f"Il caso è chiuso: {walk.state.ended} [dim]· the case has ended[/]")
    for number, task in enumerate(walk.tasks, 1):
        title = walk.plan.protocol.steps[task.step].title.it
        due = f" entro {_local(walk, task.due)}" if task.due else ""
        late = " [red]IN RITARDO · LATE[/]" if task.due and task.due <= walk.now else ""
        who = task.role or (f"macchina: {task.automation}" if task.automation else task.instance)
        out.print(
            f" {number:2} {escape(title)} [dim]{escape(task.key)}[/] · {escape(who)}{due}{late}"
        )
    moment = walk.next
    if moment is not None:
        kinds = {"opens": "si apre", "remind": "promemoria", "escalate": "si chiama in aiuto"}
        out.print(f"[dim]    next: {_local(walk, moment.at)} {kinds[moment.kind]} {moment.task}[/]")


def _obey(walk: Walk, line: str) -> None:
    known: dict[str, Callable[[Walk], None]] = {
        "e": _event, "event": _event, "next": _next, "n": _next, "undo": _undo, "u": _undo,
        "history": _history, "h": _history, "data": _data, "?": _help, "help": _help,
        "q": _quit, "quit": _quit, "exit": _quit,
    }  # fmt: skip
    try:
        if line in known:
            known[line](walk)
        elif line.startswith("+"):
            _later(walk, line[1:])
        elif line.isdigit() and 0 < int(line) <= len(walk.tasks):
            _task(walk, walk.tasks[int(line) - 1].key)
        elif line in {task.key for task in walk.tasks}:
            _task(walk, line)
        elif line:
            _say(Text(f"«{line[:40]}» non si capisce: ? per l'aiuto", "not understood: ? for help"))
    except Wrong as wrong:
        _say(wrong.message)
        for field in wrong.fields:
            out.print(f"   {escape(field.field)}: {escape(field.message.it)}")


def _pick(rows: list[tuple[str, Text | None, Text | None]]) -> str | None:
    """One of the rows (name, title, why not) by number or name; None where nothing is chosen."""
    for number, (name, title, why_not) in enumerate(rows, 1):
        shown = f" {escape(title.it)}" if title else ""
        reason = f" [dim]– {escape(why_not.it)}[/]" if why_not else ""
        out.print(f"   {number:2} {name}{shown}{reason}")
    line = _ask("   ? ")
    if line.isdigit() and 0 < int(line) <= len(rows):
        return rows[int(line) - 1][0]
    if line in {name for name, _, _ in rows}:
        return line
    if line:
        _say(Text(f"«{line[:40]}» non è tra questi", "not one of these"))
    return None


def _task(walk: Walk, key: str) -> None:
    step = walk.state.tasks[key].step
    document = walk.plan.protocol.steps[step]
    outcomes = walk.outcomes(key)
    if len(outcomes) == 1:
        outcome: str | None = outcomes[0][0]
    else:
        outcome = _pick([(name, document.outcome(name).title, why) for name, why in outcomes])
    if outcome is not None:
        answers = _answers(walk, step, outcome)
        _show_entry(walk.complete(key, outcome, answers))


def _event(walk: Walk) -> None:
    events = walk.plan.protocol.events
    event = _pick([(name, events[name].title, why) for name, why in walk.events()])
    if event is not None:
        _show_entry(walk.happen(event, _answers(walk, event, "")))


def _answers(walk: Walk, name: str, outcome: str) -> dict[str, Any] | None:
    """Suggested answers as they are (an empty line), with some changed (`field=value …` as JSON
    values or plain text, one a line), until an empty line."""
    if walk.form_of(name) is None:
        return None
    answers = walk.suggested(name, outcome)
    shown = msgspec.json.encode(answers).decode()
    out.print(f"   [dim]{escape(shown)}[/]")
    out.print("   [dim]Invio per questi dati, o campo=valore · Enter, or field=value[/]")
    while line := _ask("   = "):
        field, sign, value = line.partition("=")
        if not sign:
            _say(Text("scrivere campo=valore, o niente", "write field=value, or nothing"))
            continue
        if value.strip():
            answers[field.strip()] = _value(value.strip())
        else:
            answers.pop(field.strip(), None)
    return answers


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _later(walk: Walk, text: str) -> None:
    number = "".join(c for c in text if c.isdigit())
    unit = text[len(number) :].strip()
    try:
        duration = Duration.parse(f"{number or 1} {_UNITS.get(unit, unit) or 'day'}")
        entries = walk.wait(duration)
    except (ValueError, OverflowError):
        _say(Text("scrivere per esempio +20d, +3wd, +1mo, +2h", "write for example +20d, +3wd"))
        return
    for entry in entries:
        _show_entry(entry)


def _next(walk: Walk) -> None:
    for entry in walk.wait_for_next():
        _show_entry(entry)


def _undo(walk: Walk) -> None:
    if not walk.undo():
        _say(Text("non c'è nulla da annullare", "there is nothing to take back"))


def _history(walk: Walk) -> None:
    for entry in walk.history:
        out.print(f"[bold]{_local(walk, entry.at)}[/]", end=" ")
        _show_entry(entry)


def _data(walk: Walk) -> None:
    out.print(escape(msgspec.json.format(msgspec.json.encode(walk.state.data), indent=2).decode()))


def _help(walk: Walk) -> None:
    out.print(_HELP)


def _quit(walk: Walk) -> None:
    raise _Done


def _show_entry(entry: Entry) -> None:
    out.print(f"{escape(entry.what.it)} [dim]· {escape(entry.what.in_('en'))}[/]")
    for body in entry.events:
        out.print(f"   [green]{type(body).__name__}[/] {escape(_told(body))}")


def _told(body: e.Body) -> str:
    if isinstance(body, e.StepsOut):
        return ", ".join(body.steps)
    for name in ("task", "reason", "event", "cause", "result", "step"):
        value = getattr(body, name, "")
        if value:
            outcome = getattr(body, "outcome", "")
            return f"{value} {outcome}".strip()
    return ""
