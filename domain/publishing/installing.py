"""The territory pack's own texts go into the log when an installation is prepared: from then on no
later pack can change what cases have pinned."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

from domain.case.commands import Actor, Command
from domain.log.appending import CommandRow
from domain.log.errors import Conflict
from domain.log.mapper import CaseLogMapper
from domain.log.recorder import CaseLogRecorder
from domain.publishing.decide import as_installed
from domain.publishing.state import Publishing, fold
from domain.reactions import recorded
from protocols.language.library import Library, Source
from protocols.text import Text

PACK = Actor("system:pack")

_COMMANDS = UUID("4f4aa4bd-5ded-482e-b5ff-1fd83ece8704")
_ATTEMPTS = 8


class PackRefused(Exception):
    """The pack is not what the log says is in force."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


def install_pack(recorder: CaseLogRecorder, pack: Path) -> int:
    """Record the pack's texts that the log has not yet; how many they were.

    Raises DocumentError, PackRefused, LogUnavailable.
    """
    mapper = CaseLogMapper()
    return sum(_install(recorder, mapper, source) for source in Library.of_pack(pack).sources())


def _install(recorder: CaseLogRecorder, mapper: CaseLogMapper, source: Source) -> bool:
    empty = Publishing.of(source.protocol)
    for _ in range(_ATTEMPTS):
        state = fold(empty, mapper.read_all(recorder.read(empty.id)))
        known = state.editions.get(source.label)
        if known is not None and known.in_force:
            check_same(source, known.digest)
            return False
        command = Command(
            command_id=uuid5(_COMMANDS, f"{source.protocol}/{source.label}/{source.digest}"),
            actor=PACK,
            case=empty.id,
        )
        events = recorded(
            empty.id, state.version, [as_installed(source)], command, None, datetime.now(UTC)
        )
        row = CommandRow(command.command_id, bytes.fromhex(source.digest), empty.id)
        try:
            recorder.append([mapper.to_stored_event(event) for event in events], command=row)
        except Conflict:
            continue
        return True
    raise Conflict(empty.id)


def check_same(source: Source, digest: str) -> None:
    """Raises PackRefused where a text in force has another digest than the pack's."""
    if source.digest != digest:
        raise PackRefused(_changed("/".join(source.key), digest, source.digest))


def _changed(name: str, known: str, found: str) -> Text:
    return Text(
        f"Il pacchetto territoriale contiene {name} con un testo ({found[:12]}…) diverso da "
        f"quello in vigore ({known[:12]}…): un testo pubblicato non cambia mai. Rimettere il "
        "testo di prima e dare alla modifica un nuovo numero di versione.",
        f"The territory pack holds {name} with a text ({found[:12]}…) other than the one in "
        f"force ({known[:12]}…): a published text never changes. Put the former text back and "
        "give the change a new version number.",
    )
