"""The course of a case in sentences: each command once, with what followed from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

import msgspec

from api.evidence.words import Words
from domain.case.state import CaseState, fold
from domain.evidence.naming import SEALED
from domain.log.recorded import Recorded
from domain.service import CaseService
from domain.vault.fields import is_sealed
from projections.timeline.sentences import SENTENCES
from projections.titles import Titles, both
from protocols.engine import events as e
from protocols.engine.plan import Plan

TypedText = Callable[[Recorded, str], str]
"""What somebody typed into a field of an event's body, as this bundle shows it."""

_EXCEPTIONS = (e.StepSkipped, e.StepForced, e.StepRedone, e.DataCorrected)
# What people do; the rest of a command's events follows from it.
_ACTS = (e.CaseOpened, e.StepCompleted, e.StepSigned, e.CaseEventHappened, *_EXCEPTIONS, e.Migrated)


class Act(msgspec.Struct, frozen=True):
    """One command, in words."""

    time: str
    sentence: str
    who: str
    occurred: str
    rule: str
    reason: str
    exception: bool
    follows: list[str]


class Day(msgspec.Struct, frozen=True):
    day: str
    acts: list[Act]


class Deviation(msgspec.Struct, frozen=True):
    at: str
    what: str
    who: str
    why: str


class Late(msgspec.Struct, frozen=True):
    """`done` and `by` are empty while the task is open."""

    title: str
    due: str
    done: str
    by: str


class Course:
    """Of one case, under the texts that it followed."""

    def __init__(
        self, service: CaseService, history: list[Recorded], words: Words, typed: TypedText
    ) -> None:
        self._service = service
        self._history = history
        self._words = words
        self._typed = typed
        self._told = list(self._tell())

    def _tell(self) -> Iterator[tuple[Recorded, Plan, str]]:
        for event in self._history:
            body = event.body
            if isinstance(body, (e.CaseOpened, e.Migrated, e.MigrationReverted)):
                plan = self._service.registry.get(body.protocol, body.version)
                titles = Titles(plan.protocol, self._service.territory.timezone)
            sentence = SENTENCES.get(type(body))
            if sentence is not None:
                yield event, plan, sentence(titles, body)[0]

    def days(self) -> list[Day]:
        """Oldest first."""
        words = self._words
        return [
            Day(day, [self._act(list(group)) for _, group in groupby(told, _command)])
            for day, told in groupby(self._told, lambda one: words.day(one[0].at))
        ]

    def _act(self, told: list[tuple[Recorded, Plan, str]]) -> Act:
        main = next((one for one in told if isinstance(one[0].body, _ACTS)), told[0])
        event, plan, sentence = main
        words, occurred = self._words, ""
        if event.occurred_at is not None and event.occurred_at != event.at:
            occurred = f"accaduto il {words.instant(event.occurred_at)}, registrato dopo"
        return Act(
            words.time(event.at),
            sentence,
            words.who(event.actor, event.role),
            occurred,
            _rule(plan, event.body),
            self._reason(event),
            isinstance(event.body, _EXCEPTIONS),
            [self._followed(one) for one in told if one is not main],
        )

    def _followed(self, told: tuple[Recorded, Plan, str]) -> str:
        body, due = told[0].body, ""
        if isinstance(body, e.StepOpened) and body.due is not None:
            due = f", entro il {self._words.short(body.due)}"
        return f"{told[2]}{due}"

    def _reason(self, event: Recorded) -> str:
        if not getattr(event.body, "reason", "") or not isinstance(event.body, _EXCEPTIONS):
            return ""
        return self._typed(event, "reason")

    def deviations(self) -> list[Deviation]:
        words = self._words
        return [
            Deviation(
                words.short(event.at), sentence, words.who(event.actor, event.role),
                self._reason(event),
            )
            for event, _, sentence in self._told
            if isinstance(event.body, _EXCEPTIONS)
        ]  # fmt: skip

    def late(self, state: CaseState, until: Any) -> list[Late]:
        """Tasks that were done after their term, or are open after it at the instant `until`. A
        stopped clock is not late."""
        found, before = [], CaseState(state.id, None)
        words = self._words
        for event in self._history:
            body = event.body
            done = before.tasks.get(body.task) if isinstance(body, e.StepCompleted) else None
            when = event.occurred_at or event.at
            if done is not None and done.due is not None and done.due < when:
                title = _title(self._service.plan(before), done.step)
                by = words.who(event.actor, event.role)
                found.append(Late(title, words.short(done.due), words.short(when), by))
            before = fold(state.id, [event], self._service.registry, before)
        for task in () if state.paused else state.open_tasks():
            if task.due is not None and task.due < until:
                title = _title(self._service.plan(state), task.step)
                found.append(Late(title, words.short(task.due), "ancora aperto", ""))
        return found

    def open(self, state: CaseState) -> list[dict[str, str]]:
        """Tasks that are open, with whom they wait for."""
        plan, words = self._service.plan(state), self._words
        found = []
        for task in state.open_tasks():
            who = [words.role(task.role), words.place(task.scope) if task.scope else ""]
            if task.claimed_by or task.assignee:
                who.append(words.naming.staff(task.claimed_by or task.assignee))
            found.append(
                {
                    "title": _title(plan, task.step),
                    "who": ", ".join(filter(None, who)) or "in automatico",
                    "due": words.short(task.due),
                }
            )
        return found


def typed_or_sealed(event: Recorded, field: str) -> str:
    """For a bundle that opens nothing."""
    text: str = getattr(event.body, field)
    return SEALED if is_sealed(text) else text


def _command(told: tuple[Recorded, Plan, str]) -> Any:
    return told[0].command_id


def _rule(plan: Plan, body: Any) -> str:
    name = getattr(body, "step", "") or str(getattr(body, "task", "")).partition("#")[0]
    step = plan.protocol.steps.get(name)
    if step is None:
        version = f"{plan.protocol.protocol} {plan.protocol.version}"
        return f"protocollo {version}" if isinstance(body, _ACTS) else ""
    basis = (step.due.legal_basis if step.due else None) or ""
    said = f"passo «{both(step.title)[0]}»"
    # An article's number stays on the line of its law.
    return f"{said}; " + basis.replace("art. ", "art.\u00a0") if basis else said


def _title(plan: Plan, step: str) -> str:
    known = plan.protocol.steps.get(step)
    return both(known.title)[0] if known else step
