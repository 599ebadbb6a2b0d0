"""What an alignment says to people: where a trace leaves the protocol, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from domain.conforming.aligning import Alignment, Move
from domain.conforming.meaning import Act, Meaning, Token, Unknown
from protocols.engine.plan import Plan
from protocols.text import Text

Kind = Literal["skipped", "out_of_order", "repeated", "unknown", "late", "wrong_role"]
KINDS: tuple[Kind, ...] = (
    "skipped", "out_of_order", "repeated", "unknown", "late", "wrong_role",
)  # fmt: skip


class Deviation(NamedTuple):
    """`position`: the event of the trace, from 1; for what is missing, the one before which it
    should have been (one more than the last where that is the end). `step`: a step or an event of
    the protocol, '' for what is unknown."""

    kind: Kind
    position: int
    step: str
    activity: str
    message: Text


class Told:
    """Says the deviations of the alignments of one protocol."""

    def __init__(self, meaning: Meaning) -> None:
        self._plan: Plan = meaning.plan

    def deviations(
        self, tokens: Sequence[Token], activities: Sequence[str], alignment: Alignment
    ) -> tuple[Deviation, ...]:
        """In the order of the trace. `tokens`, `activities`: one for each event."""
        at = [number for number, token in enumerate(tokens) if isinstance(token, Act)]
        found = list(self._unknown(tokens))
        missing = [m for m in alignment.moves if m.kind == "model" and m.seen]
        done: dict[str, int] = {}
        for number, move in enumerate(alignment.moves):
            if move.kind == "sync" and move.way:
                done[move.way.name] = at[move.position]
            elif move.kind == "log":
                place = at[move.position]
                token = tokens[place]
                assert isinstance(token, Act)
                instead = self._meant(token, missing)
                if instead is not None:
                    missing.remove(instead)
                earlier = next((done[n] for n in token.names if n in done), None)
                later = instead in alignment.moves[number:] if instead else False
                found.append(
                    self._misplaced(token, place, activities[place], instead, later, earlier)
                )
        for move in missing:
            assert move.way is not None
            place = at[move.position] if move.position < len(at) else len(tokens)
            before = activities[place] if place < len(tokens) else ""
            found.append(self._skipped(move.way.name, place, before))
        return tuple(sorted(found, key=lambda deviation: deviation.position))

    def title(self, name: str) -> Text:
        step = self._plan.protocol.steps.get(name)
        return step.title if step else self._plan.protocol.events[name].title

    # ── each kind ────────────────────────────────────────────────────────────────────────────

    def _unknown(self, tokens: Sequence[Token]) -> Iterator[Deviation]:
        for place, token in enumerate(tokens):
            if not isinstance(token, Unknown):
                continue
            where = place + 1
            if token.step:
                listed = ", ".join(self._plan.steps[token.step].outcomes)
                message = Text(
                    f"Evento {where}: «{token.near}» non è un esito di «{token.step}». Sono "
                    f"previsti: {listed}.",
                    f"Event {where}: “{token.near}” is no outcome of “{token.step}”. There are: "
                    f"{listed}.",
                )
            else:
                shown = token.activity[:80]
                near = f" Forse «{token.near}»?" if token.near else ""
                perhaps = f" Perhaps “{token.near}”?" if token.near else ""
                message = Text(
                    f"Evento {where}: «{shown}» non è nella mappatura.{near}",
                    f"Event {where}: “{shown}” is not in the mapping.{perhaps}",
                )
            yield Deviation("unknown", where, token.step, token.activity, message)

    def _meant(self, act: Act, missing: Sequence[Move]) -> Move | None:
        """What was done elsewhere in the trace, of what is missing."""
        for move in missing:
            if move.way and move.way.name in act.names:
                return move
        return None

    def _misplaced(
        self,
        act: Act,
        place: int,
        activity: str,
        instead: Move | None,
        later: bool,
        earlier: int | None,
    ) -> Deviation:
        name, where = act.names[0], place + 1
        title = self.title(name)
        other = bool(instead and instead.way and act.outcome and instead.way.outcome != act.outcome)
        if earlier is not None and instead is None:
            message = Text(
                f"Evento {where}: «{title.it}» era già stato fatto all'evento {earlier + 1}, e "
                "nulla lo riapre.",
                f"Event {where}: “{title.in_('en')}” had been done at event {earlier + 1}, and "
                "nothing opens it again.",
            )
            return Deviation("repeated", where, name, activity, message)
        if other:
            why = f"l'esito «{act.outcome}» qui non è possibile"
            because = f"the outcome “{act.outcome}” is not possible here"
        elif instead is not None and not later:
            why, because = "doveva avvenire prima", "it should have been done before"
        else:
            why, because = self._condition(name)
        message = Text(
            f"Evento {where}: «{title.it}» è fuori posto: {why}.",
            f"Event {where}: “{title.in_('en')}” is out of place: {because}.",
        )
        return Deviation("out_of_order", where, name, activity, message)

    def _condition(self, name: str) -> tuple[str, str]:
        step = self._plan.protocol.steps.get(name)
        after = step.after if step else self._plan.protocol.events[name].after
        during = step.during if step else self._plan.protocol.events[name].during
        parts = [f"dopo «{after}»"] if after else []
        words = [f"after “{after}”"] if after else []
        if during:
            parts.append(f"durante «{during}»")
            words.append(f"during “{during}”")
        if step and step.when:
            parts.append(f"quando «{step.when}»")
            words.append(f"when “{step.when}”")
        if not parts:
            return "qui il protocollo non lo prevede", "the protocol does not foresee it here"
        return f"va fatto {' e '.join(parts)}", f"it is to be done {' and '.join(words)}"

    def _skipped(self, name: str, place: int, before: str) -> Deviation:
        title = self.title(name)
        if before:
            it = f"prima dell'evento {place + 1} («{before[:80]}»)"
            en = f"before event {place + 1} (“{before[:80]}”)"
        else:
            it, en = "prima della fine", "before the end"
        message = Text(f"Manca «{title.it}» {it}.", f"“{title.in_('en')}” is missing {en}.")
        return Deviation("skipped", place + 1, name, "", message)
