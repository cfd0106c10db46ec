"""The tree of a chain, kept in tiles of 256 hashes, so that a proof reads a few rows.

A million entries are 3,907 tiles of leaves, 16 above them and one on top: 32 MB beside
some hundreds of MB of entries. A proof among them reads at most six tiles. All of it is
derived and can be made again from the entries; as it also is a second copy of their
digests, `verify` names the very entry that somebody changed and linked anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from anlan.base.insertion import insert_if_new
from anlan.ledger.models import Entry, Tile, Tree
from anlan.ledger.tree import HASH_BYTES, Leaves, node_hash

HEIGHT = 8
WIDTH = 1 << HEIGHT  # hashes in a tile
PAGE = 4 * WIDTH  # leaves added in one transaction: a report waits a few ms for it


class TreeBroken(Exception):
    """Tiles or entries are missing; `verify` says where."""


class StoredNodes:
    """Hashes of complete subtrees out of the tiles of one chain, each read once."""

    def __init__(self, organisation_id: int, site_id: int) -> None:
        self._place = {"organisation_id": organisation_id, "site_id": site_id}
        self._tiles: dict[tuple[int, int], Leaves] = {}

    def node(self, level: int, index: int) -> bytes:
        """The hash over the leaves ``[index << level, (index + 1) << level)``.

        Raises:
            TreeBroken: the tiles do not have it.
        """
        tile_level, above = divmod(level, HEIGHT)
        in_a_tile = HEIGHT - above  # log2 of how many of these nodes a tile holds
        tile = self._tile(tile_level, index >> in_a_tile)
        try:
            return tile.node(above, index & ((1 << in_a_tile) - 1))
        except IndexError:
            raise TreeBroken(f"tile {tile_level}/{index >> in_a_tile}") from None

    def _tile(self, level: int, index: int) -> Leaves:
        found = self._tiles.get((level, index))
        if found is None:
            rows = Tile.objects.filter(**self._place, level=level, index=index)
            hashes = rows.values_list("hashes", flat=True).first()
            if hashes is None:
                raise TreeBroken(f"tile {level}/{index}")
            found = self._tiles[level, index] = Leaves(split(bytes(hashes)))
        return found


def split(hashes: bytes) -> list[bytes]:
    return [hashes[i : i + HASH_BYTES] for i in range(0, len(hashes), HASH_BYTES)]


def tree_size(organisation_id: int, site_id: int) -> int:
    """How many entries of a chain stand in its tiles."""
    rows = Tree.objects.filter(organisation_id=organisation_id, site_id=site_id)
    return rows.values_list("size", flat=True).first() or 0


def grow(organisation_id: int, site_id: int, *, upto: int) -> None:
    """Take the entries up to ``upto`` into the tiles, a page a transaction.

    Never inside the transaction of a report. Two at once take turns.

    Raises:
        TreeBroken: an entry is missing, or what is there has been tampered with.
    """
    while tree_size(organisation_id, site_id) < upto:
        with transaction.atomic():
            tree = locked_tree(organisation_id, site_id)
            leaves = _next_leaves(tree, min(upto, tree.size + PAGE))
            if leaves:
                append(tree, leaves)


def locked_tree(organisation_id: int, site_id: int) -> Tree:
    """The row of a tree under its lock, inside a transaction."""
    place = {"organisation_id": organisation_id, "site_id": site_id}
    insert_if_new(Tree(**place))
    return Tree.objects.select_for_update().get(**place)


def forget(organisation_id: int, site_id: int) -> None:
    """Drop what is derived, so that the next ``grow`` makes it anew."""
    place = {"organisation_id": organisation_id, "site_id": site_id}
    with transaction.atomic():
        tree = locked_tree(organisation_id, site_id)
        Tile.objects.filter(**place).delete()
        tree.size = 0
        tree.save(update_fields=["size"])


def _next_leaves(tree: Tree, upto: int) -> list[bytes]:
    rows = Entry.objects.filter(
        organisation_id=tree.organisation_id,
        site_id=tree.site_id,
        seq__gt=tree.size,
        seq__lte=upto,
    ).order_by("seq")
    leaves: list[bytes] = []
    for seq, digest in rows.values_list("seq", "digest"):
        if seq != tree.size + len(leaves) + 1 or len(digest) != HASH_BYTES:
            raise TreeBroken(f"entry {tree.size + len(leaves) + 1}")
        leaves.append(bytes(digest))
    if tree.size + len(leaves) < upto:
        raise TreeBroken(f"entry {tree.size + len(leaves) + 1}")
    return leaves


def append(tree: Tree, leaves: Sequence[bytes]) -> None:
    """Put leaves behind the last, and the hashes that they complete on each level above."""
    level, begin, hashes = 0, tree.size, list(leaves)
    while hashes:
        above: list[bytes] = []
        while hashes:
            index, filled = divmod(begin, WIDTH)
            part, hashes = hashes[: WIDTH - filled], hashes[WIDTH - filled :]
            content = _fill(tree, level, index, filled, part)
            begin += len(part)
            if len(content) == WIDTH:
                above.append(tile_hash(content))
        begin = (tree.size >> HEIGHT * (level + 1)) if above else 0
        level, hashes = level + 1, above
    tree.size += len(leaves)
    tree.save(update_fields=["size"])


def tile_hash(hashes: Sequence[bytes]) -> bytes:
    """The hash over a whole tile: a node of the level above."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]


def _fill(
    tree: Tree, level: int, index: int, filled: int, part: Sequence[bytes]
) -> list[bytes]:
    """Add hashes to a tile that has ``filled`` of them; returns all it then holds."""
    place = {"organisation_id": tree.organisation_id, "site_id": tree.site_id}
    place |= {"level": level, "index": index}
    if not filled:
        if not insert_if_new(Tile(**place, hashes=b"".join(part))):
            raise TreeBroken(f"tile {level}/{index}")
        return list(part)
    tile = Tile.objects.filter(**place).first()
    if tile is None or len(tile.hashes) != filled * HASH_BYTES:
        raise TreeBroken(f"tile {level}/{index}")
    tile.hashes = bytes(tile.hashes) + b"".join(part)
    tile.save(update_fields=["hashes"])
    return split(tile.hashes)
