"""Processes that are killed while they receive a document.

python dying_upload.py DATABASE_URL FOLDER CASE

One dies with half of the file on the disk, one when the file is whole and the log does not know of
it yet, one when the log knows and nobody has been told.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from uuid import UUID, uuid4

from domain.case.commands import Command
from domain.documents.place import Documents
from domain.documents.receiving import Offer, Upload
from domain.documents.store import FolderStore
from domain.service import CaseService, Receipt
from tests.documents.made import PDF
from tests.workflows.conftest import REFERENT, open_service

LARGE = PDF.replace(b"trailer", b"%" + b"x" * 700_000 + b"\ntrailer")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _NotTold(CaseService):
    def handle(self, command: Command) -> Receipt:
        _die()
        raise AssertionError


class _Told(CaseService):
    def handle(self, command: Command) -> Receipt:
        super().handle(command)
        _die()
        raise AssertionError


def _receive(kind: type[CaseService], database_url: str, folder: str, case: str) -> None:
    service = open_service(database_url, kind)
    service.documents = Documents(FolderStore(Path(folder), 0))
    offer = Offer(command_id=uuid4(), actor=REFERENT, case=UUID(case), name="a.pdf")
    with Upload(service, offer) as upload:
        upload.add(LARGE[:600_000])
        if kind is CaseService:
            _die()
        upload.add(LARGE[600_000:])
        upload.finish()


if __name__ == "__main__":
    for kind in (CaseService, _NotTold, _Told):
        child = os.fork()
        if not child:
            _receive(kind, *sys.argv[1:])
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
