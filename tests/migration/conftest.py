"""A territory with two versions of a small protocol, and cases in every stage of the first."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.case import commands as c
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.service import CaseService
from protocols.registry import Registry
from protocols.territory import default_pack
from tests.domain.conftest import MELZO, TERRITORY, actor, holder, referral

__all__ = ["MELZO", "TERRITORY", "actor", "holder"]

_MINI = Path(__file__).parents[1] / "packs" / "mini" / "protocols" / "mini" / "1.0.0.yaml"
_NOTES = (
    "      notes: {type: note, title: Note, category: clinical, personal: true, required: false}\n"
)
DESIGNER = actor("design-1")
MANAGER = holder("management", "management")
REFERENT = holder("municipal_referent", f"comune:{MELZO}")
DISTRICT = holder("district_referent", "district:5")


def second_version() -> str:
    """The team is constituted under another name, and a new step comes after the conference."""
    text = _MINI.read_text(encoding="utf-8")
    return (
        text.replace("version: 1.0.0", "version: 2.0.0")
        .replace("\n  team:\n    title: Cost", "\n  constitute:\n    title: Nuova cost")
        .replace("after: team\n", "after: constitute\n")
        .replace("team.m", "constitute.m")
        .replace("options: [work, health]", "options: [work, health, home]")
        .replace(_NOTES, "")
        .replace(
            "  placement:\n",
            "  project:\n    title: Progetto\n    after: conference.admit\n"
            "    role: municipal_referent\n  placement:\n",
        )
        .replace("after: conference.admit or triage.simple", "after: project or triage.simple")
    )  # fmt: skip


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped territory with both versions of the small protocol."""
    folder = tmp_path_factory.mktemp("migration") / "pack"
    shutil.copytree(default_pack(), folder)
    protocol = folder / "protocols" / "mini"
    protocol.mkdir()
    shutil.copy(_MINI, protocol / "1.0.0.yaml")
    (protocol / "2.0.0.yaml").write_text(
        second_version().replace("valid_from: 2021-01-01", "valid_from: 2099-01-01"),
        encoding="utf-8",
    )
    return folder


class Office:
    """Cases at work. Every case begins on version 1.0.0."""

    def __init__(self, url: str, pack: Path, service: CaseService) -> None:
        self.url = url
        self.pack = pack
        self.service = service

    def refer(self) -> UUID:
        return self.service.handle(referral(person={"first_name": "Ivo", "last_name": "X"})).case

    def complete(
        self, case: UUID, task: str, outcome: str = "done", by: c.Actor = REFERENT, **data: Any
    ) -> None:
        self.service.handle(
            c.CompleteTask(
                command_id=uuid4(), actor=by, case=case, task=task, outcome=outcome, data=data
            )
        )

    def at_conference(self) -> UUID:
        case = self.refer()
        self.complete(case, "triage", "complex", need="work", notes="Nota riservata.")
        members = [{"person": REFERENT.id, "role": "municipal_referent"}]
        self.complete(case, "team", by=DISTRICT, manager=REFERENT.id, members=members)
        self.complete(case, f"assess#{REFERENT.id}")
        return case

    def in_placement(self) -> UUID:
        case = self.at_conference()
        self.complete(case, "conference", "admit", by=DISTRICT)
        return case

    def open(self, case: UUID) -> set[str]:
        return {task.key for task in self.service.state(case).open_tasks()}

    def version(self, case: UUID) -> str:
        opened = self.service.state(case).opened
        assert opened is not None
        return opened.version


@pytest.fixture(scope="session")
def registry(pack: Path) -> Registry:
    return Registry.load(pack)


@pytest.fixture
def office(database_url: str, pack: Path, registry: Registry) -> Iterator[Office]:
    recorder = CaseLogRecorder.connect(database_url)
    service = CaseService(recorder, registry, TERRITORY, SystemClock(), b"k" * 32)
    yield Office(database_url, pack, service)
    recorder.close()
