"""The texts that a case has followed: what one of them asked for keeps the category it had."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.log.recorded import Recorded
from domain.service import CaseService
from protocols.engine import events as e
from protocols.engine.plan import Plan
from protocols.language.forms import Form, FormField


class Followed:
    """The forms of some texts, by the names that the steps had or came to have."""

    def __init__(self, plans: Sequence[Plan], names: Sequence[dict[str, str]] = ()) -> None:
        self._plans = list(plans)
        self._alike: dict[str, set[str]] = {}
        for renamed in names:
            for before, after in renamed.items():
                if after:
                    same = {before, after}
                    same |= self._alike.get(before, set()) | self._alike.get(after, set())
                    for name in same:
                        self._alike[name] = same

    def fields(self, step: str, field: str) -> Iterator[FormField]:
        """Every field of that name that one of the texts asked for at the step or case event."""
        for name in {step} | self._alike.get(step, set()):
            for plan in self._plans:
                form = _form_of(plan, name)
                if form is not None and field in form.fields:
                    yield form.fields[field]


def followed(service: CaseService, history: Sequence[Recorded]) -> Followed:
    """The texts that `history` followed. Raises UnknownProtocol."""
    plans: dict[tuple[str, str], Plan] = {}
    names = []
    for event in history:
        body = event.body
        if isinstance(body, (e.CaseOpened, e.Migrated, e.MigrationReverted)):
            key = (body.protocol, body.version)
            plans[key] = plans.get(key) or service.registry.get(*key)
        if isinstance(body, e.Migrated):
            names += [body.steps, body.events]
    return Followed(list(plans.values()), names)


def _form_of(plan: Plan, name: str) -> Form | None:
    protocol = plan.protocol
    part = protocol.steps.get(name) or protocol.events.get(name)
    return protocol.forms.get(part.form) if part is not None and part.form else None
