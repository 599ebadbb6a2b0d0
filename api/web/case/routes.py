"""The pages of a case and those by which one is found."""

from __future__ import annotations

from fastapi import APIRouter

from api.web.case import (
    comparing,
    departing,
    documents,
    emergency,
    events,
    joining,
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
    comparing.router,
    joining.router,
    notes.router,
    documents.router,
    emergency.router,
    readers.router,
)
