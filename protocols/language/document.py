"""The protocol document: who does what, after what, by when, with which result, and what if not."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import BeforeValidator, Field, PrivateAttr, StringConstraints

from protocols.language.durations import Duration, Moment
from protocols.language.forms import FieldType, Form
from protocols.language.parts import DataPath, Name, Part, as_list
from protocols.language.tables import Table
from protocols.text import Text


def _duration(value: Any) -> Any:
    return value if isinstance(value, Duration) else Duration.parse(value)


def _moment(value: Any) -> Any:
    return value if isinstance(value, Moment) else Moment.parse(value)


def _names(value: Any) -> Any:
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return dict.fromkeys(value)
    return value


DurationText = Annotated[Duration, BeforeValidator(_duration)]
MomentText = Annotated[Moment, BeforeValidator(_moment)]
Used = Annotated[
    str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}/\d{1,4}\.\d{1,4}\.\d{1,4}$")
]


class Holder(Part):
    """Whose role it is: an organisation (`of` which comune or service), or a person named by data.

    `of`: `residence` (the case's comune), `referral` (the referring service) or a data path that
    holds an ISTAT code. `person`: a data path that holds the id of a staff member.
    """

    organisation: Literal[
        "comune", "district", "service", "health_provider", "employment", "joint_office",
        "management", "steering", "anti_violence",
    ]  # fmt: skip
    of: str = "residence"
    person: DataPath | None = None


class Role(Part):
    title: Text
    held_by: Holder
    deputy: Name | None = Field(None, description="a role that may act in its place")
    held_as: Name | None = Field(
        None, description="the role of this protocol under which its holders are known as staff"
    )


class Rung(Part):
    """One rung of the escalation: after so long overdue, this role is called in and may act."""

    to: Name
    after: DurationText = Duration(0, "day")


def _rungs(value: Any) -> Any:
    return [{"to": rung} if isinstance(rung, str) else rung for rung in as_list(value)]


class Due(Part):
    """By when. `of` is the anchor; without it, time runs from the opening of the step."""

    within: DurationText
    of: str | None = None
    before: bool = Field(False, description="count back from the anchor")
    remind: MomentText | None = None
    overdue: Annotated[tuple[Rung, ...], BeforeValidator(_rungs)] = ()
    when: str | None = Field(None, description="CEL: the deadline binds only if true")
    legal_basis: str | None = None


def _due(value: Any) -> Any:
    return {"within": value} if isinstance(value, str) else value


class Outcome(Part):
    """A result of a step and what follows from it, besides the steps that name it in `after`."""

    title: Text | None = None
    again: Name | None = None
    at_most: int | None = Field(None, ge=1, description="how often in one episode")
    cancels: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = Field(
        (), description="steps that will not happen any more; what is open there is withdrawn"
    )
    ends: Name | None = None
    silently: bool = False
    result: Name | None = Field(None, description="the reason with which the case will end")
    requires: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()
    resumes: Literal["clocks"] | None = None
    when: str | None = Field(None, description="CEL: may be chosen only if true")


class Record(Part):
    """The fact that a step establishes; `fields` maps the fact's fields to the form's, or to
    `case.…` and other steps' data; `on` restricts it to some outcomes."""

    fact: str
    fields: dict[Name, str | int | bool] = {}
    on: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()


def _records(value: Any) -> Any:
    return [{"fact": r} if isinstance(r, str) else r for r in as_list(value)]


Records = Annotated[tuple[Record, ...], BeforeValidator(_records)]


class Automation(Part):
    """What the machine does, how often it tries, and who does it by hand when it gives up."""

    run: Name
    attempts: int = Field(5, ge=1, le=100)
    pause: DurationText = Duration(2, "second")
    fallback: Name


class Inside(NamedTuple):
    """What the loader has put inside a step that uses a sub-protocol (see `language.scopes`).

    `steps`: those directly inside, by their names here; `gives`: what may be read outside as data
    of the step → the data path inside; `copies`: the steps, each with its own inside, one per
    member, of a step with `each`; `member`: what a copy's `given.member` is.
    """

    protocol: str
    steps: tuple[str, ...]
    gives: dict[str, str] = {}
    copies: tuple[str, ...] = ()
    member: FieldType | None = None


class Step(Part):
    title: Text
    stage: Name | None = None
    help: Text | None = None
    after: str | None = None
    when: str | None = Field(None, description="CEL guard, read when `after` has become true")
    during: Name | None = Field(None, description="possible only while this step is open")
    starts: MomentText | None = Field(None, description="opens then, not at once")
    role: Name | None = None
    automation: Automation | None = None
    waits_for: Name | None = Field(None, description="a case event that completes the step")
    each: DataPath | None = None
    enough: int | None = Field(None, ge=1)
    rest: Literal["welcome", "withdrawn"] = Field(
        "welcome", description="what becomes of the other tasks once there are enough"
    )
    every: DurationText | None = None
    first: DurationText | None = Field(None, description="when the first occurrence opens")
    uses: Used | None = Field(None, description="protocol/version whose steps happen inside this")
    given: dict[Name, DataPath] = Field(
        {}, alias="with", description="what the used protocol takes → data path"
    )
    prefix: Name | None = Field(
        None, description="put before the used protocol's names where they are taken already"
    )
    at_most: int | None = Field(
        None, ge=1, le=12, description="with `uses` and `each`: for how many members"
    )
    race: Name | None = None
    one_at_a_time: Name | None = Field(
        None, description="of the steps in this group, while one is taken no other may be"
    )
    signed_by: int = Field(1, ge=1, le=2, description="how many persons must sign its completion")
    optional: bool = False
    form: Name | None = None
    due: Annotated[Due, BeforeValidator(_due)] | None = None
    outcomes: Annotated[
        dict[Name, Outcome | None], Field(max_length=60), BeforeValidator(_names)
    ] = {"done": None}
    records: Records = ()
    priority: int = Field(0, ge=0, le=3, description="0 ordinary … 3 at once")

    _within: str | None = PrivateAttr(None)
    _inside: Inside | None = PrivateAttr(None)

    @property
    def within(self) -> str | None:
        """The step in whose sub-protocol this one is."""
        return self._within

    @property
    def inside(self) -> Inside | None:
        """What is inside a step with `uses`; None until the loader has put it there."""
        return self._inside

    def placed(self, within: str | None, inside: Inside | None) -> Step:
        """The same step inside a scope, or as one. Nobody writes this: the loader does."""
        step = self.model_copy()
        step._within, step._inside = within, inside
        return step

    def outcome(self, name: str) -> Outcome:
        return self.outcomes[name] or Outcome()


class CaseEvent(Part):
    """What may happen to a case at any time, who may say so and what follows."""

    title: Text
    by: Annotated[tuple[Name, ...], BeforeValidator(as_list)]
    source: Annotated[tuple[str, ...], BeforeValidator(as_list)] = Field(
        (), alias="from", description="kinds of referring service; empty means any"
    )
    form: Name | None = None
    during: Name | None = None
    after: str | None = Field(None, description="possible only when this formula is true")
    opens: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()
    pauses: Literal["clocks"] | None = None
    completes: str | None = Field(None, description="step.outcome that it settles, if it is open")
    keeps: bool = Field(
        False, description="where nothing waits for it yet, it is kept until something does"
    )
    cancels: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()
    again: Name | None = None
    at_most: int | None = Field(None, ge=1)
    ends: Name | None = None
    silently: bool = False
    reopens: DurationText | None = Field(
        None, description="possible within this time of the end; starts a new episode"
    )
    records: Records = ()

    _within: str | None = PrivateAttr(None)

    @property
    def within(self) -> str | None:
        """The step in whose sub-protocol this event is."""
        return self._within

    def placed(self, within: str | None) -> CaseEvent:
        event = self.model_copy()
        event._within = within
        return event


class Exceptions(Part):
    """Which roles may leave the path, with a stated reason."""

    skip: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()
    redo: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()
    force: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()
    correct: Annotated[tuple[Name, ...], BeforeValidator(as_list)] = ()


class Indicator(Part):
    """A wait to measure, from one moment to another: `step.opened`, `step.done`, `case.opened`."""

    title: Text
    start: str = Field(alias="from")
    end: str = Field(alias="to")
    within: DurationText | None = None


class Protocol(Part):
    """One published version of a protocol."""

    protocol: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,59}$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    title: Text
    territory: str
    valid_from: Annotated[date, Field(ge=date(1900, 1, 1), le=date(2199, 12, 31))]
    legal_basis: tuple[str, ...] = ()
    takes: dict[Name, FieldType] = Field(
        {}, description="what it is given where another protocol uses it: read as given.…"
    )
    gives: dict[Name, DataPath] = Field(
        {}, description="what may be read of it where another protocol uses it → data path"
    )
    stages: dict[Name, Text] = {}
    roles: dict[Name, Role]
    forms: dict[Name, Form] = {}
    tables: dict[Name, Table] = {}
    steps: Annotated[dict[Name, Step], Field(max_length=400)]
    events: dict[Name, CaseEvent] = {}
    exceptions: Exceptions = Exceptions()
    indicators: dict[Name, Indicator] = {}

    @property
    def type_name(self) -> str:
        """The Temporal workflow type: `presa-in-carico/1.0.0`."""
        return f"{self.protocol}/{self.version}"
