"""What designers may ask of a job, as it comes through the door."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from api.http.access import may_read_drafts, may_simulate_from_log
from api.http.door import Door
from api.http.problems import Problem
from domain.publishing.handle import edition
from domain.refusal import FieldProblem
from protocols.documents import DocumentError
from protocols.language.library import UnknownProtocol
from protocols.text import Language, Text
from workflows.jobs.request import (
    MOST_CASES,
    MOST_REPLICATIONS,
    MOST_SECONDS,
    Check,
    Diff,
    Published,
    Simulate,
    Source,
    Written,
)

_SOURCE: dict[str, Any] = {"protocol": "presa-in-carico", "version": "1.0.0"}
_Yaml = Annotated[str, Field(min_length=1, max_length=1_000_000)]


class SourceBody(BaseModel):
    """A published version (`protocol` and `version`), a draft (`protocol` and `draft`: its label,
    as `2.0.0` or `cps-1.0.0`), or a `text` that is neither; `name` is what its mistakes call it."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [_SOURCE]})

    protocol: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    version: Annotated[str, Field(min_length=1, max_length=400)] | None = None
    draft: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    text: Annotated[_Yaml | None, Field(description="Il documento, YAML.")] = None
    name: Annotated[str, Field(pattern=r"^[\w.+-]{1,100}$")] = "protocollo.yaml"

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        ways = [way is not None for way in (self.version, self.draft, self.text)]
        if sum(ways) != 1 or (self.protocol is None) != (self.text is not None):
            raise PydanticCustomError("source", "one of them")
        return self


class CheckBody(BaseModel):
    """`seconds`: of search at most; without it, as many as the checker takes by itself."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"source": _SOURCE, "seconds": 20}]}
    )

    source: SourceBody
    seconds: Annotated[int | None, Field(ge=1, le=MOST_SECONDS)] = None


class DiffBody(BaseModel):
    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"old": _SOURCE, "new": _SOURCE}]}
    )

    old: SourceBody
    new: SourceBody


class SimulateBody(BaseModel):
    """One version, or two side by side. `shares`: a YAML document of what is assumed; `from_log`:
    what it does not say is taken from the log, for those who may see tables with small cells."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"sources": [_SOURCE], "cases": 600, "seed": 1}]},
    )

    sources: Annotated[list[SourceBody], Field(min_length=1, max_length=2)]
    cases: Annotated[int, Field(ge=1, le=MOST_CASES)] = 2000
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    replications: Annotated[int, Field(ge=1, le=MOST_REPLICATIONS)] = 6
    shares: Annotated[str, Field(max_length=200_000)] = ""
    from_log: bool = False


def check_of(door: Door, body: CheckBody) -> Check:
    """Raises Problem."""
    today = door.service.clock.now().astimezone(door.service.territory.timezone).date()
    return Check(_source(door, body.source, "source"), today, body.seconds)


def diff_of(door: Door, body: DiffBody, language: Language) -> Diff:
    """Raises Problem."""
    return Diff(_source(door, body.old, "old"), _source(door, body.new, "new"), language)


def simulate_of(door: Door, body: SimulateBody) -> Simulate:
    """Raises Problem."""
    if body.replications > body.cases:
        message = Text("non può superare «cases»", "it cannot be more than “cases”")
        raise _invalid(FieldProblem("replications", message))
    if body.from_log and not may_simulate_from_log(door.reader):
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Le quote prese dal registro possono riguardare pochi casi: le usa solo chi vede "
                "le tabelle complete.",
                "Shares from the log may rest on few cases: they are for those who see full "
                "tables.",
            ),
            Text("Indicare le quote in «shares».", "Give the shares in “shares”."),
        )
    sources = tuple(
        _source(door, source, f"sources[{number}]") for number, source in enumerate(body.sources)
    )
    return Simulate(sources, body.cases, body.seed, body.replications, body.shares, body.from_log)


def _source(door: Door, body: SourceBody, field: str) -> Source:
    if body.text is not None:
        return Written(body.text, body.name)
    assert body.protocol is not None
    if body.draft is not None:
        return _draft(door, body.protocol, body.draft)
    assert body.version is not None
    try:
        door.service.registry.get(body.protocol, body.version)
    except UnknownProtocol as unknown:
        raise _invalid(FieldProblem(f"{field}.version", unknown.message)) from None
    except DocumentError as error:
        message = error.problems[0].message
        raise _invalid(FieldProblem(f"{field}.version", message)) from None
    return Published(body.protocol, body.version)


def _draft(door: Door, protocol: str, label: str) -> Written:
    """The draft as it stands now: what is saved later does not change the question."""
    if not may_read_drafts(door.reader):
        raise Problem(
            403,
            "not_for_this_role",
            Text(
                "Le bozze si vedono solo da chi progetta, coordina o controlla i protocolli.",
                "Drafts are seen by those who design, govern or audit protocols only.",
            ),
        )
    return Written(edition(door.service, protocol, label).text, f"{protocol}/{label}.yaml")


def _invalid(*fields: FieldProblem) -> Problem:
    return Problem(
        422,
        "request_invalid",
        Text("Alcuni dati della richiesta non vanno bene.", "Some data are not right."),
        Text("Correggere i campi indicati.", "Correct the fields that are named."),
        fields,
    )
