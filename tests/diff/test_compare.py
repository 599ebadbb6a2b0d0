"""Two versions compared: what is a change of behaviour, what is not, and what it lets happen."""

from __future__ import annotations

import msgspec
import pytest

from api.http.access import organisation_reads as reads
from protocols.diff.compare import Difference, compare
from protocols.diff.report import text, values
from protocols.engine.plan import Plan
from protocols.language.load import read_protocol
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.engine.gwt import TERRITORY, protocol

BASE = """\
forms:
  intake:
    title: Accoglienza
    fields:
      need: {type: text, title: Bisogno}
      diagnosis: {type: text, title: Diagnosi, category: clinical, required: false}
steps:
  triage: {title: Analisi, role: worker, due: 20 working days, outcomes: [simple, complex]}
  team: {title: Équipe, role: chief, after: triage.complex, due: 10 days}
  project:
    title: Progetto
    role: worker
    after: team
    form: intake
    outcomes: {signed: , refused: {ends: refused}}
  letter: {title: Lettera, role: worker, after: triage.simple and not team}
  close: {title: Chiusura, role: chief, after: project.signed or letter}
  back: {title: Rientro, role: worker, outcomes: {ok: {resumes: clocks}}}
events:
  crisis: {title: Crisi, by: worker, pauses: clocks, opens: back}
  death: {title: Decesso, by: worker, ends: deceased}
"""


def differ(*replaced: tuple[str, str], base: str = BASE) -> Difference:
    new = base
    for before, after in replaced:
        assert before in new
        new = new.replace(before, after)
    return compare(protocol(base), protocol(new), TERRITORY, reads)


def kinds(difference: Difference) -> list[str]:
    return [change.kind for change in difference.changes]


# ── what is no change ────────────────────────────────────────────────────────────────────────


def test_a_version_does_not_differ_from_itself() -> None:
    for plan in Registry.load(default_pack()).all():
        found = compare(plan, plan, TERRITORY, reads)
        assert found.same_behaviour
        assert found.apart == ()


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("title: Analisi", "title: Prima analisi", "wording"),
        ("steps:\n", "steps:  # una nota\n", "comments"),
        ("outcomes: [simple, complex]", "outcomes: [complex, simple]", "order"),
        ("project.signed or letter", "letter or project.signed", "comments"),
        ("triage.simple and not team", "((not team) and triage.simple)", "comments"),
        ("signed: ,", "signed: {title: Firmato},", "wording"),
        ("title: Bisogno", "title: Di che cosa ha bisogno", "wording"),
        ("{title: Crisi,", "{title: Una crisi,", "wording"),
    ],
)
def test_words_order_and_comments_stand_apart(before: str, after: str, kind: str) -> None:
    found = differ((before, after))
    assert found.same_behaviour, (found.changes, found.passages)
    assert [change.kind for change in found.apart] == [kind]


def test_steps_in_another_order_are_no_change_of_behaviour() -> None:
    letter = next(line for line in BASE.splitlines(keepends=True) if line.startswith("  letter:"))
    moved = BASE.replace(letter, "").replace("  triage:", letter + "  triage:", 1)
    found = compare(protocol(BASE), protocol(moved), TERRITORY)
    assert found.same_behaviour
    assert [change.kind for change in found.apart] == ["order"]


# ── steps ────────────────────────────────────────────────────────────────────────────────────


def test_a_renamed_step_is_recognised_with_all_that_speaks_of_it() -> None:
    found = differ(
        ("  team:", "  unit:"), ("after: team\n", "after: unit\n"), ("not team", "not unit")
    )
    assert kinds(found) == ["step_renamed"]
    assert found.renamed == {"team": "unit"}
    assert found.passages == ()
    assert found.marks == {"unit": "renamed"}


def test_a_chain_of_renamed_steps_is_recognised() -> None:
    found = differ(
        ("triage", "analysis"), ("project", "plan"), ("title: Progetto", "title: Il progetto")
    )
    assert found.renamed == {"triage": "analysis", "project": "plan"}
    assert set(kinds(found)) == {"step_renamed"}


def test_a_step_that_does_something_else_is_another_step() -> None:
    found = differ(
        ("  back: {title: Rientro, role: worker, outcomes: {ok: {resumes: clocks}}}",
         "  debrief: {title: Colloquio, role: chief, due: 3 days, outcomes: [a, b]}"),
        ("opens: back", "opens: debrief"),
    )  # fmt: skip
    assert {"step_added", "step_removed", "event"} <= set(kinds(found))
    assert found.marks["debrief"] == "added"
    assert found.marks["back"] == "removed"


@pytest.mark.parametrize(
    ("before", "after", "kind", "place"),
    [
        ("title: Lettera,", "title: Lettera, signed_by: 2,", "signed_by", "steps.letter.signed_by"),
        ("opens: back}", "opens: back, cancels: letter}", "event", "events.crisis.cancels"),
        ("after: triage.complex, due", "after: triage, due", "after", "steps.team.after"),
        (
            "{title: Chiusura, role: chief",
            "{title: Chiusura, role: worker",
            "who",
            "steps.close.role",
        ),
        (
            "title: Lettera,",
            "title: Lettera, when: case.minor == true,",
            "guard",
            "steps.letter.when",
        ),
        ("title: Lettera,", "title: Lettera, optional: true,", "optional", "steps.letter.optional"),
        (
            "title: Lettera,",
            "title: Lettera, starts: 3 days after triage,",
            "when",
            "steps.letter.starts",
        ),
        ("    form: intake\n", "", "form", "steps.project.form"),
        (
            "[simple, complex]",
            "[simple, complex, other]",
            "outcome_added",
            "steps.triage.outcomes.other",
        ),
        (
            "{ends: refused}",
            "{ends: refused, requires: need}",
            "outcome",
            "steps.project.outcomes.refused",
        ),
        (
            "title: Lettera,",
            "title: Lettera, records: ProjectReviewed,",
            "facts",
            "steps.letter.records",
        ),
        ("pauses: clocks, ", "", "event", "events.crisis.pauses"),
        (
            "type: text, title: Bisogno",
            "type: note, title: Bisogno",
            "field_type",
            "forms.intake.fields.need.type",
        ),
        (", required: false", "", "field_required", "forms.intake.fields.diagnosis.required"),
    ],
)
def test_each_change_of_behaviour_is_told_at_its_place(
    before: str, after: str, kind: str, place: str
) -> None:
    found = differ((before, after))
    assert (kind, place) in [(change.kind, change.place) for change in found.changes]
    assert found.apart == ()


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("due: 20 working days", "due: 30 working days", "deadline_loosened"),
        ("due: 20 working days", "due: 10 working days", "deadline_tightened"),
        ("due: 20 working days", "due: 20 days", "deadline_tightened"),
        ("due: 10 days", "due: 2 weeks", "deadline_loosened"),
        (", due: 10 days", "", "deadline_loosened"),
        ("title: Lettera,", "title: Lettera, due: 5 days,", "deadline_tightened"),
        ("due: 10 days", "due: {within: 10 days, overdue: board}", "escalation"),
        ("due: 10 days", "due: {within: 10 days, remind: 2 days before due}", "reminder"),
    ],
)
def test_deadlines_loosened_and_tightened(before: str, after: str, kind: str) -> None:
    assert kinds(differ((before, after))) == [kind]


def test_counted_back_from_a_date_a_longer_time_is_a_tighter_deadline() -> None:
    base = BASE.replace("title: Bisogno}", "title: Bisogno}\n      by: {type: date, title: Data}")
    base = base.replace(
        "title: Chiusura,", "title: Chiusura, due: {within: 5 days, of: project.by, before: true},"
    )
    found = differ(("within: 5 days", "within: 9 days"), base=base)
    assert kinds(found) == ["deadline_tightened"]


# ── where cases can go ───────────────────────────────────────────────────────────────────────


def test_a_way_that_was_not_there_is_told_with_a_history_that_leads_there() -> None:
    found = differ(("after: triage.complex, due", "after: triage.complex or triage.simple, due"))
    (passage,) = [p for p in found.passages if p.step == "team"]
    assert passage.gained
    assert passage.it == "«Équipe» ora si apre anche se «Analisi» è «simple»"
    assert [each.it for each in passage.history] == ["«Analisi» si conclude con «simple»"]


def test_a_way_that_is_closed_is_told_with_a_history_of_before() -> None:
    found = differ(("project.signed or letter", "project.signed"))
    (passage,) = found.passages
    assert not passage.gained
    assert passage.step == "close"
    assert [each.it for each in passage.history][-1] == "«Lettera» si fa"


def test_a_new_step_and_a_new_end_are_reached() -> None:
    found = differ(
        ("  close:", "  review: {title: Verifica, role: chief, after: letter}\n  close:"),
        ("[simple, complex]", "{simple: , complex: , none: {ends: no_need}}"),
    )
    told = {(p.step, p.gained): p for p in found.passages}
    assert [h.it for h in told["review", True].history] == [
        "«Analisi» si conclude con «simple»", "«Lettera» si fa",
    ]  # fmt: skip
    assert told["triage", True].history[-1].it == "«Analisi» si conclude con «none»"


def test_a_change_that_opens_no_way_tells_none() -> None:
    assert differ(("due: 10 days", "due: 12 days")).passages == ()
    assert (
        differ(("{title: Chiusura, role: chief", "{title: Chiusura, role: worker")).passages == ()
    )


def test_the_shipped_protocol_is_compared_with_an_edit_of_it() -> None:
    (old,) = [p for p in Registry.load(default_pack()).all() if _name(p) == "presa-in-carico/1.0.0"]
    after = "after: authorise_disclosure.granted\n    role: district_referent"
    assert after in old.text
    widened = after.replace("granted\n", "granted or authorise_disclosure.refused\n")
    new = read_protocol(old.text.replace(after, widened), "new.yaml")
    found = compare(old, new, TERRITORY, reads)
    assert kinds(found) == ["after"]
    told = [p for p in found.passages if p.step == "constitute_team"]
    assert [p.gained for p in told] == [True]
    assert told[0].history[-1].en.endswith("is done with “Refused”")


def _name(plan: Plan) -> str:
    return plan.protocol.type_name


# ── who sees what ────────────────────────────────────────────────────────────────────────────


def test_a_role_that_newly_fills_in_a_form_sees_its_categories() -> None:
    found = differ(
        ("    form: intake\n", ""),
        ("title: Équipe, role: chief", "title: Équipe, form: intake, role: board"),
    )
    told = {(v.sight.role, v.sight.category, v.gained) for v in found.visible}
    assert ("board", "clinical", True) in told
    assert ("worker", "clinical", False) in told


def test_an_organisation_that_newly_has_a_hand_in_the_case_sees_what_it_may() -> None:
    found = differ(("title: Lettera, role: worker", "title: Lettera, role: health"))
    told = {(v.sight.role, v.sight.category) for v in found.visible if v.gained}
    assert ("health", "clinical") in told
    assert ("health", "social") in told


def test_a_field_whose_category_changes_is_seen_by_others() -> None:
    found = differ((", category: clinical", ", category: judicial"))
    assert "field_category" in kinds(found)
    assert ("worker", "judicial") in {(v.sight.role, v.sight.category) for v in found.visible}


# ── reports ──────────────────────────────────────────────────────────────────────────────────


def test_the_report_says_it_in_both_languages_and_as_values() -> None:
    found = differ(("after: triage.complex, due", "after: triage, due"), ("Analisi", "Esame"))
    italian, english = text(found), text(found, "en")
    assert "Dove ora un caso può andare" in italian
    assert "per esempio: «Esame» si conclude con «simple»" in italian
    assert "Where a case can now go" in english
    assert "Apart: words" in english
    plain = msgspec.json.decode(msgspec.json.encode(values(found)))
    assert plain["same_behaviour"] is False
    assert plain["changes"][0]["kind"] == "after"
    assert plain["apart"][0]["kind"] == "wording"
    assert plain["passages"][0]["history"]


def test_nothing_to_tell_is_told() -> None:
    found = differ(("steps:\n", "steps:  # nota\n"))
    assert "Nessun cambiamento di comportamento." in text(found)
