"""Reading a territory pack from its folder."""

from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from protocols.documents import (
    MAX_PROBLEMS,
    Document,
    DocumentError,
    Problem,
    read_document,
    unknown_name,
    validate_document,
)
from protocols.territory.disclosing import AccessFile
from protocols.territory.feasts import CalendarFile
from protocols.territory.keeping import RecordsFile
from protocols.territory.model import (
    FundingFile,
    GovernanceFile,
    OrganisationsFile,
    PeopleFile,
    ServicesFile,
    TerritoryFile,
)
from protocols.territory.placements import PlacementsFile
from protocols.territory.references import check_references
from protocols.territory.territory import PackFiles, Territory
from protocols.text import Text

_FILES: dict[str, type[BaseModel]] = {
    "territory": TerritoryFile,
    "services": ServicesFile,
    "organisations": OrganisationsFile,
    "governance": GovernanceFile,
    "calendar": CalendarFile,
    "funding": FundingFile,
    "placements": PlacementsFile,
    "people": PeopleFile,
    "records": RecordsFile,
    "access": AccessFile,
}


def load_territory(folder: Path) -> Territory:
    """The territory that the pack in ``folder`` describes.

    Raises :class:`DocumentError` with the mistakes of all its files; references between files are
    checked once each file is right by itself.
    """
    documents: dict[str, Document] = {}
    parts: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, model in _FILES.items():
        try:
            documents[name] = _read(folder / f"{name}.yaml")
            parts[name] = validate_document(documents[name], model)
        except DocumentError as error:
            problems.extend(error.problems)
    if problems:
        raise DocumentError(problems)
    files = PackFiles(**parts, policies=_policies(folder))
    problems.extend(islice(check_references(files, documents), MAX_PROBLEMS))
    if problems:
        raise DocumentError(problems)
    return Territory(files)


def _policies(folder: Path) -> dict[str, str]:
    """The texts of the access policies, by file. Raises DocumentError."""
    found = sorted((folder / "access").glob("*.cedar"))
    if not found:
        message = Text(
            "Mancano le regole di accesso: servono dei file «access/*.cedar».",
            "The access policies are missing: files “access/*.cedar” are needed.",
        )
        raise DocumentError([Problem(f"{folder.name}/access", 1, "", message)])
    texts = {}
    for path in found:
        shown = f"{folder.name}/access/{path.name}"
        try:
            texts[f"access/{path.name}"] = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = type(error).__name__
            message = Text(f"Il file non si può leggere: {reason}.", f"Cannot be read: {reason}.")
            raise DocumentError([Problem(shown, 1, "", message)]) from None
    return texts


def packs_folder() -> Path:
    """The folder in which packs are shipped, each in a folder of its own."""
    return Path(__file__).resolve().parents[1]


def shipped_packs() -> dict[str, Path]:
    """The folders of the packs shipped with Cantiere, by the folder's name."""
    return {found.parent.name: found.parent for found in packs_folder().glob("*/territory.yaml")}


def default_pack(name: str | None = None) -> Path:
    """The folder of the shipped pack of that name; without a name, of the only one there is.

    Raises :class:`DocumentError` where it does not exist, or where a name is needed to choose.
    """
    packs = shipped_packs()
    if name is None and len(packs) == 1:
        return next(iter(packs.values()))
    if name in packs:
        return packs[name]
    kind = Text("Pacchetto territoriale", "Territory pack")
    raise DocumentError([Problem("protocols", 1, "", unknown_name(kind, name or "?", packs))])


def _read(path: Path) -> Document:
    shown = f"{path.parent.name}/{path.name}"
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise DocumentError([Problem(shown, 1, "", _missing(path))]) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = Text(f"Il file non si può leggere: {reason}.", f"Cannot be read: {reason}.")
        raise DocumentError([Problem(shown, 1, "", message)]) from None
    return read_document(content, shown)


def _missing(path: Path) -> Text:
    required = ", ".join(f"{name}.yaml" for name in _FILES)
    return Text(
        f"Il file manca. Un pacchetto territoriale ha questi file: {required}.",
        f"The file is missing. A territory pack has these files: {required}.",
    )
