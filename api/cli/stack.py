"""`cantiere up` and the roles: the commands that start things."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from api.stack.discovery import current_settings
from api.stack.doctor import Check, examine
from api.stack.failure import StackError
from api.stack.home import default_home
from api.stack.stack import Stack
from domain.settings import DEFAULT_PORT, Settings
from protocols.text import Text

commands = typer.Typer()

_out = Console(highlight=False, soft_wrap=True)
_err = Console(stderr=True, highlight=False, soft_wrap=True)

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="CARTELLA",
        help="Cartella dell'installazione (o CANTIERE_HOME). · The installation's folder.",
    ),
]


@commands.command()
def up(
    home: HomeOption = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Porta dell'API; 0 = una libera. · API port.")
    ] = DEFAULT_PORT,
    training: Annotated[
        bool,
        typer.Option(
            "--training", help="Installazione di formazione, con l'orologio che si può spostare."
        ),
    ] = False,
) -> None:
    """Avvia tutto su questa macchina, fino a Ctrl-C. · Start everything on this machine."""
    supervise(Stack(home or default_home(), port, training=training, say=say))


def supervise(stack: Stack) -> None:
    """Run a stack in the foreground until a signal or a failure; leaves with 1 on a failure."""
    stopping = _stop_on_signals(stack)
    try:
        stack.start()
        _say_addresses(stack)
        warned = False
        while not stopping.is_set() and not stack.wait_failed(0.2):
            shortage = stack.home.shortage()
            if shortage is not None and not warned:
                say(shortage)
            warned = shortage is not None
        if stopping.is_set():
            say(Text(it="arresto in corso…", en="stopping…"))
    except _Interrupted:
        pass
    except StackError as error:
        fail(error.message)
    finally:
        stopping.set()
        stack.stop()
    if stack.failure is not None:
        fail(stack.failure.message)


@commands.command()
def api(home: HomeOption = None) -> None:
    """Solo l'API, contro i server indicati dall'ambiente. · The API alone."""
    _role("api", home)


@commands.command()
def worker(home: HomeOption = None) -> None:
    """Solo il worker di Temporal. · The Temporal worker alone."""
    _role("worker", home)


@commands.command()
def conductor(home: HomeOption = None) -> None:
    """Solo il conduttore, dal registro a Temporal. · The conductor alone."""
    _role("conductor", home)


@commands.command()
def projector(home: HomeOption = None) -> None:
    """Solo il proiettore dei modelli di lettura. · The projector alone."""
    _role("projector", home)


@commands.command()
def notifier(home: HomeOption = None) -> None:
    """Solo chi avvisa le persone, in pagina e per posta. · The notifier alone."""
    _role("notifier", home)


@commands.command()
def migrate(home: HomeOption = None) -> None:
    """Porta le basi di dati alla versione del programma. · Migrate the schema."""
    from api.stack.schema import prepare_databases

    settings = _settings(home)
    try:
        prepared = prepare_databases(settings)
    except Exception as error:
        message = getattr(error, "message", None)
        if not isinstance(message, Text):
            raise
        fail(message)
    kind = Text(it="formazione", en="training") if prepared.training else Text("reale", "real")
    _out.print(f"schema aggiornato, installazione {kind.it} [dim]· schema up to date, {kind.en}")


@commands.command()
def doctor(
    home: HomeOption = None,
    as_json: Annotated[bool, typer.Option("--json", help="Per un programma. · For programs.")] = (
        False
    ),
) -> None:
    """Dice che cosa ha trovato e che cosa non va. · Say what was found and what is wrong."""
    checks: list[Check] = []
    for check in examine(home):
        checks.append(check)
        if not as_json:
            _say_check(check)
    well = all(check.well for check in checks)
    if as_json:
        plain = {"ok": well, "checks": [check.plain() for check in checks]}
        typer.echo(json.dumps(plain, ensure_ascii=False, indent=2))
    raise typer.Exit(0 if well else 1)


def fail(message: Text) -> NoReturn:
    """Print a sentence for people and leave with status 1."""
    _err.print(f"[red]✗[/] {escape(message.it)}")
    if message.en:
        _err.print(f"[dim]  {escape(message.en)}[/]")
    raise typer.Exit(1)


def _role(name: str, home: Path | None) -> None:
    from api.stack.roles import run_role

    run_role(name, _settings(home))


def _settings(home: Path | None) -> Settings:
    try:
        return current_settings(home)
    except StackError as error:
        fail(error.message)


def say(message: Text) -> None:
    """Tell the person at the terminal what is going on, as long as there is one."""
    with contextlib.suppress(OSError, SystemExit):
        _err.print(f"[dim]·[/] {escape(message.it)} [dim]{escape(message.en)}[/]")


def _say_check(check: Check) -> None:
    sign = "[green]✓[/]" if check.well else "[red]✗[/]"
    title = f"{check.title.it} [dim]· {check.title.en}[/]"
    _out.print(f"{sign} {title:<58} {escape(check.found)}")
    if check.remedy is not None:
        _out.print(f"    → {escape(check.remedy.it)}")
        _out.print(f"      [dim]{escape(check.remedy.en)}[/]")


def _say_addresses(stack: Stack) -> None:
    addresses = stack.addresses
    _out.print("[bold green]Cantiere è in funzione[/] [dim]· Cantiere is running[/]")
    rows = [("API", addresses.docs), ("Temporal", addresses.temporal_ui or addresses.temporal)]
    for title, where in [*rows, ("casa · home", str(stack.home.path))]:
        _out.print(f"  {title:<12} {escape(where or 'TEMPORAL_*')}")
    if stack.settings.training:
        _out.print("  [yellow]formazione: l'orologio si può spostare[/] [dim]· training[/]")
    _out.print("Ctrl-C per fermare [dim]· to stop[/]")
    sys.stdout.flush()


class _Interrupted(BaseException):
    """A signal came while the stack was still starting."""


def _stop_on_signals(stack: Stack) -> threading.Event:
    """An event set by the first Ctrl-C, SIGTERM or SIGHUP; the second one hurries the stop."""
    stopping = threading.Event()

    def on_signal(number: int, frame: Any) -> None:
        if stopping.is_set():
            stack.hurry()
            return
        stopping.set()
        if not stack.started:
            raise _Interrupted

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    # started under nohup it shall outlive the terminal
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, on_signal)
    return stopping
