"""`cantiere demo`: the ten stories on a stack of its own."""

from __future__ import annotations

import json
import shutil
import signal
import tempfile
import threading
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from api.cli.stack import HomeOption, fail, say
from api.stack.failure import StackError
from api.stack.stack import Stack
from domain.settings import DEFAULT_PORT
from protocols.text import Text

commands = typer.Typer()

_out = Console(highlight=False)


class _Stopped(BaseException):
    """A signal asked to stop while the stories were being played."""


@commands.command()
def demo(
    home: HomeOption = None,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Porta dell'API; 0 = una libera. · API port.")
    ] = 0,
    leave: Annotated[
        bool, typer.Option("--exit", help="Si ferma alla fine. · Stop at the end.")
    ] = False,
    summary: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Riepilogo per un programma.")
    ] = None,
) -> None:
    """Dieci storie dalla segnalazione all'uscita, sullo stack vero. · The ten stories."""
    if summary is not None and not summary.resolve().parent.is_dir():
        fail(Text(f"la cartella di {summary} non esiste", f"the folder of {summary} is missing"))
    own = Path(tempfile.mkdtemp(prefix="cantiere-demo-")) if home is None else None
    stack = Stack(own or home or Path(), port or _free_default(), training=True, say=say)
    stopping = threading.Event()
    _stop_on_signals(stack, stopping)
    well = False
    try:
        stack.start()
        well = _play(stack, summary)
        if not leave:
            _serve(stack, stopping)
    except _Stopped:
        pass
    except StackError as error:
        fail(error.message)
    finally:
        stopping.set()
        say(Text("arresto in corso…", "stopping…"))
        stack.stop()
        if own is not None:
            shutil.rmtree(own, ignore_errors=True)
    if leave and not well:
        raise typer.Exit(1)


def _free_default() -> int:
    """The usual port if nobody has it, else any: a demo must not fail for a busy port."""
    import socket

    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", DEFAULT_PORT))
        except OSError:
            return 0
    return DEFAULT_PORT


def _play(stack: Stack, summary: Path | None) -> bool:
    """Whether the stories went to their ends and the log is verified."""
    from api.cli.verify import print_report, verify_all
    from api.demo.board import print_board
    from api.demo.run import Demo
    from api.demo.story import StoryError
    from domain.clock import ClockRefused
    from workflows.clock import AdvanceStuck

    demo = Demo(stack.settings, stack.addresses.api)
    try:
        demo.play(_out)
        print_board(_out, demo.board(), demo.titles())
        report = verify_all(stack.settings)
        print_report(_out, report)
        result = demo.summary(report.verified)
        if summary is not None:
            summary.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n")
        run = result["run"]
        _out.print(
            f"[bold]{run['commands']} comandi, {run['events']} eventi in {run['seconds']:.0f} s[/] "
            f"[dim]· {run['commands']} commands, {run['events']} events[/]"
        )
        return report.verified
    except StoryError as error:
        fail(Text(str(error), "a story could not go on as it is written"))
    except (ClockRefused, AdvanceStuck) as error:
        fail(error.message)
    finally:
        demo.close()


def _serve(stack: Stack, stopping: threading.Event) -> None:
    from api.demo.accounts import accounts

    addresses = stack.addresses
    _out.print("[bold green]La demo resta in funzione[/] [dim]· still serving[/]")
    _out.print(f"  Scrivania  {escape(addresses.api)}/ [dim]· the desk[/]")
    _out.print("             per esempio come [dim]· for example as[/]")
    for person in accounts():
        role = person.roles[0]
        _out.print(f"             {escape(person.name)} [dim]({role.title}, {role.place})[/]")
    _out.print(f"  API        {escape(addresses.docs)}")
    _out.print(f"  Temporal   {escape(addresses.temporal_ui or '')}")
    home = stack.home.path
    _out.print(f"  un token   cantiere token mr-melzo-1 --home {escape(str(home))}")
    _out.print("Ctrl-C per fermare [dim]· to stop[/]")
    while not stopping.is_set() and not stack.wait_failed(0.2):
        pass
    if stack.failure is not None:
        fail(stack.failure.message)


def _stop_on_signals(stack: Stack, stopping: threading.Event) -> None:
    """The first Ctrl-C or SIGTERM stops the demo wherever it is; the second hurries the stop."""
    serving = threading.current_thread()

    def on_signal(number: int, frame: Any) -> None:
        if stopping.is_set():
            stack.hurry()
            return
        stopping.set()
        if threading.current_thread() is serving:
            raise _Stopped

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
