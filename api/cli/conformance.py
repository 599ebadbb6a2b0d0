"""`cantiere conformance`: whether a log, ours or others', follows a protocol."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from shutil import copyfileobj
from tempfile import SpooledTemporaryFile
from textwrap import indent
from typing import Annotated, Any

import msgspec
import typer
from rich.markup import escape

from api.cli.log_export import group as export
from api.cli.protocol_source import protocol_at, text_of
from api.cli.speaking import JsonOption, out, tell
from domain.conforming.abreast import checked
from domain.conforming.aligning import EFFORT
from domain.conforming.check import Check, Conformance, Totals
from domain.conforming.mapping import Mapping, read_mapping
from domain.conforming.meaning import Meaning
from domain.exchange.reading import read_log
from domain.refusal import Refused
from protocols.documents import DocumentError
from protocols.territory import default_pack, load_territory
from protocols.text import Text

group = typer.Typer(
    help="Conformità di registri a un protocollo. · Logs against a protocol.", no_args_is_help=True
)
commands = typer.Typer()
commands.add_typer(group, name="conformance")
commands.add_typer(export, name="export")

# As `grep` and `diff` do.
_DEVIATES = 1
_NOT_JUDGED = 2
# Of the cases' verdicts before they go to a file without a name.
_IN_MEMORY = 8 * 1024 * 1024

_KINDS = {
    "skipped": Text("saltati", "skipped"),
    "out_of_order": Text("fuori ordine", "out of order"),
    "repeated": Text("ripetuti", "repeated"),
    "unknown": Text("sconosciuti", "unknown"),
    "late": Text("in ritardo", "late"),
    "wrong_role": Text("ruolo sbagliato", "wrong role"),
}


@group.command()
def check(
    log: Annotated[
        Path,
        typer.Argument(
            metavar="REGISTRO", help=".xes, .csv, .json, .xml o .sqlite (OCEL 2.0), anche .gz"
        ),
    ],
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="ID[/VERSIONE]", help="Oppure un file.")
    ],
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="FILE",
            help="Le loro attività → i nostri passi; senza, i nomi sono gli stessi. · Their names.",
        ),
    ] = None,
    object_type: Annotated[
        str, typer.Option("--object-type", help="OCEL: quali oggetti sono i casi. · The cases.")
    ] = "",
    running: Annotated[
        bool, typer.Option("--running", help="I casi possono non essere finiti. · May go on.")
    ] = False,
    most: Annotated[
        int, typer.Option("--show", min=0, metavar="N", help="Quanti casi mostrare.")
    ] = 20,
    effort: Annotated[
        int,
        typer.Option(
            "--effort",
            min=10,
            max=1_000_000,
            metavar="N",
            help="Tentativi prima di accontentarsi: di più, più lento e più esatto. · Tries.",
        ),
    ] = EFFORT,
    as_json: JsonOption = False,
) -> None:
    """Ogni caso contro il protocollo: saltato, fuori ordine, ripetuto, sconosciuto, in ritardo,
    ruolo sbagliato. · Each case against the protocol.

    Esce con 0 se tutti i casi sono conformi, 1 se qualcuno non lo è, 2 se non si è potuto
    giudicare: registro, mappatura o protocollo che non si leggono. · Exits with 0 (all conform), 1
    (some do not), 2 (could not be judged: the log, the mapping or the protocol cannot be read).
    """
    try:
        plan = protocol_at(protocol)
        territory = load_territory(default_pack())
        read, meaning = _meaning(mapping, plan, object_type)
        today = datetime.now(territory.timezone).date()
        checking = Check(plan, territory, meaning, today=today, running=running, effort=effort)
        found = checked(checking, read_log(log, read.columns, territory.timezone))
        if as_json:
            _write_json(found, checking, plan.protocol.type_name)
        else:
            _print_cases(found, most)
            _print_totals(checking.totals, plan.protocol.type_name)
    except BrokenPipeError:
        raise
    except Exception as error:
        if not tell(error):
            raise
        raise typer.Exit(_NOT_JUDGED) from None
    if checking.totals.conforming < checking.totals.traces:
        raise typer.Exit(_DEVIATES)


def _meaning(path: Path | None, plan: Any, object_type: str) -> tuple[Mapping, Meaning]:
    """Raises Refused: no file, or what is wrong in it, each mistake with its line."""
    try:
        if path is None:
            mapping, document = Mapping(), None
        else:
            mapping, document = read_mapping(text_of(path), path.name)
        meaning = Meaning(mapping, plan, document)
    except OSError:
        raise Refused(
            "not_found",
            "no_such_file",
            Text("La mappatura non c'è.", "There is no such mapping."),
            Text("Controllare il percorso.", "Check the path."),
        ) from None
    except DocumentError as error:
        raise Refused(
            "invalid",
            "mapping_invalid",
            Text("La mappatura è sbagliata.", "The mapping is wrong."),
            Text(
                "\n".join(str(problem) for problem in error.problems),
                "\n".join(
                    f"{p.file}:{p.line}: {p.where}: {p.message.in_('en')}" for p in error.problems
                ),
            ),
        ) from None
    wanted, version = mapping.protocol, plan.protocol
    if wanted and wanted not in (version.protocol, version.type_name):
        raise Refused(
            "invalid",
            "mapping_of_another_protocol",
            Text(
                f"La mappatura è per «{wanted}», non per «{version.type_name}».",
                f"The mapping is for “{wanted}”, not for “{version.type_name}”.",
            ),
            Text("Indicare l'altro con --protocol.", "Give the other one with --protocol."),
        )
    if object_type:
        log = mapping.log.model_copy(update={"object_type": object_type})
        mapping = mapping.model_copy(update={"log": log})
    return mapping, meaning


def _write_json(found: Iterable[Conformance], checking: Check, protocol: str) -> None:
    """Case by case, however many there are; nothing at all where the log turns out unreadable."""
    with SpooledTemporaryFile(_IN_MEMORY, "w+", encoding="utf-8") as cases:
        comma = ""
        for one in found:
            written = msgspec.json.format(msgspec.json.encode(_case(one)), indent=2).decode()
            cases.write(comma + indent("\n" + written, "    "))
            comma = ","
        head = {"protocol": protocol, "totals": checking.totals}
        beginning = msgspec.json.format(msgspec.json.encode(head), indent=2).decode()
        sys.stdout.write(beginning.removesuffix("\n}") + ',\n  "cases": [')
        cases.seek(0)
        copyfileobj(cases, sys.stdout)
        sys.stdout.write("\n  ]\n}\n" if comma else "]\n}\n")


def _case(one: Conformance) -> dict[str, Any]:
    return {
        "case": one.case,
        "events": one.events,
        "fitness": round(one.fitness, 6),
        "conforms": one.conforms,
        "exact": one.exact,
        "at_least": one.at_least,
        "at_most": one.deviates,
        "deviations": [
            {
                "kind": deviation.kind,
                "position": deviation.position,
                "step": deviation.step,
                "activity": deviation.activity,
                "message": deviation.message,
            }
            for deviation in one.deviations
        ],
    }


def _print_cases(found: Iterable[Conformance], most: int) -> None:
    shown = hidden = 0
    for one in found:
        if one.conforms:
            continue
        if shown == most:
            hidden += 1
            continue
        shown += 1
        about = "" if one.exact else f" [dim]({_bounds(one)})[/]"
        out.print(f"[bold]{_shown(one.case)}[/]  {one.fitness:.2f}{about}")
        for deviation in one.deviations:
            out.print(f"  [yellow]{_KINDS[deviation.kind].it}[/]  {_shown(deviation.message.it)}")
            out.print(f"  [dim]{_shown(deviation.message.in_('en'))}[/]")
    if hidden:
        out.print(f"[dim]… altri {hidden} casi non conformi: --show · {hidden} more: --show[/]")


def _bounds(one: Conformance) -> str:
    """Of a case whose best explanation was not found out."""
    least, most = one.at_least, one.deviates
    return (
        f"almeno {least}, al più {most} scostamenti di percorso: --effort per stringere · "
        f"at least {least}, at most {most}"
    )


def _shown(text: str) -> str:
    """What stands in a log is somebody else's: nothing in it speaks to the terminal."""
    return escape("".join(c if c.isprintable() else "·" for c in text))


def _print_totals(totals: Totals, protocol: str) -> None:
    if not totals.traces:
        out.print("Il registro non contiene casi. [dim]· The log holds no case.[/]")
        return
    mark = "[green]✓[/]" if totals.conforming == totals.traces else "[red]✗[/]"
    out.print(
        f"{mark} {protocol}: {totals.conforming} di {totals.traces} casi conformi, "
        f"{totals.events} eventi; aderenza media {totals.mean_fitness:.3f}, minima "
        f"{totals.least_fitness:.3f} [dim]· {totals.conforming} of {totals.traces} cases conform; "
        "mean and least fitness[/]"
    )
    for kind, text in _KINDS.items():
        count = totals.by_kind.get(kind, 0)
        if not count:
            continue
        steps = {s: of[kind] for s, of in totals.by_step.items() if of.get(kind)}
        if kind == "unknown":
            steps = {**steps, **totals.unknown}
        first = sorted(steps.items(), key=lambda item: -item[1])[:5]
        listed = ", ".join(f"{name} {times}" for name, times in first)
        out.print(f"  {text.it} [dim]{text.en}[/]: {count} ({_shown(listed)})")
    if totals.ignored:
        out.print(f"  [dim]ignorati · ignored: {totals.ignored}[/]")
    if totals.not_recorded:
        listed = ", ".join(totals.not_recorded[:8])
        more = "…" if len(totals.not_recorded) > 8 else ""
        out.print(
            f"  [dim]passi che il registro non dice · steps that the log does not record: "
            f"{listed}{more}[/]"
        )
