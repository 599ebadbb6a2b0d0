"""What the checker says: findings, each with its place, rule and the history that leads there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from protocols.documents import Document, Problem, dotted
from protocols.text import Text

Severity = Literal["error", "warning"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that is wrong, or that needs a reason.

    `rule` is stable; `line` counts from 1; `where` is the dotted path in the document; `step` is
    the step (or event) concerned, or ''. `history` is the shortest one found that leads there, one
    sentence for each thing that happens; empty where none is needed.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    where: str
    step: str
    message: Text
    remedy: Text
    history: tuple[Text, ...] = ()

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.where}: {self.message.it}"


class Report(msgspec.Struct, frozen=True):
    """The findings, errors first; `states` and `moves` of the engine that were tried, and in
    `not_explored` what was not and why. Nothing in it means that the proof is whole."""

    protocol: str
    version: str
    digest: str
    findings: tuple[Finding, ...]
    states: int = 0
    moves: int = 0
    not_explored: tuple[Text, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def publishable(self) -> bool:
        """Whether no error forbids publishing; warnings still need a reason."""
        return not self.errors


# Every rule, with what it asks of a protocol.
RULES: dict[str, Text] = {
    "language": Text("Il documento si legge.", "The document can be read."),
    "territory": Text(
        "Il protocollo è di questo territorio.", "The protocol belongs to this territory."
    ),
    "applies-to-nothing": Text(
        "Una variante vale per qualche caso.", "A variant applies to some cases."
    ),
    "stuck": Text("Il caso può sempre arrivare a una fine.", "The case can always reach an end."),
    "dead-step": Text("Ogni passo può accadere.", "Every step can happen."),
    "dead-outcome": Text("Ogni esito si può scegliere.", "Every outcome can be chosen."),
    "dead-event": Text("Ogni evento può accadere.", "Every event can happen."),
    "open-after-end": Text("Dopo la fine nulla resta aperto.", "Nothing stays open after the end."),
    "leads-nowhere": Text("Ogni esito porta da qualche parte.", "Every outcome leads somewhere."),
    "unbounded-loop": Text("Ogni ciclo ha un limite.", "Every loop is bounded."),
    "pause-never-ends": Text("Ogni pausa finisce.", "Every pause ends."),
    "role-unknown": Text("Ogni ruolo esiste nel territorio.", "The territory has every role."),
    "role-not-held": Text(
        "Ogni ruolo è di qualcuno in ogni luogo.", "Somebody holds every role everywhere."
    ),
    "person-not-named": Text(
        "Chi è indicato per nome nei dati è già indicato quando serve.",
        "Whom the data name has been named when needed.",
    ),
    "fact-incomplete": Text("Ogni fatto ha i suoi campi.", "Every fact has its fields."),
    "fact-mistyped": Text(
        "I campi di ogni fatto sono del tipo giusto.", "Every fact's fields have the right type."
    ),
    "data-not-there": Text(
        "Nessuna condizione legge dati che possono mancare.",
        "No condition reads data that may not exist.",
    ),
    "field-may-be-missing": Text(
        "Una condizione tiene conto dei campi facoltativi.",
        "A condition takes account of optional fields.",
    ),
    "clinical-exposed": Text(
        "Nessun dato clinico arriva a chi non lo può vedere.",
        "No clinical datum reaches who may not see it.",
    ),
    "impossible-deadline": Text(
        "I termini stanno insieme.", "The deadlines are possible together."
    ),
    "reminder-too-early": Text(
        "Un promemoria cade dopo l'apertura.", "A reminder falls after the opening."
    ),
    "indicator-unknown": Text(
        "Un indicatore misura momenti che esistono.", "An indicator measures what exists."
    ),
    "cannot-run": Text("Il motore esegue ogni storia.", "The engine can run every history."),
    "unused": Text("Ciò che è definito serve.", "What is defined is used."),
}


class Notes:
    """Findings being gathered for one document; each rule is said once for each place."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: dict[tuple[str, str], Finding] = {}

    def add(
        self,
        rule: str,
        path: Sequence[str | int],
        message: Text,
        remedy: Text,
        history: Sequence[Text] = (),
        severity: Severity = "error",
    ) -> None:
        where = dotted(path)
        step = str(path[1]) if len(path) > 1 and path[0] in ("steps", "events") else ""
        file, line = self.document.place(path)
        finding = Finding(rule, severity, file, line, where, step, message, remedy, tuple(history))
        self._found.setdefault((rule, where), finding)

    def has_under(self, rule: str, path: Sequence[str | int]) -> bool:
        """Whether the rule was broken there or anywhere beneath."""
        where = dotted(path)
        return any(r == rule and w.startswith(where) for r, w in self._found)

    def findings(self) -> tuple[Finding, ...]:
        order = {"error": 0, "warning": 1}
        return tuple(
            sorted(self._found.values(), key=lambda f: (order[f.severity], f.line, f.rule))
        )


def unreadable(problems: Iterable[Problem]) -> tuple[Finding, ...]:
    """The loader's mistakes as findings: the message has its own remedy."""
    found = []
    for problem in problems:
        parts = problem.where.split(".")
        step = parts[1].split("[")[0] if len(parts) > 1 and parts[0] in ("steps", "events") else ""
        found.append(
            Finding(
                "language",
                "error",
                problem.file,
                problem.line,
                problem.where,
                step,
                problem.message,
                Text("Correggere la riga indicata.", "Correct the line that is named."),
            )
        )
    return tuple(found)
