"""Who may do what with a protocol's texts: designers write and propose, management decides."""

from __future__ import annotations

from domain.case.commands import Actor
from domain.publishing.state import Edition
from domain.refusal import Refused
from protocols.territory import scope_kind
from protocols.text import Text

DESIGN = "design"
MANAGEMENT = "management"

_WHO = {
    DESIGN: Text("chi disegna i protocolli", "protocol designers"),
    MANAGEMENT: Text("chi siede al livello gestionale", "those on the management level"),
}


def role_in(actor: Actor, *kinds: str) -> str:
    """The role by which the actor does what is for those with a role in such a scope.
    Raises Refused (forbidden)."""
    for role, scope, _ in actor.holds:
        if scope_kind(scope) in kinds:
            return role
    it = " o ".join(_WHO[kind].it for kind in kinds)
    en = " or ".join(_WHO[kind].en for kind in kinds)
    raise Refused(
        "forbidden",
        "role_not_held",
        Text(f"Lo può fare solo {it}.", f"Only {en} may do this."),
        Text("Chiedere a chi ha quel ruolo.", "Ask whoever holds that role."),
    )


def judge(actor: Actor, edition: Edition) -> str:
    """The role by which the actor may say yes or no: on the management level, and neither author
    nor proposer of the text. Raises Refused (forbidden)."""
    role = role_in(actor, MANAGEMENT)
    if actor.id == edition.proposed_by or actor.id in edition.authors:
        raise Refused(
            "forbidden",
            "own_work",
            Text(
                "Chi ha scritto o proposto un testo non può approvarlo né respingerlo.",
                "Whoever wrote or proposed a text may neither approve nor reject it.",
            ),
            Text(
                "Chiedere a un'altra persona del livello gestionale.",
                "Ask somebody else on the management level.",
            ),
        )
    return role
