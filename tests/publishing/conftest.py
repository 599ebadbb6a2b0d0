"""A case service on a real Postgres whose protocols are the shipped territory's and a small one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.case import commands as c
from domain.clock import SystemClock
from domain.log.recorder import CaseLogRecorder
from domain.publishing import commands as k
from domain.publishing import handle
from domain.publishing.installing import install_pack
from domain.publishing.registry import PublishedRegistry
from domain.publishing.state import Edition, originator_of
from domain.service import CaseService, Receipt
from protocols.registry import Registry
from protocols.territory import default_pack, load_territory

TERRITORY = load_territory(default_pack())
MELZO = "015142"
TODAY = datetime.now(UTC).astimezone(TERRITORY.timezone).date()
TOMORROW = TODAY + timedelta(days=1)

SMALL = """\
protocol: small
version: 1.0.0
title: {it: Accoglienza, en: Reception}
territory: adda-martesana
valid_from: 2021-01-01
roles:
  municipal_referent: {title: Referente comunale, held_by: {organisation: comune}}
steps:
  meet:
    title: {it: Primo colloquio, en: First interview}
    role: municipal_referent
    due: 20 working days
    outcomes:
      simple: {ends: social_service}
      complex:
  refer_on:
    title: {it: Invio, en: Referral on}
    after: meet.complex
    role: municipal_referent
"""
FASTER = SMALL.replace("version: 1.0.0", "version: 1.1.0").replace("20 working", "10 working")


def actor(person: str) -> c.Actor:
    held = TERRITORY.memberships(person, TODAY)
    return c.Actor(person, tuple((m.role, m.scope, m.deputy) for m in held))


def holder(role: str, scope: str) -> c.Actor:
    return actor(TERRITORY.holders(role, scope, TODAY)[0][0])


DESIGNER, OTHER_DESIGNER = actor("design-1"), actor("design-2")
MANAGER, OTHER_MANAGER = (
    actor(person) for person, _ in TERRITORY.holders("management", "management", TODAY)[:2]
)
DESK = holder("desk_operator", f"comune:{MELZO}")


class Desk:
    """One process at work on protocols, each request with an id of its own."""

    def __init__(self, service: CaseService) -> None:
        self.service = service

    def ask(self, does: Callable[..., Receipt], kind: type[Any], by: c.Actor, **said: Any) -> Any:
        protocol = said.setdefault("protocol", "small")
        said.setdefault("command_id", uuid4())
        return does(self.service, kind(actor=by, case=originator_of(protocol), **said))

    def draft(self, text: str = FASTER, by: c.Actor = DESIGNER, **said: Any) -> Any:
        said = {"text": text, "reason": "tempi più stretti", **said}
        return self.ask(handle.save_draft, k.SaveDraft, by, **said)

    def propose(self, label: str = "1.1.0", by: c.Actor = DESIGNER, **said: Any) -> Any:
        return self._of(handle.propose, k.Propose, label, by, said)

    def approve(self, label: str = "1.1.0", by: c.Actor = MANAGER, **said: Any) -> Any:
        return self._of(handle.approve, k.Approve, label, by, said)

    def reject(self, label: str = "1.1.0", by: c.Actor = MANAGER, **said: Any) -> Any:
        return self._of(handle.reject, k.Reject, label, by, said)

    def publish(self, label: str = "1.1.0", by: c.Actor = DESIGNER, **said: Any) -> Any:
        said = {"valid_from": TODAY, "reason": None, **said}
        return self._of(handle.publish, k.Publish, label, by, said)

    def retire(self, label: str, by: c.Actor = MANAGER, **said: Any) -> Any:
        said = {"until": TODAY, "reason": "superata", **said}
        return self.ask(handle.retire, k.Retire, by, label=label, **said)

    def _of(self, does: Any, kind: Any, label: str, by: c.Actor, said: dict[str, Any]) -> Any:
        protocol = said.get("protocol", "small")
        known = handle.publishing(self.service, protocol).editions.get(label)
        said = {"digest": known.digest if known else "0" * 64, "reason": "concordato", **said}
        said = {name: value for name, value in said.items() if value is not None}
        return self.ask(does, kind, by, label=label, **said)

    def publish_all(self, text: str, label: str, valid_from: date = TODAY) -> None:
        """From nothing to in force."""
        self.draft(text)
        self.propose(label)
        self.approve(label)
        self.publish(label, valid_from=valid_from)

    def edition(self, label: str = "1.1.0", protocol: str = "small") -> Edition:
        return handle.edition(self.service, protocol, label)

    def refer(self, on: date = TODAY, **changes: Any) -> Any:
        """The opening of a new case."""
        fields: dict[str, Any] = {
            "command_id": uuid4(),
            "actor": DESK,
            "case": uuid4(),
            "protocol": "small",
            "service": "cps-melzo",
            "comune": MELZO,
            "referred_on": on,
            "person": {"first_name": "Ivo", "last_name": "D'Adda", "sex": "M"},
        }
        receipt = self.service.handle(c.Referral(**{**fields, **changes}))
        return self.service.state(receipt.case).opened


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack whose only protocol is the small one, 1.0.0."""
    folder = tmp_path_factory.mktemp("packs") / "pack"
    (folder / "protocols" / "small").mkdir(parents=True)
    (folder / "protocols" / "small" / "1.0.0.yaml").write_text(SMALL)
    return folder


class Days(SystemClock):
    """The true time, some days later: the day after needs no waiting."""

    later = timedelta()

    def now(self) -> datetime:
        return super().now() + self.later


def connect(database_url: str, pack: Path) -> CaseService:
    recorder = CaseLogRecorder.connect(database_url, pool_size=1, max_size=4)
    registry = PublishedRegistry(Registry.load(pack), recorder)
    registry.refresh()
    return CaseService(recorder, registry, TERRITORY, Days(), b"k" * 32)


@pytest.fixture
def desk(database_url: str, pack: Path) -> Iterator[Desk]:
    """A process on an installation where the pack's protocol has been installed."""
    service = connect(database_url, pack)
    install_pack(service.recorder, pack)
    yield Desk(service)
    service.close()


@pytest.fixture
def other(database_url: str, pack: Path, desk: Desk) -> Iterator[Desk]:
    """Another process on the same installation."""
    service = connect(database_url, pack)
    yield Desk(service)
    service.close()
