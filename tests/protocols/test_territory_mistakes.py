"""A mistake in a territory pack is told with file, line and the nearest valid name."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from protocols.documents import DocumentError
from protocols.territory import default_pack, load_territory

Edit = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    copied = tmp_path / "altro_ambito"
    shutil.copytree(default_pack(), copied, ignore=lambda folder, names: {"protocols"})
    return copied


@pytest.fixture
def edit(pack: Path) -> Edit:
    def change(file: str, old: str, new: str) -> Path:
        text = (pack / file).read_text("utf-8")
        assert old in text
        (pack / file).write_text(text.replace(old, new, 1), "utf-8")
        return pack

    return change


def mistakes_in(folder: Path) -> list[str]:
    with pytest.raises(DocumentError) as refused:
        load_territory(folder)
    return [str(problem) for problem in refused.value.problems]


def line_of(folder: Path, file: str, text: str) -> int:
    lines = (folder / file).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("services.yaml", "districts: [3, 5]", "districts: [3, 6]", "Distretto «6» inesistente."),
        ("services.yaml", "kind: ALCOHOL_UNIT", "kind: ALCOOL_UNIT", "Forse «ALCOHOL_UNIT»?"),
        ("services.yaml", "organisation: afol", "organisation: afoll", "Forse «afol»?"),
        ("services.yaml", 'comune: "015175"', 'comune: "015176"', "«015176» inesistente."),
        ("territory.yaml", 'lead: "015142"', 'lead: "015143"', "«015143» inesistente."),
        ("territory.yaml", "timezone: Europe/Rome", "timezone: Europe/Roma", "Forse «Europe/Rome»"),
        ("territory.yaml", "lead_entity: joint-office-5", "lead_entity: joint-5", "joint-office-5"),
        ("governance.yaml", "escalates_to: management", "escalates_to: mangement", "«management»"),
        ("governance.yaml", "escalates_to: programming", "escalates_to: operational", "torna"),
        ("governance.yaml", "role: work_referent}", "role: work_referrent}", "«work_referent»"),
        ("governance.yaml", "organisation: ciessevi", "organisation: ciesevi", "«ciessevi»"),
        ("calendar.yaml", '"015175": {', '"015171": {', "Comune (codice ISTAT) «015171»"),
        ("calendar.yaml", "day: 10-01", "day: 13-01", "mese-giorno"),
        ("calendar.yaml", "country: IT", "country: ITA9", "Codice di paese «ITA9»"),
        ("placements.yaml", "valid_from: 2024-01-01", "valid_from: 2023-12-31", "Si sovrappone"),
        ("placements.yaml", "valid_to: 2023-12-31", "valid_to: 2019-12-31", "prima di cominciare"),
        ("placements.yaml", "  WORK_GRANT:", "  WORK_GRANTS:", "Forse «WORK_GRANT»?"),
        ("placements.yaml", "max_months: 6 ", "max_moths: 6 ", "Forse «max_months»?"),
        ("funding.yaml", "level: national", "level: nacional", "Forse «national»?"),
        ("people.yaml", "role: auditor", "role: auditer", "Ruolo «auditer» inesistente. Forse"),
        ("people.yaml", "scope: audit,", "scope: design,", "si esercita in «audit»"),
        ("people.yaml", "scope: steering", "scope: stering", "Forse «steering»?"),
        ("people.yaml", '"comune:015142"', '"comune:015141"', "«015141» inesistente."),
        ("people.yaml", '"service:cps-melzo"', '"service:cps-melso"', "Forse «cps-melzo»?"),
    ],
)
def test_a_wrong_name_is_told_on_its_line(
    edit: Edit, file: str, old: str, new: str, said: str
) -> None:
    folder = edit(file, old, new)
    found = mistakes_in(folder)
    place = f"altro_ambito/{file}:"
    line = line_of(folder, file, new)
    assert any(told.startswith(f"{place}{line}:") and said in told for told in found), found


def test_a_place_left_without_its_referent_is_told(edit: Edit) -> None:
    folder = edit(
        "people.yaml",
        '{role: municipal_referent, scope: "comune:015142", from: 2020-01-01}',
        '{role: municipal_referent, scope: "comune:015059", from: 2020-01-01}',
    )
    assert any(
        "Nessuno è municipal_referent in comune:015142" in told for told in mistakes_in(folder)
    )


def test_a_role_left_without_its_deputy_is_told(edit: Edit) -> None:
    folder = edit(
        "people.yaml",
        "{role: coordinator, scope: joint_office, deputy: true,",
        "{role: board, scope: steering,",
    )
    assert any("Manca il sostituto del coordinator" in told for told in mistakes_in(folder))


def test_a_person_cannot_be_their_own_deputy(edit: Edit) -> None:
    deputy = "{role: coordinator, scope: joint_office, deputy: true, from: 2020-01-01}"
    edit("people.yaml", deputy, "{role: board, scope: steering, from: 2020-01-01}")
    holder = "{role: coordinator, scope: joint_office, from: 2020-01-01}"
    folder = edit("people.yaml", holder, f"{holder}\n      - {deputy}")
    assert any("Manca il sostituto del coordinator" in told for told in mistakes_in(folder))


def test_mistakes_of_several_files_are_told_together(edit: Edit) -> None:
    edit("funding.yaml", "level: national", "level: nacional")
    folder = edit("services.yaml", "kind: ALCOHOL_UNIT", "kind: ALCOOL")
    assert {told.partition(":")[0] for told in mistakes_in(folder)} == {
        "altro_ambito/funding.yaml",
        "altro_ambito/services.yaml",
    }


def test_a_missing_file_is_told_with_the_files_a_pack_has(pack: Path) -> None:
    (pack / "calendar.yaml").unlink()
    (told,) = mistakes_in(pack)
    assert told.startswith("altro_ambito/calendar.yaml:1: Il file manca.")
    assert "placements.yaml" in told


def test_a_broken_file_is_told_and_not_a_traceback(pack: Path) -> None:
    (pack / "people.yaml").write_bytes(b"people:\n  \xff\xfe\n")
    (told,) = mistakes_in(pack)
    assert told.startswith("altro_ambito/people.yaml:2: Il testo non è in UTF-8.")


def test_an_unknown_pack_offers_the_nearest() -> None:
    with pytest.raises(DocumentError, match="Forse «adda_martesana»"):
        default_pack("ada_martesana")


def test_the_digest_changes_with_the_content_and_not_with_the_layout(
    edit: Edit, pack: Path
) -> None:
    before = load_territory(pack).digest
    edit("funding.yaml", "streams:", "# una nota\n\nstreams:")
    assert load_territory(pack).digest == before
    edit("placements.yaml", "minimum_month: 500", "minimum_month: 550")
    assert load_territory(pack).digest != before
