"""Proofs, checked by us and by somebody else's program."""

from __future__ import annotations

import base64
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st
from sigstore._internal.merkle import verify_merkle_inclusion
from sigstore._internal.rekor.checkpoint import SignedCheckpoint
from sigstore.errors import VerificationError

from domain.proof import merkle
from domain.proof.checkpoint import Checkpoint, read_proof
from domain.proof.keys import (
    KeyProblem,
    new_signer,
    read_signer,
    read_verifiers,
    write_signer,
)
from domain.proof.merkle import ProofRefused, leaf_hash
from domain.proof.note import COSIGNATURE, NoteRefused, Verifier, read_note
from domain.proof.proving import NotProvable, event_entry, prove_continuation, prove_event
from domain.proof.sealing import seal
from domain.proof.witness import WitnessRefused, cosign, read_request, written
from tests.proof.conftest import Installation


class _Keyring:
    """What sigstore asks of its keyring: a key by the beginning of its id."""

    def __init__(self, verifier: Verifier) -> None:
        self._public = Ed25519PublicKey.from_public_bytes(verifier.public)

    def verify(self, *, key_id: bytes, signature: bytes, data: bytes) -> None:
        try:
            self._public.verify(signature, data)
        except InvalidSignature as error:
            raise VerificationError("invalid signature") from error


def _by_sigstore(written_proof: str, entry: bytes, verifier: Verifier) -> None:
    """Raises VerificationError. Nothing of ours takes the proof apart."""
    head, _, note = written_proof.partition("\n\n")
    lines = head.splitlines()
    signed = SignedCheckpoint.from_text(note)
    signed.signed_note.verify(_Keyring(verifier), verifier.key_id)  # type: ignore[arg-type]
    proof = SimpleNamespace(
        log_index=int(lines[1].removeprefix("index ")),
        tree_size=signed.checkpoint.log_size,
        hashes=[base64.b64decode(line) for line in lines[2:]],
        root_hash=bytes.fromhex(signed.checkpoint.log_hash),
    )
    inner = SimpleNamespace(inclusion_proof=proof, canonicalized_body=entry)
    verify_merkle_inclusion(SimpleNamespace(_inner=inner))  # type: ignore[arg-type]


@pytest.mark.parametrize("position", [1, 2, 256, 257, 299, 300, 301, 519, 520])
def test_an_events_proof_is_accepted_by_sigstore(installation: Installation, position: int) -> None:
    proof = str(prove_event(installation.recorder, installation.archive, position))
    entry = event_entry(installation.recorder, position)
    verifier = installation.signer.verifier()
    _by_sigstore(proof, entry, verifier)
    assert read_proof(proof).check(leaf_hash(entry), [verifier]).size == (
        300 if position <= 300 else 520
    )
    with pytest.raises(VerificationError):
        _by_sigstore(proof, entry[:-1] + b"?", verifier)
    with pytest.raises(ProofRefused):
        read_proof(proof).check(leaf_hash(entry[:-1] + b"?"), [verifier])
    with pytest.raises(VerificationError):
        _by_sigstore(proof, entry, new_signer("cantiere/prova").verifier())


def test_an_event_that_is_not_sealed_yet_says_what_to_do(installation: Installation) -> None:
    with pytest.raises(NotProvable, match="cantiere checkpoint make"):
        prove_event(installation.recorder, installation.archive, 521)
    with pytest.raises(NotProvable, match="601 non c'è"):
        prove_event(installation.recorder, installation.archive, 601)


def test_the_event_goes_with_its_proof_if_asked(installation: Installation) -> None:
    proof = prove_event(installation.recorder, installation.archive, 42, with_event=True)
    read = read_proof(str(proof))
    assert read == proof
    assert b'{"body":{"number":41}}' in read.extra
    read.check(leaf_hash(read.extra), [installation.signer.verifier()])


def test_a_witness_signs_only_what_continues(installation: Installation, tmp_path: Path) -> None:
    keys = read_verifiers(installation.archive.keys)
    witness, state = new_signer("ente.example/testimone"), tmp_path / "seen"
    first = read_request(
        written(prove_continuation(installation.recorder, installation.archive, 0))
    )
    line = cosign(first, keys, witness, state, 1_700_000_000)
    note = first.checkpoint.with_signatures([line])
    installation.archive.keep(520, note)
    kept = dict(installation.archive.notes())[520]
    assert kept is not None
    assert witness.verifier(COSIGNATURE).signed(kept) == 1_700_000_000
    installation.seal()
    again = prove_continuation(installation.recorder, installation.archive, 520)
    cosign(again, keys, witness, state, 1_700_000_100)
    with pytest.raises(WitnessRefused, match="600 events last"):
        cosign(again, keys, witness, state, 1_700_000_200)
    # A log that was made anew, under the same key, for this witness alone.
    installation.attack("UPDATE stored_events SET state = '{}' WHERE notification_id = 9")
    installation.cover_up()
    from domain.proof.archive import Archive

    anew = Archive(tmp_path / "anew")
    installation.append(5)
    seal(installation.recorder, anew, installation.signer)
    forged = prove_continuation(installation.recorder, anew, 600)
    with pytest.raises(WitnessRefused):
        cosign(forged, keys, witness, state, 1_700_000_300)


def test_keys_are_changed_without_a_break(installation: Installation) -> None:
    successor = new_signer("cantiere/prova")
    installation.seal()
    seal(installation.recorder, installation.archive, installation.signer, successor)
    installation.append(10)
    sealed = seal(installation.recorder, installation.archive, successor)
    assert sealed.new == 10
    assert installation.audit().flaws == []
    # Whoever knows only the old key still finds it beside the new one on the change.
    note = dict(installation.archive.notes())[600]
    assert note is not None
    assert installation.signer.verifier().signed(note) == 0
    assert successor.verifier().signed(note) == 0


def test_a_key_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path, signer = tmp_path / "log-signing.key", new_signer("cantiere/prova")
    write_signer(path, signer)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_signer(path).verifier() == signer.verifier()
    with pytest.raises(KeyProblem):
        write_signer(path, new_signer("cantiere/altra"))
    path.chmod(0o644)
    with pytest.raises(KeyProblem, match="chmod 600"):
        read_signer(path)
    path.chmod(0o600)
    path.write_text("PRIVATE+KEY+x+00000000+AAAA")
    with pytest.raises(KeyProblem, match="non contiene una chiave"):
        read_signer(path)
    with pytest.raises(KeyProblem, match="Manca"):
        read_signer(tmp_path / "other")


def test_verifier_keys_of_the_specification_are_read() -> None:
    # The example of golang.org/x/mod/sumdb/note.
    written_key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    verifier = Verifier.parse(written_key)
    assert str(verifier) == written_key
    note = read_note(
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngot"
        "pRZb6KE6RyyBwJnAM=\n"
    )
    assert verifier.signed(note) == 0
    with pytest.raises(NoteRefused):
        verifier.signed(note._replace(text=note.text.replace("answer", "question")))


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n", "a\n\n", "a\n\n- x AAAAAAAA\n", "a\n\n— x\n", "a\n\n— x !!!!\n",
        "a\n\n— x+y AAAAAAAA\n", "a\x07\n\n— x AAAAAAAA\n", "a\n\n— x AAAAAAAA",
    ],
)  # fmt: skip
def test_what_is_not_a_note_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        read_note(text)


@pytest.mark.parametrize(
    "text", ["o\n1\n", "o\n01\nAA==\n", "o\n-1\nAA==\n", "o\n1\nAA==\n", "\n1\nAA==\n"]
)
def test_what_is_not_a_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteRefused):
        Checkpoint.of(new_signer("x").sign(text))


def _direct(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962, 2.1 defines it."""
    if not leaves:
        return merkle.EMPTY
    if len(leaves) == 1:
        return leaves[0]
    left = 1
    while left * 2 < len(leaves):
        left *= 2
    return merkle.node_hash(_direct(leaves[:left]), _direct(leaves[left:]))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 130), st.data())
def test_roots_and_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    leaves = [leaf_hash(str(number).encode()) for number in range(size)]

    def nodes(level: int, index: int) -> bytes:
        assert (index + 1) << level <= size, "only what is complete may be asked for"
        return _direct(leaves[index << level : (index + 1) << level])

    root = _direct(leaves)
    frontier = merkle.Frontier()
    frontier.extend(leaves)
    assert frontier.root() == merkle.root_of(nodes, size) == root
    old = data.draw(st.integers(0, size))
    proof = merkle.consistency_proof(nodes, old, size)
    merkle.check_consistency(old, size, proof, _direct(leaves[:old]), root)
    if proof:
        spoilt = data.draw(st.integers(0, len(proof) - 1))
        worse = [bytes(32) if i == spoilt else h for i, h in enumerate(proof)]
        with pytest.raises(ProofRefused):
            merkle.check_consistency(old, size, worse, _direct(leaves[:old]), root)
        for wrong in (proof[:-1], [*proof, bytes(32)]):
            with pytest.raises(ProofRefused):
                merkle.check_consistency(old, size, wrong, _direct(leaves[:old]), root)
    if size:
        index = data.draw(st.integers(0, size - 1))
        way = merkle.inclusion_proof(nodes, index, size)
        merkle.check_inclusion(leaves[index], index, size, way, root)
        for wrong in (way[:-1], [*way, bytes(32)], [bytes(32), *way[1:]]):
            if wrong != way:
                with pytest.raises(ProofRefused):
                    merkle.check_inclusion(leaves[index], index, size, wrong, root)
