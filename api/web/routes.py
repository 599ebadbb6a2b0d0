"""All pages."""

from __future__ import annotations

from fastapi import APIRouter

from api.web import assets, interrupted, issuer, login, profile
from api.web.case.routes import ROUTERS as CASE
from api.web.conference import pages as conference
from api.web.emergency import pages as emergency
from api.web.inbox import pages as inbox
from api.web.notices import calendar, push
from api.web.notices import pages as notices
from api.web.persons import joining
from api.web.persons import pages as persons
from api.web.project import pages as project
from api.web.public import pages as public
from api.web.referring import following, receipt, writing
from api.web.task import attaching, paper, taking
from api.web.task import pages as task

ROUTERS: tuple[APIRouter, ...] = (
    assets.router,
    inbox.router,
    *CASE,
    conference.router,
    project.router,
    joining.router,
    persons.router,
    emergency.router,
    taking.router,
    task.router,
    attaching.router,
    paper.router,
    writing.router,
    receipt.router,
    following.router,
    public.router,
    notices.router,
    calendar.router,
    push.router,
    login.router,
    issuer.router,
    profile.router,
    interrupted.router,
)
