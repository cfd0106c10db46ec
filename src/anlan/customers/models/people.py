"""The people a case is about, the sites that know them, and the rooms they belong to."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Organisation, Place, Site, User
from anlan.customers.enums import Gender, OccupancyRole, ProtectedField
from anlan.customers.naming import INITIALS_LENGTH, PINYIN_LENGTH
from anlan.ledger.models import Worded

EARLIEST_BIRTH_YEAR = 1900
LATEST_BIRTH_YEAR = 2100
NAME_LENGTH = 60
NOTE_LENGTH = 500
REASON_LENGTH = 200

_ERASED = Q(
    name="",
    note="",
    pinyin="",
    initials="",
    phone=None,
    phone_index=None,
    phone_tail_index=None,
    identity_number=None,
    identity_index=None,
    gender=Gender.UNKNOWN,
    birth_year=None,
    is_minor=False,
)


class Person(Worded):
    """Somebody a case may be about: owner, tenant, visitor, passer-by.

    Name and note are words on the record, so the chain that covered them first must
    cover every later version: corrections and erasure go to the chain of ``site``, the
    site that registered the person. Phone and identity number are encrypted, bound to
    this row, and found by blind indexes (``customers.services``).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("姓名"), max_length=NAME_LENGTH, blank=True)
    # " zengxiaowen cengxiaowen" and " zxw cxw": every reading, each after a space.
    pinyin = models.CharField(max_length=PINYIN_LENGTH, blank=True, editable=False)
    initials = models.CharField(max_length=INITIALS_LENGTH, blank=True, editable=False)
    phone = models.BinaryField(_("电话"), null=True)
    phone_index = models.BinaryField(max_length=16, null=True)
    # Of the last four digits, which the mask shows anyway; mainland mobiles only.
    phone_tail_index = models.BinaryField(max_length=16, null=True)
    identity_number = models.BinaryField(_("身份证号码"), null=True)
    identity_index = models.BinaryField(max_length=16, null=True)
    gender = models.CharField(
        _("性别"), max_length=8, choices=Gender.choices, default=Gender.UNKNOWN
    )
    birth_year = models.PositiveSmallIntegerField(_("出生年份"), null=True, blank=True)
    # As it was marked; where the birth is known, that decides (``selectors.is_minor``).
    is_minor = models.BooleanField(_("未成年人"), default=False)
    # Of somebody who was marked: before this day they were a minor all the same.
    of_age_since = models.DateField(null=True)
    note = models.CharField(_("备注"), max_length=NOTE_LENGTH, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Two people may share a telephone, a father and a son even a name; the same
            # name at the same number is one person typed twice.
            models.UniqueConstraint(
                fields=["organisation", "phone_index", "name"],
                condition=Q(phone_index__isnull=False),
                name="customers_person_once",
            ),
            models.UniqueConstraint(
                fields=["organisation", "identity_index"],
                condition=Q(identity_index__isnull=False),
                name="customers_identity_once",
            ),
            models.CheckConstraint(
                condition=Q(phone__isnull=True, phone_index__isnull=True)
                | Q(phone__isnull=False, phone_index__isnull=False),
                name="customers_phone_is_indexed",
            ),
            models.CheckConstraint(
                condition=Q(identity_number__isnull=True, identity_index__isnull=True)
                | Q(identity_number__isnull=False, identity_index__isnull=False),
                name="customers_identity_is_indexed",
            ),
            models.CheckConstraint(
                condition=Q(birth_year__isnull=True)
                | Q(
                    birth_year__gte=EARLIEST_BIRTH_YEAR,
                    birth_year__lte=LATEST_BIRTH_YEAR,
                ),
                name="customers_birth_year_can_be",
            ),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) & ~Q(name="")
                | Q(erased_at__isnull=False) & _ERASED,
                name="customers_named_or_erased",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # Search by the last four digits of a mobile number.
            models.Index(
                fields=["organisation", "phone_tail_index"],
                name="customers_phone_tail",
            ),
        ]

    def __str__(self) -> str:
        # Without the name: this text ends in logs and error reports.
        return f"person {self.uid}"

    @property
    def subject(self) -> str:
        return f"person:{self.uid}"

    @property
    def is_erased(self) -> bool:
        return self.erased_at is not None


class KnownAt(models.Model):
    """A site that has to do with a person; whoever works elsewhere does not see them."""

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="known_at"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    since_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["person", "site"], name="customers_known_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.site_id}"


class Disclosure(Worded):
    """One look at an unmasked value, with the reason in the reader's own words."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="disclosures"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    field = models.CharField(max_length=16, choices=ProtectedField.choices)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    read_for = models.CharField(max_length=80, blank=True)  # ``case:<uid>``
    reader = models.CharField(max_length=80)  # an actor key; `system` sends messages
    read_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # Who looked at this person, newest first.
            models.Index(fields=["person", "-read_at"], name="customers_looks")
        ]

    def __str__(self) -> str:
        return f"disclosure {self.uid}"


class Correction(Worded):
    """What a name or a number said before it was put right, and why it was.

    The number is encrypted, bound to this row. All of it goes when the person is erased.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="corrections"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    fields = models.CharField(max_length=80)  # as the entry names them
    former_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    former_phone = models.BinaryField(null=True)
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    corrected_for = models.CharField(max_length=80, blank=True)  # ``case:<uid>``
    corrected_by = models.CharField(max_length=80)  # an actor key
    corrected_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar[list[models.Index]] = [
            # What a person was called before, newest first.
            models.Index(
                fields=["person", "-corrected_at"], name="customers_corrections"
            )
        ]

    def __str__(self) -> str:
        return f"correction {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"correction:{self.uid}"


class Unmarking(Worded):
    """That a mark of a minor was taken back, from which day, by whom and why."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="unmarkings"
    )
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(_("理由"), max_length=REASON_LENGTH, blank=True)
    # None: the mark was wrong, they were of age all the time (or the person was erased).
    of_age_since = models.DateField(null=True)
    unmarked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    unmarked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"unmarking {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"unmarking:{self.uid}"


class Unit(models.Model):
    """A flat, a shop, an office: what a household or a company holds; one room each."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    place = models.OneToOneField(Place, on_delete=models.PROTECT, related_name="unit")
    # The place's, again, so that a site's numbers can be unique.
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="units")
    number = models.CharField(_("房号"), max_length=40)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "number"], name="customers_unit_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(number=""), name="customers_unit_has_number"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Occupancy(models.Model):
    """A person has to do with a room, from one day to another, both included.

    Where somebody lives is theirs: the rows go when the person is erased, and no entry
    of the record says which room it was.
    """

    Role = OccupancyRole

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="occupancies"
    )
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="occupancies"
    )
    role = models.CharField(max_length=8, choices=OccupancyRole.choices)
    since_on = models.DateField()
    until_on = models.DateField(null=True)  # open: they still do

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # Whoever moves away and comes back has two rows, one of them open.
            models.UniqueConstraint(
                fields=["person", "place", "role"],
                condition=Q(until_on=None),
                name="customers_occupancy_open_once",
            ),
            models.CheckConstraint(
                condition=Q(until_on=None) | Q(until_on__gte=F("since_on")),
                name="customers_occupancy_ends",
            ),
        ]

    def __str__(self) -> str:
        # Without the person and the room: this text ends in logs and error reports.
        return f"occupancy {self.uid}"
