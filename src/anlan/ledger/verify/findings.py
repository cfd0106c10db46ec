"""What verifying finds, and the stretches of chains that it is found in."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong. ``seq`` 0 speaks of the chain or the database itself."""

    organisation_id: int
    site_id: int
    seq: int
    field: str
    sentence: str

    def __str__(self) -> str:
        where = f"{self.organisation_id}/{self.site_id}"
        entry = f" entry {self.seq}" if self.seq else ""
        return f"chain {where}{entry}, {self.field}: {self.sentence}"


@dataclass(frozen=True)
class Stretch:
    """Entries ``(after, upto]`` of one chain; the last one goes on beyond the head."""

    organisation_id: int
    site_id: int
    after: int
    upto: int
    is_last: bool


@dataclass
class Finding:
    """What one stretch, or all stretches of a chain, showed."""

    organisation_id: int
    site_id: int
    entries: int = 0
    problems: list[Problem] = field(default_factory=list)
    # (model, row uid, field) -> (seq, digest): the words the entries vouch for.
    words: dict[tuple[str, str, str], tuple[int, str]] = field(default_factory=dict)
    erased_words: set[tuple[str, str, str]] = field(default_factory=set)
    blank_entries: set[int] = field(default_factory=set)
    erased_entries: set[int] = field(default_factory=set)

    def say(self, seq: int, name: str, sentence: str) -> None:
        """Note that ``name`` of entry ``seq`` is wrong, and in which way."""
        self.problems.append(
            Problem(self.organisation_id, self.site_id, seq, name, sentence)
        )

    def add(self, part: Finding) -> None:
        """Take in what the next stretch of the same chain showed."""
        self.entries += part.entries
        self.problems += part.problems
        self.words.update(part.words)  # in the order of the chain: the later entry wins
        self.erased_words |= part.erased_words
        self.blank_entries |= part.blank_entries
        self.erased_entries |= part.erased_entries

    def silent_blanks(self) -> list[Problem]:
        """Entries whose data is gone without an entry that says so."""
        return [
            Problem(
                self.organisation_id,
                self.site_id,
                seq,
                "data",
                "blank, and no entry says why",
            )
            for seq in self.blank_entries - self.erased_entries
        ]
