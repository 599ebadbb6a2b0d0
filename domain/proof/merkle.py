"""The Merkle tree of RFC 6962 (section 2.1): roots, inclusion and consistency, made and checked.

A proof is a list of node hashes of 32 bytes. Nodes are asked of a `Nodes`: the hash of the complete
subtree of ``2**level`` leaves that begins at leaf ``index * 2**level``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

Nodes = Callable[[int, int], bytes]
"""(level, index) → hash of that complete subtree; level 0 are the leaves."""

EMPTY = sha256(b"").digest()


class ProofRefused(Exception):
    """The proof does not show what it should."""


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Frontier:
    """The right edge of a growing tree: it takes leaves in order and tells the root at any time.

    ``peaks`` are the roots of the complete subtrees that make up the tree, the largest first.
    """

    __slots__ = ("_peaks", "size")

    def __init__(self, size: int = 0, peaks: Sequence[bytes] = ()) -> None:
        if len(peaks) != size.bit_count():
            raise ValueError(f"a tree of {size} has {size.bit_count()} peaks, not {len(peaks)}")
        self.size = size
        self._peaks = list(peaks)

    @property
    def peaks(self) -> tuple[bytes, ...]:
        return tuple(self._peaks)

    def add(self, leaf: bytes) -> None:
        """Take the next leaf hash."""
        size = self.size
        while size & 1:
            leaf = sha256(b"\1" + self._peaks.pop() + leaf).digest()
            size >>= 1
        self._peaks.append(leaf)
        self.size += 1

    def extend(self, leaves: Iterable[bytes]) -> None:
        for leaf in leaves:
            self.add(leaf)

    def root(self) -> bytes:
        return _fold(self._peaks)


def _fold(peaks: Sequence[bytes]) -> bytes:
    if not peaks:
        return EMPTY
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


def root_of(nodes: Nodes, size: int) -> bytes:
    """Root of the tree over the first ``size`` leaves."""
    return _range_hash(nodes, 0, size) if size else EMPTY


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """That leaf ``index`` (from 0) is in the tree of ``size``: PATH of RFC 6962, 2.1.1.

    Raises ValueError where there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range_hash(nodes, middle, high))
            high = middle
        else:
            proof.append(_range_hash(nodes, low, middle))
            low = middle
    proof.reverse()
    return proof


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """That the tree of ``new`` begins with the tree of ``old``: PROOF of RFC 6962, 2.1.2.

    Empty where ``old`` is 0 or equals ``new``. Raises ValueError unless 0 ≤ old ≤ new.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {new} does not continue one of {old}")
    if old in (0, new):
        return []
    proof: list[bytes] = []
    low, high, known = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range_hash(nodes, middle, high))
            high = middle
        else:
            proof.append(_range_hash(nodes, low, middle))
            low, known = middle, False
    if not known:
        proof.append(_range_hash(nodes, low, high))
    proof.reverse()
    return proof


def check_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Check `inclusion_proof` (the algorithm of RFC 9162, 2.1.3.2). Raises ProofRefused."""
    if not 0 <= index < size:
        raise ProofRefused(f"leaf {index} is not in a tree of {size}")
    place, last, found = index, size - 1, leaf
    for node in proof:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            found = node_hash(node, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node_hash(found, node)
        place >>= 1
        last >>= 1
    if last != 0:
        raise ProofRefused("the proof is too short")
    if found != root:
        raise ProofRefused("the leaf is not in the tree of this root")


def check_consistency(
    old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes
) -> None:
    """Check `consistency_proof` (the algorithm of RFC 9162, 2.1.4.2). Raises ProofRefused."""
    if not 0 <= old <= new:
        raise ProofRefused(f"a tree of {new} does not continue one of {old}")
    if old == new or old == 0:
        if proof:
            raise ProofRefused("the proof is too long")
        if (old == new and old_root != new_root) or (old == 0 and old_root != EMPTY):
            raise ProofRefused("the roots differ")
        return
    path = list(proof)
    if not old & (old - 1):
        path.insert(0, old_root)
    if not path:
        raise ProofRefused("the proof is too short")
    place, last = old - 1, new - 1
    while place & 1:
        place >>= 1
        last >>= 1
    before = after = path[0]
    for node in path[1:]:
        if last == 0:
            raise ProofRefused("the proof is too long")
        if place & 1 or place == last:
            before = node_hash(node, before)
            after = node_hash(node, after)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            after = node_hash(after, node)
        place >>= 1
        last >>= 1
    if last != 0:
        raise ProofRefused("the proof is too short")
    if before != old_root:
        raise ProofRefused("the old root is not in the proof")
    if after != new_root:
        raise ProofRefused("the new tree does not continue the old one")


def _split(count: int) -> int:
    """The largest power of two smaller than ``count``."""
    return 1 << ((count - 1).bit_length() - 1)


def _range_hash(nodes: Nodes, low: int, high: int) -> bytes:
    """Hash of the leaves from ``low`` up to ``high``; ``low`` is a multiple of the left part."""
    peaks = []
    while low < high:
        level = (high - low).bit_length() - 1
        peaks.append(nodes(level, low >> level))
        low += 1 << level
    return _fold(peaks)
