"""Small variants of the small protocol of the engine's tests."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from protocols.documents import DocumentError, Problem
from protocols.language.library import Library, Source
from protocols.language.load import Reading, read, resolve
from tests.language.mistakes import MINI

# The smallest that variants can differ from: the checker's own tests try large protocols.
BASE = """
protocol: mini
version: 1.0.0
title: {it: Percorso breve, en: Short path}
territory: adda-martesana
valid_from: 2021-01-01
roles:
  municipal_referent: {title: Referente comunale, held_by: {organisation: comune}}
forms:
  triage:
    title: Analisi
    fields: {need: {type: choice, title: Bisogno, options: [work, health]}}
steps:
  triage: {title: Analisi, role: municipal_referent, form: triage, due: 20 days}
  team: {title: Équipe, after: triage, role: municipal_referent}
  letter: {title: Lettera, after: triage, role: municipal_referent}
"""


def variant(name: str, difference: str, **head: str) -> str:
    """A variant of `mini` 1.0.0; `head` replaces or adds entries of the head."""
    entries = {
        "protocol": "mini",
        "variant": name,
        "version": "1.0.0",
        "of": "1.0.0",
        "title": name.upper(),
        "valid_from": "2021-01-01",
        "applies_to": "{source: PSYCHIATRIC_CENTRE}",
        **head,
    }
    written = "".join(f"{key}: {value}\n" for key, value in entries.items() if value)
    return written + textwrap.dedent(difference)


def library(*texts: str, base: str = MINI) -> Library:
    """The base in `base.yaml`, and each variant in a file of its name."""
    sources = [Source(text, "variant.yaml") for text in texts]
    return Library(
        [Source(base, "base.yaml"), *(Source(s.text, f"{s.variant}.yaml") for s in sources)]
    )


def composed(*texts: str, base: str = MINI) -> Reading:
    """The base with all these variants together."""
    books = library(*texts, base=base)
    labels = sorted(source.label for source in books.variants("mini"))
    return resolve(books, "mini", "+".join(["1.0.0", *labels]))


def alone(text: str, base: str = MINI) -> Reading:
    return read(text, "variant.yaml", Library([Source(base, "base.yaml")]))


def problems(*texts: str, base: str = MINI) -> tuple[Problem, ...]:
    with pytest.raises(DocumentError) as error:
        composed(*texts, base=base) if len(texts) > 1 else alone(texts[0], base)
    return error.value.problems


def line_of(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


def steps(reading: Reading) -> Mapping[str, object]:
    return reading.plan.protocol.steps
