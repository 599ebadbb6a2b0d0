"""The engine where a log is silent, and the answers that nobody gave."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from msgspec.structs import replace

from protocols.checker.answers import MISSING, Answers
from protocols.checker.reads import form_of
from protocols.checker.trial import Trial
from protocols.engine import events as e
from protocols.engine import moves
from protocols.engine.plan import Guard
from protocols.engine.run import Run
from protocols.facts import FactError
from protocols.language.document import Record
from protocols.language.formula import OPEN

_MOST_TOGETHER = 5


class Supposed(Trial):
    """The engine where the log is silent: it asks for the case's attributes, and does without facts
    that want answers which nobody gave."""

    def open_with(self) -> e.CaseOpened:
        opened = super().open_with()
        said = {p.partition(".")[2]: v for p, v in self.assumed.items() if p.startswith("case.")}
        fields = {
            name: said[name]
            for name in ("source", "service", "comune", "district")
            if name in said and said[name] is not MISSING
        }
        if fields.get("comune") not in self.territory.comuni:
            fields.pop("comune", None)
        if "comune" in fields and "district" not in fields:
            fields["district"] = self.territory.district_of(fields["comune"])
        return replace(opened, **fields)

    def holds(self, guard: Guard | None) -> bool:
        if guard is None:
            return True
        reads = self.watch.reads
        if reads.guards[id(guard)][0][-2:] == ("due", "when"):
            return self.binds(guard)
        for path in reads.case_paths(guard):
            self.need(path)
        return Run.holds(self, guard)

    def binds(self, guard: Guard) -> bool:
        """Whether a deadline binds: nothing of where the case can go depends on it."""
        return True

    def record(self, records: tuple[Record, ...], task: str, outcome: str, own: dict) -> None:
        for record in records:
            try:
                super().record((record,), task, outcome, own)
            except FactError:
                continue


class MoreAnswers(Answers):
    def values(self, name: str, key: str, field: Any, needed: bool) -> list[Any]:
        """Besides single values of a field of many choices, also several at once."""
        values = self._values(name, key, field, needed)
        if field is None or field.type != "choices":
            return values
        literals = self.reads.literals.get(f"{name}.{key}", [])
        named = [option for option in field.option_names if option in literals]
        if not 1 < len(named) <= _MOST_TOGETHER:
            return values
        several = [list(c) for n in range(2, len(named) + 1) for c in combinations(named, n)]
        return [*values, *several]

    def begun(
        self, name: str, requires: tuple[str, ...], later: frozenset[str]
    ) -> list[dict[str, Any]]:
        """The answers with which it may be done; those of the fields `later` will be asked for."""
        form = form_of(self.plan, name)
        fields = form.fields if form else {}
        given = {
            key: field
            for key, field in fields.items()
            if not field.personal and not field.computed and key not in later
        }
        read = self.reads.fields.get(name, set())
        base = {
            key: self.sample(field)
            for key, field in given.items()
            if key not in read and (field.required or key in requires) and not field.when
        }
        several = {
            key: self.values(
                name, key, field, (field.required and not field.when) or key in requires
            )
            for key, field in given.items()
            if key in read
        }
        return [
            base | {k: v for k, v in zip(several, chosen, strict=True) if v is not MISSING}
            for chosen in product(*several.values())
        ]

    def with_members(self, name: str, field: str, count: int) -> list[Any]:
        form = form_of(self.plan, name)
        fields = form.fields if form else {}
        members: list[Any] = self._members(fields.get(field), count)[0]
        return members


def do(run: Run, step: str, outcome: str, data: dict[str, Any]) -> None:
    """Complete the first open task of a step; of one with a task for each member, one more is made
    where all are done. Time passes if it has to. Raises Impossible."""
    if run.state.open:
        moves.pass_time(run)
    state = run.state
    key = next((k for k in state.of_step.get(step, ()) if state.tasks[k].status == OPEN), None)
    if key is None:
        moves.add_member(run, step, f"member-{len(state.of_step.get(step, ())) + 1}")
        key = state.of_step[step][-1]
    moves.complete(run, key, outcome, data)
