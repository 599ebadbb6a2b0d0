"""The composition of the pages, beside the API in the same process."""

from __future__ import annotations

from fastapi import FastAPI
from joserfc.jwk import OctKey
from starlette.requests import Request

from api.http.admission import App, Scope
from api.http.door import Parts
from api.http.problems import Problem
from api.http.routes import Routes
from api.web.drafts import Drafts
from api.web.issuer import LocalIssuer
from api.web.limits import Limits
from api.web.notices.push import Pushes
from api.web.oidc import OidcClient
from api.web.problems import install_pages, problem_page
from api.web.routes import ROUTERS
from api.web.sessions import Sessions
from api.web.settings import WebSettings
from domain.notices.settings import MailSettings
from domain.secret import derive, installation_secret


class Pages:
    """The application of the pages and what the gate before it asks."""

    def __init__(self, parts: Parts, web: WebSettings) -> None:
        secret = installation_secret(parts.settings.home)
        # Its addresses are for people: no document describes them, no page of documentation.
        self.app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
        routes = Routes(ROUTERS)
        state = self.app.state
        state.parts = parts
        state.web = web
        state.sessions = Sessions(parts.pool)
        state.limits = Limits(parts.pool, derive(secret, "counting of attempts"))
        state.drafts = Drafts(parts.pool, parts.service.vault, derive(secret, "drafts"))
        state.login_key = OctKey.import_key(derive(secret, "logins that have begun"))
        state.oidc = OidcClient(web.provider) if web.provider else None
        state.local_issuer = (
            LocalIssuer(parts.pool, derive(secret, "local issuer"))
            if parts.settings.training
            else None
        )
        state.mail = MailSettings.from_environment()
        state.pushes = Pushes(parts.settings.database_url, parts.pool)
        state.methods_at = routes.methods_at
        state.fields_of = routes.fields_of
        for router in ROUTERS:
            self.app.include_router(router)
        install_pages(self.app)

    def owns(self, path: str) -> bool:
        """Whether the address is one of a page."""
        return bool(self.app.state.methods_at(path))

    def answer(self, scope: Scope, problem: Problem) -> App:
        """The page of a problem met at the gate."""
        request = Request({**scope, "app": self.app})
        return problem_page(request, problem)
