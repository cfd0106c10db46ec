"""Checks of the vault: when each ran, is due, and how far it is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext as _

from anlan.cases.models import Case
from anlan.evidence import enums


class CheckRun(models.Model):
    """One run of a check; that none came is an alarm as well."""

    Kind = enums.CheckKind

    kind = models.CharField(max_length=6, choices=enums.CheckKind.choices)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    copies = models.PositiveIntegerField()
    bytes_read = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    corrupt = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    case = models.ForeignKey(  # that a drill brought back
        Case, on_delete=models.PROTECT, related_name="+", null=True
    )
    proof = models.CharField(max_length=8, choices=enums.DrillProof.choices, blank=True)

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["kind", "-ended_at"], name="evidence_check_newest")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ended_at}"

    @property
    def length(self) -> timedelta:
        return self.ended_at - self.began_at

    @property
    def is_clean(self) -> bool:
        return self.is_proven and not (
            self.missing or self.corrupt or self.repaired or self.failed
        )

    @property
    def is_proven(self) -> bool:
        """Whether nothing was said against what a drill brought back."""
        return self.proof != enums.DrillProof.ALTERED

    @property
    def failed(self) -> int:
        """Copies that could not be made; they are tried again."""
        is_making = self.kind == enums.CheckKind.COPIES
        return self.copies - self.repaired if is_making else 0

    @property
    def repaired_words(self) -> str:
        """What ``repaired`` counts in a run of this kind."""
        words = {
            enums.CheckKind.SWEEP: _("移入隔离"),
            enums.CheckKind.ADOPT: _("登记"),
        }
        return words.get(enums.CheckKind(self.kind), _("补齐或修复"))


class StoreProbe(models.Model):
    """What trying a bucket showed the last time; one row for each address there was."""

    Fault = enums.StoreFault

    address = models.CharField(max_length=400, unique=True)
    probed_at = models.DateTimeField()
    fault = models.CharField(max_length=9, choices=enums.StoreFault.choices, blank=True)
    code = models.CharField(max_length=60, blank=True)  # the server's own word
    is_versioned = models.BooleanField(default=False)
    is_locking = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.address}: {self.fault or 'sound'}"

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, or that nothing is."""
        if self.fault:
            return str(enums.StoreFault(self.fault).sentence)
        if self.is_locking:
            return _("存储桶可读、可写、可删，对象锁已验证有效。")
        return _("存储桶可读、可写、可删；不支持对象锁，有密钥的人能删除副本。")


LATE_AFTER: dict[str, timedelta] = {
    enums.CheckKind.QUICK: timedelta(hours=2),
    enums.CheckKind.DEEP: timedelta(days=8),
    enums.CheckKind.DRILL: timedelta(days=9),
    enums.CheckKind.LEDGER: timedelta(days=2),
}
IDLE_AFTER = timedelta(minutes=5)


class CheckTurn(models.Model):
    """When a check is due, who does it just now, and how far the run that goes on is.

    A worker holds a turn for a minute and asks for more while it works: of one that was
    killed the turn runs out, and another goes on where it was.
    """

    Kind = enums.CheckKind

    kind = models.CharField(max_length=6, choices=enums.CheckKind.choices, unique=True)
    due_at = models.DateTimeField()
    holder = models.CharField(max_length=16, blank=True)
    held_until = models.DateTimeField(null=True)
    began_at = models.DateTimeField(null=True)  # the run that goes on
    ended_at = models.DateTimeField(null=True)  # the last one that came to its end
    chain = models.BigIntegerField(default=0)  # whose entries are read, by its key
    reached = models.BigIntegerField(default=0)
    copies = models.PositiveIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    missing = models.PositiveIntegerField(default=0)
    corrupt = models.PositiveIntegerField(default=0)
    repaired = models.PositiveIntegerField(default=0)
    late_since = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)  # that it did not come

    def __str__(self) -> str:
        return f"turn of {self.kind}"

    def is_late(self, *, at: datetime) -> bool:
        """Whether no run has come to its end for longer than it may take."""
        return at - (self.ended_at or self.due_at) > LATE_AFTER[self.kind]

    def is_idle(self, *, at: datetime) -> bool:
        """Whether no worker has looked after the copies for minutes, nor does now."""
        is_held = self.held_until is not None and self.held_until > at
        return not is_held and at - (self.ended_at or self.due_at) > IDLE_AFTER


class LedgerFault(models.Model):
    """What the last check of the record found, until a later one does not find it again."""

    organisation_id = models.BigIntegerField(default=0)  # none: of the whole database
    site_id = models.BigIntegerField(default=0)
    seq = models.BigIntegerField(default=0)  # none: of no entry alone
    field = models.CharField(max_length=120)
    sentence = models.CharField(max_length=300)
    found_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation_id", "site_id", "seq", "field", "sentence"],
                name="evidence_ledger_fault_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id}/{self.site_id}/{self.seq} {self.field}"
