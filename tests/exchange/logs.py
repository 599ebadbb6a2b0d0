"""Small logs to be read and judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from random import Random
from xml.sax.saxutils import quoteattr

from domain.conforming.aligning import EFFORT
from domain.conforming.check import Check, Conformance
from domain.conforming.mapping import Mapping, read_mapping
from domain.conforming.meaning import Meaning
from domain.exchange.trace import LoggedEvent, LoggedTrace
from protocols.engine.plan import Plan
from protocols.language.durations import Duration
from protocols.language.load import read_protocol
from protocols.registry import Registry
from protocols.simulation.shares import Shares
from protocols.simulation.walk import Walk
from protocols.territory import default_pack, load_territory

TERRITORY = load_territory(default_pack())
TODAY = date(2026, 1, 7)
MORNING = datetime(2026, 1, 7, 8, tzinfo=UTC)

PROTOCOL = """\
protocol: orto
version: 1.0.0
title: {it: Orto sociale, en: Community garden}
territory: adda-martesana
valid_from: 2026-01-01
roles:
  municipal_referent: {title: Referente, held_by: {organisation: comune}}
  district_referent: {title: Referente di distretto, held_by: {organisation: district}}
steps:
  request: {title: Domanda, role: municipal_referent}
  visit:
    title: Visita
    role: municipal_referent
    after: request
    due: {within: 5 working days, overdue: [district_referent]}
  board:
    title: Commissione
    role: district_referent
    after: visit
    outcomes: {admit: , integrate: {again: visit, at_most: 1}, refuse: {ends: refused}}
  plot: {title: Assegnazione, role: municipal_referent, after: board.admit}
  check: {title: Verifica a un mese, role: municipal_referent, starts: 30 days after plot}
"""


def plan(text: str = PROTOCOL) -> Plan:
    return read_protocol(text, "orto.yaml")


def trace(
    *done: str, case: str = "1", days: Sequence[float] | None = None, roles: Sequence[str] = ()
) -> LoggedTrace:
    """`step` or `step.outcome`, one a day from 7 January 2026 (a Wednesday), or on these days."""
    events = []
    for number, name in enumerate(done):
        at = MORNING + timedelta(days=days[number] if days else number)
        values = {"org:role": roles[number]} if roles else {}
        events.append(LoggedEvent(name, at, values, number + 1))
    return LoggedTrace(case, events, {})


def timeless(*done: str) -> LoggedTrace:
    return LoggedTrace("1", [LoggedEvent(name, None, {}, 0) for name in done], {})


def checking(
    of: Plan | None = None,
    mapping: str = "",
    *,
    running: bool = False,
    remember: bool = True,
    effort: int = EFFORT,
) -> Check:
    of = of or plan()
    read, document = read_mapping(mapping, "m.yaml") if mapping else (Mapping(), None)
    meaning = Meaning(read, of, document)
    return Check(
        of, TERRITORY, meaning, today=TODAY, running=running, remember=remember, effort=effort
    )


def judged(
    one: LoggedTrace, of: Plan | None = None, mapping: str = "", *, running: bool = False
) -> Conformance:
    return checking(of, mapping, running=running).trace(one)


def kinds(found: Conformance) -> list[tuple[str, int, str]]:
    return [(d.kind, d.position, d.step) for d in found.deviations]


def xes(cases: dict[str, list[str]], *, more: str = "") -> bytes:
    """XES of cases → their activities, one a day."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<log xes.version="1.0">']
    for case, done in cases.items():
        lines.append(f'<trace><string key="concept:name" value={quoteattr(case)}/>')
        for number, name in enumerate(done):
            at = (MORNING + timedelta(days=number)).isoformat()
            lines.append(f'<event><string key="concept:name" value={quoteattr(name)}/>')
            lines.append(f'<date key="time:timestamp" value="{at}"/>{more}</event>')
        lines.append("</trace>")
    return "\n".join([*lines, "</log>"]).encode()


SHIPPED = Registry.load(default_pack()).valid_on("presa-in-carico", TODAY)


def walked(of: Plan, seed: int, most: int = 40) -> LoggedTrace:
    """A case that chance led through the protocol, as a log tells it."""
    draw = Random(seed)
    walk = Walk(of, TERRITORY, Shares(), day=TODAY, seed=seed)
    done: list[LoggedEvent] = []
    for _ in range(most):
        if walk.state.ended or not walk.tasks:
            break
        task = draw.choice(walk.tasks)
        able = [name for name, why in walk.outcomes(task.key) if why is None]
        # Not to the end at the first opportunity.
        going_on = [name for name in able if not of.steps[task.step].outcomes[name].ends]
        if going_on or able:
            outcome = draw.choice(going_on or able)
            walk.complete(task.key, outcome)
            done.append(LoggedEvent(task.step, walk.now, {"outcome": outcome}, 0))
            walk.wait(Duration(draw.randint(1, 4), "day"))
    return LoggedTrace(str(seed), done, {})


def noisy(trace: LoggedTrace, draw: Random, of: Plan, times: int = 2) -> LoggedTrace:
    """Some of its events left out, done twice, moved, or others put in; its instants stay in
    order."""
    events = list(trace.events)
    for _ in range(times):
        place, kind = draw.randrange(len(events)), draw.randrange(4)
        if kind == 0 and len(events) > 1:
            del events[place]
        elif kind == 1:
            events.insert(place, events[place])
        elif kind == 2:
            events.insert(draw.randrange(len(events)), events.pop(place))
        else:
            events.insert(place, LoggedEvent(draw.choice(of.names), events[place].at, {}, 0))
    at = sorted(event.at for event in events if event.at)
    return trace._replace(
        events=[event._replace(at=when) for event, when in zip(events, at, strict=True)]
    )
