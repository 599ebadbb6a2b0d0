"""What cannot be wished together, and names of the newer words that lead nowhere."""

from __future__ import annotations

import pytest

from tests.language.mistakes import line_of, problems, replaced

# (text to replace, text with a mistake, part of the line that is named, part of the message)
MISTAKES = [
    ("held_by: {organisation: management}}",
     "held_by: {organisation: management}, held_as: distrct_referent}", "held_as", "Forse"),
    ("held_by: {organisation: management}}",
     "held_by: {organisation: management}, held_as: management}", "held_as", "a sua volta"),
    ("district_referent: {title: Referente di distretto, held_by: {organisation: district}}",
     "district_referent: {title: R, held_by: {organisation: district}, held_as: management}",
     "deputy: district_referent", "è tenuto come «management»"),
    ("    enough: 2\n", "    rest: withdrawn\n", "rest:", "'each' e 'enough'"),
    ("    enough: 2\n", "    enough: 2\n    rest: withdrawl\n", "withdrawl", "Forse «withdrawn»"),
    ("automation: {run: letter,", "signed_by: 2\n    automation: {run: letter,", "signed_by",
     "due persone"),
    ("automation: {run: letter,", "one_at_a_time: x\n    automation: {run: letter,",
     "one_at_a_time", "una persona prende in mano"),
    ("    title: Verifica\n", "    title: Verifica\n    one_at_a_time: visits\n", "one_at_a_time",
     "solo questo passo"),
    ("    title: Verifica\n", "    title: Verifica\n    signed_by: 3\n", "signed_by",
     "al massimo 2"),
    ("refuse: {ends: not_eligible}", "refuse: {cancels: [monitr]}", "monitr", "Forse «monitor»"),
    ("ends: deceased, silently: true}", "cancels: [asess]}", "asess", "Forse «assess»"),
    ("ends: deceased, silently: true}", "keeps: true}", "keeps", "nessun passo lo aspetta"),
    ("reopens: 12 months, again: triage}",
     "reopens: 12 months, completes: placement.withdrew, keeps: true}", "keeps", "riapre"),
    ("each: team.members", "each: team.members.persn", "persn", "Forse «person»"),
    ("person: team.manager", "person: team.members.person", "person: team.members", "più valori"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "says"), MISTAKES, ids=[m[1] for m in MISTAKES])
def test_it_is_told_with_its_line_and_remedy(old: str, new: str, where: str, says: str) -> None:
    text = replaced(old, new)
    told = [problem for problem in problems(text) if says in problem.message.it]
    assert told, [str(problem) for problem in problems(text)]
    assert any(problem.line == line_of(text, where) for problem in told), [str(p) for p in told]
    assert all(problem.message.en for problem in told)
