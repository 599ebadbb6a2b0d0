"""Who may do what in a case: from the roles held on the day of the command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from domain.case.commands import Actor
from domain.refusal import Refused
from protocols.engine.run import Run
from protocols.engine.state import Task
from protocols.reading import words
from protocols.territory import role_title
from protocols.text import Text


class Standing(NamedTuple):
    """In which role the actor acts, and whether in somebody's place."""

    role: str
    as_deputy: bool


def standing_for_task(run: Run, task: Task, actor: Actor) -> Standing:
    """Raises Refused (forbidden) naming the role that the task asks for."""
    if actor.is_system and (task.automation or not task.role):
        return Standing(actor.id, False)
    if task.assignee and task.assignee == actor.id:
        return Standing(task.role, False)
    held = {(role, scope): deputy for role, scope, deputy in actor.holds}
    own = held.get((task.role, task.scope))
    if own is not None:
        return Standing(task.role, own or bool(task.assignee))
    if task.deputy and (task.deputy, run.scope(task.deputy)) in held:
        return Standing(task.deputy, True)
    for rung in task.ladder[: task.rung]:
        if (rung.role, rung.scope) in held:
            return Standing(rung.role, True)
    # Not where: the comune of a sealed case is no business of whoever is refused.
    title = role_title(run.territory, task.role)
    raise Refused(
        "forbidden",
        "role_not_held",
        Text(
            f"Questo compito spetta a chi per questo caso è «{title.it}».",
            f"This task belongs to whoever is “{title.in_('en')}” for this case.",
        ),
        Text(
            "Chiedere a chi ha quel ruolo o al suo sostituto.",
            "Ask whoever holds that role, or their deputy.",
        ),
    )


def standing_in_roles(run: Run, roles: Iterable[str], actor: Actor) -> Standing:
    """For case events and exceptions. Raises Refused (forbidden)."""
    roles = tuple(roles)
    held = {(role, scope): deputy for role, scope, deputy in actor.holds}
    for role in roles:
        if actor.id and run.assignee(role) == actor.id:
            return Standing(role, False)
        found = held.get((run.staff_role(role), run.scope(role)))
        if found is not None:
            return Standing(role, found)
    for role in roles:
        deputy = run.plan.protocol.roles[role].deputy
        if deputy and (deputy, run.scope(deputy)) in held:
            return Standing(deputy, True)
    listed = words.joined(words.role_title(run.plan.protocol, role) for role in roles)
    it, en = listed.it or "nessuno", listed.en or "none"
    raise Refused(
        "forbidden",
        "role_not_held",
        Text(
            f"Lo può fare solo chi ha uno di questi ruoli per questo caso: {it}.",
            f"Only a holder of one of these roles for this case may: {en}.",
        ),
    )
