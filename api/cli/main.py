"""The command `cantiere`: every part of it, and no stack trace for what is foreseen."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import structlog
import typer

from api.cli.speaking import tell

_PARTS = (
    "api.cli.stack",
    "api.cli.token",
    "api.cli.clock",
    "api.cli.case",
    "api.cli.document",
    "api.cli.replay",
    "api.cli.verify",
    "api.cli.checkpoint",
    "api.cli.proof",
    "api.cli.person",
    "api.cli.person_merge",
    "api.cli.person_rights",
    "api.cli.access",
    "api.cli.audit",
    "api.cli.vault",
    "api.cli.backup",
    "api.cli.mail",
    "api.cli.rebuild",
    "api.cli.conformance",
    "api.cli.protocol",
    "api.cli.demo",
)


def application() -> typer.Typer:
    """The command with all its subcommands."""
    whole = typer.Typer(
        name="cantiere",
        help="Protocolli territoriali di servizi sociali e sanitari. · Territorial protocols.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in _PARTS:
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
        application()()
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
