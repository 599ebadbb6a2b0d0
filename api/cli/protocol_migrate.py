"""`cantiere protocol migrate`: what a change of version would do to the running cases."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer
from rich.markup import escape

from api.cli.protocol_migration import acting, print_migration
from api.cli.speaking import HomeOption, JsonOption, case_service, out, write_json
from domain.migration import commands as k
from domain.migration import handle as h
from domain.migration.survey import WORTH_SHARING, Survey, survey_shared
from domain.migration.ways import Asked
from domain.refusal import Refused
from domain.service import CaseService
from domain.settings import Settings
from protocols.documents import MAX_BYTES
from protocols.migration.mapping import NOTHING, Mapping, read_mapping
from protocols.migration.placement import VERDICTS, Verdict
from protocols.migration.shipped import shipped
from protocols.territory import default_pack
from protocols.text import Text

commands = typer.Typer()

SAID: dict[Verdict, Text] = {
    "moves": Text("si sposta", "moves"),
    "needs_decision": Text("va deciso", "needs a decision"),
    "must_not": Text("non si può", "must not"),
}


@commands.command()
def migrate(
    old: Annotated[str, typer.Argument(metavar="DA", help="PROTOCOLLO/VERSIONE. · From.")],
    new: Annotated[str, typer.Argument(metavar="A", help="La nuova versione. · To.")],
    plan: Annotated[
        bool, typer.Option("--plan", help="Mostra, senza decidere nulla. · Only show.")
    ] = False,
    propose: Annotated[
        bool, typer.Option("--propose", help="Registra il piano, da approvare. · Record it.")
    ] = False,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            metavar="FILE",
            help="Nomi e decisioni. · Names, decisions.",
        ),
    ] = None,
    by: Annotated[
        str, typer.Option("--as", metavar="PERSONA", help="Con --propose: chi. · Who proposes.")
    ] = "",
    why: Annotated[str, typer.Option("--why", metavar="MOTIVO", help="Perché. · Why.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Che cosa succederebbe ai casi aperti; con --propose, il piano si registra.
    · What would become of the open cases; with --propose the plan is recorded."""
    if plan == propose:
        raise Refused(
            "invalid",
            "plan_or_propose",
            Text("Indicare --plan oppure --propose.", "Say either --plan or --propose."),
        )
    protocol, version, to = _named(old, new)
    with case_service(home) as (settings, service):
        stated = _mapping(service, mapping, protocol, version, to)
        if plan:
            asked = h.asked_of(service, protocol, version, to, stated)
            found = _look(settings, service, asked)
            write_json(_values(asked, found)) if as_json else _print(asked, found)
            return
        command = k.PlanMigration(
            command_id=uuid4(), actor=acting(service, by), case=uuid4(), protocol=protocol,
            from_version=version, to_version=to, mapping=stated, reason=why,
        )  # fmt: skip
        receipt = h.plan_migration(service, command, lambda a: _look(settings, service, a))
        print_migration(service, h.migration(service, receipt.case), as_json)


def _look(settings: Settings, service: CaseService, asked: Asked) -> Survey:
    if service.recorder.last_position() < WORTH_SHARING:
        return h.surveyed(service, asked)
    return survey_shared(settings.database_url, default_pack(), asked, service.clock.now())


def _named(old: str, new: str) -> tuple[str, str, str]:
    protocol, _, version = old.replace("@", "/").partition("/")
    other, _, to = new.replace("@", "/").rpartition("/")
    if not version or other not in ("", protocol):
        raise Refused(
            "invalid",
            "no_version",
            Text(
                "Scrivere PROTOCOLLO/VERSIONE e la nuova versione dello stesso protocollo.",
                "Write PROTOCOL/VERSION and the new version of the same protocol.",
            ),
            Text("Per esempio: presa-in-carico/1.0.0 2.0.0.", "Say: presa-in-carico/1.0.0 2.0.0."),
        )
    return protocol, version, to


def _mapping(service: CaseService, path: Path | None, protocol: str, old: str, new: str) -> Mapping:
    before, after = h.versions(service, protocol, old, new)
    if path is None:
        text = shipped(default_pack(), protocol, old, new)
        return read_mapping(text, f"{protocol} {old}-{new}", before, after) if text else NOTHING
    try:
        with path.open("rb") as file:
            # One byte more than is accepted tells that it is too large.
            text = file.read(MAX_BYTES + 1)
    except OSError:
        raise Refused(
            "not_found",
            "no_such_file",
            Text(f"Il file «{path.name}» non si può leggere.", "The file cannot be read."),
        ) from None
    return read_mapping(text, path.name, before, after)


def _values(asked: Asked, found: Survey) -> dict[str, Any]:
    return {
        "protocol": asked.protocol,
        "from": asked.from_version,
        "to": asked.to_version,
        "digest": found.digest(),
        "mapping": asked.mapping,
        "recognised": found.recognised(),
        "counts": found.counts(),
        "ways": found.ahead(),
        "why": [
            {"id": why, "cases": number, **_about(found, why)}
            for why, number in found.why().items()
        ],
        "cases": found.cases,
    }


def _about(found: Survey, why: str) -> dict[str, Any]:
    question = found.questions.get(why)
    if question is not None:
        return {"text": question.text, "answers": question.answers}
    return {"text": found.reasons[why].text, "answers": {}}


def _print(asked: Asked, found: Survey) -> None:
    for case in found.cases:
        said = SAID[case.verdict]
        why = ", ".join(case.why)
        out.print(f"{case.case}  {said.it}" + (f" [dim]({escape(why)})[/]" if why else ""))
    counts = found.counts()
    out.print(
        f"\n[bold]{asked.protocol} {asked.from_version} → {asked.to_version}[/]: "
        + ", ".join(f"{counts.get(verdict, 0)} {SAID[verdict].it}" for verdict in VERDICTS)
    )
    for way in found.ahead():
        each = ", ".join(f"{n} {SAID[v].it}" for v in VERDICTS if (n := way.counts.get(v)))
        out.print(f"  {way.from_version} → {escape(way.to_version or '?')}: {each}")
    for name, to in found.recognised().items():
        out.print(f"  riconosciuto · recognised: {name} → {to}")
    for why, number in found.why().items():
        about = _about(found, why)
        out.print(f"  [bold]{number}[/] {escape(why)}: {escape(about['text'].it)}")
        out.print(f"      [dim]{escape(about['text'].in_('en'))}[/]")
        for answer, text in about["answers"].items():
            out.print(f"      - {answer}: {escape(text.it)} [dim]· {escape(text.in_('en'))}[/]")
    out.print(f"[dim]impronta · digest {found.digest()[:12]}[/]")
