"""The pages of a case and those by which one is found."""

from __future__ import annotations

from fastapi import APIRouter

from api.web.case import (
    departing,
    documents,
    emergency,
    events,
    listing,
    notes,
    page,
    past,
    readers,
    search,
)

ROUTERS: tuple[APIRouter, ...] = (
    listing.router,
    search.router,
    page.router,
    events.router,
    departing.router,
    past.router,
    notes.router,
    documents.router,
    emergency.router,
    readers.router,
)
