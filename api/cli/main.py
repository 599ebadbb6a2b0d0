"""The command `cantiere`: every part of it, and no stack trace for what is foreseen."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import structlog
import typer

from api.cli.speaking import tell

# What each part is asked with: the others are not imported for it.
PARTS = {
    "api.cli.stack": (
        "up", "api", "worker", "conductor", "projector", "notifier", "migrate", "doctor",
    ),
    "api.cli.token": ("token",),
    "api.cli.clock": ("clock",),
    "api.cli.case": ("case",),
    "api.cli.document": ("document",),
    "api.cli.replay": ("replay",),
    "api.cli.verify": ("verify",),
    "api.cli.checkpoint": ("checkpoint",),
    "api.cli.proof": ("proof",),
    "api.cli.person": ("person",),
    "api.cli.person_merge": ("person",),
    "api.cli.person_rights": ("person",),
    "api.cli.access": ("access",),
    "api.cli.audit": ("audit",),
    "api.cli.vault": ("vault",),
    "api.cli.backup": ("backup", "restore"),
    "api.cli.mail": ("mail",),
    "api.cli.rebuild": ("rebuild",),
    "api.cli.conformance": ("conformance", "export"),
    "api.cli.protocol": ("protocol",),
    "api.cli.demo": ("demo",),
}  # fmt: skip


def application(asked: str | None = None) -> typer.Typer:
    """The command with all its subcommands, or with those that answer the word `asked`."""
    whole = typer.Typer(
        name="cantiere",
        help="Protocolli territoriali di servizi sociali e sanitari. · Territorial protocols.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in [name for name, words in PARTS.items() if asked in words] or PARTS:
        part: typer.Typer = import_module(name).commands
        whole.add_typer(part)
    return whole


def main() -> None:
    """Entry point. 0 well, 1 refused or failed, 2 wrongly asked."""
    structlog.configure(
        processors=[structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(50),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        application(next(iter(sys.argv[1:]), None))()
    except BrokenPipeError:
        # Whoever was reading (`| head`) has gone; nothing may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if not tell(error):
            raise
        sys.exit(1)
