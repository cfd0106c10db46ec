"""The Merkle tree of RFC 6962 over the entries of a chain: roots and proofs, nothing stored.

An entry's digest, SHA-256(0x00 ‖ body), is the leaf hash of the standard, so the leaves
are the digests as they stand. Everything is made of hashes of complete subtrees:
``node(level, index)`` is that of the ``2**level`` leaves from ``index << level`` on. Who
keeps some of them (`tiles` does) proves an entry among millions from a few hundred
hashes; a list of leaves will do for a package or a test (`Leaves`).

The verifiers answer yes or no to whatever they are given, and are written after RFC 9162
2.1.3.2 and 2.1.4.2, not after the provers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

LEAF = b"\x00"
NODE = b"\x01"
HASH_BYTES = 32
EMPTY = sha256(b"").digest()  # the root of no leaves
MOST_HASHES = 64  # in a proof: one for each level there can be; a longer one is refused


class Nodes(Protocol):
    """Hands out hashes of complete subtrees; asked only for those it has leaves for."""

    def node(self, level: int, index: int) -> bytes:
        """The hash over the leaves ``[index << level, (index + 1) << level)``."""


def leaf_hash(body: bytes) -> bytes:
    """The hash of one entry: the digest its chain keeps anyway."""
    return sha256(LEAF + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(NODE + left + right).digest()


@dataclass
class Frontier:
    """A tree that only grows: the complete subtrees at its right edge, greatest first.

    An append costs two hashes on average, and the state of a million leaves is 20 hashes.
    """

    size: int = 0
    hashes: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        hashes, full = self.hashes, self.size
        while full & 1:
            leaf = sha256(NODE + hashes.pop() + leaf).digest()
            full >>= 1
        hashes.append(leaf)
        self.size += 1

    def root(self) -> bytes:
        return _folded(self.hashes)


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes; `EMPTY` over none."""
    tree = Frontier()
    for leaf in leaves:
        tree.append(leaf)
    return tree.root()


class Leaves:
    """Leaf hashes in a list, with the subtrees over them computed once when asked for."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = leaves
        self._known: dict[tuple[int, int], bytes] = {}

    def node(self, level: int, index: int) -> bytes:
        if level == 0:
            return self._leaves[index]
        known = self._known.get((level, index))
        if known is None:
            left, right = 2 * index, 2 * index + 1
            known = node_hash(self.node(level - 1, left), self.node(level - 1, right))
            self._known[level, index] = known
        return known


def root_at(nodes: Nodes, size: int) -> bytes:
    """The root over the first ``size`` leaves."""
    return _range_hash(nodes, 0, size)


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Prove that a leaf is the one numbered ``index`` (from 0) of the first ``size``.

    An entry's index is its ``seq`` - 1. At most ``ceil(log2(size))`` hashes: 20 of 32
    bytes for a million leaves.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"no leaf {index} among {size}")
    proof = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            proof.append(_range_hash(nodes, middle, end))
            end = middle
        else:
            proof.append(_range_hash(nodes, begin, middle))
            begin = middle
    return proof[::-1]


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Prove that the tree of ``old`` leaves is the beginning of that of ``new``.

    Empty if they are the same size, or if the old one had no leaves.

    Raises:
        ValueError: the old one is the greater.
    """
    if not 0 <= old <= new:
        raise ValueError(f"{old} leaves are no beginning of {new}")
    if old in (0, new):
        return []
    proof = []
    begin, end = 0, new
    is_root = True  # whether [begin, old) is the whole old tree, whose root is known
    while end != old:
        middle = begin + _split(end - begin)
        if old <= middle:
            proof.append(_range_hash(nodes, middle, end))
            end = middle
        else:
            proof.append(_range_hash(nodes, begin, middle))
            begin = middle
            is_root = False
    if not is_root:
        proof.append(_range_hash(nodes, begin, end))
    return proof[::-1]


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether ``leaf`` (its hash) is proven to be number ``index`` under ``root``."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    place, last, made = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            made = node_hash(step, made)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            made = node_hash(made, step)
        place, last = place >> 1, last >> 1
    return last == 0 and made == root


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the tree of ``new`` leaves is proven to begin with that of ``old``."""
    if not 0 <= old <= new or not _are_hashes(old_root, new_root, *proof):
        return False
    if old == 0:
        return not proof and old_root == EMPTY
    if old == new:
        return not proof and old_root == new_root
    steps = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not steps:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    made_old = made_new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            made_old = node_hash(step, made_old)
            made_new = node_hash(step, made_new)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            made_new = node_hash(made_new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and made_old == old_root and made_new == new_root


def _are_hashes(*values: object) -> bool:
    return len(values) <= MOST_HASHES + 2 and all(
        isinstance(value, bytes) and len(value) == HASH_BYTES for value in values
    )


def _split(size: int) -> int:
    """The greatest power of two below ``size``: where the standard parts a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def _range_hash(nodes: Nodes, begin: int, end: int) -> bytes:
    """The hash over ``[begin, end)``, a subtree of the standard, complete or not."""
    return _folded([nodes.node(*place) for place in complete_subtrees(begin, end)])


def complete_subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The complete subtrees, greatest first, that leaves ``[begin, end)`` are made of.

    ``begin`` is where a subtree of the standard begins: a multiple of the greatest one.
    """
    while begin < end:
        level = (end - begin).bit_length() - 1
        yield level, begin >> level
        begin += 1 << level


def _folded(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, greatest first."""
    if not hashes:
        return EMPTY
    *before, made = hashes
    for left in reversed(before):
        made = node_hash(left, made)
    return made
