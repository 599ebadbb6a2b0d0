"""Sub-protocols: a step that `uses` another protocol has the other's steps inside it.

What is used becomes part of what uses it when the document is read: the engine, the checker and
whoever draws see one protocol, some of whose steps are inside others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from protocols.language.document import CaseEvent, Inside, Protocol, Step
from protocols.language.forms import FieldType
from protocols.language.paths import Finding, Location, data_path
from protocols.language.renaming import Renaming
from protocols.language.taking_over import Asked, needed, renamed
from protocols.language.uses import MEMBER, ends_of, mistakes
from protocols.text import Text

# Protocols that use one another could grow without end.
MOST_STEPS = 600
_SHARED = ("stages", "roles", "tables", "forms", "indicators")

# `protocol/version` → the protocol, with what it uses inside it; None if it cannot be had.
Find = Callable[[str, Location], Protocol | None]


class Expansion(NamedTuple):
    """`origins`: where each part that was put in was written: its place here → (protocol/version,
    its place there)."""

    protocol: Protocol
    problems: list[Finding]
    origins: dict[Location, tuple[str, Location]]


def expand(protocol: Protocol, find: Find) -> Expansion:
    """Put inside each step with `uses` the steps of what it uses."""
    return _Expanding(protocol, find).expansion()


class _Expanding:
    def __init__(self, protocol: Protocol, find: Find) -> None:
        self.outer = protocol
        self.find = find
        self.problems: list[Finding] = []
        self.origins: dict[Location, tuple[str, Location]] = {}
        self.steps: dict[str, Step] = {}
        self.events: dict[str, CaseEvent] = dict(protocol.events)
        self.parts: dict[str, dict[str, Any]] = {
            section: dict(getattr(protocol, section)) for section in _SHARED
        }
        self.inside: dict[str, str] = {}

    def expansion(self) -> Expansion:
        for name, step in self.outer.steps.items():
            self.steps.setdefault(name, step)
            if step.uses is not None:
                self._use(name, step)
        self._hidden()
        protocol = self.outer.model_copy(update=self._read_inside())
        for name, step in self.outer.steps.items():
            for given, path in step.given.items():
                self.problems += self._passed(protocol, name, step, given, path)
        return Expansion(protocol, self.problems, self.origins)

    def _read_inside(self) -> dict[str, Any]:
        """Everything, with what is read of a step with `uses` read where it comes from."""
        given = {
            f"{name}.{out}": path
            for name in self.outer.steps
            for out, path in _gives(self.steps[name]).items()
        }
        changed: dict[str, dict[str, Any]] = {
            "steps": self.steps, "events": self.events, **self.parts
        }  # fmt: skip
        if not given:
            return changed
        to = Renaming({}, data=given)
        renames: dict[str, Callable[[Any], Any]] = {
            "steps": to.step, "events": to.event, "roles": to.role, "tables": to.table,
        }  # fmt: skip
        for section, rename in renames.items():
            changed[section] = {name: rename(part) for name, part in changed[section].items()}
        return {**changed, "gives": {out: to.path(path) for out, path in self.outer.gives.items()}}

    def _say(self, at: Location, it: str, en: str) -> None:
        self.problems.append((at, Text(it, en)))

    # ── one use ──────────────────────────────────────────────────────────────────────────────

    def _use(self, name: str, step: Step) -> None:
        at: Location = ("steps", name)
        before = len(self.problems)
        used = self.find(step.uses or "", (*at, "uses"))
        if used is None:
            return
        self.problems += mistakes(name, step, used, self.outer)
        if len(self.problems) > before:
            return
        if not step.each:
            names = self._put(name, step, used, step.prefix or "", "")
            if names is not None:
                gives = {out: Renaming(names).path(path) for out, path in used.gives.items()}
                direct = _direct(used, names)
                self.steps[name] = step.placed(step.within, Inside(step.uses or "", direct, gives))
            return
        self._copies(name, step, used)

    def _copies(self, name: str, step: Step, used: Protocol) -> None:
        copies = []
        for number in range(1, (step.at_most or 1) + 1):
            copy = f"{name}_{number}"
            if not self._free(("steps", name), copy, "steps"):
                return
            alone = Step(
                title=_numbered(step.title, number),
                stage=step.stage,
                during=name,
                uses=step.uses,
                outcomes=dict.fromkeys(ends_of(used)),
            )
            copies.append(copy)
            self.steps[copy] = alone
            self.inside[copy] = name
            names = self._put(copy, step, used, step.prefix or "", f"_{number}")
            if names is None:
                return
            gives = {out: Renaming(names).path(path) for out, path in used.gives.items()}
            inside = Inside(
                step.uses or "", _direct(used, names), gives, (), used.takes.get(MEMBER, "text")
            )
            self.steps[copy] = alone.placed(name, inside)
            self.origins["steps", copy] = ("", ("steps", name))
        inside = Inside(step.uses or "", tuple(copies), {}, tuple(copies))
        self.steps[name] = step.placed(step.within, inside)

    def _put(
        self, scope: str, step: Step, used: Protocol, prefix: str, suffix: str
    ) -> dict[str, str] | None:
        """Put the steps and events of `used` inside `scope`; their names here."""
        at: Location = ("steps", str(self.inside.get(scope, scope)), "uses")
        if len(self.steps) + len(used.steps) > MOST_STEPS:
            self._say(
                at,
                f"con i passi di «{step.uses}» sono più di {MOST_STEPS}: usarlo meno volte, o "
                "abbassare 'at_most'",
                f"with the steps of “{step.uses}” there are more than {MOST_STEPS}: use it fewer "
                "times, or lower 'at_most'",
            )
            return None
        events = {n: e for n, e in used.events.items() if not e.reopens}
        names = {name: f"{prefix}{name}{suffix}" for name in (*used.steps, *events)}
        free = [
            self._free(at, names[name], section)
            for section, parts in (("steps", used.steps), ("events", events))
            for name in parts
        ]
        if not all(free):
            return None
        given = {name: step.given.get(name, "") for name in used.takes}
        if step.each:
            given[MEMBER] = f"{scope}.{MEMBER}"
        shared = self._share(at, used, events, Renaming(names, given=given), prefix, suffix)
        if shared is None:
            return None
        for name, inner in used.steps.items():
            changed = shared.step(inner)
            if inner.stage is None and step.stage:
                changed = changed.model_copy(update={"stage": step.stage})
            if inner.within is None and inner.during is None:
                changed = changed.model_copy(update={"during": scope})
            if suffix and inner.within is None:
                changed = changed.model_copy(
                    update={"title": _numbered(inner.title, int(suffix[1:]))}
                )
            within = scope if inner.within is None else names[inner.within]
            self.steps[names[name]] = changed.placed(within, _inside(inner.inside, shared))
            self._from("steps", names[name], step, name)
        for name, event in events.items():
            happening = shared.event(event)
            if event.within is None and event.during is None:
                happening = happening.model_copy(update={"during": scope})
            within = scope if event.within is None else names[event.within]
            self.events[names[name]] = happening.placed(within)
            self._from("events", names[name], step, name)
        for new in names.values():
            self.inside[new] = scope
        return names

    def _share(
        self, at: Location, used: Protocol, events: Mapping[str, CaseEvent], to: Renaming,
        prefix: str, suffix: str,
    ) -> Renaming | None:  # fmt: skip
        """Take over the stages, roles, tables and forms that are needed, and what is measured;
        what is the same here is shared. The whole renaming."""
        wanted = needed(used, events)
        groups = {
            group: f"{prefix}{group}{suffix}"
            for step in used.steps.values()
            for group in (step.race, step.one_at_a_time)
            if group
        }
        to = to._replace(groups=groups)
        fine = True
        for section in _SHARED:
            names: dict[str, str] = {}
            mine = self.parts[section]
            for name, part in getattr(used, section).items():
                if section != "indicators" and name not in wanted[section]:
                    continue
                here = renamed(section, part, to)
                if mine.get(name, here) == here:
                    new = name
                else:
                    new = f"{prefix}{name}{suffix}"
                    if section == "roles":
                        here = here.model_copy(update={"held_as": part.held_as or name})
                    if mine.get(new, here) != here:
                        self._clash(at, name, section)
                        fine = False
                        continue
                mine[new] = here
                names[name] = new
                if new not in getattr(self.outer, section):
                    self.origins[section, new] = (
                        f"{used.protocol}/{used.version}",
                        (section, name),
                    )
            if section != "indicators":
                to = to._replace(**{section: names})
        return to if fine else None

    def _from(self, section: str, new: str, step: Step, name: str) -> None:
        self.origins[section, new] = (step.uses or "", (section, name))

    def _free(self, at: Location, name: str, section: str) -> bool:
        taken = name in self.outer.steps or name in self.steps or name in self.events
        if taken or len(name) > 60:
            self._clash(at, name, section)
            return False
        return True

    def _clash(self, at: Location, name: str, section: str) -> None:
        self._say(
            at,
            f"il nome «{name}» c'è già in questo protocollo, o con un altro contenuto: dare al "
            "passo un 'prefix', per esempio «prefix: x_», o cambiare nome a uno dei due",
            f"the name “{name}” is in this protocol already, or with other contents: give the "
            "step a 'prefix', for example “prefix: x_”, or rename one of the two",
        )

    def _passed(
        self, protocol: Protocol, name: str, step: Step, given: str, path: str
    ) -> Iterator[Finding]:
        at: Location = ("steps", name, "with", given)
        if self.inside.keys() & {path.split(".")[0]}:
            yield at, _hidden_name(path.split(".")[0], self.inside)
            return
        used = self.find(step.uses or "", at) if step.uses else None
        kind: FieldType | None = used.takes.get(given) if used else None
        if kind is not None:
            yield from data_path(protocol, at, path, (kind,))

    def _hidden(self) -> None:
        """Names of what is inside a step, read outside it."""
        for at, rename in self._readers():
            asked = Asked()
            rename(Renaming(asked))
            for hidden in sorted(asked.names & self.inside.keys()):
                self.problems.append((at, _hidden_name(hidden, self.inside)))

    def _readers(self) -> Iterator[tuple[Location, Callable[[Renaming], Any]]]:
        outer = self.outer
        for name, step in outer.steps.items():
            yield ("steps", name), lambda to, part=step: to.step(part)  # type: ignore[misc]
        for name, event in outer.events.items():
            yield ("events", name), lambda to, part=event: to.event(part)  # type: ignore[misc]
        for name, role in outer.roles.items():
            yield ("roles", name), lambda to, part=role: to.role(part)  # type: ignore[misc]
        for name, table in outer.tables.items():
            yield ("tables", name), lambda to, part=table: to.table(part)  # type: ignore[misc]
        for name, path in outer.gives.items():
            yield ("gives", name), lambda to, part=path: to.path(part)  # type: ignore[misc]


def _hidden_name(name: str, inside: Mapping[str, str]) -> Text:
    around = name
    while around in inside:
        around = inside[around]
    return Text(
        f"«{name}» è dentro «{around}»: da fuori si leggono solo gli esiti di «{around}» e ciò "
        "che il suo protocollo dà in 'gives'",
        f"“{name}” is inside “{around}”: outside only the outcomes of “{around}” can be read, and "
        "what its protocol says in 'gives'",
    )


def _gives(step: Step) -> dict[str, str]:
    return step.inside.gives if step.inside else {}


def _direct(used: Protocol, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names[name] for name, step in used.steps.items() if step.within is None)


def _inside(inside: Inside | None, to: Renaming) -> Inside | None:
    """What a nested scope has inside it, by its names here."""
    if inside is None:
        return None
    return inside._replace(
        steps=tuple(to.steps[name] for name in inside.steps),
        copies=tuple(to.steps[name] for name in inside.copies),
        gives={name: to.path(path) for name, path in inside.gives.items()},
    )


def _numbered(title: Text, number: int) -> Text:
    return Text(f"{title.it} · {number}", f"{title.in_('en')} · {number}")
