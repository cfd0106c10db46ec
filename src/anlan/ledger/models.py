"""The tables of the ledger. No foreign keys: the record must outlive what it speaks of."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from anlan.base.digest import text_digest

VERSION = 1  # of the body of an entry
LEAF = b"\x00"  # the leaf prefix of RFC 6962, so that a tree can stand on these digests


def new_salt() -> bytes:
    """Sixteen random bytes: enough that short words cannot be guessed from a digest."""
    return secrets.token_bytes(16)


class Chain(models.Model):
    """The head of one site's chain, and the lock under which it grows.

    Site 0 is the organisation's own chain: users, standards, playbooks, sign-ins.
    """

    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    seq = models.BigIntegerField(default=0)
    digest = models.BinaryField(max_length=32, default=bytes(32))

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation_id", "site_id"], name="ledger_one_chain_a_site"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}/{self.site_id}@{self.seq}"


class Entry(models.Model):
    """One link of a chain: ``body`` is the truth, the other columns are for queries."""

    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    body = models.BinaryField()
    digest = models.BinaryField(max_length=32)
    data = models.BinaryField(null=True)
    salt = models.BinaryField(max_length=16, null=True)

    kind = models.CharField(max_length=64)
    subject = models.CharField(max_length=80)
    object = models.CharField(max_length=80, blank=True)
    actor = models.CharField(max_length=80)
    happened_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    exercise = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation_id", "site_id", "seq"], name="ledger_gap_free"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The timeline of a case, newest first.
            models.Index(fields=["subject", "-recorded_at"], name="ledger_timeline"),
            # "Who looked at this?", and the audit page by kind.
            models.Index(
                fields=["organisation_id", "kind", "-recorded_at"],
                name="ledger_by_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}/{self.site_id}/{self.seq} {self.kind}"


class EntryRef(models.Model):
    """A further thing an entry speaks of. Not hashed: derived, see `references`."""

    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    ref = models.CharField(max_length=80)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["ref", "organisation_id", "site_id", "seq"],
                name="ledger_ref_once",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organisation_id", "site_id", "seq"],
                name="ledger_refs_of_entry",
            )
        ]

    def __str__(self) -> str:
        return f"{self.ref} in {self.organisation_id}/{self.site_id}/{self.seq}"


class Cursor(models.Model):
    """How far one consumer has read one chain; moved together with its result."""

    consumer = models.CharField(max_length=64)
    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    seq = models.BigIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["consumer", "organisation_id", "site_id"],
                name="ledger_one_cursor",
            )
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.organisation_id}/{self.site_id}@{self.seq}"


class Parked(models.Model):
    """An entry that a consumer could not answer in five tries; an administrator sees it."""

    consumer = models.CharField(max_length=64)
    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    seq = models.BigIntegerField()
    error = models.CharField(max_length=300)
    parked_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["consumer", "organisation_id", "site_id", "seq"],
                name="ledger_parked_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.consumer} {self.organisation_id}/{self.site_id}/{self.seq}"


class Worded(models.Model):
    """Mixed into a row whose words appear on the record: the salt of their digests."""

    text_salt = models.BinaryField(max_length=16, default=new_salt, editable=False)

    class Meta:
        abstract = True

    @property
    def is_erased(self) -> bool:
        """Whether its words went with their period."""
        return not bytes(self.text_salt)

    def said(self, field: str) -> str:
        """Its words, or that they went with their period: a blank would look like a fault."""
        words: str = getattr(self, field)
        return str(_("已按期限删除")) if not words and self.is_erased else words

    def digest_of(self, field: str) -> str:
        """Return what an entry must carry to cover the words in ``field``."""
        words: Any = getattr(self, field)
        return text_digest(bytes(self.text_salt), words)


class Tree(models.Model):
    """How much of a chain stands in its tiles and was signed; the lock under which both grow."""

    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    size = models.BigIntegerField(default=0)  # leaves in the tiles
    signed_size = models.BigIntegerField(default=0)
    signed_at = models.DateTimeField(null=True)
    is_wished = models.BooleanField(default=False)  # a checkpoint soon, not in its turn
    refusal = models.CharField(max_length=16, blank=True)  # of the signer, the last
    refused_at = models.DateTimeField(null=True)
    stamp_problem = models.CharField(max_length=16, blank=True)  # of RFC 3161, the last
    stamp_tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation_id", "site_id"], name="ledger_one_tree_a_chain"
            )
        ]

    def __str__(self) -> str:
        return f"tree {self.organisation_id}/{self.site_id}@{self.size}"


class Tile(models.Model):
    """256 neighbouring hashes of the tree of a chain, the last tile of a level fewer.

    Level 0 has the leaves, level 1 the hashes over 256 of them, and so on, as in C2SP's
    tlog-tiles. Derived from the entries, and a second copy of their digests.
    """

    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hashes = models.BinaryField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation_id", "site_id", "level", "index"],
                name="ledger_tile_once",
            )
        ]

    def __str__(self) -> str:
        place = f"{self.organisation_id}/{self.site_id}"
        return f"tile {self.level}/{self.index} of {place}"


class Checkpoint(models.Model):
    """A root that was signed. ``note`` is the truth, the columns are for queries."""

    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    size = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    note = models.TextField()  # as the signer gave it; witnesses' lines are rows
    signed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Also the query for the newest.
            models.UniqueConstraint(
                fields=["organisation_id", "site_id", "size"],
                name="ledger_checkpoint_once",
            )
        ]

    def __str__(self) -> str:
        return f"checkpoint {self.organisation_id}/{self.site_id}@{self.size}"


class TimeStamp(models.Model):
    """A third party's signed word that a checkpoint existed: RFC 3161, see ``stamps``."""

    checkpoint = models.OneToOneField(
        Checkpoint, on_delete=models.PROTECT, related_name="stamp"
    )
    token = models.BinaryField()  # the whole answer, DER
    certificates = models.BinaryField()  # PEM: whom it was believed for
    signer = models.CharField(max_length=120)  # what the authority calls itself
    stamped_at = models.DateTimeField()  # by its clock
    obtained_at = models.DateTimeField()  # by ours

    def __str__(self) -> str:
        return f"time stamp of {self.checkpoint_id}"


class LogKey(models.Model):
    """A key that checkpoints of this installation are, or were, signed with."""

    public_key = models.BinaryField(max_length=32, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"log key {bytes(self.public_key).hex()[:16]}"


class RevokedKey(models.Model):
    """Up to where a key counts in one chain; the entry of it says the same."""

    organisation_id = models.BigIntegerField()
    site_id = models.BigIntegerField()
    public_key = models.BinaryField(max_length=32)
    said = models.JSONField()  # the statement with its signatures
    revoked_at = models.DateTimeField()  # when it was entered here

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation_id", "site_id", "public_key"],
                name="ledger_revoked_key_once",
            )
        ]

    def __str__(self) -> str:
        return f"revoked key {bytes(self.public_key).hex()[:16]}"


class Witness(models.Model):
    """A second machine that signs checkpoints; its key was entered here by a person."""

    name = models.CharField(max_length=160, unique=True)
    public_key = models.BinaryField(max_length=32)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Departure(models.Model):
    """That a checkpoint has left this machine, and with whom: a copy that we cannot change."""

    class Way(models.TextChoices):
        WITNESS = "witness", _("见证机")
        EXPORT = "export", _("证据包")
        RECEIPT = "receipt", _("接收回执")
        MAIL = "mail", _("邮件")

    checkpoint = models.ForeignKey(
        Checkpoint, on_delete=models.PROTECT, related_name="departures"
    )
    way = models.CharField(max_length=16, choices=Way)
    name = models.CharField(max_length=160, blank=True)  # of the witness
    line = models.TextField(blank=True)  # its signature
    left_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["checkpoint", "way", "name"], name="ledger_departure_once"
            ),
            models.CheckConstraint(
                condition=models.Q(way="witness", line__gt="", name__gt="")
                | (~models.Q(way="witness") & models.Q(line="", name="")),
                name="ledger_only_a_witness_signs",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.checkpoint_id}"
