"""The collector of cyclic garbage, kept out of the way of long readings."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let it rest while millions of events or rows are made: folding makes no cycles, and each pass
    would look at all of them again."""
    resting = not gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if not resting:
            gc.enable()
