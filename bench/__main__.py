"""`python -m bench`: every measurement of one run, beside what it is measured against."""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import platform
import sys
from pathlib import Path

import structlog
from rich.console import Console

from bench.report import Row, show

BENCHMARKS = {
    "commands": "Comandi · Commands",
    "engine": "Motore, in memoria · Engine, in memory",
    "projections": "Viste · Read models",
    "verify": "Verifica · Verification",
    "migration": "Migrazione · Migration",
    "timetravel": "Il passato · Time travel",
    "simulation": "Simulazione · Simulation",
    "checker": "Controllo · Checker",
    "reads": "Consultazioni · Reads",
    "pages": "Pagine · Pages",
    "conformance": "Conformità · Conformance",
}


def measure(name: str, quick: bool = False) -> list[Row]:
    """Run one benchmark: a name of `BENCHMARKS`."""
    rows: list[Row] = importlib.import_module(f"bench.{name}").run(quick=quick)
    return rows


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="bench", description="Le misure, fianco a fianco · The measurements, side by side"
    )
    parser.add_argument(
        "--quick", action="store_true", help="poche prove, cifre approssimative · few, rough"
    )
    parser.add_argument(
        "--only", action="append", choices=BENCHMARKS, metavar="NAME",
        help=f"solo · only: {', '.join(BENCHMARKS)}",
    )  # fmt: skip
    parser.add_argument("--json", type=Path, metavar="FILE", help="scrive le cifre · the figures")
    chosen = parser.parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    console = Console() if sys.stdout.isatty() else Console(width=200)
    console.print(
        f"Python {platform.python_version()}, {os.cpu_count()} processori · processors, "
        f"carico · load {os.getloadavg()[0]:.1f}"
    )
    found: dict[str, list[Row]] = {}
    for name in chosen.only or BENCHMARKS:
        with console.status(BENCHMARKS[name]):
            found[name] = measure(name, chosen.quick)
        show(console, BENCHMARKS[name], found[name])
    if chosen.json:
        figures = {name: [row.as_dict() for row in rows] for name, rows in found.items()}
        chosen.json.write_text(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
