"""All pages."""

from __future__ import annotations

from fastapi import APIRouter

from api.web import assets, interrupted, issuer, login, profile
from api.web.inbox import pages as inbox
from api.web.task import pages as task
from api.web.task import taking

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    inbox.router,
    taking.router,
    task.router,
    login.router,
    issuer.router,
    profile.router,
    interrupted.router,
)
