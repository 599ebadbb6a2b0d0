"""What somebody with full write access to the database may try, and by what it is found out."""

from __future__ import annotations

import shutil

import pytest

from domain.proof.audit import audit
from domain.proof.keys import new_signer, read_verifiers
from domain.proof.sealing import SealRefused, seal
from tests.proof.conftest import CASES, Installation

_SWAP = (
    "UPDATE stored_events SET notification_id = 0 - 1 + 10000 WHERE notification_id = 100",
    "UPDATE stored_events SET notification_id = 100 WHERE notification_id = 101",
    "UPDATE stored_events SET notification_id = 101 WHERE notification_id = 9999",
)
_AT = "WHERE notification_id = 137"

ATTACKS: dict[str, tuple[tuple[str, ...], int]] = {
    "state": ((f"UPDATE stored_events SET state = set_byte(state, 3, 65) {_AT}",), 137),
    "topic": ((f"UPDATE stored_events SET topic = topic || 'a' {_AT}",), 137),
    "version": ((f"UPDATE stored_events SET originator_version = 99999 {_AT}",), 137),
    "originator": (
        ("UPDATE stored_events SET originator_id = '00000000-0000-0000-0000-0000000000aa' " + _AT,),
        137,
    ),
    "position": ((f"UPDATE stored_events SET notification_id = 5000 {_AT}",), 137),
    "hash": ((f"UPDATE stored_events SET hash = set_byte(hash, 31, 7) {_AT}",), 137),
    "delete a middle one": ((f"DELETE FROM stored_events {_AT}",), 137),
    "delete one and renumber": (
        (
            f"DELETE FROM stored_events {_AT}",
            "UPDATE stored_events SET notification_id = 0 - notification_id + 20000 "
            "WHERE notification_id > 137",
            "UPDATE stored_events SET notification_id = 20000 - notification_id - 1 "
            "WHERE notification_id > 10000",
        ),
        137,
    ),
    "swap two": (_SWAP, 100),
    "swap two states": (
        (
            "UPDATE stored_events a SET state = b.state FROM stored_events b "
            "WHERE (a.notification_id, b.notification_id) IN ((100, 110), (110, 100))",
        ),
        100,
    ),
    "insert one": (
        (
            "INSERT INTO stored_events (originator_id, originator_version, topic, state, "
            f"notification_id, hash) VALUES ('{CASES[0]}', 5000, 'prova.mai', '{{}}', 601, "
            "decode(repeat('ab', 32), 'hex'))",
        ),
        601,
    ),
    "cut the tail below a seal": (("DELETE FROM stored_events WHERE notification_id > 510",), 511),
    "delete a whole case": ((f"DELETE FROM stored_events WHERE originator_id = '{CASES[2]}'",), 5),
    "replace a whole case": (
        (
            "UPDATE stored_events SET state = convert_to('{\"body\":{\"number\":0}}', 'UTF8') "
            f"WHERE originator_id = '{CASES[2]}'",
        ),
        5,
    ),
}


def test_an_untouched_log_has_no_flaw(installation: Installation) -> None:
    found = installation.audit()
    assert (found.events, found.sealed, found.checkpoints, found.flaws) == (600, 520, 2, [])


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_found_and_its_first_event_named(
    installation: Installation, name: str
) -> None:
    statements, first = ATTACKS[name]
    installation.attack(*statements)
    flaws = [flaw for flaw in installation.audit().flaws if flaw.position]
    assert flaws
    assert flaws[0].position == first


_COVERED = [
    "state", "topic", "delete one and renumber", "swap two states",
    "cut the tail below a seal", "replace a whole case",
]  # fmt: skip


@pytest.mark.parametrize("name", _COVERED)
def test_computing_all_hashes_anew_does_not_hide_it(installation: Installation, name: str) -> None:
    statements, first = ATTACKS[name]
    installation.attack(*statements)
    installation.cover_up()
    flaws = [flaw for flaw in installation.audit().flaws if flaw.position]
    assert flaws
    assert flaws[0].position == first


def test_without_the_outside_hashes_the_stretch_between_two_seals_is_named(
    installation: Installation,
) -> None:
    installation.attack(*ATTACKS["state"][0])
    installation.cover_up()
    shutil.rmtree(installation.archive.folder / "tile")
    found = installation.audit()
    assert found.sealed == 0
    assert {flaw.code for flaw in found.flaws} == {"not_sealed_so"}


def test_an_older_copy_of_the_database_is_found(installation: Installation) -> None:
    # As after restoring yesterday's backup: the later events and checkpoint are not in it.
    installation.attack(
        "DELETE FROM stored_events WHERE notification_id > 400",
        "DELETE FROM checkpoints WHERE size > 400",
    )
    found = installation.audit()
    assert ("cut_short", 401) in [(flaw.code, flaw.position) for flaw in found.flaws]
    with pytest.raises(SealRefused) as refused:
        installation.seal()
    assert (refused.value.code, refused.value.position) == ("log_shorter", 401)
    # Nor does it help to go on from there until there are as many again.
    installation.versions = dict.fromkeys(CASES, 80)
    installation.append(300, "dopo")
    found = installation.audit()
    assert 401 in [flaw.position for flaw in found.flaws]
    with pytest.raises(SealRefused) as refused:
        installation.seal()
    assert refused.value.code == "log_changed"


def test_signing_again_with_another_key_is_found(installation: Installation) -> None:
    trusted = read_verifiers(installation.archive.keys)
    installation.attack(*ATTACKS["state"][0])
    installation.cover_up()
    other = new_signer("cantiere/prova")
    with pytest.raises(SealRefused) as refused:
        seal(installation.recorder, installation.archive, other)
    assert refused.value.code == "unknown_key"
    # They have the archive too, and make it all anew: the auditor's own list of keys remains.
    shutil.rmtree(installation.archive.folder)
    installation.attack("DELETE FROM checkpoints")
    seal(installation.recorder, installation.archive, other)
    found = audit(installation.recorder, installation.archive, trusted)
    assert found.sealed == 0
    assert {flaw.code for flaw in found.flaws} == {"checkpoint_forged"}


def test_what_was_altered_is_not_signed(installation: Installation) -> None:
    installation.attack(
        "UPDATE stored_events SET state = set_byte(state, 3, 65) WHERE notification_id = 555"
    )
    with pytest.raises(SealRefused) as refused:
        installation.seal()
    assert (refused.value.code, refused.value.position) == ("event_altered", 555)


def test_a_forged_row_of_checkpoints_is_found(installation: Installation) -> None:
    installation.attack("UPDATE checkpoints SET note = replace(note, '520', '519')")
    assert "checkpoint_forged" in {flaw.code for flaw in installation.audit().flaws}


def test_an_altered_archive_is_told_from_an_altered_log(installation: Installation) -> None:
    tile = installation.archive.folder / "tile" / "0" / "000"
    hashes = bytearray(tile.read_bytes())
    hashes[40] ^= 1
    tile.write_bytes(bytes(hashes))
    assert {flaw.code for flaw in installation.audit().flaws} == {"archive_altered"}
