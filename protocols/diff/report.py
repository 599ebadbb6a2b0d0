"""A difference told: as text for people, as plain values for programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from protocols.diff.compare import Difference, Passage
from protocols.text import Language, Text


def text(difference: Difference, language: Language = "it") -> str:
    """Headings and one line for each thing; what is no change of behaviour stands apart, last."""

    def say(it: str, en: str) -> str:
        return it if language == "it" else en

    def lines() -> Iterator[str]:
        yield f"{difference.old} → {difference.new}"
        if difference.same_behaviour:
            yield ""
            yield say("Nessun cambiamento di comportamento.", "No change of behaviour.")
        yield from _section(
            say("Che cosa cambia", "What changes"), [c.text for c in difference.changes], language
        )
        yield from _passages(
            say("Dove ora un caso può andare", "Where a case can now go"),
            [p for p in difference.passages if p.gained],
            language,
            say("per esempio", "for example"),
        )
        yield from _passages(
            say("Dove non può più andare", "Where it can no longer go"),
            [p for p in difference.passages if not p.gained],
            language,
            say("prima", "before"),
        )
        yield from _section(
            say("Chi vede che cosa", "Who sees what"),
            [v.text for v in difference.visible],
            language,
        )
        if difference.unexplored:
            listed = ", ".join(difference.unexplored)
            yield ""
            yield say(f"Non esplorato per intero: {listed}", f"Not wholly explored: {listed}")
        yield from _section(
            say(
                "A parte: parole, ordine, commenti (non cambiano il comportamento)",
                "Apart: words, order, comments (no change of behaviour)",
            ),
            [c.text for c in difference.apart],
            language,
        )

    return "\n".join(lines()) + "\n"


def _section(title: str, entries: list[Text], language: Language) -> Iterator[str]:
    if entries:
        yield ""
        yield title
        yield from (f"  • {entry.in_(language)}" for entry in entries)


def _passages(
    title: str, entries: list[Passage], language: Language, example: str
) -> Iterator[str]:
    if entries:
        yield ""
        yield title
        for entry in entries:
            yield f"  • {entry.text.in_(language)}"
            if entry.history:
                steps = " → ".join(each.in_(language) for each in entry.history)
                yield f"      {example}: {steps}"


def values(difference: Difference) -> dict[str, Any]:
    """Plain values with stable names, both languages."""

    def both(told: Text) -> dict[str, str]:
        return {"it": told.it, "en": told.in_("en")}

    def listed(changes: Any) -> list[dict[str, Any]]:
        return [
            {"kind": c.kind, "place": c.place, "step": c.step or None, "text": both(c.text)}
            for c in changes
        ]

    return {
        "old": difference.old,
        "new": difference.new,
        "same_behaviour": difference.same_behaviour,
        "renamed_steps": difference.renamed,
        "changes": listed(difference.changes),
        "passages": [
            {
                "step": p.step,
                "gained": p.gained,
                "text": both(p.text),
                "history": [both(each) for each in p.history],
            }
            for p in difference.passages
        ],
        "visibility": [
            {
                "role": v.sight.role,
                "category": v.sight.category,
                "personal": v.sight.personal,
                "how": v.sight.how,
                "gained": v.gained,
                "text": both(v.text),
            }
            for v in difference.visible
        ],
        "unexplored": list(difference.unexplored),
        "apart": listed(difference.apart),
    }
