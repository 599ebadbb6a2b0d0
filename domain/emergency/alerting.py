"""Who is to know at once of an emergency access."""

from __future__ import annotations

from protocols.engine.run import Run
from protocols.territory import Territory

_CASE_MANAGER = "case_manager"
_FOLLOWS_THE_CASE = "municipal_referent"
_PROTECTS = "anti_violence"


def who_follows(territory: Territory, run: Run) -> tuple[str, ...]:
    """Staff ids: the case manager, or else the municipal referents and their deputies."""
    roles = run.plan.protocol.roles
    manager = run.assignee(_CASE_MANAGER) if _CASE_MANAGER in roles else ""
    if manager:
        return (manager,)
    if _FOLLOWS_THE_CASE not in roles:
        return ()
    scope, day = run.scope(_FOLLOWS_THE_CASE), run.timing.day_of(run.now)
    held = territory.holders(run.staff_role(_FOLLOWS_THE_CASE), scope, day)
    return tuple(person for person, _ in held)


def whom_to_alert(territory: Territory, run: Run, opened_by: str) -> tuple[str, ...]:
    """Staff ids, without whoever opened it: the case manager, or else the municipal referents;
    those who review; and of a sealed case, or one of violence, the anti-violence referents."""
    day = run.timing.day_of(run.now)
    found = dict.fromkeys(who_follows(territory, run))
    attributes = run.state.attributes
    for role, entry in territory.roles.items():
        reviews = role in territory.access.emergency.reviewed_by
        protects = entry.scope == _PROTECTS and (
            attributes.get("sealed") or attributes.get("violence")
        )
        if reviews or protects:
            held = territory.holders(role, entry.scope, day)
            found |= dict.fromkeys(person for person, _ in held)
    found.pop(opened_by, None)
    return tuple(found)
