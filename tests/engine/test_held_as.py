"""A role of the protocol that its holders have under another name, in another place."""

from __future__ import annotations

from domain.case import commands as c
from tests.engine.gwt import TERRITORY, complete, event, given, protocol

# Melzo is of one district, Vaprio d'Adda of another.
PLAN = protocol("""\
roles:
  district_referent: {title: Referente, held_by: {organisation: district}, deputy: chief}
  receiving:
    title: Chi riceve
    held_by: {organisation: district, of: move.comune}
    held_as: district_referent
    deputy: chief
  chief: {title: Capo, held_by: {organisation: steering}}
exceptions: {skip: chief}
forms:
  move: {title: Trasferimento, fields: {comune: {type: comune, title: Comune}}}
steps:
  move: {title: Trasferimento, role: district_referent, form: move}
  receive:
    title: Accoglienza
    role: receiving
    after: move
    due: {within: 1 day, overdue: receiving}
events:
  refuse: {title: Rifiuto, by: receiving, ends: refused}
""")
HERE, THERE = "015142", "015230"


def _referent(comune: str) -> c.Actor:
    scope = f"district:{TERRITORY.district_of(comune)}"
    return c.Actor("ada", (("district_referent", scope, False),))


def test_the_task_is_for_the_staff_role_in_the_protocols_place() -> None:
    case = given(PLAN).did(complete("move", "done", _referent(HERE), comune=THERE))
    task = case.task("receive")
    assert task.role == "district_referent"
    assert task.scope == _referent(THERE).holds[0][1] != _referent(HERE).holds[0][1]
    assert task.ladder[0].role == "district_referent"
    case.when(complete("receive", "done", _referent(HERE))).refused("role_not_held")
    assert case.did(complete("receive", "done", _referent(THERE))).state.ended == "completed"


def test_so_are_the_events_that_it_may_tell() -> None:
    case = given(PLAN).did(complete("move", "done", _referent(HERE), comune=THERE))
    case.when(event("refuse", _referent(HERE))).refused("role_not_held")
    assert case.did(event("refuse", _referent(THERE))).state.ended == "refused"
