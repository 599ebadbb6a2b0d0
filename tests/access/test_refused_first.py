"""Who may not see a page is told nothing of its form: not whether it was filled in well, nor what
has become of it meanwhile. Read from the table of every page by every role (`pages.csv`)."""

from __future__ import annotations

import csv
from pathlib import Path

PAGES = Path(__file__).parent / "pages.csv"
REFUSED = ("403", "404")
# Open or not, the task is known to who sees that there is a case; a draft is dropped whether it
# was there or not.
KNOWN = ("/assegna", "/prendi", "/rilascia", "/riprendi/{number}/lascia")


def test_whoever_a_page_refuses_is_refused_its_form_before_it_is_read() -> None:
    with PAGES.open(encoding="utf-8", newline="") as file:
        heading, *rows = csv.reader(file)
    seen = {(page, case): cells for method, page, case, *cells in rows if method == "GET"}
    pages = {page for page, _ in seen}
    compared = 0
    for method, address, case, *cells in rows:
        if method != "POST" or address.endswith(KNOWN):
            continue
        page = address
        while page and page not in pages:
            page = page.rpartition("/")[0]
        shown = seen.get((page, case)) or seen.get((page, "-"))
        for who, got, sent in zip(heading[3:], shown or (), cells, strict=shown is not None):
            if got.startswith(REFUSED):
                compared += 1
                assert sent.startswith(REFUSED), f"{address}, {case}, {who}: {sent}, page {got}"
    assert compared > 100
