"""`python -m tools.screenshots [FOLDER]`: starts a stack of its own, puts cases on the desks, and
writes the pictures of the main pages to `docs/screenshots` (or FOLDER)."""

from __future__ import annotations

import sys
import tempfile
from contextlib import closing
from pathlib import Path

from api.stack.stack import Stack
from tests.web.chromium import MISSING, find_chromium, launched
from tools.screenshots.shots import SHOTS, Camera
from tools.screenshots.stage import Stage

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else FOLDER
    chromium = find_chromium()
    if chromium is None:
        print(MISSING, file=sys.stderr)
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="cantiere-pictures-") as home,
        Stack(Path(home), training=True) as stack,
        closing(Stage(stack.settings, stack.addresses.api)) as stage,
    ):
        print("Preparo i casi… · telling the cases…", flush=True)
        stage.set()
        with launched(*chromium) as browser:
            camera = Camera(browser, stage, stack.addresses.api, folder)
            for name, take in SHOTS.items():
                print(f"  {name}.png  {camera.take(name, take) // 1024} KB", flush=True)
    for stale in folder.glob("*.png"):
        if stale.stem not in SHOTS:
            stale.unlink()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
