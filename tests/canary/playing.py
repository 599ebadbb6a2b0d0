"""Cases played through the API with something planted in everything personal that they ask."""

from __future__ import annotations

from collections import Counter
from datetime import date
from random import Random
from threading import Event
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import quote
from uuid import UUID

import httpx

from api.http.tokens import Issuer
from api.stack.stack import Stack
from domain.case.state import CaseState
from domain.service import CaseService
from protocols.engine.plan import Plan
from protocols.engine.run import Run
from protocols.engine.state import Task
from protocols.language.forms import FormField
from protocols.simulation.answers import Answers
from tests.canary import marks

TURNS = 12
_LONG = 120.0

# By whom a person is referred, and what else the referral says: so that every variant is followed.
REFERRALS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("cps-melzo", "015142", {}),
    ("sert-pioltello", "015175", {}),
    ("noa-martesana", "015142", {}),
    ("uompia-martesana", "015108", {"minor": True}),
    ("desk-015142", "015142", {"violence": True}),
    ("desk-015142", "015142", {"housing_emergency": True}),
    ("cps-trezzo", "015221", {"measure": "ADI"}),
)
OLD, NEW = "2022-05-10", "2024-05-10"


class Played(NamedTuple):
    case: str
    person: str


class Town:
    """Everybody who works in the territory, at the door of a running stack."""

    def __init__(self, stack: Stack) -> None:
        self.service = CaseService.connect(stack.settings)
        self.home = stack.home.path
        self.issuer = Issuer.of(self.home)
        self.http = httpx.Client(base_url=f"{stack.addresses.api}/api/v1", timeout=30.0)
        self.planted: set[tuple[str, str, str]] = set()
        self.asked: set[tuple[str, str, str]] = set()
        self.refused: list[Any] = []
        self._numbers = iter(range(10_000_000))
        self.hosts: list[str] = []

    def close(self) -> None:
        self.http.close()
        self.service.close()

    def holder(self, role: str, scope: str) -> str:
        day = self.service.clock.now().date()
        return self.service.territory.holders(role, scope, day)[0][0]

    def post(self, person: str, path: str, body: Any) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.issuer.token(person)}",
            # Even here somebody may write whatever they like.
            "Idempotency-Key": f"{marks.TEXT}-{next(self._numbers)}",
        }
        answer = self.http.post(path, json=body, headers=headers)
        assert answer.status_code < 500, (path, answer.text)
        if answer.status_code >= 400:
            self.refused.append((path, answer.json().get("type"), answer.json().get("errors")))
        return answer

    def get(self, person: str, path: str, **parameters: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.issuer.token(person)}"}
        return self.http.get(path, params=parameters, headers=headers)

    def result_of(self, person: str, asked: httpx.Response) -> httpx.Response:
        """What came of a job, once it is done."""
        job = f"/jobs/{asked.json()['job']}"
        deadline = monotonic() + _LONG
        while (now := self.get(person, job).json())["state"] in ("waiting", "running"):
            assert monotonic() < deadline, now
            Event().wait(0.2)
        assert now["state"] == "done", now
        return self.get(person, f"{job}/result")

    def register_hosts(self, count: int) -> None:
        keeper = self.holder("work_referent", "employment")
        for number in range(count):
            body = {"name": f"Forno {number}", "comune": "Melzo", "staff": 40, "places": 9}
            self.hosts.append(self.post(keeper, "/hosts", body).json()["host"])

    # ── a case ───────────────────────────────────────────────────────────────────────────────

    def play(self, number: int) -> Played:
        """A case from its referral to wherever it comes in some turns."""
        played, draw = self.refer(number), Random(number)
        case = played.case
        self._course(case, number, draw)
        self._events(case, number, draw)
        self._exceptions(case, number, draw)
        self._course(case, number, draw)
        return played

    def refer(self, number: int) -> Played:
        service, comune, attributes = REFERRALS[number % len(REFERRALS)]
        day = OLD if number % 4 == 3 else NEW
        desk = self.holder("desk_operator", f"comune:{comune}")
        said: dict[str, Any] = {
            "service": service, "comune": comune, "referred_on": day,
            "person": person(number), "attributes": attributes,
        }  # fmt: skip
        made = self.post(desk, "/referrals", said)
        assert made.status_code == 201, made.text
        case = made.json()["case"]
        return Played(case, self.state(case).attributes["person"])

    def state(self, case: str) -> CaseState:
        return self.service.state(UUID(case))

    def _course(self, case: str, number: int, draw: Random) -> None:
        tried: Counter[str] = Counter()
        for _ in range(TURNS):
            state = self.state(case)
            open_now = [t for t in state.open_tasks() if not t.automation and tried[t.key] < 2]
            if state.ended or not open_now:
                return
            for task in open_now:
                tried[task.key] += 1
                self._complete(case, state, task, number, draw)

    def _complete(self, case: str, state: CaseState, task: Task, number: int, draw: Random) -> None:
        plan = self.service.plan(state)
        step = plan.protocol.steps[task.step]
        lasting = [n for n, o in step.outcomes.items() if not (o and o.ends)]
        outcome = draw.choice(lasting or list(step.outcomes) or ["done"])
        answers = Answers(plan, self.service.territory)
        data = answers.for_step(task.step, outcome, draw, date.fromisoformat(NEW), complete=True)
        data = self._with_marks(plan, step.form, data, number)
        path = f"/tasks/{quote(f'{case}:{task.key}', safe='')}/"
        holders = self.holders(state, task)
        if len(holders) > 1 and not task.assignee:
            reason = {"to": holders[0], "reason": marks.text(number, "assegnato")}
            self.post(holders[0], path + "assign", reason)
        for person in holders[: step.signed_by]:
            said = self.post(person, path + "complete", {"outcome": outcome, "data": data})
            self._note(said, plan, step.form)

    def holders(self, state: CaseState, task: Task) -> list[str]:
        day = self.service.clock.now().date()
        held = self.service.territory.holders(task.role, task.scope, day)
        return [one for one in (task.assignee,) if one] + [person for person, _ in held]

    def by(self, state: CaseState, roles: tuple[str, ...]) -> str:
        now = self.service.clock.now()
        run = Run(self.service.plan(state), state, now, self.service.territory)
        for role in roles:
            for person, _ in self.service.territory.holders(role, run.scope(role), now.date()):
                return person
        return "nobody"

    def _events(self, case: str, number: int, draw: Random) -> None:
        """Whatever may happen that does not end the case."""
        plan = self.service.plan(self.state(case))
        for name, event in plan.protocol.events.items():
            state = self.state(case)
            if state.ended or event.ends or (not event.form and draw.random() < 0.7):
                continue
            answers = Answers(plan, self.service.territory)
            data = answers.for_event(name, draw, date.fromisoformat(NEW), complete=True)
            data = self._with_marks(plan, event.form, data, number)
            path = f"/cases/{case}/events/{name}"
            said = self.post(self.by(state, event.by), path, {"data": data})
            self._note(said, plan, event.form)

    def _exceptions(self, case: str, number: int, draw: Random) -> None:
        """Steps are forced whose forms have not been seen yet; one is skipped, one redone, one
        corrected: each with a reason."""
        state = self.state(case)
        plan = self.service.plan(state)
        allowed = plan.protocol.exceptions
        wanted = _personal(plan) - self.planted
        outer = [n for n, s in plan.protocol.steps.items() if plan.steps[n].inside]
        steps = [
            name
            for name, step in plan.protocol.steps.items()
            if any(form == step.form for _, form, _ in wanted)
        ]
        for step in [*outer, *steps, draw.choice(list(plan.protocol.steps))]:
            if self.state(case).marks[step].status != "open":
                self._except(case, "force", allowed.force, step, number)
            now = self.state(case)
            for key in now.of_step.get(step, ()) if step in steps else ():
                if now.tasks[key] in now.open_tasks():
                    self._complete(case, now, now.tasks[key], number, draw)
        done = [n for n, m in state.marks.items() if m.status == "done"]
        for step in done[:2]:
            self._except(case, "redo", allowed.redo, step, number)
        for task in self.state(case).open_tasks()[:1]:
            self._except(case, "skip", allowed.skip, task.step, number)
        for step, data in list(self.state(case).data.items())[:4]:
            form = plan.protocol.steps[step].form if step in plan.protocol.steps else None
            fields = plan.protocol.forms[form].fields if form else {}
            plain = {n: data[n] for n, f in fields.items() if f.type == "yes_no" and n in data}
            texts = {
                n: marks.text(number, n)
                for n, f in fields.items()
                if f.personal and f.type in ("note", "text")
            }
            body = {
                "step": step, "data": {**plain, **texts},
                "reason": marks.text(number, "rettifica"),
            }  # fmt: skip
            self.post(self.by(state, allowed.correct), f"/cases/{case}/corrections", body)

    def _except(self, case: str, kind: str, roles: tuple[str, ...], step: str, number: int) -> None:
        body = {"kind": kind, "step": step, "reason": marks.text(number, kind)}
        self.post(self.by(self.state(case), roles), f"/cases/{case}/exceptions", body)

    def close_case(self, played: Played) -> None:
        if not self.state(played.case).ended:
            plan = self.service.plan(self.state(played.case))
            name, event = next((n, e) for n, e in plan.protocol.events.items() if e.ends)
            by = self.by(self.state(played.case), event.by)
            said = self.post(by, f"/cases/{played.case}/events/{name}", {"data": {}})
            assert said.status_code == 200, said.text

    def end(self, played: Played) -> None:
        """Close the case, and have the person erased: by two."""
        self.close_case(played)
        asks = self.holder("coordinator", "joint_office")
        now = self.service.clock.now().date()
        held = self.service.territory.holders("management", "management", now)
        decides = next(person for person, _ in held if person != asks)
        path = f"/persons/{played.person}/erasure"
        why = marks.text(0, "cancellazione")
        assert self.post(asks, path, {"ground": "unlawful", "why": why}).status_code == 200
        assert self.post(decides, f"{path}/decision", {"approve": True}).status_code == 200

    # ── what is planted ──────────────────────────────────────────────────────────────────────

    def _with_marks(
        self, plan: Plan, form: str | None, data: dict[str, Any], number: int
    ) -> dict[str, Any]:
        return self._filled(plan.protocol.forms[form].fields, data, number, False) if form else data

    def _note(self, answer: httpx.Response, plan: Plan, form: str | None) -> None:
        if answer.status_code == 200:
            self.planted |= {one for one in _personal(plan) if one[1] == form}

    def _filled(
        self, fields: dict[str, FormField], data: dict[str, Any], number: int, personal: bool
    ) -> dict[str, Any]:
        filled = {}
        for name, value in data.items():
            field = fields[name]
            secret = personal or field.personal
            if field.type == "host" and self.hosts:
                value = self.hosts[number % len(self.hosts)]
            elif field.fields and isinstance(value, list):
                value = [self._filled(field.fields, item, number, secret) for item in value]
            elif field.fields:
                value = self._filled(field.fields, value, number, secret)
            elif secret and name == "tax_code":
                value = marks.tax_code(number)
            elif secret and name == "birth_date":
                value = marks.BIRTH_DATE
            elif secret and field.type in ("text", "note"):
                value = marks.text(number, name)
            filled[name] = value
        return filled


def _personal(plan: Plan) -> set[tuple[str, str, str]]:
    """The personal fields of a text's forms: (protocol, form, field)."""
    return {
        (plan.protocol.protocol, form, name)
        for form, asked in plan.protocol.forms.items()
        for name, field in asked.fields.items()
        if field.personal
    }


def person(number: int) -> dict[str, Any]:
    if number % 3 == 1:
        return {"anonymous": True, "pseudonym": f"{marks.TEXT}-{number}", "sex": "X"}
    return {
        "first_name": marks.text(number, "nome")[:60].replace("\n", " "),
        "last_name": f"{marks.TEXT} D'Àdda {number}",
        "alias": f"{marks.TEXT}{number}",
        "birth_date": marks.BIRTH_DATE,
        "tax_code": marks.tax_code(number),
        "phone": marks.PHONE,
        "email": f"{marks.TEXT}{number}@example.org",
        "address": f"Via {marks.TEXT} {number}",
        "citizenship": marks.TEXT,
        "sex": "F",
        "sealed": number % 5 == 0,
    }
