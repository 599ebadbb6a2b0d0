"""`cantiere protocol draft|propose|approve|reject|publish|retire`: from a file to a protocol
that new cases follow. Each is done as a member of staff, by the roles held today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from uuid import uuid4

import typer

from api.cli.protocol_status import print_edition
from api.cli.speaking import HomeOption, acting
from domain.case.commands import Actor
from domain.publishing import commands as k
from domain.publishing import handle
from domain.publishing.decide import edition_of
from domain.publishing.refusals import unreadable
from domain.publishing.state import Publishing, fold, originator_of
from domain.refusal import Refused
from domain.service import CaseService, Receipt
from protocols.documents import MAX_BYTES, DocumentError
from protocols.language.library import Source
from protocols.text import Text

commands = typer.Typer()

AsOption = Annotated[
    str, typer.Option("--as", metavar="PERSONA", help="L'id di chi lo fa. · Who does it.")
]
VersionArgument = Annotated[
    str,
    typer.Argument(
        metavar="PROTOCOLLO/VERSIONE",
        help="Per esempio presa-in-carico/2.0.0 o presa-in-carico/cps-1.0.0. · Which version.",
    ),
]
WhyOption = Annotated[str, typer.Option("--why", metavar="MOTIVO", help="Perché. · Why.")]
DigestOption = Annotated[
    str,
    typer.Option("--digest", help="L'impronta del testo letto. · The digest of the text read."),
]
DayOption = Annotated[
    datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Da che giorno. · From which day.")
]


@commands.command()
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Il protocollo. · The protocol.")],
    by: AsOption,
    why: WhyOption,
    home: HomeOption = None,
) -> None:
    """Salva un file come bozza, nuova o cambiata. · Save a file as a draft."""
    source = _source(file)
    with acting(home, by) as (service, actor):
        said = _said(source.protocol, actor, text=source.text.decode(), reason=why)
        _done(service, handle.save_draft(service, k.SaveDraft(**said)), source.label)


@commands.command()
def propose(
    version: VersionArgument,
    by: AsOption,
    why: WhyOption,
    reasons: Annotated[
        list[str] | None,
        typer.Option(
            "--reason",
            metavar="REGOLA@DOVE=MOTIVO",
            help="Perché un avvertimento può restare; uno per avvertimento. · Why a warning may "
            "stay.",
        ),
    ] = None,
    digest: DigestOption = "",
    home: HomeOption = None,
) -> None:
    """Propone una bozza: il controllo gira adesso. · Propose a draft; the checker runs now."""
    given = dict(_pair(reason) for reason in reasons or ())
    with acting(home, by) as (service, actor):
        said = _on(service, version, actor, digest)
        _done(
            service,
            handle.propose(service, k.Propose(**said, reason=why, reasons=given)),
            said["label"],
        )


@commands.command()
def approve(
    version: VersionArgument,
    by: AsOption,
    why: WhyOption,
    digest: DigestOption = "",
    home: HomeOption = None,
) -> None:
    """Approva una proposta, al livello gestionale. · Approve a proposal."""
    _judge(handle.approve, k.Approve, version, by, why, digest, home)


@commands.command()
def reject(
    version: VersionArgument,
    by: AsOption,
    why: WhyOption,
    digest: DigestOption = "",
    home: HomeOption = None,
) -> None:
    """Respinge una proposta, al livello gestionale. · Reject a proposal."""
    _judge(handle.reject, k.Reject, version, by, why, digest, home)


def _judge(
    does: Callable[..., Receipt],
    kind: type[Any],
    version: str,
    by: str,
    why: str,
    digest: str,
    home: Path | None,
) -> None:
    with acting(home, by) as (service, actor):
        said = _on(service, version, actor, digest)
        _done(service, does(service, kind(**said, reason=why)), said["label"])


@commands.command()
def publish(
    version: VersionArgument,
    by: AsOption,
    day: DayOption,
    digest: DigestOption = "",
    home: HomeOption = None,
) -> None:
    """Pubblica una versione approvata: il testo non cambierà più. · Publish an approved version."""
    with acting(home, by) as (service, actor):
        said = _on(service, version, actor, digest)
        command = k.Publish(**said, valid_from=day.date())
        _done(service, handle.publish(service, command), said["label"])


@commands.command()
def retire(
    version: VersionArgument,
    by: AsOption,
    why: WhyOption,
    day: DayOption,
    last: Annotated[
        bool, typer.Option("--last", help="Anche se non ne restano altre. · Even the last one.")
    ] = False,
    home: HomeOption = None,
) -> None:
    """Ritira una versione: nessun nuovo caso da quel giorno. · No new cases from that day."""
    protocol, label = _named(version)
    with acting(home, by) as (service, actor):
        said = _said(protocol, actor, label=label, until=day.date(), reason=why, last=last)
        _done(service, handle.retire(service, k.Retire(**said)), label)


# ── who and what ─────────────────────────────────────────────────────────────────────────────


def _on(service: CaseService, version: str, actor: Actor, digest: str) -> dict[str, Any]:
    protocol, label = _named(version)
    known = handle.edition(service, protocol, label)
    return _said(protocol, actor, label=label, digest=digest or known.digest)


def _said(protocol: str, actor: Actor, **more: Any) -> dict[str, Any]:
    return {
        "command_id": uuid4(),
        "actor": actor,
        "case": originator_of(protocol),
        "protocol": protocol,
        **more,
    }


def _named(version: str) -> tuple[str, str]:
    protocol, _, label = version.partition("/")
    if not label:
        raise Refused(
            "invalid",
            "no_version",
            Text("Manca la versione.", "The version is missing."),
            Text("Scrivere PROTOCOLLO/VERSIONE.", "Write PROTOCOL/VERSION."),
        )
    return protocol, label


def _pair(reason: str) -> tuple[str, str]:
    name, equals, why = reason.partition("=")
    if not equals:
        raise Refused(
            "invalid",
            "no_reason",
            Text(f"«{reason}» non dice il motivo.", f"“{reason}” says no reason."),
            Text("Scrivere REGOLA@DOVE=MOTIVO.", "Write RULE@WHERE=REASON."),
        )
    return name.strip(), why.strip()


def _source(path: Path) -> Source:
    try:
        with path.open("rb") as file:
            # One byte more than is accepted tells that it is too large.
            return Source(file.read(MAX_BYTES + 1), path.name)
    except OSError:
        raise Refused(
            "not_found",
            "no_such_file",
            Text(
                f"Il file «{path.name}» non si può leggere.",
                f"The file “{path.name}” cannot be read.",
            ),
        ) from None
    except DocumentError as error:
        raise unreadable(error.problems) from None


def _done(service: CaseService, receipt: Receipt, label: str) -> None:
    events = service.history(receipt.case, version=receipt.version)
    state = fold(Publishing.of(events[0].body.protocol), events)
    print_edition(state.protocol, edition_of(state, label))
