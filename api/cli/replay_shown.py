"""A case as it stood, at a terminal: all at once, or played one event after the other."""

from __future__ import annotations

from time import sleep

from rich.markup import escape

from api.cli.speaking import local, out, write_json
from api.replaying.shapes import Entry, OpenStep, Replay, Stood
from domain.service import CaseService


def print_replay(replay: Replay, service: CaseService, *, entries: bool = True) -> None:
    """For people, at a terminal."""
    state = "aperto" if replay.state == "open" else f"chiuso: {replay.reason}"
    out.print(f"[bold]Caso {replay.case}[/] · {escape(state)} · episodio {replay.episode}")
    pinned = "" if replay.digest_matches else " [red](il testo registrato è diverso)[/]"
    out.print(
        f"{replay.protocol} {replay.protocol_version} [dim]{replay.digest[:12]}[/]{pinned} · "
        f"distretto {replay.district} · {replay.service} · versione {replay.version} · "
        f"{local(replay.at, service)}"
    )
    if replay.paused:
        out.print(f"[yellow]orologi fermi: {escape(', '.join(replay.paused))}[/]")
    _print_open(replay, service)
    if not entries:
        return
    if replay.facts:
        out.print("[bold]Fatti stabiliti[/] [dim]· Facts established[/]")
    for fact in replay.facts:
        fields = ", ".join(f"{name}: {value}" for name, value in fact.fields.items())
        out.print(
            f"{fact.version:>4}  {local(fact.at, service)}  {fact.fact} [dim]{escape(fields)}[/]"
        )
    out.print("[bold]Che cosa è stato fatto[/] [dim]· What was done[/]")
    for entry in replay.entries:
        _print_entry(entry, service)
    if replay.known_at is not None:
        until = local(replay.known_at, service)
        if not replay.known_later:
            out.print(
                f"Nulla di allora è stato saputo dopo, entro il {until}. "
                "[dim]· Nothing of it came to be known later.[/]"
            )
            return
        out.print(
            f"[bold]Era già accaduto, e lo si è saputo dopo, entro il {until}[/] "
            "[dim]· Had happened, known later[/]"
        )
        for entry in replay.known_later:
            _print_entry(entry, service)
    if replay.stood is not None:
        _print_stood(replay.stood, service)


def _print_entry(entry: Entry, service: CaseService) -> None:
    out.print(f"{entry.version:>4}  {local(entry.at, service)}  {escape(entry.text.it)}")
    role = "" if (entry.role or "").startswith("system:") else entry.role or ""
    who = f"{entry.actor} ({role})" if role else entry.actor
    rule = ""
    if entry.rule is not None:
        basis = f", {entry.rule.legal_basis}" if entry.rule.legal_basis else ""
        rule = f" · {entry.rule.step}, {entry.rule.protocol}{basis}"
    when = ""
    if entry.occurred_at is not None and entry.occurred_at != entry.at:
        when = f" · accaduto il {local(entry.occurred_at, service)}"
    out.print(f"      [dim]{escape(who + rule + when)}[/]")


def _print_open(replay: Replay, service: CaseService) -> None:
    _print_steps(replay.open_steps, service)


def _print_steps(steps: list[OpenStep], service: CaseService) -> None:
    if not steps:
        out.print("Nessun passo aperto. [dim]· No open step.[/]")
        return
    out.print("[bold]Passi aperti[/] [dim]· Open steps[/]")
    for step in steps:
        who = "la macchina" if step.automation else f"{step.role} ({step.scope})"
        if step.claimed_by:
            who += f", preso da {step.claimed_by}"
        due = ""
        if step.due:
            colour = "red" if step.overdue else "default"
            due = f" · entro [{colour}]{local(step.due, service)}[/]"
        out.print(f"  {escape(step.title.it)} [dim]{escape(step.task)}[/] · {escape(who)}{due}")


def _print_stood(stood: Stood, service: CaseService) -> None:
    state = "aperto" if stood.state == "open" else f"chiuso: {stood.reason}"
    out.print(
        f"[bold]Com'era, per quanto si seppe poi:[/] {escape(state)} "
        "[dim]· As it stood, by what was known later[/]"
    )
    _print_steps(stood.open_steps, service)
    if stood.unplaced:
        versions = ", ".join(map(str, stood.unplaced))
        out.print(f"[yellow]Non si possono collocare gli eventi {versions}. · Not placed.[/]")


def watch_case(replay: Replay, service: CaseService, speed: float, as_json: bool) -> None:
    """So many events a second; all at once where nobody is watching a terminal."""
    if as_json:
        for entry in replay.entries:
            write_json(entry)
        return
    for number, entry in enumerate(replay.entries):
        if number and out.is_terminal:
            sleep(1 / speed)
        _print_entry(entry, service)
    print_replay(replay, service, entries=False)
