"""A Chromium for tests and pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from api.web import assets

# The first is the same browser without its windows, in four fifths of the time.
_NAMES = (
    "chromium-headless-shell", "chromium", "chromium-browser", "google-chrome",
    "google-chrome-stable",
)  # fmt: skip

MISSING = (
    "manca un browser: installare Chromium (apt-get install chromium) o indicarlo con "
    "CANTIERE_CHROMIUM · no browser: install Chromium or name it in CANTIERE_CHROMIUM"
)


def find_chromium() -> tuple[str, dict[str, str]] | None:
    """A browser and what its environment needs: the one that is named, the machine's, or the one
    that the set-up fetched where there is none."""
    named = os.environ.get("CANTIERE_CHROMIUM", "").strip()
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found:
        return found, {}
    fetched = assets.FETCHED.parent / "browser"
    if (fetched / "chromium").is_file():
        return str(fetched / "chromium"), {"LD_LIBRARY_PATH": str(fetched / "lib")}
    return None


@contextmanager
def launched(executable: str, needs: dict[str, str]) -> Iterator[Browser]:
    """The browser that `find_chromium` found, running."""
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    arguments += ["--disable-dev-shm-usage", "--disable-gpu"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=arguments,
            env={**os.environ, **needs},
        )
        yield browser
        browser.close()
