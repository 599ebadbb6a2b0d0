"""What the case log may answer instead of doing what was asked.

Each carries a ``message`` for people and identifiers only: never a person's data.
"""

from __future__ import annotations

from uuid import UUID

from protocols.text import Text


class LogError(Exception):
    """Base of the case log's refusals."""

    def __init__(self, message: Text) -> None:
        super().__init__(message.it)
        self.message = message


class Conflict(LogError):
    """Somebody else recorded events for ``originator_id`` first: read it again and decide anew."""

    def __init__(self, originator_id: UUID) -> None:
        super().__init__(
            Text(
                it=f"Nel frattempo qualcun altro ha aggiornato {originator_id}: "
                "rileggere e riprovare.",
                en=f"Somebody else has updated {originator_id} meanwhile: read it and try again.",
            )
        )
        self.originator_id = originator_id


class CommandMismatch(LogError):
    """``command_id`` was already used for a command with other content."""

    def __init__(self, command_id: UUID) -> None:
        super().__init__(
            Text(
                it=f"Il comando {command_id} è già stato registrato con un contenuto diverso: "
                "usare un nuovo identificativo per una nuova richiesta.",
                en=f"Command {command_id} was already recorded with other content: "
                "use a new identifier for a new request.",
            )
        )
        self.command_id = command_id


class ClaimTaken(LogError):
    """What must exist once only in ``scope`` already belongs to ``originator_id``."""

    def __init__(self, scope: str, originator_id: UUID) -> None:
        super().__init__(
            Text(
                it=f"Esiste già ({scope}): {originator_id}. Collegarsi a quello esistente.",
                en=f"It already exists ({scope}): {originator_id}. Link to the existing one.",
            )
        )
        self.scope = scope
        self.originator_id = originator_id


class LogUnavailable(LogError):
    """Postgres cannot be reached, or is too busy to answer in time; nothing is known to be lost.

    The same command, with the same ``command_id``, may be sent again at any time.
    """

    def __init__(self) -> None:
        super().__init__(
            Text(
                it="Il registro dei casi non è raggiungibile in questo momento: riprovare tra "
                "qualche secondo. Nessun dato confermato è andato perso.",
                en="The case log cannot be reached at the moment: try again in a few seconds. "
                "Nothing acknowledged has been lost.",
            )
        )


class UnreadableEvent(LogError):
    """An event in the log does not have the form its topic promises.

    ``place`` is the path of the first field that differs, as ``$.body.outcome``.
    """

    def __init__(
        self, topic: str, position: int, place: str = "$", reason: Text | None = None
    ) -> None:
        why = reason or Text(
            it=f"il campo {place} non ha la forma registrata per questo tipo.",
            en=f"field {place} does not have the form registered for this type.",
        )
        super().__init__(
            Text(
                it=f"Evento {position} ({topic}) illeggibile: {why.it}",
                en=f"Event {position} ({topic}) cannot be read: {why.en}",
            )
        )
        self.topic = topic
        self.position = position
        self.place = place


class UnknownTopic(UnreadableEvent):
    """No body class is registered for the event's topic."""

    def __init__(self, topic: str, position: int) -> None:
        super().__init__(
            topic,
            position,
            reason=Text(
                it="questo programma non conosce il tipo di evento. Usare la versione di Cantiere "
                "che lo ha scritto, o una più recente.",
                en="this program does not know the event's type. Use the version of Cantiere "
                "that wrote it, or a later one.",
            ),
        )


class NewerEvent(UnreadableEvent):
    """The event was written in a later form of its type than this program knows."""

    def __init__(self, topic: str, position: int, written: int, known: int) -> None:
        super().__init__(
            topic,
            position,
            "$.v",
            Text(
                it=f"è scritto nella forma {written}, questo programma arriva alla {known}. "
                "Aggiornare Cantiere.",
                en=f"it is written in form {written}, this program knows up to {known}. "
                "Upgrade Cantiere.",
            ),
        )
