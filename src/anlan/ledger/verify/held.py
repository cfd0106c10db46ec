"""Checkpoints that somebody outside kept, compared with the entries as they are now.

This is what such copies are for: whoever owns the machine can rewrite entries and have
the result signed, and cannot change what lies in somebody else's mailbox.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from anlan.ledger import checkpointing
from anlan.ledger.checkpoints import BadNote, Note, is_signed, parse
from anlan.ledger.models import Chain, LogKey
from anlan.ledger.signer.revocations import counts
from anlan.ledger.tree import Frontier
from anlan.ledger.verify.trees import digests

LONGEST = 200_000  # characters of a mail with its headers
_ONE = re.compile(
    r"^(anlan/[^\s]+)\n([0-9]+)\n([A-Za-z0-9+/=]{44})\n\n((?:\N{EM DASH} [^\n]+(?:\n|$))+)",
    re.MULTILINE,
)


class Held(Enum):
    """What comparing one of them showed."""

    FITS = "fits"
    CHANGED = "changed"  # the entries it covers are not the same any more
    CUT = "cut"  # there are fewer entries than it covers
    UNKNOWN = "unknown"  # a chain that is not here
    UNSIGNED = "unsigned"  # not by a key that counts here: a forgery, or elsewhere's


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One checkpoint; ``place`` is its chain, if it is one of this installation."""

    origin: str
    size: int
    held: Held
    place: tuple[int, int] | None = None


def notes_in(text: str) -> list[Note]:
    """The checkpoints in a text, a mail perhaps: quoted, indented, with other lines.

    Raises:
        BadNote: it is longer than any such mail.
    """
    if len(text) > LONGEST:
        raise BadNote("too long")
    lines = [line.strip().lstrip("> \t") for line in text.splitlines()]
    found: dict[str, Note] = {}
    for one in _ONE.finditer("\n".join(lines) + "\n"):
        try:
            note = parse(one[0] if one[0].endswith("\n") else f"{one[0]}\n")
        except BadNote:
            continue
        found[note.text] = note
    return list(found.values())


def compare_held(text: str) -> list[Compared]:
    """Compare every checkpoint in a text with what the entries say now.

    Reads each chain once, from its first entry: a million take some seconds.

    Raises:
        BadNote: the text is too long.
    """
    places = _places()
    keys = [bytes(key) for key in LogKey.objects.values_list("public_key", flat=True)]
    revoked = checkpointing.revocations()
    wanted: dict[tuple[int, int], list[Note]] = {}
    found: list[Compared] = []
    for note in notes_in(text):
        said = note.statement
        place = places.get(said.origin)
        if place is None:
            found.append(_compared(note, Held.UNKNOWN))
        elif not any(
            is_signed(note, key) and counts(said, key, revoked) for key in keys
        ):
            found.append(_compared(note, Held.UNSIGNED, place))
        else:
            wanted.setdefault(place, []).append(note)
    for place, notes in wanted.items():
        roots = _roots(place, {note.statement.size for note in notes})
        for note in notes:
            root = roots.get(note.statement.size)
            held = Held.FITS if root == note.statement.root else Held.CHANGED
            found.append(_compared(note, Held.CUT if root is None else held, place))
    return found


def _compared(note: Note, held: Held, place: tuple[int, int] | None = None) -> Compared:
    said = note.statement
    return Compared(origin=said.origin, size=said.size, held=held, place=place)


def _places() -> Mapping[str, tuple[int, int]]:
    found = {}
    for place in Chain.objects.values_list("organisation_id", "site_id"):
        name = checkpointing.origin(*place)
        if name is not None:
            found[name] = place
    return found


def _roots(place: tuple[int, int], sizes: set[int]) -> dict[int, bytes]:
    """The root of the entries at each of the sizes that the chain has."""
    tree, roots = Frontier(), {}
    last = max(sizes)
    if 0 in sizes:
        roots[0] = tree.root()
    for digest in digests(*place):
        if tree.size >= last:
            break
        tree.append(digest)
        if tree.size in sizes:
            roots[tree.size] = tree.root()
    return roots
