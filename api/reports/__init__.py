"""Papers for people: tagged PDF (PDF/UA-1), the same bytes for the same content."""

from api.reports.rendering import render

__all__ = ["render"]
