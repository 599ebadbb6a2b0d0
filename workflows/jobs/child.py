"""The process in which a job is computed, and what passes between it and whoever minds it."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

import msgspec

from protocols.text import Text
from workflows.jobs.files import File
from workflows.jobs.request import Request
from workflows.jobs.work import Ground, Unfinished, carry_out

# Often enough for a progress bar, and no more.
_TELL_EVERY = 0.1
_MEMORY = 2 * 1024**3
_POLITENESS = 5

_TOO_LARGE = Text(
    "Il calcolo richiede troppa memoria: ridurre i casi o il protocollo.",
    "The computation needs too much memory: fewer cases, or a smaller protocol.",
)
_FAILED = Text(
    "Il calcolo si è interrotto per un errore imprevisto: avvisare chi gestisce il sistema.",
    "The computation stopped for an unforeseen error: tell whoever runs the system.",
)


class Progress(msgspec.Struct, frozen=True):
    """How much is done, from 0 to 1, and what is being done."""

    done: float
    doing: Text


class Ended(msgspec.Struct, frozen=True):
    """What came of it; `problem` if it is not what was asked for. `error`: the class of an
    unforeseen one, for those who run the system."""

    files: Sequence[File]
    problem: Text | None = None
    error: str = ""


def start(request: Request, ground: Ground) -> tuple[BaseProcess, Connection]:
    """The process, under way, and the connection on which it says `Progress` and at last `Ended`.
    It dies when the connection is closed, also because this process died."""
    context = _context()
    ours, theirs = context.Pipe()
    process = context.Process(target=_main, args=(theirs, request, ground), daemon=True)
    try:
        process.start()
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return process, ours


@cache
def _context() -> Any:
    """Not forked from here: this process has threads, and they hold locks. From a server that has
    read the program already, so that a short job is not mostly imports."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _main(connection: Connection, request: Request, ground: Ground) -> None:
    _be_modest()
    threading.Thread(target=_die_with, args=(connection,), daemon=True).start()
    told = 0.0

    def tell(done: float, doing: Text) -> None:
        nonlocal told
        if monotonic() - told >= _TELL_EVERY:
            told = monotonic()
            connection.send(Progress(min(max(done, 0.0), 1.0), doing))

    try:
        ended = Ended(carry_out(request, ground, tell))
    except Unfinished as unfinished:
        ended = Ended(unfinished.files, unfinished.problem)
    except MemoryError:
        ended = Ended((), _TOO_LARGE)
    except Exception as error:
        # Never its message: a database error may quote a row.
        ended = Ended((), _FAILED, type(error).__name__)
    connection.send(ended)


def _be_modest() -> None:
    """People's work comes first, and no protocol may take the machine's memory. Ctrl-C is for the
    one that minds this process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(_POLITENESS)
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _die_with(connection: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        connection.recv()
    os._exit(1)
