"""Charts as SVG, without anything else: bars with their intervals, readable in black and white."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from protocols.engine.plan import Plan
from protocols.simulation.figures import Estimate, Report
from protocols.text import Text

_WIDTH, _LABEL, _ROW, _TOP, _RIGHT = 960, 330, 26, 64, 90
_COLOURS = ("#1f4e79", "#c55a11")
_STYLE = (
    "text{font:13px sans-serif;fill:#222}.t{font-size:18px;font-weight:bold}.s{fill:#666}"
    ".g{stroke:#ddd}.i{stroke:#111;stroke-width:1.5}.l{stroke:#b00020;stroke-dasharray:4 3}"
)


class Bar(NamedTuple):
    """One row: a figure for each series; None where a series has none."""

    label: str
    figures: tuple[Estimate | None, ...]


def bars(
    title: Text,
    unit: Text,
    rows: Sequence[Bar],
    series: Sequence[str] = (),
    limit: float | None = None,
    percent: bool = False,
) -> str:
    """An SVG document. `limit`: a line at that value, if it is in sight."""
    thick = _ROW * max(1, len(series))
    height = _TOP + len(rows) * (thick + 6) + 40
    largest = max(
        [e.high if e.high is not None else e.value for row in rows for e in row.figures if e]
        + ([limit] if limit else [])
        + [1e-9]
    )
    scale = (_WIDTH - _LABEL - _RIGHT) / largest
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t d">',
        f'<title id="t">{escape(title.it)} · {escape(title.in_("en"))}</title>',
        f'<desc id="d">{escape(_described(rows, percent))}</desc>',
        f"<style>{_STYLE}</style>",
        f'<rect width="{_WIDTH}" height="{height}" fill="white"/>',
        f'<text x="16" y="28" class="t">{escape(title.it)}</text>',
        f'<text x="16" y="48" class="s">{escape(title.in_("en"))} – {escape(unit.it)} · '
        f"{escape(unit.in_('en'))}</text>",
    ]
    for number, name in enumerate(series):
        x = _LABEL + 160 * number
        parts.append(f'<rect x="{x}" y="36" width="14" height="14" fill="{_COLOURS[number % 2]}"/>')
        parts.append(f'<text x="{x + 20}" y="48">{escape(name)}</text>')
    for quarter in range(5):
        across = _LABEL + largest * scale * quarter / 4
        foot = height - 30
        parts.append(
            f'<line class="g" x1="{across:.1f}" y1="{_TOP - 6}" x2="{across:.1f}" y2="{foot}"/>'
        )
        parts.append(
            f'<text x="{across:.1f}" y="{height - 12}" text-anchor="middle" class="s">'
            f"{_shown(largest * quarter / 4, percent)}</text>"
        )
    for index, row in enumerate(rows):
        parts += _row(row, _TOP + index * (thick + 6), scale, percent, thick)
    if limit:
        across = _LABEL + limit * scale
        parts.append(
            f'<line class="l" x1="{across:.1f}" y1="{_TOP - 6}" x2="{across:.1f}" '
            f'y2="{height - 30}"/>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _row(row: Bar, top: float, scale: float, percent: bool, thick: int) -> list[str]:
    label = row.label if len(row.label) <= 46 else row.label[:45] + "…"
    parts = [
        f'<text x="{_LABEL - 8}" y="{top + thick / 2 + 4:.1f}" text-anchor="end">'
        f"{escape(label)}</text>"
    ]
    for number, figure in enumerate(row.figures):
        if figure is None:
            continue
        y = top + number * _ROW
        width = max(0.0, figure.value * scale)
        right = width
        parts.append(
            f'<rect x="{_LABEL}" y="{y + 4}" width="{width:.1f}" height="{_ROW - 8}" '
            f'fill="{_COLOURS[number % 2]}"/>'
        )
        if figure.low is not None and figure.high is not None:
            low, high = max(0.0, figure.low) * scale + _LABEL, max(0.0, figure.high) * scale
            middle = y + _ROW / 2
            right = max(right, high)
            parts.append(
                f'<line class="i" x1="{low:.1f}" y1="{middle}" x2="{high + _LABEL:.1f}" '
                f'y2="{middle}"/>'
            )
        parts.append(
            f'<text x="{_LABEL + right + 6:.1f}" y="{y + _ROW / 2 + 4}">'
            f"{_shown(figure.value, percent)}</text>"
        )
    return parts


def _shown(value: float, percent: bool) -> str:
    return f"{value:.0%}" if percent else f"{value:.1f}"


def _described(rows: Sequence[Bar], percent: bool) -> str:
    return "; ".join(
        f"{row.label}: " + ", ".join(_shown(e.value, percent) for e in row.figures if e)
        for row in rows
    )


def charts(plan: Plan, reports: Sequence[Report]) -> dict[str, str]:
    """File name → SVG: waits of the steps, tasks that are late, load of the roles. With two
    reports, two versions side by side; titles are those of `plan`."""
    steps = plan.protocol.steps
    series = [f"{r.protocol} {r.version}" for r in reports] if len(reports) > 1 else []
    names = dict.fromkeys(step.step for r in reports for step in r.steps)
    by_step = [{figures.step: figures for figures in r.steps} for r in reports]
    ordered = [name for name in steps if name in names] + [n for n in names if n not in steps]
    titles = {name: steps[name].title.it if name in steps else name for name in ordered}
    waits = [
        Bar(titles[n], tuple(found[n].wait if n in found else None for found in by_step))
        for n in ordered
    ]
    late = [
        Bar(titles[n], tuple(found[n].late if n in found else None for found in by_step))
        for n in ordered
        if any(n in found and found[n].late for found in by_step)
    ]
    by_role = [{figures.role: figures for figures in r.roles} for r in reports]
    roles = plan.protocol.roles
    load = [
        Bar(
            roles[name].title.it if name in roles else name,
            tuple(found[name].load if name in found else None for found in by_role),
        )
        for name in dict.fromkeys(role.role for r in reports for role in r.roles)
    ]
    days, share = Text("giorni", "days"), Text("quota", "share")
    return {
        "waits.svg": bars(
            Text("Attesa mediana per passo", "Median wait by step"), days, waits, series
        ),
        "late.svg": bars(
            Text("Compiti oltre il termine", "Tasks past their deadline"), share, late, series,
            percent=True,
        ),
        "load.svg": bars(
            Text("Carico per ruolo", "Load by role"), share, load, series, limit=1.0, percent=True
        ),
    }  # fmt: skip
