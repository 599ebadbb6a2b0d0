"""The checker in a process of its own, that may take four seconds and 500 MB and no more."""

from __future__ import annotations

import json
import os
import resource
import traceback
from pathlib import Path
from typing import Any, NamedTuple

from protocols.checker import check_text
from protocols.territory import default_pack, load_territory

TERRITORY = load_territory(default_pack())
# Two on processors that nobody else uses; the suite shares its own with browsers and servers.
SECONDS = 4
MEGABYTES = 500


class Answer(NamedTuple):
    """`findings`: (rule, line, message, remedy); `seconds` of work; `failure`: a traceback, or how
    the process came to its end."""

    findings: list[tuple[str, int, str, str]]
    not_explored: int
    seconds: float
    failure: str


def checked(text: str | bytes) -> Answer:
    """What the checker says of the text, asked to search for one second at most."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _answer(text, writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status, used = os.wait4(child, 0)
    seconds = used.ru_utime + used.ru_stime
    if status:
        return Answer([], 0, seconds, f"killed by signal {os.WTERMSIG(status)}")
    found: dict[str, Any] = json.loads(said)
    findings = [(f[0], f[1], f[2], f[3]) for f in found["findings"]]
    return Answer(findings, found["not_explored"], seconds, found["failure"])


def _answer(text: str | bytes, writing: int) -> None:
    has = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    most = has + MEGABYTES * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    try:
        report = check_text(text, "fuzzed.yaml", TERRITORY, seconds=1)
    except BaseException:
        said = {"findings": [], "not_explored": 0, "failure": traceback.format_exc()}
    else:
        findings = [(f.rule, f.line, f.message.it, f.remedy.it) for f in report.findings]
        said = {"findings": findings, "not_explored": len(report.not_explored), "failure": ""}
    with os.fdopen(writing, "w") as pipe:
        json.dump(said, pipe)
