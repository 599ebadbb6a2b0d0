"""A protocol as one SVG that needs nothing else: a band for each stage, steps from left to right.

Nothing is said by colour alone: what changed is written in the box and drawn with another outline
(WCAG 2.2, success criterion 1.4.1).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from html import escape
from textwrap import wrap
from typing import NamedTuple

from protocols.engine.plan import Plan
from protocols.language.document import Protocol
from protocols.reading import sentences
from protocols.reading.words import duration, role_title
from protocols.text import Language, Text

_WIDTH, _HEIGHT, _GAP_X, _GAP_Y, _LABEL, _MARGIN = 190, 84, 56, 22, 150, 20

_MARKS = {
    "added": (Text("＋ nuovo", "＋ new"), "#0a6b2d", "6 0"),
    "removed": (Text("－ tolto", "－ gone"), "#a11212", "3 3"),
    "changed": (Text("≠ cambiato", "≠ changed"), "#8a4b00", "9 3"),
    "renamed": (Text("→ rinominato", "→ renamed"), "#1b4f9c", "9 3 2 3"),
}

_STYLE = """\
text{font:12px system-ui,sans-serif;fill:#1b1b1b}.t{font-weight:600}.s{fill:#444}
.band{fill:#f4f6f8}.band.odd{fill:#fff}.box{fill:#fff;stroke:#333;stroke-width:1.2}
.auto{fill:#eef4ff}.opt{stroke-dasharray:4 3}.edge{fill:none;stroke:#555;stroke-width:1.2}
.back{stroke-dasharray:5 4;stroke:#7a2ea0}.region{stroke-dasharray:1 4}
"""


class _Place(NamedTuple):
    x: float
    y: float


def svg(
    plan: Plan,
    language: Language = "it",
    marks: Mapping[str, str] | None = None,
    gone: Plan | None = None,
) -> str:
    """The drawing. `marks`: step → added, removed, changed or renamed; steps marked as removed are
    drawn as they stand in `gone`, the older version."""
    return _Drawing(plan, language, dict(marks or {}), gone).text()


class _Drawing:
    def __init__(
        self, plan: Plan, language: Language, marks: dict[str, str], gone: Plan | None
    ) -> None:
        self.plan = plan
        self.language: Language = language
        self.marks = marks
        self.gone = gone
        lost = [n for n, kind in marks.items() if kind == "removed" and gone and n in gone.steps]
        self.owner: dict[str, Plan] = dict.fromkeys(plan.names, plan)
        self.owner.update({n: gone for n in lost if gone and n not in plan.steps})
        self.places = self._place()

    def say(self, text: Text) -> str:
        return escape(text.in_(self.language))

    def _protocol(self, name: str) -> Protocol:
        return self.owner[name].protocol

    # ── places ───────────────────────────────────────────────────────────────────────────────

    def _place(self) -> dict[str, _Place]:
        depth: dict[str, int] = {}

        def deep(name: str, on_way: frozenset[str]) -> int:
            if name not in depth:
                step = self.owner[name].steps[name]
                reads = [*(step.formula.steps if step.formula else ()), step.region or ""]
                before = [
                    deep(r, on_way | {r}) for r in reads if r in self.owner and r not in on_way
                ]
                depth[name] = max(before, default=-1) + 1
            return depth[name]

        for name in self.owner:
            deep(name, frozenset({name}))
        # Columns that no step of a stage uses would only stretch the drawing.
        self.bands: dict[str, tuple[float, float]] = {}
        places: dict[str, _Place] = {}
        y: float = 70
        for stage in self._stages():
            rows: dict[int, int] = defaultdict(int)
            for name in self.owner:
                if (self._protocol(name).steps[name].stage or "") != stage:
                    continue
                column = depth[name]
                places[name] = _Place(
                    _LABEL + _MARGIN + column * (_WIDTH + _GAP_X),
                    y + _MARGIN + rows[column] * (_HEIGHT + _GAP_Y),
                )
                rows[column] += 1
            height = 2 * _MARGIN + max(rows.values(), default=1) * (_HEIGHT + _GAP_Y) - _GAP_Y
            self.bands[stage] = (y, height)
            y += height
        self.width = max((p.x for p in places.values()), default=_LABEL) + _WIDTH + _MARGIN
        self.height = y + _MARGIN
        return places

    def _stages(self) -> list[str]:
        used = {self._protocol(n).steps[n].stage or "" for n in self.owner}
        known = [*self.plan.protocol.stages, *(self.gone.protocol.stages if self.gone else ())]
        return [s for s in dict.fromkeys([*known, ""]) if s in used]

    # ── the picture ──────────────────────────────────────────────────────────────────────────

    def text(self) -> str:
        protocol = self.plan.protocol
        title = f"{protocol.title.in_(self.language)} {protocol.version}"
        counts = Text(
            f"{len(self.plan.names)} passi in {len(self.bands)} fasi, da sinistra a destra "
            "nell'ordine in cui si aprono. Linee tratteggiate: si torna indietro. "
            "Linee punteggiate: durante.",
            f"{len(self.plan.names)} steps in {len(self.bands)} stages, left to right "
            "as they open. Dashed lines go back. Dotted lines: while it lasts.",
        )
        shapes = [self._band(i, stage) for i, stage in enumerate(self.bands)]
        shapes += [self._edges(name) for name in self.owner]
        shapes += [self._box(name) for name in self.owner]
        return (
            '<svg xmlns="http://www.w3.org/2000/svg" role="graphics-document document" '
            f'lang="{self.language}" '
            f'viewBox="0 0 {self.width:g} {self.height:g}" width="{self.width:g}" '
            f'height="{self.height:g}" aria-labelledby="title desc">\n'
            f'<title id="title">{escape(title)}</title>\n'
            f'<desc id="desc">{self.say(counts)}</desc>\n'
            f"<style>{_STYLE}</style>\n"
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
            'markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z" fill="#555"/></marker></defs>\n'
            f'<rect width="100%" height="100%" fill="#fff"/>\n'
            f'<text class="t" x="{_MARGIN}" y="30" style="font-size:18px">{escape(title)}</text>\n'
            f"{self._legend()}" + "\n".join(filter(None, shapes)) + "\n</svg>\n"
        )

    def _legend(self) -> str:
        used = [kind for kind in _MARKS if kind in self.marks.values()]
        parts = []
        for i, kind in enumerate(used):
            said, colour, dash = _MARKS[kind]
            x = _MARGIN + i * 130
            parts.append(
                f'<g><rect x="{x}" y="42" width="18" height="14" fill="none" stroke="{colour}" '
                f'stroke-width="3" stroke-dasharray="{dash}"/>'
                f'<text x="{x + 24}" y="54">{self.say(said)}</text></g>\n'
            )
        return "".join(parts)

    def _band(self, number: int, stage: str) -> str:
        y, height = self.bands[stage]
        stages = {**(self.gone.protocol.stages if self.gone else {}), **self.plan.protocol.stages}
        title = stages.get(
            stage, Text("Altri passi", "Other steps") if stage == "" else Text(stage)
        )
        lines = wrap(title.in_(self.language), 20)[:4]
        label = "".join(_line_of("t", 12, y + 30 + 16 * i, line) for i, line in enumerate(lines))
        odd = " odd" if number % 2 else ""
        return (
            f'<g role="group" aria-label="{self.say(title)}">'
            f'<rect class="band{odd}" x="0" y="{y:g}" width="{self.width:g}" '
            f'height="{height:g}"/>{label}</g>'
        )

    def _box(self, name: str) -> str:
        place, protocol = self.places[name], self._protocol(name)
        step = protocol.steps[name]
        row = sentences.step(protocol, name)
        who = (
            Text("macchina", "machine")
            if step.automation
            else (role_title(protocol, step.role) if step.role else row.who)
        )
        foot = [duration(step.due.within).in_(self.language)] if step.due else []
        told = ". ".join(
            escape(t.in_(self.language))
            for t in (row.who, row.after, row.by_when, row.results)
            if t.it
        )
        outline, label = "", ""
        if name in self.marks:
            said, colour, dash = _MARKS[self.marks[name]]
            outline = f' style="stroke:{colour};stroke-width:3" stroke-dasharray="{dash}"'
            label = (
                f'<text x="{place.x + _WIDTH - 8:g}" y="{place.y + _HEIGHT - 8:g}" '
                f'text-anchor="end" style="fill:{colour};font-weight:600">{self.say(said)}</text>'
            )
        classes = "box" + (" auto" if step.automation else "") + (" opt" if step.optional else "")
        title = "".join(
            _line_of("t", place.x + 8, place.y + 18 + 14 * i, line)
            for i, line in enumerate(_fitted(step.title.in_(self.language), 28, 2))
        )
        below = "".join(
            _line_of("s", place.x + 8, place.y + 50 + 14 * i, line)
            for i, line in enumerate([*_fitted(who.in_(self.language), 30, 1), *foot])
        )
        return (
            f'<g id="step-{name}" role="group" aria-label="{self.say(row.title)}">'
            f"<title>{told}</title>"
            f'<rect class="{classes}" x="{place.x:g}" y="{place.y:g}" width="{_WIDTH}" '
            f'height="{_HEIGHT}" rx="6"{outline}/>{title}{below}{label}</g>'
        )

    def _edges(self, name: str) -> str:
        step = self.owner[name].steps[name]
        lines = [
            self._line(source, name, "edge")
            for source in (step.formula.steps if step.formula else ())
        ]
        if step.region:
            lines.append(self._line(step.region, name, "edge region"))
        for outcome in step.outcomes.values():
            if outcome.again:
                lines.append(self._line(name, outcome.again, "edge back"))
        return "".join(lines)

    def _line(self, source: str, target: str, kind: str) -> str:
        if source not in self.places or target not in self.places:
            return ""
        a, b = self.places[source], self.places[target]
        if "back" in kind:
            from_x, to_x = a.x + _WIDTH / 2, b.x + _WIDTH / 2
            top = min(a.y, b.y) - 28
            path = f"M{from_x:g} {a.y:g}C{from_x:g} {top:g} {to_x:g} {top:g} {to_x:g} {b.y:g}"
        else:
            start, end = (a.x + _WIDTH, a.y + _HEIGHT / 2), (b.x, b.y + _HEIGHT / 2)
            bend = _GAP_X * 0.8
            path = (
                f"M{start[0]:g} {start[1]:g}C{start[0] + bend:g} {start[1]:g} "
                f"{end[0] - bend:g} {end[1]:g} {end[0]:g} {end[1]:g}"
            )
        return f'<path class="{kind}" d="{path}" marker-end="url(#tip)"/>'


def _line_of(kind: str, x: float, y: float, line: str) -> str:
    return f'<text class="{kind}" x="{x:g}" y="{y:g}">{escape(line)}</text>'


def _fitted(text: str, width: int, lines: int) -> list[str]:
    wrapped = wrap(text, width)
    if len(wrapped) > lines:
        wrapped = [*wrapped[: lines - 1], wrapped[lines - 1][: width - 1] + "…"]
    return wrapped
