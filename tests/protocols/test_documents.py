"""Documents are read as they look, and every mistake is said with its line and its remedy."""

from datetime import date
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, field_validator

from protocols.documents import (
    ContentError,
    DocumentError,
    Problem,
    dotted,
    nearest,
    read_document,
    validate_document,
)
from protocols.text import Text


def problems_of(text: str | bytes) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as refused:
        read_document(text, "prova.yaml")
    return refused.value.problems


def test_what_looks_like_text_is_text() -> None:
    document = read_document(
        "version: 1.0.0\nistat: 015142\nat: 12:30\nanswer: yes\nswitch: off\nhuge: 1e999\n"
        "key: 'true'\nexponent: 1e5\nweekday: no\nstamp: 2021-01-01T10:00\n",
        "prova.yaml",
    )
    assert document.data == {
        "version": "1.0.0",
        "istat": "015142",
        "at": "12:30",
        "answer": "yes",
        "switch": "off",
        "huge": "1e999",
        "key": "true",
        "exponent": "1e5",
        "weekday": "no",
        "stamp": "2021-01-01T10:00",
    }


def test_numbers_dates_and_words_are_what_they_say() -> None:
    document = read_document(
        "whole: -20\nshare: 0.8\nfrom: 2021-01-01\nclosed: true\nempty:\nnothing: null\n5: five\n",
        "prova.yaml",
    )
    assert document.data == {
        "whole": -20,
        "share": 0.8,
        "from": date(2021, 1, 1),
        "closed": True,
        "empty": None,
        "nothing": None,
        "5": "five",
    }


def test_a_path_leads_to_its_line_or_to_its_nearest_ancestor() -> None:
    document = read_document(
        "---\nsteps:\n  triage:\n    outcomes: [simple,\n      complex]\n    due:\n"
        "      - within: 20\n      - x\nroles: {a: {b: 1}}\n",
        "prova.yaml",
    )
    lines = {
        ("steps",): 2,
        ("steps", "triage"): 3,
        ("steps", "triage", "outcomes", 0): 4,
        ("steps", "triage", "outcomes", 1): 5,
        ("steps", "triage", "due", 0, "within"): 7,
        ("steps", "triage", "due", 1): 8,
        ("steps", "triage", "due", 9): 6,
        ("steps", "triage", "unwritten", "deeper"): 3,
        ("roles", "a", "b"): 9,
        ("roles", 0): 9,
    }
    assert {path: document.line(path) for path in lines} == lines


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "già scritto alla riga 1"),
        ("a: 1\n'a': 3\n", 2, "già scritto"),
        ("a:\n\t- 1\n", 2, "tabulazione"),
        ("a: &x 1\n", 1, "ancore"),
        ("a: 1\nb: *a\n", 2, "rimandi"),
        ("a: 1\nb:\n  <<: {c: 1}\n", 3, "fusione"),
        ("a: !!python/object:os.system 1\n", 1, "tipi YAML"),
        ("a: !secret {b: 1}\n", 1, "tipi YAML"),
        ("a: 1\n---\nb: 1\n", 2, "più documenti"),
        ("a: \x00\n", 1, "controllo"),
        ("a: 1\nb: \x1b[31m\n", 2, "controllo"),
        ("a: \ud800\n", 1, "controllo"),
        ("a: 1\nb: x\u202ey\n", 2, "direzione"),
        (b"a: 1\nb: \xff\n", 2, "UTF-8"),
        ("- a\n- b\n", 1, "nome: valore"),
        ("solo testo", 1, "nome: valore"),
        ("", 1, "nome: valore"),
        ("a: 2021-02-30\n", 1, "non esiste"),
        ("a: 1\n? [x, y]\n: 1\n", 2, "testo semplice"),
        ("a: [1, 2\nb: 3\n", 1, "Parentesi"),
        ("a: 1\nb: 'x\n\n\n\n", 2, "Virgolette"),
        ("a: 1\n...\nb: 2\n", 3, "dopo la fine"),
        ("a: uno: due\n", 1, "Due punti"),
        ("a: @x\n", 1, "virgolette"),
        ("a:\n  b: 1\n c: 2\n", 3, "Rientro"),
        ("a: {b: " + "[" * 60 + "]" * 60 + "}\n", 1, "Troppi livelli"),
        ("a: " + "x" * 1_000_001, 1, "1 MB"),
        ("a: " + "è" * 600_000, 1, "1 MB"),
    ],
)
def test_what_is_refused_is_said_with_line_and_remedy(
    text: str | bytes, line: int, said: str
) -> None:
    problem = problems_of(text)[0]
    assert problem.file == "prova.yaml"
    assert problem.line == line
    assert said in problem.message.it
    assert problem.message.en


def test_all_repetitions_are_told_at_once() -> None:
    assert [problem.line for problem in problems_of("a: 1\na: 2\nb: {c: 1, c: 2}\n")] == [2, 3]


def test_forty_levels_are_accepted() -> None:
    document = read_document("a: " + "[" * 39 + "]" * 39, "prova.yaml")
    assert list(document.data) == ["a"]


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{}'\"&*!|>%@#?,~ \n0123456789.")))
def test_any_text_is_read_or_refused_with_a_line_it_has(text: str) -> None:
    try:
        document = read_document(text, "prova.yaml")
    except DocumentError as refused:
        lines = [problem.line for problem in refused.problems]
    else:
        lines = [document.line(())]
    assert lines
    assert all(1 <= line <= text.count("\n") + 1 for line in lines)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        refused: tuple[Problem, ...] = ()
        data: object = read_document(content, "prova.yaml").data
    except DocumentError as error:
        refused, data = error.problems, None
    assert refused or isinstance(data, dict)


class Due(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    within: int = Field(ge=1)


class Step(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    title: Text
    role: str | None = None
    kind: Literal["task", "automation"] = "task"
    due: Due | str | None = None
    outcomes: tuple[str, ...] = ()

    @field_validator("role")
    @classmethod
    def _known_role(cls, role: str | None) -> str | None:
        if role == "nobody":
            raise ContentError(Text("Ruolo inesistente.", "No such role."))
        return role


class Protocol(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    version: str
    steps: dict[str, Step]


def refusals_of(text: str) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        validate_document(read_document(text, "p.yaml"), Protocol)
    return [str(problem) for problem in refused.value.problems]


def test_a_right_document_becomes_the_model() -> None:
    protocol = validate_document(
        read_document(
            "version: 1.0.0\nsteps:\n  triage:\n    title: {it: Analisi, en: Triage}\n"
            "    due: {within: 20}\n  meet: {title: Incontro, due: 20 working days}\n",
            "p.yaml",
        ),
        Protocol,
    )
    assert protocol.steps["triage"].title == Text("Analisi", "Triage")
    assert protocol.steps["meet"].title == Text("Incontro")
    assert protocol.steps["triage"].due == Due(within=20)


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (
            "title: A\n    outcome: [x]",
            "p.yaml:5: steps.t.outcome: Voce «outcome» inesistente. Forse «outcomes»?",
        ),
        (
            "title: A\n    kind: tsk",
            "p.yaml:5: steps.t.kind: Valore non previsto: «tsk». Forse «task»?",
        ),
        ("title: {it: A, eng: B}", "p.yaml:4: steps.t.title.eng: Voce «eng» inesistente."),
        ("role: x", "p.yaml:3: steps.t.title: Manca «title», che è obbligatorio."),
        ("title: A\n    outcomes: x", "p.yaml:5: steps.t.outcomes: Qui serve un elenco; c'è «x»."),
        (
            "title: A\n    outcomes: [a, 3]",
            "p.yaml:5: steps.t.outcomes[1]: Qui serve un testo; c'è «3». Mettilo tra virgolette.",
        ),
        (
            "title: A\n    due:\n      within: 0",
            "p.yaml:6: steps.t.due.within: Deve essere almeno 1.",
        ),
        (
            "title: A\n    due: {wthin: 3}",
            "p.yaml:5: steps.t.due.wthin: Voce «wthin» inesistente. Forse «within»?",
        ),
        ("title: A\n    role: nobody", "p.yaml:5: steps.t.role: Ruolo inesistente."),
    ],
)
def test_a_mistake_is_located_and_corrected(step: str, said: str) -> None:
    found = refusals_of(f"version: 1.0.0\nsteps:\n  t:\n    {step}\n")
    assert any(line.startswith(said) for line in found), found


def test_a_version_written_as_a_number_is_told_to_be_quoted() -> None:
    assert refusals_of("version: 1.0\nsteps: {}\n") == [
        "p.yaml:1: version: Qui serve un testo; c'è «1.0». Mettilo tra virgolette."
    ]


def test_a_document_wrong_from_end_to_end_tells_a_bounded_number_of_mistakes() -> None:
    entries = "".join(f"k{number}: 1\n" for number in range(20_000))
    assert len(refusals_of("version: x\nsteps: {}\n" + entries)) == 100


def test_nearest_names_the_one_meant_and_nothing_far_away() -> None:
    roles = ["municipal_referent", "district_referent", "tutor"]
    assert nearest("municipal_referrent", roles) == "municipal_referent"
    assert nearest("TUTOR", roles) == "tutor"
    assert nearest("zzz", roles) is None
    assert nearest("x", []) is None


def test_paths_are_written_for_people() -> None:
    assert dotted(("steps", "triage", "roles", 0, "name")) == "steps.triage.roles[0].name"
    assert dotted(()) == ""


def test_text_falls_back_to_the_language_it_has() -> None:
    assert Text("Ciao").in_("en") == "Ciao"
    assert Text("Ciao", "Hello").in_("en") == "Hello"
    assert Text("", "Hello").in_("it") == "Hello"
