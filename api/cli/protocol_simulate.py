"""`cantiere protocol simulate`: thousands of synthetic cases, one version or two side by side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
import yaml
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from api.cli.protocol_source import protocol_at
from api.cli.speaking import JsonOption, case_service, err, out, tell, write_json
from domain.refusal import Refused
from protocols.documents import DocumentError, Problem
from protocols.engine.plan import Plan
from protocols.registry import UnknownProtocol
from protocols.simulation.charts import charts
from protocols.simulation.figures import Difference, Estimate, Report, compare, report
from protocols.simulation.from_log import shares_from
from protocols.simulation.running import REPLICATIONS, Simulation, simulate
from protocols.simulation.shares import Shares, read_shares
from protocols.territory import default_pack, load_territory
from protocols.text import Text

commands = typer.Typer()

_SHOWN_CHANGES = 25
_LEAST_ARRIVING = 300.0
_Read = TypeVar("_Read")


@commands.command("simulate")
def simulate_(
    names: Annotated[
        list[str],
        typer.Argument(
            metavar="PROTOCOLLO [ALTRO]",
            help="Un file o un nome come presa-in-carico/1.0.0; due, per confrontarli. "
            "· A file or a name; two, to compare them.",
        ),
    ],
    cases: Annotated[int, typer.Option(min=1, max=1_000_000, help="Quanti casi. · Cases.")] = 2000,
    seed: Annotated[int, typer.Option(help="Stesso seme, stesse cifre. · Same seed, same.")] = 1,
    replications: Annotated[
        int, typer.Option(min=1, max=200, help="Prove indipendenti. · Independent runs.")
    ] = REPLICATIONS,
    processes: Annotated[int, typer.Option(min=1, max=64, help="Processi. · Processes.")] = 2,
    shares: Annotated[
        Path | None, typer.Option("--shares", metavar="FILE", help="Quote, durate, persone (YAML).")
    ] = None,
    from_log: Annotated[
        bool, typer.Option("--from-log", help="Quote e durate dal registro. · From the log.")
    ] = False,
    save_shares: Annotated[
        Path | None,
        typer.Option("--save-shares", metavar="FILE", help="Scrive le quote del registro."),
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--charts", metavar="CARTELLA", help="Grafici SVG. · SVG charts.")
    ] = None,
    home: Annotated[
        Path | None,
        typer.Option("--home", metavar="CARTELLA", help="L'installazione del registro."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Attese, carico e ritardi su casi inventati. · Waits, load and delays on synthetic cases."""
    if len(names) > 2:
        _refuse(Text("Si confrontano al massimo due versioni.", "Two versions at most."))
    if replications > cases:
        _refuse(
            Text(
                f"{cases} casi non bastano per {replications} prove: più casi, o meno prove.",
                f"{cases} cases are too few for {replications} replications.",
            )
        )
    pack = default_pack()
    plans = [find_plan(name) for name in names]
    seen = _seen(plans[0], home) if from_log or save_shares else None
    if save_shares is not None and seen is not None:
        said = seen.model_dump(mode="json", by_alias=True, exclude_unset=True)
        save_shares.write_text(yaml.safe_dump(said, allow_unicode=True, sort_keys=False))
    assumed = _assumed(shares, plans) if shares else Shares()
    if seen is not None:
        assumed = assumed.over(seen)
    runs: list[Simulation] = []
    with _bar(quiet=as_json) as bar:
        task = bar.add_task("casi", total=cases * len(plans))
        for plan in plans:
            done = cases * len(runs)

            def advance(ended: int, done: int = done) -> None:
                bar.update(task, completed=done + ended)

            runs.append(
                simulate(
                    plan, pack, assumed.fitting(plan), cases=cases, seed=seed,
                    replications=replications, processes=processes, progress=advance,
                )
            )  # fmt: skip
    reports = [report(run) for run in runs]
    changes = compare(*runs) if len(runs) == 2 else []
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, svg in charts(plans[0], reports).items():
            (folder / name).write_text(svg, encoding="utf-8")
    if as_json:
        write_json({"reports": reports, "differences": changes} if changes else reports[0])
        return
    for plan, found in zip(plans, reports, strict=True):
        _print_report(plan, found)
    if changes:
        _print_changes(reports, changes)


def find_plan(name: str) -> Plan:
    """A protocol from a file, or a published one by `id/version` (or id: the latest). Exits with
    the mistakes where there are some."""
    try:
        return _or_problems(lambda: protocol_at(name))
    except (UnknownProtocol, Refused) as error:
        tell(error)
        raise typer.Exit(1) from None


def _assumed(path: Path, plans: list[Plan]) -> Shares:
    if not path.is_file():
        _refuse(Text(f"Il file {path} non esiste.", f"There is no file {path}."))
    territory = load_territory(default_pack())
    return _or_problems(lambda: read_shares(path.read_bytes(), path.name, plans, territory))


def _or_problems(read: Callable[[], _Read]) -> _Read:
    try:
        return read()
    except DocumentError as error:
        for problem in error.problems:
            _print_problem(problem)
        raise typer.Exit(1) from None


def _print_problem(problem: Problem) -> None:
    err.print(f"[red]✗[/] {escape(str(problem))}")
    if problem.message.en:
        err.print(f"[dim]  {escape(problem.message.en)}[/]")


def _refuse(message: Text) -> NoReturn:
    err.print(f"[red]✗[/] {escape(message.it)}\n[dim]  {escape(message.en)}[/]")
    raise typer.Exit(2)


def _seen(plan: Plan, home: Path | None) -> Shares:
    with case_service(home) as (_, service):
        return shares_from(service.mapper.read_all(service.recorder.stream()), plan)


def _bar(quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        console=err, disable=quiet, transient=True,
    )  # fmt: skip


# ── words ────────────────────────────────────────────────────────────────────────────────────


def _days(figure: Estimate) -> str:
    return f"{figure.value:.1f}{_width(figure, 1)}"


def _percent(figure: Estimate | None) -> str:
    if figure is None:
        return ""
    width = "" if figure.high is None else f" ±{(figure.high - figure.value) * 100:.0f}"
    return f"{figure.value * 100:.0f}%{width}"


def _width(figure: Estimate, digits: int) -> str:
    return "" if figure.high is None else f" ±{figure.high - figure.value:.{digits}f}"


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for number, title in enumerate(titles):
        table.add_column(title, justify="left" if number == 0 else "right", no_wrap=number > 0)
    return table


def _print_report(plan: Plan, found: Report) -> None:
    out.print(
        f"\n[bold]{escape(found.protocol)} {found.version}[/] · {found.cases} casi, "
        f"{found.replications} prove, seme {found.seed} [dim]· cases, replications, seed[/]"
    )
    out.print(
        f"Durata mediana {_days(found.duration)} giorni, nono decile {_days(found.duration_p90)}; "
        f"compiti oltre il termine {_percent(found.late)} [dim]· median, p90, late; ± 95%[/]"
    )
    if found.unfinished:
        out.print(f"[red]{found.unfinished} casi non finiscono mai[/] [dim]· cases never end[/]")
    reasons = sorted(found.reasons.items(), key=lambda item: -item[1])
    out.print("Fini · Ends: " + ", ".join(f"{name} {count}" for name, count in reasons))
    steps = _table("passo · step", "fatti", "mediana", "9° decile", "in coda", "in ritardo")
    for step in found.steps:
        title = plan.protocol.steps[step.step].title.it
        stuck = f" [red](bloccato {step.stuck})[/]" if step.stuck else ""
        steps.add_row(
            escape(title) + stuck, str(step.done), _days(step.wait), _days(step.p90),
            f"{step.queue.value:.1f}", _percent(step.late),
        )  # fmt: skip
    out.print(steps)
    waits = _table("indicatore · indicator", "casi", "mediana", "9° decile", "entro il limite")
    for indicator in found.indicators:
        title = plan.protocol.indicators[indicator.indicator].title.it
        within = "" if indicator.within is None else f"{indicator.within:.0%}"
        waits.add_row(
            escape(title), str(indicator.count), _days(indicator.wait), _days(indicator.p90), within
        )
    if found.indicators:
        out.print(waits)
    roles = _table("ruolo · role", "luoghi", "persone", "carico", "giorni in coda")
    for role in sorted(found.roles, key=lambda figures: -figures.load.value):
        title = plan.protocol.roles[role.role].title.it
        roles.add_row(
            escape(title), str(role.places), str(role.people), _percent(role.load),
            _days(role.queue),
        )  # fmt: skip
    out.print(roles)
    for jam in found.jams[:10]:
        title = plan.protocol.roles[jam.role].title.it
        out.print(
            f"[red]Si blocca[/] {escape(title)} ({escape(jam.scope)}): carico {jam.load:.0%}, "
            f"{jam.queue:.1f} giorni in coda, coda fino a {jam.longest}; persone: {jam.people}, "
            f"ne servono {jam.needed} [dim]· jams: people needed {jam.needed}[/]"
        )
    if found.arriving < max(found.duration_p90.value, _LEAST_ARRIVING):
        wanted = found.cases * max(found.duration_p90.value, _LEAST_ARRIVING) / found.arriving
        out.print(
            f"[yellow]In ogni prova i casi arrivano per {found.arriving:.0f} giorni soli: per "
            f"vedere le code servono almeno {wanted:.0f} casi.[/] [dim]· more are needed[/]"
        )
    if not found.jams:
        out.print("Non si blocca da nessuna parte. [dim]· It jams nowhere.[/]")


def _print_changes(reports: list[Report], changes: list[Difference]) -> None:
    first, second = reports
    significant = [change for change in changes if change.significant]
    moved = sum(1 for change in changes if change.change.value)
    out.print(
        f"\n[bold]{first.version} → {second.version}[/]: {len(significant)} cifre su "
        f"{len(changes)} cambiano oltre il caso (ciascuna al 95%: delle {moved} che differiscono, "
        f"circa {round(moved / 20)} sarebbero qui comunque) [dim]· figures beyond chance[/]"
    )
    table = _table(
        "misura · measure", first.version, second.version, "differenza", "intervallo 95%"
    )
    ordered = sorted(significant, key=_strength, reverse=True)
    for change in ordered[:_SHOWN_CHANGES]:
        table.add_row(
            change.measure, f"{change.first.value:.2f}", f"{change.second.value:.2f}",
            f"{change.change.value:+.2f}",
            f"{change.change.low or 0:+.2f} … {change.change.high or 0:+.2f}",
        )  # fmt: skip
    out.print(table)


def _strength(change: Difference) -> float:
    """How many times its own uncertainty a change is."""
    width = (change.change.high or 0.0) - change.change.value
    return abs(change.change.value) / width if width else 0.0
