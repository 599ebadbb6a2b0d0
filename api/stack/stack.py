"""The embedded stack: two servers and four roles on one machine, under one supervisor."""

from __future__ import annotations

import contextlib
import http.client
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psycopg

from api.stack.child import Child, Command
from api.stack.failure import StackError
from api.stack.home import MINIMUM_FREE, Home
from api.stack.leftover import end_leftover
from api.stack.ports import free_port, required_port
from api.stack.postgres import EmbeddedPostgres
from api.stack.roles import ROLES, role_command
from api.stack.schema import prepare_databases, prepare_temporal
from api.stack.sockets import remove_temporary
from api.stack.supervisor import PAUSES_SECONDS, Supervisor
from api.stack.temporal import NAMESPACE, EmbeddedTemporal
from domain.settings import Settings
from protocols.text import Text

# Any of these means that Temporal is somebody else's server.
_TEMPORAL_VARIABLES = ("TEMPORAL_ADDRESS", "TEMPORAL_PROFILE", "TEMPORAL_CONFIG_FILE")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the running stack is found."""

    api: str
    docs: str
    temporal: str | None
    temporal_ui: str | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What a stack is made of; tests put stand-ins where they prove the supervisor alone."""

    role_command: Callable[[str, Settings, Path], Command] = role_command
    prepare_databases: Callable[[Settings], Settings] = prepare_databases
    prepare_temporal: Callable[[Settings], None] = prepare_temporal
    pauses: Sequence[float] = PAUSES_SECONDS


class Stack:
    """A running Cantiere in `home`; use it as a context manager, or `start` and `stop`.

    `port` 0 takes any free port for the API. `environment` may name other servers
    (`DATABASE_URL`, `TEMPORAL_ADDRESS`), which are then neither started nor stopped.
    """

    def __init__(
        self,
        home: Path,
        port: int = 0,
        *,
        training: bool = True,
        roles: Sequence[str] = ROLES,
        say: Callable[[Text], None] = lambda _: None,
        environment: Mapping[str, str] | None = None,
        minimum_free: int = MINIMUM_FREE,
        parts: Parts | None = None,
    ) -> None:
        self.home = Home(home)
        self.roles = tuple(roles)
        self._environment = os.environ if environment is None else environment
        self._port = port
        self._training = training
        self._say = say
        self._minimum_free = minimum_free
        self._parts = parts or Parts()
        self._postgres: EmbeddedPostgres | None = None
        self._temporal: EmbeddedTemporal | None = None
        self._settings: Settings | None = None
        self._supervisor = Supervisor(
            say, self._note_change, self.home.shortage, self._parts.pauses
        )
        self.started = False

    def __enter__(self) -> Stack:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def settings(self) -> Settings:
        """What every role was told; known once the stack has started."""
        if self._settings is None:
            raise RuntimeError("the stack has not been started")
        return self._settings

    @property
    def addresses(self) -> Addresses:
        """Where the running stack is found."""
        api = f"http://{self.settings.api_host}:{self.settings.api_port}"
        return Addresses(
            api=api,
            docs=f"{api}/docs",
            temporal=self.settings.temporal_address,
            temporal_ui=self._temporal.ui_url if self._temporal else None,
        )

    @property
    def failure(self) -> StackError | None:
        """Why the stack cannot go on, if it cannot."""
        return self._supervisor.failure

    def start(self) -> None:
        """Start everything and return when it answers; on any trouble stop everything and raise.

        Raises `StackError`.
        """
        self.home.prepare(self._minimum_free)
        try:
            self._start()
            self.started = True
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the roles, then Temporal, then Postgres. Nothing is left running."""
        self._supervisor.stop(self.roles, ("temporal",), ("postgres",))
        if self._postgres is not None:
            self._postgres.clean()
        if self._settings is not None:
            self._note_change()
        self.home.release()

    def hurry(self) -> None:
        """Make a `stop` under way, or yet to come, wait for nobody."""
        self._supervisor.hurry.set()

    def wait_failed(self, seconds: float | None = None) -> bool:
        """Wait until the stack cannot go on, at most so long; `failure` then says why."""
        return self._supervisor.failed.wait(seconds)

    def pid(self, name: str) -> int:
        """The pid of a role, or of `postgres` or `temporal`."""
        return self._supervisor.child(name).pid

    def kill(self, name: str) -> None:
        """SIGKILL a role or a server, as a fault would; it is started again at once."""
        self._supervisor.kill(name)

    def halt(self, name: str) -> None:
        """Stop a role or a server and leave it stopped."""
        self._supervisor.halt(name)

    def resume(self, name: str) -> None:
        """Start what `halt` stopped and wait until it answers."""
        self._wait_ready(self._supervisor.resume(name))

    def restart(self, name: str) -> None:
        """Stop a role or a server politely, start it again, wait until it answers."""
        self.halt(name)
        self.resume(name)

    def wait_ready(self, name: str, seconds: float = 60.0) -> None:
        """Wait until a role or a server that was killed runs again and answers."""
        deadline = time.monotonic() + seconds
        while name not in self._supervisor.pids():
            self._check_going()
            if time.monotonic() > deadline:
                raise self._silent(name)
            self._supervisor.failed.wait(0.02)
        self._wait_ready(self._supervisor.child(name))

    def _start(self) -> None:
        remembered = self.home.remembered()
        port = required_port(self._port) if self._port else free_port()
        settings = Settings(
            database_url=self._environment.get("DATABASE_URL", "") or self._start_postgres(),
            home=self.home.path,
            api_port=port,
            training=self._training,
            temporal_namespace=self._environment.get("TEMPORAL_NAMESPACE", "") or NAMESPACE,
            temporal_address=self._environment.get("TEMPORAL_ADDRESS") or None,
            log_level=self._environment.get("CANTIERE_LOG_LEVEL", "") or "info",
        )
        settings = self._with_databases(settings)
        if not any(self._environment.get(name) for name in _TEMPORAL_VARIABLES):
            settings = replace(
                settings,
                temporal_namespace=NAMESPACE,
                temporal_address=self._start_temporal(remembered.get("ports", {})),
            )
        self._settings = settings
        self._with_temporal(settings)
        for role in self.roles:
            self._say(Text(it=f"avvio {role}…", en=f"starting {role}…"))
            self._supervisor.start(role, self._role_maker(role))
        for role in self.roles:
            self.wait_ready(role)

    def _role_maker(self, role: str) -> Callable[[], Command]:
        return lambda: self._parts.role_command(role, self.settings, self.home.log / f"{role}.log")

    def _start_postgres(self) -> str:
        self._say(Text(it="avvio Postgres…", en="starting Postgres…"))
        home = self.home
        server = EmbeddedPostgres(home.postgres, home.log / "postgres.log", home.run / "postgres")
        server.prepare()
        self._postgres = server
        if abandoned := home.remembered().get("temporary_sockets"):
            remove_temporary(Path(abandoned))

        def command() -> Command:
            end_leftover(home.postgres)
            return server.command()

        server.wait_ready(self._supervisor.start("postgres", command))
        server.ensure_database()
        return server.database_url

    def _start_temporal(self, ports: Mapping[str, int]) -> str:
        self._say(Text(it="avvio Temporal…", en="starting Temporal…"))
        server = EmbeddedTemporal(
            self.home.temporal,
            self.home.log / "temporal.log",
            ports.get("temporal") or 7233,
            ports.get("temporal_ui") or 8233,
        )
        server.prepare()
        self._temporal = server
        server.wait_ready(self._supervisor.start("temporal", server.command))
        return server.address

    def _with_databases(self, settings: Settings) -> Settings:
        self._say(Text(it="schema delle basi di dati…", en="database schema…"))
        try:
            return self._parts.prepare_databases(settings)
        except psycopg.OperationalError as error:
            said = (str(error).strip().splitlines() or [""])[0]
            raise StackError(
                Text(
                    it=f"il database non risponde o non lascia lavorare: {said}",
                    en=f"the database does not answer or does not let us work: {said}",
                )
            ) from error
        except Exception as error:
            raise _spoken(error) from error

    def _with_temporal(self, settings: Settings) -> None:
        try:
            self._parts.prepare_temporal(settings)
        except Exception as error:
            raise _spoken(error) from error

    def _wait_ready(self, child: Child) -> None:
        if child.name == "postgres" and self._postgres:
            self._postgres.wait_ready(child)
        elif child.name == "temporal" and self._temporal:
            self._temporal.wait_ready(child)
        elif child.name == "api":
            self._wait_api()

    def _wait_api(self, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while not _answers(self.settings.api_host, self.settings.api_port):
            self._check_going()
            if time.monotonic() > deadline:
                raise self._silent("api")
            self._supervisor.failed.wait(0.05)

    def _check_going(self) -> None:
        if self._supervisor.failure is not None:
            raise self._supervisor.failure

    def _silent(self, name: str) -> StackError:
        log = self.home.log / f"{name}.log"
        return StackError(
            Text(
                it=f"{name} non risponde; il perché è forse in {log}",
                en=f"{name} does not answer; the reason may be in {log}",
            )
        )

    def _note_change(self) -> None:
        # a disk that has filled up must not end what still runs
        with contextlib.suppress(StackError):
            self._remember()

    def _remember(self) -> None:
        value: dict[str, Any] = {"pid": os.getpid(), "pids": self._supervisor.pids()}
        ports: dict[str, int | None] = {}
        if self._temporal is not None:
            ports |= {"temporal": self._temporal.port, "temporal_ui": self._temporal.ui_port}
        if self._settings is not None:
            ports["api"] = self._settings.api_port
            value["environment"] = self._settings.environment()
        if self._postgres is not None and self._postgres.temporary_folder is not None:
            value["temporary_sockets"] = str(self._postgres.temporary_folder)
        self.home.remember({**value, "ports": ports or self.home.remembered().get("ports", {})})


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status < 600
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _spoken(error: Exception) -> Exception:
    """The error as a `StackError` if it has a sentence for people; itself if it has none."""
    message = getattr(error, "message", None)
    return StackError(message) if isinstance(message, Text) else error
