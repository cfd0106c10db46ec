"""Who is offered support, by whom it is given, and what the counsellor alone can read."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Organisation, User
from anlan.cases.models import Case, Party, Task
from anlan.ledger.models import Worded
from anlan.resolution.counselling import enums


class Counsellor(models.Model):
    """Somebody to whom a person can be referred; one with a sign-in keeps notes here."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="counsellors"
    )
    user = models.OneToOneField(
        User, null=True, on_delete=models.PROTECT, related_name="counsellor"
    )
    name = models.CharField(_("姓名"), max_length=40)
    house = models.CharField(_("单位"), max_length=80, blank=True)
    speciality = models.CharField(_("擅长"), max_length=80, blank=True)
    hours = models.CharField(_("接待时间"), max_length=80)
    telephone = models.CharField(_("联系电话"), max_length=40)
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"counsellor:{self.uid}"


class CounsellorKey(models.Model):
    """A key pair: the public half seals, the private one lies here under a passphrase.

    ``recovery`` is the public half of the key on paper, whose private half was printed
    once in two sheets and is kept nowhere.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="counsellor_keys"
    )
    number = models.PositiveIntegerField()
    public = models.BinaryField(max_length=32)
    locked = models.BinaryField(max_length=80)
    recovery = models.BinaryField(max_length=32)
    first_holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    second_holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # When the counsellor showed that both sheets are on paper; before, it seals nothing.
    confirmed_at = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["user", "number"], name="counselling_key_number"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(confirmed_at__isnull=False, retired_at=None),
                name="counselling_one_key",
            ),
            models.CheckConstraint(
                condition=~Q(first_holder=F("second_holder"))
                & ~Q(first_holder=F("user"))
                & ~Q(second_holder=F("user")),
                name="counselling_two_holders",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.number}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"sealing_key:{self.uid}"


class Care(Worded):
    """The support of one person of a case, from the first offer on."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="cares")
    number = models.PositiveIntegerField()
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="cares")
    state = models.CharField(max_length=10, choices=enums.CareState.choices)
    # Who declines is not asked again before; the door stays open for themselves.
    not_before = models.DateTimeField(null=True)
    counsellor = models.ForeignKey(
        Counsellor, null=True, on_delete=models.PROTECT, related_name="cares"
    )
    hotline = models.CharField(max_length=12, blank=True)
    referred_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    ending = models.CharField(max_length=10, choices=enums.Ending.choices, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="counselling_care_number"
            ),
            models.UniqueConstraint(
                fields=["case", "party"], name="counselling_care_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["referred", "followed"])
                | Q(referred_at__isnull=False)
                & (
                    Q(counsellor__isnull=False, hotline="")
                    | Q(counsellor=None) & ~Q(hotline="")
                ),
                name="counselling_referred_to_one",
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | ~Q(state="closed") & Q(closed_at=None),
                name="counselling_closed_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"C-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"care:{self.uid}"

    @property
    def is_running(self) -> bool:
        return enums.CareState(self.state).is_running


class Offer(Worded):
    """One time that somebody was asked, and what they said; one that was put down wrongly stays."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    care = models.ForeignKey(Care, on_delete=models.PROTECT, related_name="offers")
    way = models.CharField(max_length=10, choices=enums.OfferWay.choices)
    answer = models.CharField(max_length=10, choices=enums.CareState.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    # When they may be asked again, as was said then.
    not_before = models.DateTimeField(null=True)
    # When the support had ended that this answer opened again.
    closed_before = models.DateTimeField(null=True)
    # The talk in which it was put down was corrected: nothing was offered there.
    taken_back_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.care_id} {self.made_at:%Y-%m-%d %H:%M}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"support_offer:{self.uid}"


class Consent(Worded):
    """That the person agreed to one use, until they take it back."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    care = models.ForeignKey(Care, on_delete=models.PROTECT, related_name="consents")
    use = models.CharField(max_length=10, choices=enums.ConsentUse.choices)
    way = models.CharField(max_length=10, choices=enums.ConsentWay.choices)
    # Of a minor: who agreed with them.
    guardian = models.ForeignKey(
        Party, null=True, on_delete=models.PROTECT, related_name="+"
    )
    given_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["care", "use"],
                condition=Q(withdrawn_at=None) & ~Q(use=""),
                name="counselling_consent_once",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="counselling_withdrawn_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.care_id} {self.use}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"support_consent:{self.uid}"


class Session(models.Model):
    """A talk: when, and whether it was held. What was said is a note."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    care = models.ForeignKey(Care, on_delete=models.PROTECT, related_name="sessions")
    number = models.PositiveIntegerField()
    # Who counselled when it was last changed: another one later sees only their own.
    counsellor = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    planned_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        choices=enums.SessionState.choices,
        default=enums.SessionState.PLANNED,
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["care", "number"], name="counselling_session_number"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", ended_at=None)
                | ~Q(state="planned") & Q(ended_at__isnull=False),
                name="counselling_session_ended",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.care_id} {self.number}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"support_session:{self.uid}"


class FollowUp(models.Model):
    """One time that the person is asked again; its clock is a deadline of the case."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    care = models.ForeignKey(Care, on_delete=models.PROTECT, related_name="follow_ups")
    number = models.PositiveIntegerField()
    step = models.CharField(max_length=10, choices=enums.FollowUpStep.choices)
    due_at = models.DateTimeField()
    result = models.CharField(
        max_length=10, choices=enums.FollowUpResult.choices, blank=True
    )
    ended_at = models.DateTimeField(null=True)  # done, or no longer needed
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["care", "number"], name="counselling_follow_up_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.care_id} {self.step}"

    @property
    def key(self) -> str:
        """As the record and its clock name it."""
        return f"follow_up:{self.uid}"


class SealedNote(Worded):
    """A note or the answers of a scale, sealed; nobody who has only this row reads it.

    A later version takes the place of an earlier one, which stays. What was read off the
    paper is a row of its own, sealed to another counsellor; ``origin`` is what it was.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    care = models.ForeignKey(Care, on_delete=models.PROTECT, related_name="notes")
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealing_key = models.ForeignKey(
        CounsellorKey, on_delete=models.PROTECT, related_name="notes"
    )
    sealed = models.TextField()  # base64
    written_at = models.DateTimeField()
    # When the support ended in which it was written; asked again, that does not change.
    ended_at = models.DateTimeField(null=True)
    origin = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="copies"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["care", "number", "version", "sealing_key"],
                name="counselling_note_version",
            )
        ]

    def __str__(self) -> str:
        return f"{self.care_id} {self.code}"

    @property
    def code(self) -> str:
        return f"{self.number}.{self.version}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"sealed_note:{self.uid}"


class UrgentCall(models.Model):
    """Somebody of the office has to speak to the counsellor now. It says nothing else."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    care = models.ForeignKey(Care, on_delete=models.PROTECT, related_name="calls")
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    # Of the form that raised it: sent again when it was answered, it is the same call.
    request_id = models.UUIDField(null=True)
    rung = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+"
    )
    # The contact of the same day.
    task = models.ForeignKey(
        Task, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="counselling_answered_pair",
            ),
            # Pressed again while nobody has called, it is the same.
            models.UniqueConstraint(
                fields=["care"],
                condition=Q(answered_at=None),
                name="counselling_one_open_call",
            ),
            models.UniqueConstraint(
                fields=["care", "request_id"], name="counselling_call_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.care_id} {self.raised_at:%Y-%m-%d %H:%M}"

    @property
    def key(self) -> str:
        """As the record and its clock name it."""
        return f"urgent_call:{self.uid}"

    @property
    def state(self) -> enums.CallState:
        return enums.CallState.ANSWERED if self.answered_at else enums.CallState.OPEN
