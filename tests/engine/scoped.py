"""Small texts with a step that has steps inside it, and cases of theirs."""

from __future__ import annotations

from protocols.engine.plan import Plan
from protocols.language.library import Library
from protocols.language.load import read_protocol
from tests.engine.gwt import (
    Given,
    complete,
    given,
)

HEAD = """\
protocol: {name}
version: 1.0.0
title: {name}
territory: adda-martesana
valid_from: 2021-01-01
exceptions: {{skip: chief, redo: chief, force: chief, correct: chief}}
roles:
  worker: {{title: Chi lavora, held_by: {{organisation: comune}}, deputy: chief}}
  chief: {{title: Chi dirige, held_by: {{organisation: district}}}}
"""

PLACEMENT = """
takes: {ends_on: date}
gives: {hours: close.hours}
forms:
  hours: {title: Ore, fields: {hours: {type: integer, title: Ore}}}
steps:
  start: {title: Avvio, role: worker, outcomes: [started, refused]}
  work:
    title: Lavoro
    after: start.started
    role: worker
    outcomes: {finished: , hired: {ends: hired}, broken_off: {ends: interrupted}}
  visit: {title: Visita, during: work, every: month, role: worker}
  close:
    title: Chiusura
    after: work.finished
    starts: 5 days before given.ends_on
    role: worker
    form: hours
    outcomes: {done: {result: finished_well}}
  once_more: {title: Ancora, after: start.refused, role: worker, outcomes: {
    again: {again: start, at_most: 1}, stop: {ends: interrupted}}}
  recovery: {title: Rientro, role: worker, outcomes: {back: {resumes: clocks}}}
events:
  accident: {title: Infortunio, by: worker, pauses: clocks, opens: recovery}
  host_fails: {title: Ritiro, by: worker, ends: interrupted}
"""

PATH = """
forms:
  match: {title: Abbinamento, fields: {ends_on: {type: date, title: Fino al}}}
steps:
  match: {title: Abbinamento, role: worker, form: match, outcomes: [accepted, none]}
  placement:
    title: Inserimento
    after: match.accepted
    uses: placement/1.0.0
    with: {ends_on: match.ends_on}
    outcomes:
      completed:
      finished_well:
      interrupted: {again: match, at_most: 1}
      hired: {ends: hired}
  review:
    title: Verifica
    after: placement.finished_well
    when: placement.hours > 10
    role: worker
  find_other: {title: Altra via, after: placement.interrupted, role: worker}
events:
  death: {title: Decesso, by: worker, ends: deceased, silently: true}
  stop: {title: Fermo, by: worker, completes: placement.interrupted}
"""


def library(**texts: str) -> Library:
    found = Library()
    for name, text in texts.items():
        found = found.with_text(HEAD.format(name=name) + text, f"{name}/1.0.0.yaml")
    return found


def path(text: str, **used: str) -> Plan:
    return read_protocol(HEAD.format(name="path") + text, "path/1.0.0.yaml", library(**used))


def placed() -> Given:
    """A case inside its placement, which has begun."""
    case = given(path(PATH, placement=PLACEMENT))
    return case.did(complete("match", "accepted", ends_on="2026-09-01"))
