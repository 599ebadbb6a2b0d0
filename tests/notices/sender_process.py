"""A sender of its own, to be killed: sends the mail that waits."""

from __future__ import annotations

import sys
from pathlib import Path

import psycopg

from domain.notices.settings import MailSettings
from workflows.notices.posting import send_next

if __name__ == "__main__":
    url, port, people = sys.argv[1:]
    settings = MailSettings(
        "127.0.0.1", int(port), "none", "", "", "cantiere@example.org",
        "https://casi.example.org/avvisi", Path(people), 5.0,
    )  # fmt: skip
    with psycopg.connect(url, autocommit=True) as connection:
        print("ready", flush=True)
        sys.stdin.readline()
        send_next(connection, settings)
