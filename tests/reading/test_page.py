"""The page that people read: every step in sentences, in both languages, safe to publish."""

from __future__ import annotations

from html.parser import HTMLParser
from pathlib import Path

import pytest

from protocols.language.load import load_protocol
from protocols.reading import sentences
from protocols.reading.page import page
from protocols.reading.render import html, markdown
from protocols.reading.tree import tree
from protocols.reading.words import condition
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.engine.gwt import protocol

MINI = load_protocol(Path(__file__).parents[1] / "engine" / "mini.yaml")


def test_a_step_says_who_does_what_after_what_by_when_with_which_results_and_what_if_not() -> None:
    row = sentences.step(MINI.protocol, "triage")
    assert row.who.it == "Referente comunale"
    assert row.what.it == "compila «Analisi»"
    assert row.after.it == "all'apertura del caso"
    assert row.by_when.it == "entro 20 giorni lavorativi; promemoria 5 giorni lavorativi prima"
    assert row.results.it == "«simple»; «complex»"
    assert row.if_not.it == (
        "si chiama Referente di distretto, poi dopo 10 giorni lavorativi Coordinamento"
    )


def test_results_tell_what_follows_from_them() -> None:
    row = sentences.step(MINI.protocol, "conference")
    assert "«integrate» → si rifà «Valutazione», al massimo 1 volta" in row.results.it
    assert "“refuse” → the case ends (not_eligible)" in row.results.en


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("placement", "dopo «Équipe» con esito «admit» oppure «Analisi preliminare» con esito"),
        ("monitor", "finché dura «Inserimento»; ogni 1 mese"),
        ("review", "90 giorni dopo «Inserimento»"),
        ("clinical_return", "quando accade «Crisi»"),
    ],
)
def test_when_a_step_opens(step: str, said: str) -> None:
    assert said in sentences.step(MINI.protocol, step).after.it


def test_the_machine_and_who_does_it_when_it_cannot() -> None:
    assert sentences.step(MINI.protocol, "letter").who.it == (
        "la macchina (letter); se non riesce, Referente comunale"
    )


def test_events_say_what_follows_and_when_they_are_possible() -> None:
    assert sentences.event(MINI.protocol, "crisis")[2].it == (
        "si apre «Rientro»; i termini si fermano"
    )
    assert sentences.event(MINI.protocol, "reentry")[1].it == "entro 12 mesi dalla chiusura"
    assert sentences.event(MINI.protocol, "death")[2].en == "the case ends silently (deceased)"


def test_formulas_are_said_with_their_nesting() -> None:
    plan = protocol(
        "steps:\n"
        "  class: {title: A, role: worker, outcomes: [x, y]}\n"
        "  b: {title: B, role: worker}\n"
        "  c: {title: C, role: worker, after: 'at_least(1, b, class.x) and not settled(b)'}\n"
    )
    said = condition(plan.protocol, "class.x and (b or not class.y)")
    assert said.it == "«A» con esito «x» e («B» oppure non «A» con esito «y»)"
    assert tree("at_least(2, a, b.x, c)").number == 2
    assert condition(plan.protocol, "at_least(1, b, class.x)").en.startswith("at least 1 of: “B”")


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_step_event_role_and_indicator_of_the_shipped_protocols_is_on_the_page(
    language: str,
) -> None:
    for plan in Registry.load(default_pack()).all():
        read = page(plan, language)  # type: ignore[arg-type]
        text = markdown(read)
        document = plan.protocol
        titled = [*document.steps.values(), *document.events.values(), *document.roles.values()]
        cells = {c.lstrip("↳ ") for s in read.sections for row in s.table.rows for c in row}
        for part in [*titled, *document.indicators.values()]:
            assert part.title.in_(language) in cells  # type: ignore[arg-type]
        assert text.count("\n| --- |") == len(read.sections)
        assert plan.digest in text


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.lang = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.lang = dict(attrs).get("lang") or self.lang if tag == "html" else self.lang
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_html_is_well_formed_and_says_its_language() -> None:
    outline = _Outline()
    outline.feed(html(page(MINI, "en")))
    assert outline.open == []
    assert outline.lang == "en"
    assert outline.seen.count("h1") == 1
    assert "script" not in outline.seen


def test_what_a_title_contains_stays_text() -> None:
    plan = protocol("steps: {a: {title: '<b>|x|</b> & co', role: worker}}\n")
    assert "&lt;b&gt;|x|&lt;/b&gt; &amp; co" in html(page(plan))
    assert "\\<b\\>\\|x\\|\\</b\\> & co" in markdown(page(plan))
