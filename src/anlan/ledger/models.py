"""The tables of the ledger. No foreign keys: the record must outlive what it speaks of."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

from django.db import models

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

    def digest_of(self, field: str) -> str:
        """Return what an entry must carry to cover the words in ``field``."""
        words: Any = getattr(self, field)
        return text_digest(bytes(self.text_salt), words)
