"""What every page must be."""

from __future__ import annotations

from playwright.sync_api import Page

from api.web import assets

_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def watched(page: Page) -> Page:
    """A page whose errors fail the test when it asks: scripts that stop, and what the content
    policy or the network refuses. `page.troubles` lists them."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on(
        "console",
        lambda said: (
            troubles.append(said.text)
            if said.type == "error" and "Failed to load resource" not in said.text
            else None
        ),
    )
    page.troubles = troubles  # type: ignore[attr-defined]
    return page


def assert_accessible(page: Page) -> None:
    """axe-core finds nothing by the WCAG 2.0, 2.1 and 2.2 A and AA rules, and no script failed."""
    # For what plays it would first fetch every style and recording again, a third of its time.
    assert page.locator("audio, video").count() == 0
    source = assets.asset("axe.min.js")
    assert source is not None, "axe-core manca: make test lo installa"
    page.evaluate(source.plain.decode())
    found = page.evaluate(
        """tags => axe.run(document, {
            runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], preload: false
        }).then(found => found.violations)""",
        _WCAG,
    )
    said = [
        f"{v['id']} ({v['impact']}): {v['help']} — {[n['html'][:160] for n in v['nodes'][:4]]}"
        for v in found
    ]
    assert not said, f"{page.url}\n" + "\n".join(said)
    assert page.troubles == []  # type: ignore[attr-defined]


def assert_fits(page: Page) -> None:
    """Nothing is cut off at the side: the page needs no horizontal scrolling (WCAG 1.4.10)."""
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{page.url}: {wide}px too wide"
