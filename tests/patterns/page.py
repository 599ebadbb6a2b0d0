"""The page that shows the patterns, made from their files: `python -m tests.patterns.page`."""

from __future__ import annotations

from pathlib import Path

from protocols.language.load import read_protocol
from tests.patterns.patterns import FOLDER, Pattern, patterns

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

*Italiano.* Ogni riga è un modo in cui i passi di un protocollo possono seguirsi, con quello che \
si scrive per dirlo. Sotto, per ciascuno, un piccolo protocollo intero (senza intestazione e \
ruoli): sono gli stessi che i test eseguono, con le storie che devono permettere e quelle che \
devono rifiutare.

The numbers are those of the workflow patterns catalogue (Russell, ter Hofstede, van der Aalst and \
Mulyar, 2006). The protocols below are those of `tests/patterns/`, where beside each stand the \
histories that it must allow and those that it must refuse. This page is made from them: \
`python -m tests.patterns.page`.

| | pattern | you write | it means |
|---|---|---|---|
"""

_TAIL = """
## Besides control flow

**Two signatures.** `signed_by: 2`: the first person's completion only signs the step; it is done \
when another person signs the same, with no answers or with the same ones. Who signs something \
else starts again: the first must then sign that.

**A role held under another name.** `held_as: district_referent` on a role: its holders are the \
staff who have that role, in the place that `held_by` says.

**Decision tables.** A form's field with `filled_by: level` is not asked: the table gives it when \
the step is completed. Guards read `tables.level`, facts take `level: tables.level`.

```yml
%s
```

`hit` is `unique` (one rule at most can apply), `first`, `any` (several may, if they say the same) \
or `collect` (all: a list). An input is one value, a list of values, `at most 40`, `less than`, \
`at least`, `more than`, `41..60`, `not work`. A table is refused when a combination of values has \
no rule and there is no `default`, when two rules contradict each other, and when a rule can never \
apply: every combination that its conditions tell apart is tried.

**Assessment instruments.** A field `{type: instrument, instrument: gaf/1}` takes a value for each \
item and records `items`, and `score` and `band` where the instrument has them: guards and tables \
read `assess.gaf.score`. Those of the territory are in its `instruments.yaml`, without the wording \
of their items.

**Guards are checked.** A field that no form gathers, a number compared with a text, an option \
that does not exist: each is told when the document is read, with its line.
"""

EXAMPLE = FOLDER / "table.yaml"


def page() -> str:
    found = patterns()
    rows = "".join(_row(pattern) for pattern in found)
    return _HEAD + rows + "".join(_section(pattern) for pattern in found) + _TAIL % _example()


def _example() -> str:
    text = EXAMPLE.read_text(encoding="utf-8")
    return text[text.index("forms:") : text.index("steps:")].rstrip()


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
