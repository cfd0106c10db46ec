"""Packages of evidence that were made for somebody, and how they were handed over."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from anlan.accounts.models import User
from anlan.cases.models import Case
from anlan.evidence import enums
from anlan.evidence.models.exhibits import Exhibit
from anlan.evidence.models.recordings import Segment
from anlan.evidence.models.vault import Blob
from anlan.ledger.models import Worded


class Package(Worded):
    """A sealed package: what it is to hold is fixed when it is asked for.

    The file lies in a folder of its own until it expires. ``holder`` and ``held_until``
    are the lease of the worker that makes it; ``done_bytes`` is for the page alone.
    """

    Purpose = enums.Purpose
    Masking = enums.Masking
    State = enums.PackageState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="packages")
    number = models.PositiveIntegerField()  # within the case
    purpose = models.CharField(max_length=8, choices=enums.Purpose.choices)
    masking = models.CharField(max_length=5, choices=enums.Masking.choices)
    recipient = models.CharField(max_length=120)
    identity = models.CharField(max_length=120, blank=True)  # their office and number
    document_number = models.CharField(max_length=80, blank=True)
    exhibits = models.ManyToManyField(Exhibit, related_name="packages")
    # The approved application whose scope it keeps to, if somebody asked for footage.
    application = models.ForeignKey(
        "evidence.FootageApplication",
        on_delete=models.PROTECT,
        related_name="packages",
        null=True,
    )
    # Who agreed that the statements in it go to the police, and by which list or
    # application: ``selectors.approvals``.
    approvals = models.JSONField(default=list)
    gaps = models.JSONField(default=list)  # [kind, [codes]] as they were when asked
    acknowledged = models.CharField(max_length=300, blank=True)  # why in spite of them
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    state = models.CharField(
        max_length=11,
        choices=enums.PackageState.choices,
        default=enums.PackageState.MAKING,
    )
    failure = models.CharField(max_length=8, choices=enums.Failure.choices, blank=True)
    checkpoint = models.TextField(blank=True)  # the note it is sealed with
    holder = models.CharField(max_length=16, blank=True)
    held_until = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    done_bytes = models.PositiveBigIntegerField(default=0)
    all_bytes = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(null=True)  # bytes of the file
    sha256 = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=64, blank=True)  # of the key, hexadecimal
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="evidence_package_number"
            ),
            models.CheckConstraint(
                condition=models.Q(made_at=None, size=None, sha256="")
                | models.Q(made_at__isnull=False, size__isnull=False)
                & ~models.Q(sha256=""),
                name="evidence_package_made_whole",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # What the worker has to make, and what runs out.
            models.Index(fields=["state", "expires_at"], name="evidence_package_due")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"P-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"package:{self.uid}"

    @property
    def is_there(self) -> bool:
        """Whether there is a file to be given out."""
        return self.state in {self.State.READY, self.State.HANDED_OVER}

    @property
    def percent(self) -> int:
        return min(99, self.done_bytes * 100 // self.all_bytes) if self.all_bytes else 0

    @property
    def approved_under(self) -> str:
        """The codes of the lists and applications, in their order."""
        return " ".join(one["code"] for one in self.approvals)

    @property
    def known_gaps(self) -> list[tuple[enums.Gap, list[str]]]:
        return [(enums.Gap(kind), list(codes)) for kind, codes in self.gaps]


class PackageFile(models.Model):
    """A file that was read from a recorder and goes with a package.

    ``exhibit`` is the list that names it, as it was when the package was asked for: the
    digest of the list is on the record, and that of the file is on the list.
    """

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="files")
    exhibit = models.ForeignKey(Exhibit, on_delete=models.PROTECT, related_name="+")
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, related_name="packed"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["package", "segment"], name="evidence_package_file_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.package_id} {self.segment_id}"


class PackageWithdrawal(Worded):
    """Something about a package was wrong: it is not given out any more, and why.

    Whoever has it is offline; the next packages of the case name it.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    package = models.OneToOneField(
        Package, on_delete=models.PROTECT, related_name="withdrawal"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=300)
    replacement = models.ForeignKey(
        Package, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=models.Q(replacement=None)
                | ~models.Q(replacement=models.F("package")),
                name="evidence_package_replaced_by_another",
            )
        ]

    def __str__(self) -> str:
        return f"withdrawal of {self.package_id}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"package_withdrawal:{self.uid}"


class PackageReceipt(Worded):
    """A package was given to somebody, who signed for it."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    package = models.ForeignKey(
        Package, on_delete=models.PROTECT, related_name="receipts"
    )
    at = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    receiver = models.CharField(max_length=120)
    identity = models.CharField(max_length=120, blank=True)
    way = models.CharField(max_length=200)  # on which medium, by which hand
    giver_signature = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+"
    )
    receiver_signature = models.ForeignKey(
        Blob, on_delete=models.PROTECT, related_name="+"
    )

    def __str__(self) -> str:
        return f"receipt {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"package_receipt:{self.uid}"

    @property
    def is_on_paper(self) -> bool:
        return self.giver_signature_id == self.receiver_signature_id
