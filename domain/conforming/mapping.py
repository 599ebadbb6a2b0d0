"""The mapping: what a log's own words mean in a protocol. A small document that people write.

log: {case: numero, activity: attività, timestamp: data, role: profilo, outcome: esito}
activities:
  Accettazione: register_referral
  Analisi: {step: triage, outcome: {from: esito, values: {Complesso: complex}}}
  Ricovero: clinical_crisis
ignore: [Telefonata, "Nota*"]
roles: {Assistente sociale: municipal_referent}
case: {source: servizio}
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from domain.exchange.trace import Columns
from protocols.documents import read_document, validate_document
from protocols.documents.reading import Document
from protocols.language.parts import Name, Part, as_list

ROLE, OUTCOME = "org:role", "outcome"
_LIFECYCLE = ("", "complete")


class LogColumns(Part):
    """Where the log keeps what is needed; the names are the log's own."""

    case: str = ""
    activity: str = ""
    timestamp: str = ""
    lifecycle: str = ""
    role: str = ""
    outcome: str = ""
    delimiter: Literal["", ";", ",", "|", ":", "~", "#", "tab"] = ""
    encoding: str = ""
    date_format: str = ""
    object_type: str = ""
    grouped: bool = False
    transitions: Annotated[tuple[str, ...], BeforeValidator(as_list)] = _LIFECYCLE


class Chosen(Part):
    """The outcome by the value of a column; values that are not listed are outcomes' own names."""

    column: str = Field("", alias="from")
    values: dict[str, Name] = {}


def _chosen(value: Any) -> Any:
    return {"values": {"*": value}} if isinstance(value, str) else value


class Target(Part):
    """What an activity is: `step` or `event`; with which outcome; which `data` it gave (a form's
    field → the log's column)."""

    step: Name | None = None
    event: Name | None = None
    outcome: Annotated[Chosen, BeforeValidator(_chosen)] = Chosen.model_construct()
    data: dict[Name, str] = {}


def _target(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    name, _, outcome = value.partition(".")
    return {"step": name, **({"outcome": outcome} if outcome else {})}


class Mapping(Part):
    """`activities`: their names → ours, `step`, `step.outcome` or a case event; `ignore`: what is
    no part of the protocol (`*` stands for anything); `roles`: their names → our roles; `case`:
    an attribute of the case → the log's column. Without `activities` the names are the same."""

    protocol: str = ""
    log: LogColumns = LogColumns()
    activities: dict[str, Annotated[Target, BeforeValidator(_target)]] = {}
    ignore: Annotated[tuple[str, ...], BeforeValidator(as_list)] = ()
    roles: dict[str, Annotated[tuple[Name, ...], BeforeValidator(as_list)]] = {}
    case: dict[Name, str] = {}

    @property
    def columns(self) -> Columns:
        """What the readers of logs are to look for."""
        log = self.log
        also = {log.role, log.outcome, *self.case.values()}
        for target in self.activities.values():
            also |= {target.outcome.column, *target.data.values()}
        delimiter = "\t" if log.delimiter == "tab" else log.delimiter
        return Columns(
            log.case, log.activity, log.timestamp, log.lifecycle, frozenset(also - {""}),
            frozenset({ROLE, OUTCOME}), delimiter, log.encoding, log.date_format, log.object_type,
            log.grouped,
            frozenset(transition.casefold() for transition in log.transitions),
        )  # fmt: skip


def read_mapping(text: str | bytes, name: str) -> tuple[Mapping, Document]:
    """Raises DocumentError, naming line and remedy."""
    document = read_document(text, name)
    return validate_document(document, Mapping), document
