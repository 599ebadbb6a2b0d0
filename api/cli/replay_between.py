"""What differs between two moments of a case: `cantiere replay CASE --from A --to B`."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from rich.markup import escape

from api.cli.speaking import local, out, write_json
from api.replaying.moments import between_moments
from domain.case.difference import Difference
from domain.service import CaseService


def between(
    service: CaseService, case: UUID, since: datetime | None, until: datetime, as_json: bool
) -> None:
    found = between_moments(service, case, since, until)
    if as_json:
        write_json(found)
        return
    begin = local(found.since, service) or "l'apertura"
    out.print(
        f"[bold]Caso {case}[/] · da {begin} (versione {found.from_version}) "
        f"a {local(found.until, service)} (versione {found.to_version})"
    )
    _print(found.difference, service)


_TASKS = {
    "opened": "aperto",
    "scheduled": "in programma",
    "done": "fatto",
    "withdrawn": "tolto",
    "holder": "in mano a",
    "deadline": "termine",
}


def _print(found: Difference, service: CaseService) -> None:
    lines = []
    for name, change in (
        ("Protocollo · Protocol", found.protocol),
        ("Stato · State", found.state),
        ("Episodio · Episode", found.episode),
        ("Orologi fermi · Clocks paused", found.paused),
    ):
        if change is not None:
            lines.append(f"{name}: {change.was or '–'} → {change.now or '–'}")
    lines += [
        f"Passo · Step {step.step}: {step.was or '–'} → {step.now or '–'}"
        + (f" ({step.outcome})" if step.outcome else "")
        for step in found.steps
    ]
    for task in found.tasks:
        line = f"Compito · Task {task.task}: {_TASKS[task.change]}"
        if task.change == "deadline":
            was, now = (
                local(datetime.fromisoformat(written), service) if written else "–"
                for written in (task.was, task.now)
            )
            line += f" {was} → {now}"
        elif task.change == "holder":
            line += f" {task.was or '–'} → {task.now or '–'}"
        lines.append(line)
    for data in found.data:
        names = [*data.fields, *(f"{name} (personale)" for name in data.personal)]
        lines.append(f"Dati · Data {data.step}: {', '.join(names)}")
    for fact in found.facts:
        line = f"Fatto · Fact {fact.fact}: {local(fact.at, service)}"
        if fact.occurred_at is not None:
            line += f", accaduto il {local(fact.occurred_at, service)}"
        lines.append(line)
    for line in lines or ["Nulla è cambiato. · Nothing changed."]:
        out.print(escape(line))
