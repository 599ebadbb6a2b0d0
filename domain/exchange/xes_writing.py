"""Our log as XES (IEEE 1849-2016), with the standard extensions concept, time, lifecycle, org."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import TextIO
from xml.sax.saxutils import quoteattr

from domain.exchange.told import ToldCase

_EXTENSIONS = (("Concept", "concept"), ("Time", "time"), ("Lifecycle", "lifecycle"))
_ORGANISATIONAL = ("Organizational", "org")


def write_xes(cases: Iterable[ToldCase], out: TextIO) -> int:
    """One case after the other; how many."""
    out.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    out.write('<log xes.version="1849.2016" xes.features="">\n')
    for name, prefix in (*_EXTENSIONS, _ORGANISATIONAL):
        # A name of the standard, not a place: nothing is fetched from it.
        uri = f"http://www.xes-standard.org/{prefix}.xesext"
        out.write(f'  <extension name="{name}" prefix="{prefix}" uri="{uri}"/>\n')
    out.write('  <global scope="trace">\n')
    out.write('    <string key="concept:name" value="__INVALID__"/>\n  </global>\n')
    out.write('  <global scope="event">\n')
    out.write('    <string key="concept:name" value="__INVALID__"/>\n')
    out.write('    <string key="lifecycle:transition" value="complete"/>\n')
    out.write('    <date key="time:timestamp" value="1970-01-01T00:00:00+00:00"/>\n  </global>\n')
    out.write('  <classifier name="Activity" keys="concept:name"/>\n')
    out.write('  <string key="lifecycle:model" value="standard"/>\n')
    count = 0
    for case in cases:
        out.write(_trace(case))
        count += 1
    out.write("</log>\n")
    return count


def _trace(case: ToldCase) -> str:
    lines = [
        "  <trace>",
        f"    {_string('concept:name', case.case)}",
        f"    {_string('protocol', case.protocol)}",
        f"    {_string('version', case.version)}",
        f"    {_string('person', case.person)}",
        f"    {_string('source', case.source)}",
        f'    <int key="district" value="{case.district}"/>',
    ]
    for event in case.events:
        lines.append("    <event>")
        said = (
            ("concept:name", event.activity),
            ("concept:instance", event.instance),
            ("lifecycle:transition", event.transition),
            ("org:resource", event.actor),
            ("org:role", event.role),
            ("kind", event.kind),
            ("outcome", event.outcome),
        )
        lines += [f"      {_string(key, value)}" for key, value in said if value]
        at = event.at.astimezone(UTC).isoformat(timespec="milliseconds")
        lines.append(f'      <date key="time:timestamp" value="{at}"/>')
        lines.append("    </event>")
    lines.append("  </trace>\n")
    return "\n".join(lines)


def _string(key: str, value: str) -> str:
    return f'<string key="{key}" value={quoteattr(value)}/>'
