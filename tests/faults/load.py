"""Five hundred commands in flight, sent as a careful client sends them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from api.http.tokens import Issuer
from api.stack.stack import Stack

DESK = "desk-melzo-1"
PATIENCE = 90.0


class Acknowledged(msgspec.Struct, frozen=True):
    """What the client was told: the key it used and the receipt it got."""

    key: str
    receipt: dict[str, Any]


class Load:
    """Referrals and their registration, taken, put back and taken again: five commands a case.

    A request that gets no answer, or a 5xx, is repeated with the same key until it is answered.
    """

    def __init__(self, stack: Stack, name: str, cases: int = 100, threads: int = 6) -> None:
        self._name = name
        self._cases = cases
        self._threads = threads
        self._client = httpx.Client(base_url=f"{stack.addresses.api}/api/v1", timeout=15.0)
        self._token = Issuer.of(stack.home.path).token(DESK)
        self._today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
        self._lock = threading.Lock()
        self.acknowledged: list[Acknowledged] = []
        self.faults = 0

    def run(self, faults: Mapping[int, Callable[[], None]]) -> None:
        """Send everything; when so many commands are acknowledged, let a fault happen meanwhile."""
        happened = threading.Event()

        def watch() -> None:
            for at, fault in sorted(faults.items()):
                while len(self.acknowledged) < at:
                    if happened.wait(0.002):
                        return
                fault()
                self.faults += 1

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            with ThreadPoolExecutor(self._threads) as pool:
                list(pool.map(self._one_case, range(self._cases)))
        finally:
            happened.set()
            watcher.join()
            self._client.close()

    def _one_case(self, number: int) -> None:
        opened = self._send(
            f"{self._name}-refer-{number}",
            "/referrals",
            {
                "service": "cps-melzo",
                "comune": "015142",
                "referred_on": self._today,
                "person": {"first_name": "Ada", "last_name": f"Prova {number}"},
            },
        )
        task = quote(f"{opened['case']}:register_referral", safe="")
        registered = {"outcome": "complete", "data": {"needs": ["work"]}}
        for turn, (act, body) in enumerate(
            [("claim", {}), ("release", {}), ("claim", {}), ("complete", registered)]
        ):
            self._send(f"{self._name}-{act}-{turn}-{number}", f"/tasks/{task}/{act}", body)

    def _send(self, key: str, path: str, body: Any) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE
        headers = {"Authorization": f"Bearer {self._token}", "Idempotency-Key": key}
        while True:
            try:
                response = self._client.post(path, json=body, headers=headers)
            except httpx.TransportError:
                response = None
            if response is not None and response.status_code < 300:
                receipt = response.json()
                with self._lock:
                    self.acknowledged.append(Acknowledged(key, receipt))
                return receipt
            if response is not None and response.status_code < 500:
                raise AssertionError(f"{key}: {response.status_code} {response.text}")
            if time.monotonic() > deadline:
                raise AssertionError(f"{key}: no answer within {PATIENCE:.0f} s")
            time.sleep(0.05)
