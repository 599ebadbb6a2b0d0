"""Logs are for programs and never repeat what a person typed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from api.stack.roles import child_environment
from domain.settings import Settings

_SETUP = """
import logging
import structlog
from api.stack.logs import configure_logs
configure_logs("info")
def fail():
    raise ValueError("RSSMRA80A01H501U")
"""


def _logged(program: str) -> list[dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-c", _SETUP + program],
        capture_output=True,
        text=True,
        env=child_environment(Settings(database_url="none")),
        check=False,
    )
    assert "RSSMRA80A01H501U" not in done.stdout + done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    "program",
    [
        "try:\n fail()\nexcept ValueError:\n structlog.get_logger().exception('no')",
        "try:\n fail()\nexcept ValueError:\n logging.getLogger('x').exception('no')",
        "try:\n fail()\nexcept ValueError as e:\n raise RuntimeError('RSSMRA80A01H501U') from e",
        "fail()",
    ],
)
def test_an_exception_is_logged_by_its_class_and_place_alone(program):
    (line,) = _logged(program)
    assert "ValueError" in str(line["error"])
    assert any("fail" in frame for frame in line["frames"]) or "RuntimeError" in str(line["error"])


def test_an_exception_that_speaks_of_the_program_is_quoted():
    (line,) = _logged("import no_such_module")
    assert "no_such_module" in str(line["error"])


def test_lines_below_the_level_are_not_written():
    assert _logged("structlog.get_logger().debug('d'); logging.getLogger('x').debug('d')") == []
