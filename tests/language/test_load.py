"""A protocol with a mistake is refused with its line, what is wrong and the nearest name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from protocols.documents import DocumentError
from protocols.language.load import read_protocol
from protocols.registry import Registry, UnknownProtocol
from protocols.territory import default_pack
from tests.language.mistakes import MINI, line_of, problems, replaced

# (text to replace, text with a mistake, part of the line that is named, part of the message)
MISTAKES = [
    ("after: triage.complex", "after: triaje.complex", "after: triaje", "Forse «triage»"),
    ("after: triage.complex", "after: triage.complecs", "complecs", "Forse «complex»"),
    ("after: triage.complex", "after: triage and", "after: triage and", "condizione"),
    ("after: triage.complex", "after: ''", "after: ''", "condizione"),
    ("after: conference.admit or triage.simple", "after: placement", "after: placement",
     "sé stesso"),
    ("during: placement, completes", "during: placment, completes", "placment",
     "Forse «placement»"),
    ("placement.withdrew}", "placement.withdrawn}", "withdrawn}", "Forse «withdrew»"),
    ("form: triage", "form: triag", "form: triag", "Forse «triage»"),
    ("stage: work", "stage: wrok", "stage: wrok", "Forse «work»"),
    ("{to: management,", "{to: managment,", "managment", "Forse «management»"),
    ("deputy: district_referent", "deputy: distrct_referent", "distrct", "«district_referent»"),
    ("fallback: municipal_referent", "fallback: municipal", "fallback", "«municipal_referent»"),
    ("opens: clinical_return", "opens: clinicl_return", "clinicl", "Forse «clinical_return»"),
    ("fact: TriageRecorded", "fact: TriageRecord", "fact:", "Forse «TriageRecorded»"),
    ("{again: assess, at_most", "{again: asses, at_most", "asses,", "Forse «assess»"),
    ("{again: assess, at_most", "{requires: nedd, at_most", "nedd", "Campo"),
    ("exceptions: {skip: district_referent", "exceptions: {skip: distrct_referent", "exceptions",
     "Forse «district_referent»"),
    ("each: team.members", "each: team.membrs", "membrs", "Forse «members»"),
    ("each: team.members", "each: taem.members", "taem", "Forse «team»"),
    ("each: team.members", "each: triage.need", "triage.need", "di tipo choice"),
    ("person: team.manager", "person: team.mangr", "mangr", "Forse «manager»"),
    ("90 days after placement", "90 days after placemnt", "placemnt", "Forse «placement»"),
    ("90 days after placement", "90 days after triage.need", "triage.need", "di tipo choice"),
    ("90 days after placement", "90 days before placement", "before placement", "in anticipo"),
    ("90 days after placement", "90 dayz after placement", "dayz", "dayz"),
    ("90 days after placement", "soon", "starts: soon", "90 days after placement"),
    ("5 working days before due", "5 working days before end", "before end", "promemoria"),
    ("due: 30 working days", "due: 30 wrking days", "wrking", "20 working days"),
    ("due: 10 days", "due: 101 years", "101 years", "100 years"),
    ("every: month", "every: 0 days", "every: 0", "distanza"),
    ("every: month", "every: month\n    starts: 1 day after placement", "monitor:", "insieme"),
    ("    during: placement\n    every: month", "    every: month", "monitor:", "'during'"),
    ("{back: {resumes: clocks}}", "[]", "outcomes: []", "almeno un esito"),
    ("    automation: {run: letter, attempts: 3, fallback: municipal_referent}\n", "",
     "letter:", "nessuno lo può fare"),
    ("outcomes: [simple, complex]", "outcomes: [simple, complex]\n    when: case.source ==",
     "when:", "guardia non leggibile"),
    ("outcomes: [simple, complex]", "outcomes: [simple, complex]\n    when: taem.x == 1",
     "when:", "Forse «team»"),
    ("{back: {resumes: clocks}}", "{back: {resumes: clocks, when: case.x =}}", "back:", "guardia"),
    ("options: [work, health]", "options: [work, health], when: nees == 'x'", "nees",
     "inesistente"),
    ("options: [work, health]", "options: [work, health], when: 'need =='", "need ==", "guardia"),
    ("{type: person, title: Case manager}", "{type: persn, title: Case manager}", "persn",
     "person"),
    ("options: [work, health]", "requird: true", "requird", "required"),
    ("version: 1.0.0", "version: uno", "version: uno", "version"),
    ("valid_from: 2021-01-01", "valid_from: ieri", "ieri", "ieri"),
    ("  team:\n    title: Costituzione", "  crisis:\n    title: Costituzione", "crisis:", "nome"),
    ("  review:\n", "  case:\n", "case:", "nome"),
    ("  review:\n", "  and:\n", "and:", "nome"),
    ("  review:\n", "  Review:\n", "Review:", "Review"),
    ("  review:\n", "  triage:\n", "triage:", "triage"),
    ("    title: Verifica\n", "    titel: Verifica\n", "titel", "title"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "says"), MISTAKES, ids=[m[1] for m in MISTAKES])
def test_a_mistake_is_told_with_its_line_and_remedy(
    old: str, new: str, where: str, says: str
) -> None:
    text = replaced(old, new)
    found = problems(text)
    lines = {n for n, line in enumerate(text.splitlines(), 1) if where in line}
    told = [p for p in found if says in p.message.it or says in p.where]
    assert told, [str(problem) for problem in found]
    assert any(problem.line in lines for problem in told), [str(problem) for problem in found]


def test_all_the_mistakes_are_told_at_once() -> None:
    text = replaced("form: triage", "form: nowhere").replace("stage: work", "stage: nowhere")
    assert len(problems(text)) == 2


def test_a_mistake_is_told_once() -> None:
    for old, new in (
        ("outcomes: [simple, complex]", "outcomes: [simple, complex]\n    when: case.source =="),
        ("{back: {resumes: clocks}}", "{back: {resumes: clocks, when: case.x =}}"),
        ("after: triage.complex", "after: triaje.complex"),
    ):
        assert len(problems(replaced(old, new))) == 1


def test_steps_that_wait_for_each_other_are_told_with_the_way_out() -> None:
    text = replaced("after: triage.complex", "after: triage.complex and placement")
    found = problems(text)
    assert "again" in found[0].message.it
    assert found[0].line in {line_of(text, "after: team"), line_of(text, "triage.complex and")} | {
        line_of(text, f"  {step}:") for step in ("team", "assess", "conference", "placement")
    }


def test_a_message_comes_in_both_languages() -> None:
    for old, new, _, _ in MISTAKES:
        for problem in problems(replaced(old, new)):
            assert problem.message.it
            assert problem.message.en


def test_the_digest_is_of_the_text_as_it_stands() -> None:
    plan = read_protocol(MINI, "mini.yaml")
    assert read_protocol(MINI.encode(), "other.yaml").digest == plan.digest
    assert read_protocol(MINI + "\n# a note\n", "mini.yaml").digest != plan.digest


def _pack(tmp_path: Path, *versions: tuple[str, str, str]) -> Path:
    for path, version, valid_from in versions:
        file = tmp_path / "protocols" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        text = MINI.replace("version: 1.0.0", f"version: {version}")
        file.write_text(text.replace("2021-01-01", valid_from), encoding="utf-8")
    return tmp_path


def test_a_case_follows_the_version_in_force_on_the_day_of_its_referral(tmp_path: Path) -> None:
    registry = Registry.load(
        _pack(
            tmp_path,
            ("mini/1.9.0.yaml", "1.9.0", "2021-01-01"),
            ("mini/1.10.0.yaml", "1.10.0", "2021-01-01"),
            ("mini/2.0.0.yaml", "2.0.0", "2026-01-01"),
        )
    )
    assert registry.valid_on("mini", date(2025, 12, 31)).protocol.version == "1.10.0"
    assert registry.valid_on("mini", date(2026, 1, 1)).protocol.version == "2.0.0"
    assert [plan.protocol.version for plan in registry.all()] == ["1.9.0", "1.10.0", "2.0.0"]
    with pytest.raises(UnknownProtocol):
        registry.valid_on("mini", date(2020, 12, 31))
    with pytest.raises(UnknownProtocol) as unknown:
        registry.get("mini", "2.0.1")
    assert "mini/2.0.0" in unknown.value.message.it


def test_a_file_in_the_wrong_place_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DocumentError) as error:
        Registry.load(_pack(tmp_path, ("mini/2.0.0.yaml", "1.0.0", "2021-01-01")))
    assert "mini/1.0.0" in str(error.value)


def test_the_shipped_protocols_can_be_read() -> None:
    assert Registry.load(default_pack()).all()
