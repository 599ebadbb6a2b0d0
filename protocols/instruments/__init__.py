"""Assessment instruments as data: items, range, scoring and bands; never the items' wording."""

from protocols.instruments.model import Band, Instrument, Result
from protocols.instruments.shipped import load_instruments, shipped

__all__ = ["Band", "Instrument", "Result", "load_instruments", "shipped"]
