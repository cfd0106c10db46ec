"""The tree of RFC 6962: published vectors, every small tree, and a prover that cheats."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pymerkle
import pytest
from pymerkle import InmemoryTree

from anlan.ledger import tree
from anlan.ledger.models import LEAF
from anlan.ledger.tree import (
    Frontier,
    Leaves,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    root_at,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots of Certificate Transparency's own tests, for sizes 1 to 8.
CT_LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
CT_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
# index, size, proof
CT_INCLUSION = (
    (
        0,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        5,
        8,
        (
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (
        2,
        3,
        ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
    ),
)
# old, new, proof
CT_CONSISTENCY = (
    (
        1,
        8,
        (
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ),
    ),
    (
        6,
        8,
        (
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ),
    ),
    (
        2,
        5,
        (
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ),
    ),
)
SMALL = 70  # every tree up to here, every leaf and every pair of sizes
OTHER = sha256(b"other").digest()


def ct_leaves(size: int = 8) -> list[bytes]:
    return [leaf_hash(body) for body in CT_LEAVES[:size]]


def numbered(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % number) for number in range(size)]


def subproof(old: int, leaves: list[bytes], *, is_root: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2, word for word."""
    new = len(leaves)
    if old == new:
        return [] if is_root else [root(leaves)]
    k = 1
    while 2 * k < new:
        k *= 2
    if old <= k:
        return [*subproof(old, leaves[:k], is_root=is_root), root(leaves[k:])]
    return [*subproof(old - k, leaves[k:], is_root=False), root(leaves[:k])]


def roots(leaves: list[bytes]) -> list[bytes]:
    """The root at every size from 0 on."""
    frontier = Frontier()
    made = [frontier.root()]
    for leaf in leaves:
        frontier.append(leaf)
        made.append(frontier.root())
    return made


class TestVectors:
    def test_no_leaves(self) -> None:
        assert root([]).hex() == (
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        )

    @pytest.mark.parametrize("size", range(1, 9))
    def test_roots(self, size) -> None:
        expected = CT_ROOTS[size - 1]

        assert root(ct_leaves(size)).hex() == expected
        assert root_at(Leaves(ct_leaves()), size).hex() == expected

    @pytest.mark.parametrize(("index", "size", "proof"), CT_INCLUSION)
    def test_inclusion(self, index, size, proof) -> None:
        made = inclusion_proof(Leaves(ct_leaves()), index, size)

        assert [step.hex() for step in made] == list(proof)

    @pytest.mark.parametrize(("old", "new", "proof"), CT_CONSISTENCY)
    def test_consistency(self, old, new, proof) -> None:
        made = consistency_proof(Leaves(ct_leaves()), old, new)

        assert [step.hex() for step in made] == list(proof)


def test_an_entry_is_a_leaf() -> None:
    """What the chain has kept since its first entry is the leaf hash of the standard."""
    vectors = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))

    for entry in vectors["entries"]:
        assert leaf_hash(entry["body"].encode()).hex() == entry["digest"]
    assert tree.LEAF == LEAF


class TestEverySmallTree:
    """All sizes, against another implementation of the standard."""

    @pytest.fixture
    def leaves(self) -> list[bytes]:
        return numbered(SMALL)

    @pytest.fixture
    def oracle(self) -> InmemoryTree:
        other = InmemoryTree(algorithm="sha256")
        for number in range(SMALL):
            other.append_entry(b"%d" % number)
        return other

    def test_roots(self, leaves, oracle) -> None:
        expected = [oracle.get_root(size) for size in range(1, SMALL + 1)]

        assert roots(leaves)[1:] == expected
        nodes = Leaves(leaves)
        assert [root_at(nodes, size) for size in range(1, SMALL + 1)] == expected

    def test_inclusion(self, leaves, oracle) -> None:
        nodes, made = Leaves(leaves), roots(leaves)
        for size in range(1, SMALL + 1):
            for index in range(size):
                proof = inclusion_proof(nodes, index, size)
                # The oracle counts from 1, and has the leaf in its path, in its order.
                path = oracle.prove_inclusion(index + 1, size).path
                assert sorted([leaves[index], *proof]) == sorted(path)
                assert verify_inclusion(leaves[index], index, size, proof, made[size])

    def test_consistency(self, leaves, oracle) -> None:
        nodes, made = Leaves(leaves), roots(leaves)
        for new in range(1, SMALL + 1):
            for old in range(new + 1):
                proof = consistency_proof(nodes, old, new)
                assert verify_consistency(old, new, made[old], made[new], proof)
                if old > 0:
                    assert proof == subproof(old, leaves[:new], is_root=True)
                    theirs = oracle.prove_consistency(old, new)
                    pymerkle.verify_consistency(made[old], made[new], theirs)

    def test_lengths(self, leaves) -> None:
        nodes = Leaves(leaves)
        for size in range(1, SMALL + 1):
            most = (size - 1).bit_length()
            for index in range(size):
                assert len(inclusion_proof(nodes, index, size)) <= most


class TestCheats:
    """A prover who tries everything: no other statement, and no other proof, passes."""

    SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 21, 33)

    @pytest.fixture
    def leaves(self) -> list[bytes]:
        return numbered(40)

    def test_inclusion_with_any_byte_changed(self, leaves) -> None:
        nodes, made = Leaves(leaves), roots(leaves)
        for size in self.SIZES:
            for index in range(size):
                proof = inclusion_proof(nodes, index, size)
                for forged in spoiled(proof):
                    assert not verify_inclusion(
                        leaves[index], index, size, forged, made[size]
                    )

    def test_inclusion_of_something_else(self, leaves) -> None:
        nodes, made = Leaves(leaves), roots(leaves)
        for size in self.SIZES:
            for index in range(size):
                proof = inclusion_proof(nodes, index, size)
                for other in range(-1, size + 2):
                    if other != index:
                        assert not verify_inclusion(
                            leaves[index], other, size, proof, made[size]
                        )
                for leaf in spoiled_hash(leaves[index]):
                    assert not verify_inclusion(leaf, index, size, proof, made[size])
                for wrong in spoiled_hash(made[size]):
                    assert not verify_inclusion(
                        leaves[index], index, size, proof, wrong
                    )

    def test_inclusion_at_another_size(self, leaves) -> None:
        """The root of another size; that a root has this size, the checkpoint says."""
        nodes, made = Leaves(leaves), roots(leaves)
        for size in self.SIZES:
            for index in range(size):
                proof = inclusion_proof(nodes, index, size)
                for other in range(len(leaves) + 1):
                    if other != size:
                        assert not verify_inclusion(
                            leaves[index], index, other, proof, made[other]
                        )

    def test_consistency_with_any_byte_changed(self, leaves) -> None:
        nodes, made = Leaves(leaves), roots(leaves)
        for new in self.SIZES:
            for old in range(1, new + 1):
                proof = consistency_proof(nodes, old, new)
                for forged in spoiled(proof):
                    assert not verify_consistency(
                        old, new, made[old], made[new], forged
                    )

    def test_consistency_of_other_trees(self, leaves) -> None:
        nodes, made = Leaves(leaves), roots(leaves)
        for new in self.SIZES:
            for old in range(1, new + 1):
                proof = consistency_proof(nodes, old, new)
                for wrong in spoiled_hash(made[old]):
                    assert not verify_consistency(old, new, wrong, made[new], proof)
                for wrong in spoiled_hash(made[new]):
                    assert not verify_consistency(old, new, made[old], wrong, proof)
                for other in range(new + 2):
                    if other != old:
                        wrong = made[other]
                        assert not verify_consistency(old, new, wrong, made[new], proof)

    def test_two_histories(self, leaves) -> None:
        """Every fork at every place: a proof made for either is refused by the other."""
        made = roots(leaves)
        for old in range(1, 20):
            forked = [*leaves[: old - 1], OTHER, *leaves[old:]]
            others = Leaves(forked)
            for new in range(old, 24):
                proof = consistency_proof(others, old, new)
                fork_root = root_at(others, new)
                assert not verify_consistency(old, new, made[old], fork_root, proof)

    def test_nothing_proves_nothing(self, leaves) -> None:
        made = roots(leaves)

        assert not verify_inclusion(leaves[0], 0, 0, [], made[0])
        assert not verify_inclusion(leaves[0], 0, 2, [], made[2])
        assert not verify_consistency(1, 2, made[1], made[2], [])
        assert not verify_consistency(0, 2, made[2], made[2], [])
        assert not verify_consistency(0, 2, made[0], made[2], [OTHER])
        assert not verify_consistency(3, 2, made[3], made[2], [])
        assert not verify_consistency(-1, 2, made[0], made[2], [])

    def test_endless_proof(self, leaves) -> None:
        made = roots(leaves)

        assert not verify_inclusion(leaves[0], 0, 2**900, [OTHER] * 900, made[8])
        assert not verify_consistency(2, 2**900, made[2], OTHER, [OTHER] * 900)

    @pytest.mark.parametrize("junk", [b"", b"\0" * 31, b"\0" * 33, "x" * 32, None])
    def test_what_is_no_hash(self, leaves, junk) -> None:
        made = roots(leaves)

        assert not verify_inclusion(junk, 0, 1, [], made[1])
        assert not verify_inclusion(leaves[0], 0, 2, [junk], made[2])
        assert not verify_inclusion(leaves[0], 0, 1, [], junk)
        assert not verify_consistency(1, 2, made[1], made[2], [junk])
        assert not verify_consistency(1, 1, junk, junk, [])

    @pytest.mark.slow
    def test_random_cheats(self, leaves) -> None:
        chance = random.Random(6962)  # noqa: S311 -- the same cheats every time
        nodes, made = Leaves(leaves), roots(leaves)
        for _ in range(20_000):
            new = chance.randrange(1, 41)
            old = chance.randrange(1, new + 1)
            proof = consistency_proof(nodes, old, new)
            forged = [*proof]
            chance.shuffle(forged)
            if chance.random() < 0.5:
                forged.insert(chance.randrange(len(forged) + 1), chance.choice(made))
            if forged != proof:
                assert not verify_consistency(old, new, made[old], made[new], forged)


def spoiled(proof: list[bytes]) -> Iterator[list[bytes]]:
    """The proof with each byte changed in turn, shortened, lengthened, out of order."""
    for place, step in enumerate(proof):
        for wrong in spoiled_hash(step):
            yield [*proof[:place], wrong, *proof[place + 1 :]]
        yield [*proof[:place], *proof[place + 1 :]]
        yield [*proof[:place], step, *proof[place:]]
    yield [*proof, OTHER]
    yield [OTHER, *proof]
    if len(set(proof)) > 1:
        yield proof[::-1]


def spoiled_hash(value: bytes) -> Iterator[bytes]:
    for place in range(len(value)):
        yield value[:place] + bytes([value[place] ^ 0x01]) + value[place + 1 :]
    yield value[:-1]
    yield value + b"\0"


class TestRefusals:
    @pytest.mark.parametrize(("index", "size"), [(0, 0), (8, 8), (-1, 8)])
    def test_no_such_leaf(self, index, size) -> None:
        with pytest.raises(ValueError, match="no leaf"):
            inclusion_proof(Leaves(ct_leaves()), index, size)

    @pytest.mark.parametrize(("old", "new"), [(5, 4), (-1, 4)])
    def test_no_beginning(self, old, new) -> None:
        with pytest.raises(ValueError, match="no beginning"):
            consistency_proof(Leaves(ct_leaves()), old, new)
