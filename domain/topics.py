"""Every event body under its stable topic: `case.step-opened`, `fact.placement-started`, …

Import this module before reading or writing the log.
"""

from __future__ import annotations

import re

import domain.case.events as case_events
import domain.disclosure.events as disclosure_events
import domain.documents.events as document_events
import domain.emergency.events as emergency_events
import domain.host.events as host_events
import domain.migration.events as migration_events
import domain.person.events as person_events
import domain.publishing.events as publishing_events
import domain.territories.events as territory_events
import protocols.engine.events as engine_events
from domain.evidence.events import EvidenceIssued
from domain.log.topics import register
from domain.reads.events import ReadsRecorded
from protocols.engine.events import Body
from protocols.facts import CATALOGUE


def _kebab(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def _register_all() -> None:
    modules = (
        ("case", engine_events),
        ("case", case_events),
        ("case", document_events),
        ("case", disclosure_events),
        ("case", emergency_events),
        ("host", host_events),
        ("person", person_events),
        ("migration", migration_events),
        ("protocol", publishing_events),
        ("territory", territory_events),
    )
    for prefix, module in modules:
        for cls in list(vars(module).values()):
            if isinstance(cls, type) and issubclass(cls, Body) and cls is not Body:
                register(f"{prefix}.{_kebab(cls.__name__)}", cls)
    for name, fact in CATALOGUE.items():
        register(f"fact.{_kebab(name)}", fact)
    register("read.recorded", ReadsRecorded)
    register("evidence.issued", EvidenceIssued)


_register_all()
