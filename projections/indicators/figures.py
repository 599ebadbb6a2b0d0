"""The rows that figures are made of."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from projections.model import Row, Table


class Case(Row, frozen=True):
    protocol: str
    version: str
    person: UUID
    source: str
    service: str
    comune: str
    district: int
    episode: int = 1
    placements: int = 0
    paused: list[str] = []
    paused_at: datetime | None = None


class Episode(Row, frozen=True):
    episode: int
    protocol: str
    version: str
    person: UUID
    source: str
    service: str
    district: int
    started_at: datetime
    ended_at: datetime | None = None
    reason: str = ""
    contract: str = ""
    silent: bool = False
    need: str = ""
    decision: str = ""
    triaged_at: datetime | None = None
    authorised_at: datetime | None = None
    refused_at: datetime | None = None
    withdrawn_at: datetime | None = None
    team_at: datetime | None = None
    assessed_at: datetime | None = None
    decided_at: datetime | None = None
    signed_at: datetime | None = None
    placed_at: datetime | None = None
    hired_at: datetime | None = None


class Wait(Row, frozen=True):
    episode: int
    indicator: str
    started: datetime
    ended: datetime | None
    due: datetime | None


class OpenTask(Row, frozen=True):
    task: str
    step: str
    role: str
    round: int
    opened_at: datetime
    due: datetime | None
    automation: bool


class SettledTask(Row, frozen=True):
    position: int
    task: str
    episode: int
    step: str
    role: str
    round: int
    opened_at: datetime
    settled_at: datetime
    due: datetime | None
    outcome: str
    automation: bool


class Placement(Row, frozen=True):
    number: int
    episode: int
    host: str
    kind: str
    stream: str
    starts_on: date
    ends_on: date
    hours_week: float
    allowance: float
    started_at: datetime
    ended_on: date | None = None
    ended_at: datetime | None = None
    outcome: str = ""
    hired: bool = False
    suspended_at: datetime | None = None
    suspended: int = 0


class Attendance(Row, frozen=True):
    position: int
    episode: int
    month: str
    stream: str
    hours_planned: float
    hours_attended: float
    paid: float


class Commitment(Row, frozen=True):
    position: int
    episode: int
    stream: str
    amount: float
    signed_on: date
    light: bool


class Assessment(Row, frozen=True):
    position: int
    episode: int
    moment: str
    functioning: int | None
    economic: int | None
    work: int | None
    education: int | None
    housing: int | None
    networks: int | None


class ExceptionMade(Row, frozen=True):
    position: int
    episode: int
    at: datetime
    kind: str
    step: str
    role: str


class Call(Row, frozen=True):
    position: int
    episode: int
    at: datetime
    step: str
    rung: int
    role: str


class Happening(Row, frozen=True):
    position: int
    episode: int
    at: datetime
    event: str


class FollowUp(Row, frozen=True):
    position: int
    episode: int
    month: int
    employed: bool | None
    contract: str


TABLES = {
    "cases": Table(Case),
    "episodes": Table(Episode, key=["episode"]),
    "waits": Table(Wait, key=["episode", "indicator"]),
    "open_tasks": Table(OpenTask, key=["task"]),
    "tasks": Table(SettledTask, key=["position", "task"], log=True),
    "placements": Table(Placement, key=["number"]),
    "attendance": Table(Attendance, log=True),
    "commitments": Table(Commitment, log=True),
    "assessments": Table(Assessment, log=True),
    "exceptions": Table(ExceptionMade, log=True),
    "calls": Table(Call, log=True),
    "happenings": Table(Happening, log=True),
    "follow_ups": Table(FollowUp, log=True),
}
