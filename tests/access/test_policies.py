"""A policy that is not right refuses to start, with file and line; the shipped ones are right."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from domain.access.rules import Question, rules_of, shipped_rules
from domain.access.texts import read_policies
from protocols.documents import DocumentError
from protocols.territory import default_pack, load_territory

GOOD = """// Che cosa dice; anche con un punto e virgola.
@id("uno")
@it("Una regola; con il suo perché.")
@en("A rule.")
@law("L. 328/2000")
permit (principal, action == Action::"consult", resource) when { context.reviewing };
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        read_policies({"access/x.cedar": text})
    return [str(problem) for problem in refused.value.problems]


def test_each_policy_says_in_words_what_it_is_and_which_law_it_rests_on() -> None:
    policies = shipped_rules().policies
    assert {policy.effect for policy in policies} == {"permit", "forbid"}
    for policy in policies:
        assert policy.said.it.endswith("."), policy.id
        assert policy.law, policy.id
        assert f'@id("{policy.id}")' in policy.source


def test_a_semicolon_in_a_comment_or_in_words_ends_no_policy() -> None:
    policies, _ = read_policies({"access/x.cedar": GOOD})
    assert [(policy.id, policy.line) for policy in policies] == [("uno", 2)]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("context.reviewing", "context.reviewed", "reviewed"),
        ('Action::"consult"', 'Action::"consul"', "consul"),
        ("when {", "whn {", "whn"),
        ('@law("L. 328/2000")\n', "", "@law missing"),
        ("context.reviewing }", 'principal == Office::"comun" }', "comun"),
        ("reviewing };", "reviewing }", ""),
    ],
)
def test_a_mistake_is_told_with_its_file_and_line(old: str, new: str, told: str) -> None:
    assert old in GOOD
    (first, *_) = mistakes("\n\n" + GOOD.replace(old, new))
    assert first.startswith("access/x.cedar:4:")
    assert told in first


def test_a_name_used_twice_is_told_at_the_second_place() -> None:
    (told,) = mistakes(GOOD + GOOD)
    assert told.startswith("access/x.cedar:8:")
    assert "access/x.cedar:2" in told


def test_a_pack_without_policies_or_with_an_unclear_circle_does_not_load(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(default_pack(), pack, ignore=lambda folder, names: {"protocols"})
    circles = (pack / "access.yaml").read_text("utf-8")
    (pack / "access.yaml").write_text(circles.replace("[employment]", "[comune]"), "utf-8")
    with pytest.raises(DocumentError, match=r"access\.yaml.*«comune» sta già in «municipality»"):
        load_territory(pack)
    (pack / "access.yaml").write_text(circles, "utf-8")
    shutil.rmtree(pack / "access")
    with pytest.raises(DocumentError, match="Mancano le regole di accesso"):
        load_territory(pack)


def test_the_rules_of_a_day_are_known_by_their_digest(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(default_pack(), pack, ignore=lambda folder, names: {"protocols"})
    assert rules_of(load_territory(pack)).digest == shipped_rules().digest
    changed = pack / "access" / "5-registri.cedar"
    text = changed.read_text("utf-8").replace('Office::"design"', 'Office::"audit"', 1)
    changed.write_text(text, "utf-8")
    assert rules_of(load_territory(pack)).digest != shipped_rules().digest


def test_a_question_that_no_policy_answers_is_a_no() -> None:
    context = (("protecting", False), ("reviewing", False))
    rules = shipped_rules()
    answer = rules.ask(Question(("Office", "system"), "consult", ("Registry", "hosts"), context))
    assert answer == (False, ())
    log = rules.ask(Question(("Office", "audit"), "consult", ("Registry", "read_log"), context))
    assert [policy.id for policy in log.by] == ["registro-delle-letture"]
