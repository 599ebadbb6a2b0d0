"""What may become of a protocol's text next. Pure.

draft → proposed → approved → published → retired; rejected or changed, it is a draft again.
"""

from __future__ import annotations

from datetime import date

import msgspec

from domain.publishing import commands as k
from domain.publishing import events as p
from domain.publishing import refusals
from domain.publishing.standing import DESIGN, MANAGEMENT, judge, role_in
from domain.publishing.state import Edition, Publishing, Status
from domain.refusal import Refused
from protocols.engine.events import Body
from protocols.language.library import Source, number
from protocols.registry import Registry
from protocols.territory import Territory
from protocols.text import Text

LONGEST_REASON = 2_000


class Ground(msgspec.Struct, frozen=True):
    """What a decision stands on: the texts in force, the territory, and the day it is there."""

    registry: Registry
    territory: Territory
    today: date


class Decision(msgspec.Struct, frozen=True):
    """`role`: the one by which the actor could."""

    role: str
    bodies: tuple[Body, ...]


def save_draft(state: Publishing, command: k.SaveDraft, source: Source, ground: Ground) -> Decision:
    """`source`: the command's text, read as far as its id and version. Raises Refused."""
    role = role_in(command.actor, DESIGN)
    if source.protocol != command.protocol:
        raise refusals.invalid(
            "other_protocol",
            Text(
                f"Il testo è del protocollo {source.protocol}, non di {command.protocol}.",
                f"The text is of the protocol {source.protocol}, not of {command.protocol}.",
            ),
            f"text:{source.document.line(('protocol',))}",
            Text("non è questo protocollo", "it is not this protocol"),
        )
    reason = _reason(command.reason)
    label, digest, text = source.label, source.digest, source.text.decode()
    edition = state.editions.get(label)
    installed = ground.registry.library.labelled(command.protocol, label)
    if edition is not None and edition.in_force:
        raise refusals.never_changes(command.protocol, label, edition.digest == digest)
    if installed is not None:
        raise refusals.never_changes(command.protocol, label, installed.digest == digest)
    if edition is None:
        return Decision(role, (p.Drafted(command.protocol, label, digest, text, reason),))
    if edition.digest == digest and edition.status != "rejected":
        raise Refused(
            "conflict",
            "nothing_to_change",
            Text(
                f"La versione {label} ha già questo testo.",
                f"Version {label} has this very text already.",
            ),
        )
    return Decision(role, (p.DraftChanged(label, digest, text, reason),))


def propose(state: Publishing, command: k.Propose, proof: p.Proof) -> Decision:
    """`proof`: the checker's, of the edition's very text. Raises Refused."""
    role = role_in(command.actor, DESIGN)
    edition = proposable(state, command)
    return Decision(
        role,
        (
            p.Proposed(
                edition.label, edition.digest, _reason(command.reason), proof, command.reasons
            ),
        ),
    )


def proposable(state: Publishing, command: k.Propose) -> Edition:
    """The draft that is meant. Raises Refused."""
    role_in(command.actor, DESIGN)
    _reason(command.reason)
    edition = edition_of(state, command.label)
    if edition.status != "approved":
        # What was approved may be proved anew, where something it rests on has changed.
        _is(edition, "draft")
    _read(edition, command.digest)
    return edition


def approve(state: Publishing, command: k.Approve) -> Decision:
    """Raises Refused."""
    edition, role = _judged(state, command)
    return Decision(role, (p.Approved(edition.label, edition.digest, _reason(command.reason)),))


def reject(state: Publishing, command: k.Reject) -> Decision:
    """Raises Refused."""
    edition, role = _judged(state, command)
    return Decision(role, (p.Rejected(edition.label, edition.digest, _reason(command.reason)),))


def _judged(state: Publishing, command: k.Approve | k.Reject) -> tuple[Edition, str]:
    role_in(command.actor, MANAGEMENT)
    edition = edition_of(state, command.label)
    _is(edition, "proposed")
    _read(edition, command.digest)
    return edition, judge(command.actor, edition)


def publish(
    state: Publishing, command: k.Publish, source: Source, proved: str, ground: Ground
) -> Decision:
    """`source`: the edition's text; `proved`: the digest of all that it rests on today.
    Raises Refused."""
    role = role_in(command.actor, DESIGN, MANAGEMENT)
    edition = publishable(state, command)
    assert edition.proof is not None
    if proved != edition.proof.digest:
        raise refusals.rests_on_changed(edition)
    day = command.valid_from or source.valid_from
    if day < ground.today:
        raise refusals.invalid(
            "valid_from_past",
            Text(
                f"La versione {edition.label} non può valere da un giorno passato.",
                f"Version {edition.label} cannot be valid from a past day.",
            ),
            "valid_from",
            Text(
                f"{day:%d/%m/%Y} è già passato: i casi segnalati da allora seguono già un testo. "
                f"Dal {ground.today:%d/%m/%Y} in poi",
                f"{day} has passed: the cases referred since then follow a text already. From "
                f"{ground.today} on",
            ),
        )
    _in_order(command.protocol, source, day, ground.registry)
    return Decision(role, (p.Published(edition.label, edition.digest, day),))


def publishable(state: Publishing, command: k.Publish) -> Edition:
    """The approved text that is meant. Raises Refused."""
    role_in(command.actor, DESIGN, MANAGEMENT)
    edition = edition_of(state, command.label)
    _is(edition, "approved")
    _read(edition, command.digest)
    return edition


def _in_order(protocol: str, source: Source, day: date, registry: Registry) -> None:
    """A version is valid not before those with lower numbers, nor after those with higher ones."""
    for other in registry.library.sources():
        if (other.protocol, other.variant) != (protocol, source.variant):
            continue
        valid = registry.validity(other.key)
        if valid.until is not None and valid.until <= valid.valid_from:
            # Retired before it was ever in force.
            continue
        lower = number(other.version) < number(source.version)
        if (lower and day < valid.valid_from) or (not lower and day > valid.valid_from):
            raise refusals.backwards(source.label, day, other.label, valid.valid_from)


def retire(state: Publishing, command: k.Retire, ground: Ground) -> Decision:
    """Raises Refused."""
    role = role_in(command.actor, MANAGEMENT)
    reason = _reason(command.reason)
    installed = ground.registry.library.labelled(command.protocol, command.label)
    bodies: list[Body] = []
    if command.label not in state.editions and installed is not None:
        bodies.append(as_installed(installed))
    else:
        _is(edition_of(state, command.label), "published")
    if command.until < ground.today:
        raise refusals.invalid(
            "until_past",
            Text(
                "Una versione si ritira da oggi o da un giorno che viene.",
                "A version is retired from today or from a day to come.",
            ),
            "until",
            Text(f"{command.until:%d/%m/%Y} è già passato", f"{command.until} has passed"),
        )
    if not command.last and not _others(command, ground.registry):
        raise Refused(
            "conflict",
            "last_version",
            Text(
                f"Dal {command.until:%d/%m/%Y} non resterebbe una versione di {command.protocol} "
                "per i nuovi casi.",
                f"From {command.until} there would be no version of {command.protocol} for new "
                "cases.",
            ),
            Text(
                "Pubblicarne prima un'altra, o dire esplicitamente che il protocollo finisce "
                "(«last»).",
                "Publish another one first, or say explicitly that the protocol ends (“last”).",
            ),
        )
    bodies.append(p.Retired(command.label, command.until, reason))
    return Decision(role, tuple(bodies))


def _others(command: k.Retire, registry: Registry) -> bool:
    """Whether new cases find a version then without this one; a variant is nobody's only text."""
    library = registry.library
    bases = library.versions(command.protocol)
    if command.label not in [base.label for base in bases]:
        return True
    return any(
        registry.validity(base.key).on(command.until)
        for base in bases
        if base.label != command.label
    )


def as_installed(source: Source) -> p.Installed:
    """A text of the territory pack as the log keeps it."""
    return p.Installed(
        source.protocol, source.label, source.digest, source.text.decode(), source.valid_from
    )


def edition_of(state: Publishing, label: str) -> Edition:
    """Raises Refused (not_found)."""
    edition = state.editions.get(label)
    if edition is None:
        raise refusals.unknown_edition(state, label)
    return edition


def _is(edition: Edition, wanted: Status) -> None:
    if edition.status != wanted:
        raise refusals.not_now(edition, wanted)


def _read(edition: Edition, digest: str) -> None:
    if len(digest) < 12 or not edition.digest.startswith(digest):
        raise refusals.changed_meanwhile(edition)


def _reason(reason: str) -> str:
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise refusals.invalid(
            "reason_needed",
            Text("Serve un motivo.", "A reason is needed."),
            "reason",
            Text(f"da 1 a {LONGEST_REASON} caratteri", f"from 1 to {LONGEST_REASON} characters"),
        )
    return reason.strip()
