"""The page of documentation works where there is no network but ours."""

from __future__ import annotations

import re

from tests.api.conftest import People


def test_the_page_asks_nobody_else(people: People) -> None:
    page = people.http.get("/docs")
    assert page.status_code == 200
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) >= 3
    for address in addresses:
        assert address.startswith("/"), address
        assert people.http.get(address).status_code == 200
