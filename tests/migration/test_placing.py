"""Where a case would stand in another version: each question that a move can raise."""

from __future__ import annotations

from protocols.language.formula import OUT
from tests.engine.gwt import at, claim, complete, event, force, given, protocol, skip
from tests.migration.versions import BASE, moved, placed, version

V1 = protocol(BASE)


def test_what_is_the_same_in_both_simply_carries_over() -> None:
    case = given(V1).did(complete("talk", "complex", need="work"), claim("plan"))
    after = moved(case, version(BASE))
    assert after.open == {"plan"}
    assert after.task("plan") == case.task("plan")
    assert after.state.data["talk"] == {"need": "work", "outcome": "complex"}
    assert after.state.opened.version == "2.0.0"
    assert after.state.opened.digest == "digest of 2.0.0"
    assert after.did(complete("plan")).open == {"sign"}


def test_a_renamed_step_is_recognised_with_its_task_its_data_and_its_holder() -> None:
    new = version(BASE.replace("plan:", "project:").replace("after: plan", "after: project"))
    case = given(V1).did(complete("talk", "complex"), claim("plan"))
    after = moved(case, new)
    assert after.open == {"project"}
    assert after.task("project").claimed_by == "everybody"
    assert after.task("project").opened_at == case.task("plan").opened_at
    assert after.did(complete("project")).open == {"sign"}


def test_deadlines_given_at_opening_stay_unless_the_plan_says_otherwise() -> None:
    new = version(BASE.replace("within: 10 days", "within: 20 days"))
    case = given(V1).on("2026-03-05")
    kept = moved(case, new).task("talk")
    assert (kept.due, kept.remind, kept.ladder) == (
        case.task("talk").due, case.task("talk").remind, case.task("talk").ladder
    )  # fmt: skip
    again = moved(case, new, deadlines="recompute").task("talk")
    assert again.due == given(new).task("talk").due
    assert again.ladder == given(new).task("talk").ladder


def test_an_open_step_that_is_gone_needs_a_decision() -> None:
    new = version(BASE.replace("  letter:", "  note:").replace("Lettera", "Altra cosa del tutto")
                  .replace("role: worker, after: talk.simple",
                           "role: chief, after: talk.simple, outcomes: [a, b]"))  # fmt: skip
    case = given(V1).did(complete("talk", "simple"))
    asked = placed(case, new)
    assert asked.why == ("removed:letter", "late:note") or asked.why == ("removed:letter",)
    assert placed(case, new, decisions={"removed:letter": "stay"}).why == ("stay:removed:letter",)
    after = moved(case, new, decisions={"removed:letter": "withdraw", "late:note": "do"})
    assert after.open == {"note"}
    assert "letter" not in after.state.tasks


def test_a_new_step_before_what_is_done_is_done_now_or_left_out() -> None:
    new = version(
        BASE.replace("plan: {title: Progetto, role: worker, after: talk.complex}",
                     "plan: {title: Progetto, role: worker, after: team}\n"
                     "  team: {title: Équipe, role: chief, after: talk.complex}")
    )  # fmt: skip
    before = given(V1)
    assert moved(before, new).open == {"talk"}
    case = before.did(complete("talk", "complex"))
    assert placed(case, new).why == ("late:team",)
    assert moved(case, new, decisions={"late:team": "do"}).open == {"plan", "team"}
    left = moved(case, new, decisions={"late:team": "leave_out"})
    assert left.open == {"plan"}
    assert left.state.marks["team"].status == OUT
    assert left.did(complete("plan")).open == {"sign"}


def test_a_new_step_that_comes_later_raises_no_question() -> None:
    new = version(BASE + "  follow: {title: Verifica, role: worker, after: sign}\n")
    case = given(V1).did(complete("talk", "complex"))
    after = moved(case, new)
    assert after.did(complete("plan"), complete("sign")).open == {"follow"}


def test_a_step_done_where_the_new_version_has_none_must_not_move() -> None:
    new = version(BASE.replace("after: talk.complex", "after: talk.simple"))
    case = given(V1).did(complete("talk", "complex"), complete("plan"))
    assert placed(case, new).why == ("contradicted:plan",)


def test_a_step_that_was_forced_against_the_rules_is_no_contradiction() -> None:
    case = given(V1).did(complete("talk", "simple"), force("plan"))
    assert {"plan", "letter"} <= moved(case, version(BASE)).open


def test_a_guard_that_now_fails_contradicts_and_one_that_reads_the_same_does_not() -> None:
    guarded = BASE.replace("after: talk.complex}",
                           "after: talk.complex, when: talk.need == 'home'}")  # fmt: skip
    case = given(V1).did(complete("talk", "complex", need="work"))
    assert placed(case, version(guarded)).why == ("contradicted:plan",)
    at_home = given(V1).did(complete("talk", "complex", need="home"))
    assert moved(at_home, version(guarded)).open == {"plan"}


def test_an_outcome_that_happened_and_is_gone_is_mapped_or_asked_about() -> None:
    new = version(BASE.replace("[simple, complex]", "[simple, hard, other]")
                  .replace("talk.complex", "talk.hard"))  # fmt: skip
    case = given(V1).did(complete("talk", "complex"))
    assert "outcome:talk.complex" in placed(case, new).why
    by_mapping = moved(case, new, outcomes={"talk.complex": "hard"})
    by_answer = moved(case, new, decisions={"outcome:talk.complex": "hard"})
    for after in (by_mapping, by_answer):
        assert after.state.marks["talk"].outcome == "hard"
        assert after.state.data["talk"]["outcome"] == "hard"
        assert after.state.used == {("talk", "hard"): 1}
        assert after.open == {"plan"}


def test_a_form_changed_midway_moves_with_a_note_and_takes_the_first_signature_back() -> None:
    signed = BASE.replace("role: worker, form: talk", "role: worker, signed_by: 2, form: talk")
    case = given(protocol(signed)).did(complete("talk", "complex", need="work"))
    assert case.task("talk").signature is not None
    same = moved(case, version(signed))
    assert same.task("talk").signature == case.task("talk").signature
    changed = version(signed.replace("[work, home]", "[work, home, health]"))
    placement = placed(case, changed)
    assert {n.id for n in placement.notes} == {"form:talk", "signature:talk"}
    assert moved(case, changed).task("talk").signature is None


def test_a_task_that_passes_to_another_role_is_nobodys_until_it_is_taken() -> None:
    new = version(BASE.replace("title: Progetto, role: worker", "title: Progetto, role: chief"))
    case = given(V1).did(complete("talk", "complex"), claim("plan"))
    after = moved(case, new).task("plan")
    assert (after.role, after.scope, after.claimed_by) == ("chief", "district:5", "")
    assert after.due == case.task("plan").due


LOOP = """\
steps:
  assess: {title: Valutare, role: worker}
  decide:
    title: Decidere
    role: worker
    after: assess
    outcomes: {yes: , again: {again: assess, at_most: 3}}
  act: {title: Fare, role: worker, after: decide.yes}
"""


def test_rounds_and_counters_of_a_loop_are_carried() -> None:
    v1 = protocol(LOOP)
    case = given(v1).did(
        complete("assess"), complete("decide", "again"), complete("assess"),
        complete("decide", "again"), complete("assess"),
    )  # fmt: skip
    after = moved(case, version(LOOP))
    assert after.task("decide").round == case.task("decide").round == 3
    assert after.state.used["decide", "again"] == 2
    tighter = version(LOOP.replace("at_most: 3", "at_most: 1"))
    placement = placed(case, tighter)
    assert [n.id for n in placement.notes] == ["bound:decide"]
    moved(case, tighter).when(complete("decide", "again")).refused("outcome_used_up")


PAUSE = """\
steps:
  work: {title: Lavoro, role: worker, due: {within: 10 days}}
  back: {title: Rientro, role: worker, outcomes: {back: {resumes: clocks}}}
  close: {title: Chiusura, role: worker, after: work}
events:
  ill: {title: Malattia, by: worker, pauses: clocks, opens: back}
"""


def test_a_paused_clock_stays_paused_and_loses_no_day() -> None:
    v1 = protocol(PAUSE)
    case = given(v1).on("2026-03-04").did(event("ill")).on("2026-03-08")
    after = moved(case, version(PAUSE))
    assert after.state.pauses == ("ill",)
    resumed = after.on("2026-03-09").did(complete("back", "back"))
    unmoved = case.on("2026-03-09").did(complete("back", "back"))
    assert resumed.task("work").due == unmoved.task("work").due


def test_a_pause_that_nobody_would_end_needs_a_decision() -> None:
    v1 = protocol(PAUSE)
    case = given(v1).on("2026-03-04").did(event("ill")).on("2026-03-08")
    new = version(
        PAUSE.split("events:")[0].replace(
            "  back: {title: Rientro, role: worker, outcomes: {back: {resumes: clocks}}}\n", ""
        )
    )
    assert placed(case, new).why == ("removed:back", "pause:ill")
    after = moved(case, new, decisions={"removed:back": "withdraw", "pause:ill": "resume"})
    assert not after.state.pauses
    assert after.task("work").due == case.did(complete("back", "back")).task("work").due


def test_a_step_done_in_another_way_is_opened_anew() -> None:
    text = """\
forms:
  team:
    title: Équipe
    fields:
      members:
        {title: Membri, type: list, category: work,
         fields: {person: {title: Chi, type: person, category: work}}}
steps:
  team: {title: Équipe, role: worker, form: team}
  assess: {title: Valutare, role: worker, after: team}
  end: {title: Fine, role: worker, after: assess}
"""
    many = version(text.replace("Valutare, role: worker", "Valutare, each: team.members"))
    case = given(protocol(text)).did(complete("team", members=[{"person": "ada"}]))
    assert placed(case, many).why == ("shape:assess",)
    assert moved(case, many, decisions={"shape:assess": "reopen"}).open == {"assess#ada"}


def test_what_the_old_form_did_not_ask_and_the_new_version_decides_by_is_asked_about() -> None:
    new = version(
        BASE.replace(
            "      need:",
            "      money:\n"
            "        {title: Soldi, type: yes_no, category: social, required: false}\n      need:",
        )
        .replace("after: plan}", "after: plan, when: talk.money}")
    )  # fmt: skip
    case = given(V1).did(complete("talk", "complex"))
    assert placed(case, new).why == ("data:talk.money",)
    assert moved(given(V1), new).open == {"talk"}


def test_from_where_no_end_can_be_reached_a_case_must_not_move() -> None:
    new = version(
        BASE.replace(
            "after: plan}", "after: plan, outcomes: {done: {when: 'talk.need == \"home\"'}}}"
        )
    )  # fmt: skip
    assert moved(given(V1).did(complete("talk", "complex", need="home")), new).open == {"plan"}
    stuck = given(V1).did(complete("talk", "complex", need="work"), complete("plan"))
    assert placed(stuck, new).why == ("no-way-out",)


def test_a_case_that_would_end_at_once_is_asked_about() -> None:
    new = version(BASE.replace("  sign: {title: Firma, role: worker, after: plan}\n", ""))
    case = given(V1).did(complete("talk", "complex"), complete("plan"))
    decisions = {"removed:sign": "withdraw"}
    assert placed(case, new, decisions=decisions).why == ("ends:completed",)
    ended = moved(case, new, decisions={**decisions, "ends:completed": "end"})
    assert ended.state.ended == "completed"


def test_what_an_act_put_out_stays_out_and_what_a_rule_put_out_is_judged_anew() -> None:
    skipped = given(V1).did(complete("talk", "complex"), skip("sign"))
    assert moved(skipped, version(BASE)).status("sign") == OUT
    wider = version(BASE.replace("after: talk.simple", "after: talk.simple or plan"))
    case = given(V1).did(complete("talk", "complex"))
    assert case.status("letter") == OUT
    after = moved(case, wider)
    assert after.status("letter") == "waiting"
    assert after.did(complete("plan")).open == {"letter", "sign"}


def test_an_ended_case_stays_where_it_is() -> None:
    case = given(V1).did(complete("talk", "simple"), complete("letter"))
    assert placed(case, version(BASE)).why == ("ended",)


def test_a_scheduled_step_keeps_its_day() -> None:
    text = "steps:\n  a: {title: A, role: worker}\n" \
           "  b: {title: B, role: worker, starts: 10 days after a}\n"  # fmt: skip
    case = given(protocol(text)).did(complete("a"))
    after = moved(case, version(text))
    assert after.task("b") == case.task("b")
    assert after.on(at("2026-03-13")).plan is after.plan
