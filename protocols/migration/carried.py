"""What of a case carries over to the new version: marks, outcomes, pauses, case events.

What the texts cannot tell is a question; its answer comes from the mapping.
"""

from __future__ import annotations

from datetime import datetime

from protocols.engine.run import Run
from protocols.engine.state import State
from protocols.language.formula import DONE, OPEN, OUT, WAITING, Mark
from protocols.migration import sentences as say
from protocols.migration.mapping import Mapping
from protocols.migration.placement import STAY, Question, Reason
from protocols.migration.versions import Versions
from protocols.territory import Territory


class Carried:
    """One case on its way: its marks in the new version's words, and what had to be asked."""

    def __init__(
        self,
        versions: Versions,
        mapping: Mapping,
        territory: Territory,
        state: State,
        now: datetime,
    ) -> None:
        self.versions = versions
        self.mapping = mapping
        self.territory = territory
        self.old, self.new = self.versions.old, self.versions.new
        self.state = state
        self.now = now
        self.decisions: dict[str, str] = {}
        self.reasons: list[Reason] = []
        self.questions: list[Question] = []
        self.notes: list[Reason] = []
        self.marks: dict[str, Mark] = dict.fromkeys(self.new.names, Mark(WAITING))
        self.outcomes: dict[str, str] = {}
        self.withdrawn: list[str] = []
        self.resumed: list[str] = []
        self.enclosed: dict[str, str] = {}
        self.reopened: set[str] = set()
        # Out by the old version's rules, not by somebody's act: for the new ones to judge.
        self.undecided: set[str] = set()
        # Done, with an outcome of which nobody has said what it counts as.
        self.unclear: set[str] = set()

    # ── what is asked and answered ───────────────────────────────────────────────────────────

    def ask(self, question: Question) -> str:
        """The answer; '' where there is none, or where it is that the case stays."""
        answer = self.mapping.decisions.get(question.id, "")
        if answer not in question.answers:
            if question not in self.questions:
                self.questions.append(question)
            return ""
        if answer == STAY:
            self.reasons.append(say.answered_stay(question))
            return ""
        self.decisions[question.id] = answer
        return answer

    # ── marks ────────────────────────────────────────────────────────────────────────────────

    def carry_mark(self, name: str) -> None:
        mark, target = self.state.marks[name], self.versions.target[name]
        step = self.old.steps[name]
        if not target:
            if mark.status == OPEN:
                if self.ask(say.removed_open(name, step.step)) or not self._tasks_of(name):
                    self._withdraw(name)
            elif mark.status == DONE:
                self.note("gone", name, "concluso, non c'è più", "done, and not there any more")
            return
        if mark.status == OPEN and target in self.versions.reshaped:
            if self.ask(say.other_shape(name, step.step)):
                self._withdraw(name)
                self.reopened.add(target)
                self.marks[target] = Mark(WAITING, None, mark.round + 1)
            return
        if mark.status == OUT and self._out_by_rule(name):
            self.undecided.add(target)
            mark = Mark(WAITING, None, mark.round)
        if mark.status == DONE:
            mark = mark._replace(outcome=self._outcome(name, target, mark.outcome))
        if mark.status == OPEN and target in self.versions.reformed:
            self.note("form", name, "il modulo è cambiato", "its form has changed")
        self.marks[target] = mark
        for outcome, of_new in self.new.steps[target].outcomes.items():
            used = self.state.used.get((name, outcome), 0)
            if of_new.at_most and used > of_new.at_most:
                self.note(
                    "bound", name,
                    f"l'esito «{outcome}» è già stato scelto più volte di quante ne sono previste",
                    f"outcome “{outcome}” has been chosen more often than the new version allows",
                )  # fmt: skip

    def note(self, code: str, name: str, it: str, en: str) -> None:
        self.notes.append(say.note(code, name, self.old.steps[name].step, it, en))

    def _tasks_of(self, name: str) -> list[str]:
        return [k for k in self.state.of_step.get(name, ()) if k in self.state.open]

    def _withdraw(self, name: str) -> None:
        self.withdrawn += self._tasks_of(name)

    def _outcome(self, name: str, target: str, outcome: str | None) -> str | None:
        """The outcome of a step that is done, in the new version's words."""
        new = self.new.steps[target]
        tasks = [self.state.tasks[key] for key in self.state.of_step.get(name, ())]
        happened: dict[str | None, None] = {t.outcome: None for t in tasks if t.status == DONE}
        happened |= {outcome: None} if outcome in self.old.steps[name].outcomes else {}
        for said in filter(None, happened):
            if self._said(name, said) not in new.outcomes:
                question = say.outcome_gone(name, self.old.steps[name].step, said, new.step)
                answer = self.ask(question)
                if answer:
                    self.outcomes[f"{name}.{said}"] = answer
                else:
                    self.unclear.add(target)
        if outcome is None:
            return None
        return self.outcomes.get(f"{name}.{outcome}", self._said(name, outcome))

    def _said(self, step: str, outcome: str) -> str:
        """Both as the old version calls them; in the new one's words."""
        return self.mapping.outcomes.get(f"{step}.{outcome}", outcome)

    def _out_by_rule(self, name: str) -> bool:
        plan, marks = self.old.steps[name], self.state.marks
        regions = [read for read in (plan.region, plan.within) if read]
        if any(marks[region].status in (DONE, OUT) for region in regions):
            return True
        truth = plan.formula.evaluate(marks) if plan.formula else True
        if truth is not True:
            return truth is False
        # By its condition on the data: only where that reads otherwise now.
        run = Run(self.old, self.state, self.now, self.territory)
        return self.versions.target[name] in self.versions.guarded and not run.holds(plan.guard)

    def pauses(self) -> None:
        for cause in self.state.pauses:
            name = self.versions.event.get(cause, "")
            event = self.new.events.get(name)
            opens = event.event.opens if event else ()
            held = not opens or any(self.marks[step].status == OPEN for step in opens)
            if event and event.event.pauses and held:
                continue
            if self.ask(say.pause_unknown(cause, self.old.events[cause].event)):
                self.resumed.append(name or cause)

    def events_known(self) -> None:
        for name in self.state.kept:
            if not self.versions.event.get(name) and self.state.kept[name]:
                event = self.old.events[name].event
                self.notes.append(
                    say.note("event", name, event, "non è più atteso", "is not waited for any more")
                )
