"""The page that shows the patterns, made from their files: `python -m tests.patterns.page`."""

from __future__ import annotations

from pathlib import Path

from protocols.language.load import read_protocol
from tests.patterns.patterns import Pattern, patterns

PAGE = Path(__file__).parents[2] / "docs" / "patterns.md"

# What to write, in one line: (inside backticks, and what it means).
SAID = {
    1: ("after: hear", "one after the other"),
    2: ("after: admit", "twice: both open at once"),
    3: ("after: visit and letter", "waits for both"),
    4: ("after: triage.simple", "by the outcome; the other goes out"),
    5: ("after: advise or team", "whichever was done"),
    6: ("when: \"'home' in triage.needs\"", "as many as the guards let open"),
    7: ("after: settled(home, work, health)", "waits for those that can still happen"),
    10: ("again: collect", "from any step back to any that came before"),
    11: ("optional: true", "the case ends when nothing is left that must be done"),
    14: ("each: team.members.person", "one task for each"),
    15: ("each: …", "and a member may be added while the step is open"),
    16: ("race: answer", "the first that happens sends the others out"),
    18: ("during: placement", "only while that step is open"),
    19: ("cancels: visit", "in an event, or in an outcome"),
    20: ("ends: deceased", "in an event"),
    21: ("again: assess, at_most: 2", "a new round, so many times"),
    24: ("keeps: true", "an event that comes too early waits until a step wants it"),
    25: ("cancels: [hear, home_visit, school_visit]", "wherever each of them stands"),
    26: ("cancels: assess", "all the tasks of the step"),
    27: ("completes: assess.done", "the step is done with the answers there are"),
    30: ("after: at_least(2, visit, letter, call)", "the third may still be done"),
    34: ("enough: 2", "goes on with two; later ones are welcome"),
    35: ("enough: 2, rest: withdrawn", "goes on with two; the others are withdrawn"),
    40: ("one_at_a_time: visits", "while one is taken, no other of the group may be"),
    43: ("ends: not_eligible", "in an outcome; what is still open is withdrawn"),
}

_HEAD = """\
# Control flow, pattern by pattern

*Italiano.* Ogni riga è un modo in cui i passi di un protocollo possono seguirsi, con quello che si \
scrive per dirlo. Sotto, per ciascuno, un piccolo protocollo intero (senza intestazione e ruoli): \
sono gli stessi che i test eseguono, con le storie che devono permettere e quelle che devono \
rifiutare.

The numbers are those of the workflow patterns catalogue (Russell, ter Hofstede, van der Aalst and \
Mulyar, 2006). The protocols below are those of `tests/patterns/`, where beside each stand the \
histories that it must allow and those that it must refuse. This page is made from them: \
`python -m tests.patterns.page`.

| | pattern | you write | it means |
|---|---|---|---|
"""


def page() -> str:
    found = patterns()
    rows = "".join(_row(pattern) for pattern in found)
    return _HEAD + rows + "".join(_section(pattern) for pattern in found)


def _row(pattern: Pattern) -> str:
    written, means = SAID[pattern.number]
    title = read_protocol(pattern.text, pattern.name).protocol.title
    link = f"[{title.en}](#{_anchor(pattern)})"
    return f"| {pattern.number} | {link} · *{title.it}* | `{written}` | {means} |\n"


def _heading(pattern: Pattern) -> str:
    title = read_protocol(pattern.text, pattern.name).protocol.title
    return f"{pattern.number} {title.en}"


def _anchor(pattern: Pattern) -> str:
    return _heading(pattern).lower().replace(",", "").replace(" ", "-")


def _section(pattern: Pattern) -> str:
    return f"\n## {_heading(pattern)}\n\n```yml\n{pattern.shown}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
