"""`python -m api.stack.role ROLE`: one role, configured by the environment alone."""

from __future__ import annotations

import sys

from api.stack.roles import ROLES, run_role
from domain.settings import Settings, SettingsError


def main(arguments: list[str]) -> int:
    """Play the role named by the only argument; 2 if it or the environment makes no sense."""
    if len(arguments) != 1 or arguments[0] not in ROLES:
        print(f"usage: python -m api.stack.role {'|'.join(ROLES)}", file=sys.stderr)
        return 2
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        print(error.message.it, file=sys.stderr)
        return 2
    run_role(arguments[0], settings)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
