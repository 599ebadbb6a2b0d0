"""What a case knows at one instant: its data, its clock, in which scope a role is held for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from protocols.engine.plan import Fills, Guard, Plan
from protocols.engine.state import State
from protocols.engine.timing import Timing
from protocols.language.sums import total

if TYPE_CHECKING:
    from protocols.territory import Territory


def instance_of(member: Any) -> str:
    """The instance of an `each` step that is for `member`: a staff id, or {person, role}."""
    return str(member.get("person") or "") if isinstance(member, dict) else str(member)


class Knowledge:
    """Reads a case by its protocol; changes nothing."""

    def __init__(self, plan: Plan, state: State, now: datetime, territory: Territory) -> None:
        self.plan = plan
        self.state = state
        self.now = now
        self.territory = territory
        self._timing: Timing | None = None

    @property
    def timing(self) -> Timing:
        if self._timing is None:
            calendar = self.territory.calendar(self.state.attributes.get("comune"))
            self._timing = Timing(self.now, calendar, self.territory.timezone)
        return self._timing

    def holds(self, guard: Guard | None) -> bool:
        """Whether the guard is satisfied by what it names: nothing personal is among it."""
        return guard is None or guard.holds(
            {name: value for name in guard.names if (value := self._named(name)) is not None}
        )

    def _named(self, name: str) -> Any:
        state = self.state
        if name == "case":
            return {**state.attributes, "episode": state.episode}
        if name == "given":
            # Where it is not used by another protocol its case says what it takes.
            return state.attributes
        if name == "events":
            return {name: state.happened.get(name, {"count": 0}) for name in self.plan.events}
        if name == "tables":
            tables = self.plan.protocol.tables
            said = {name: table.decide(self.read) for name, table in tables.items()}
            return {name: value for name, value in said.items() if value is not None}
        if name == "today":
            return self.timing.day_of(self.now).isoformat()
        return state.data.get(name)

    def read(self, path: str) -> Any:
        """The value at `step.field`, `event.field` or `case.field`, None where there is none.

        Through a list it reads the field of each item: `team.members.person`.
        """
        name, *fields = path.split(".")
        state = self.state
        if name == "tables":
            table = self.plan.protocol.tables.get(fields[0])
            return table.decide(self.read) if table else None
        value: Any = (
            state.attributes
            if name in ("case", "given")
            else state.data.get(name, state.happened.get(name, {}))
        )
        return _inside(value, fields)

    def filled(self, name: str, fills: Fills, data: dict[str, Any]) -> dict[str, Any]:
        """The data that a step (or case event) is about to have, with what tables say of them and
        what they add up to."""
        for field, table, sum_of in fills:
            if sum_of:
                said: Any = total(sum_of, data)
            else:
                said = self.plan.protocol.tables[table].decide(self._reader(name, data))
            if said is not None:
                data = {**data, field: said}
        return data

    def _reader(self, name: str, data: dict[str, Any]) -> Callable[[str], Any]:
        """Reads as `read` does, but what `name` has comes from `data`."""

        def reader(path: str) -> Any:
            first, *fields = path.split(".")
            return _inside(data, fields) if first == name else self.read(path)

        return reader

    def scope(self, role: str) -> str:
        """In which scope a role of this protocol is held for this case."""
        holder = self.plan.protocol.roles[role].held_by
        kind = holder.organisation
        if kind == "service":
            service = None if holder.of in ("referral", "residence") else self.read(holder.of)
            return f"service:{service or self.state.attributes.get('service', '')}"
        if kind in ("comune", "district"):
            comune = None if holder.of in ("residence", "referral") else self.read(holder.of)
            if kind == "comune":
                return f"comune:{comune or self.state.attributes.get('comune', '')}"
            if comune:
                return f"district:{self.territory.district_of(comune)}"
            return f"district:{self.state.attributes.get('district', '')}"
        return kind

    def staff_role(self, role: str) -> str:
        """The role that its holders have as staff: its own, or the one it is `held_as`."""
        return self.plan.protocol.roles[role].held_as or role

    def assignee(self, role: str) -> str:
        path = self.plan.protocol.roles[role].held_by.person
        value = self.read(path) if path else None
        return value if isinstance(value, str) else ""


def _inside(value: Any, fields: list[str]) -> Any:
    for field in fields:
        if isinstance(value, list):
            flat = [part for item in value for part in (item if type(item) is list else [item])]
            value = [item[field] for item in flat if type(item) is dict and field in item]
        else:
            value = value.get(field) if isinstance(value, dict) else None
    return value
