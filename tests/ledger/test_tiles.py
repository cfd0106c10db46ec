"""Trees kept in tiles: the same roots and proofs as from the leaves, in a few reads."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from anlan.ledger import tiles
from anlan.ledger.models import Entry, Tile, Tree
from anlan.ledger.tiles import StoredNodes, TreeBroken, grow, tree_size
from anlan.ledger.tree import (
    Leaves,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from tests.ledger.chains import Chain, unprotected

pytestmark = [pytest.mark.both_deep]
LEAVES = [leaf_hash(b"%d" % number) for number in range(70_000)]


def fill(leaves: list[bytes], steps: list[int]) -> None:
    """Put leaves into the tiles of chain 1/7 without entries, up to each size in turn."""
    tree = tiles.locked_tree(1, 7)
    for upto in steps:
        tiles.append(tree, leaves[tree.size : upto])


class TestGrowth:
    @pytest.mark.parametrize(
        "steps",
        [[1], [255], [256], [257], [1, 2, 3], [200, 300, 520], [512, 768, 770]],
        ids=str,
    )
    def test_roots_at_every_size(self, db, steps) -> None:
        fill(LEAVES, steps)
        nodes, right = StoredNodes(1, 7), Leaves(LEAVES)

        assert tree_size(1, 7) == steps[-1]
        for size in range(steps[-1] + 1):
            assert root_at(nodes, size) == root_at(right, size)

    def test_beyond_the_end(self, db) -> None:
        fill(LEAVES, [300])

        with pytest.raises(TreeBroken):
            root_at(StoredNodes(1, 7), 301)

    def test_out_of_entries(self, db, at) -> None:
        chain = Chain()
        chain.grow(300, at=at)

        grow(1, 7, upto=280)
        grow(1, 7, upto=300)
        grow(1, 7, upto=300)

        digests = Entry.objects.order_by("seq").values_list("digest", flat=True)
        right = Leaves([bytes(digest) for digest in digests])
        assert root_at(StoredNodes(1, 7), 300) == root_at(right, 300)
        assert sorted(Tile.objects.values_list("level", "index")) == [
            (0, 0),
            (0, 1),
            (1, 0),
        ]

    def test_made_again(self, db, at) -> None:
        Chain().grow(300, at=at)
        grow(1, 7, upto=300)
        before = list(Tile.objects.order_by("level", "index").values_list("hashes"))

        tiles.forget(1, 7)
        assert (tree_size(1, 7), Tile.objects.count()) == (0, 0)
        grow(1, 7, upto=300)

        again = list(Tile.objects.order_by("level", "index").values_list("hashes"))
        assert [bytes(h) for (h,) in again] == [bytes(h) for (h,) in before]

    def test_a_missing_entry(self, db, at) -> None:
        Chain().grow(10, at=at)
        with unprotected():
            Entry.objects.filter(seq=4).delete()

        with pytest.raises(TreeBroken, match="entry 4"):
            grow(1, 7, upto=10)
        assert tree_size(1, 7) == 0

    def test_a_missing_tail(self, db, at) -> None:
        Chain().grow(10, at=at)

        with pytest.raises(TreeBroken, match="entry 11"):
            grow(1, 7, upto=12)

    @pytest.mark.parametrize("level", [0, 1])
    def test_a_missing_tile(self, db, at, level) -> None:
        chain = Chain()
        chain.grow(300, at=at)
        grow(1, 7, upto=300)
        Tile.objects.filter(level=level).last().delete()  # type: ignore[union-attr]
        chain.grow(300, at=at)

        with pytest.raises(TreeBroken, match=f"tile {level}"):
            grow(1, 7, upto=600)

    def test_chains_do_not_mix(self, db, at) -> None:
        Chain().grow(3, at=at)
        Chain(pk=8).grow(5, at=at)

        grow(1, 7, upto=3)
        grow(1, 8, upto=5)

        assert list(
            Tree.objects.order_by("site_id").values_list("size", flat=True)
        ) == [
            3,
            5,
        ]


@pytest.mark.slow
class TestMany:
    """Beyond 65,536 leaves, where a third level of tiles begins."""

    @pytest.fixture
    def nodes(self, db) -> StoredNodes:
        fill(LEAVES, [*range(1024, 70_000, 1024), 70_000])
        return StoredNodes(1, 7)

    def test_proofs_read_a_few_rows(self, nodes) -> None:
        right = Leaves(LEAVES)
        root = root_at(right, 70_000)
        assert Tile.objects.filter(level=2).count() == 1
        for index in (0, 255, 256, 40_000, 65_535, 65_536, 69_999):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                proof = inclusion_proof(StoredNodes(1, 7), index, 70_000)
            assert len(queries) <= 6
            assert sum(map(len, proof)) <= 2048
            assert verify_inclusion(LEAVES[index], index, 70_000, proof, root)
        for old in (1, 255, 256, 65_535, 65_536, 65_537, 69_999):
            proof = consistency_proof(StoredNodes(1, 7), old, 70_000)
            assert verify_consistency(old, 70_000, root_at(right, old), root, proof)
