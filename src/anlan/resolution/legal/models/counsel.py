"""Lawyers, for whom they act in a case, what they are asked, and their opinions."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from anlan.accounts.models import Organisation, User
from anlan.cases.models import Case, Task
from anlan.evidence.models import Exhibit
from anlan.ledger.models import Worded
from anlan.resolution.legal import enums


class Lawyer(Worded):
    """In the register of the company; the telephone is encrypted, as customers' are."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="lawyers"
    )
    kind = models.CharField(max_length=8, choices=enums.LawyerKind.choices)
    name = models.CharField(max_length=40)
    firm = models.CharField(max_length=80, blank=True)
    licence = models.CharField(max_length=30, blank=True)
    areas = models.CharField(max_length=80, blank=True)  # LawyerArea, by commas
    phone = models.BinaryField(null=True)
    phone_index = models.BinaryField(max_length=16, null=True)
    # Who signs in; an outside lawyer may have no account.
    user = models.OneToOneField(
        User, on_delete=models.PROTECT, related_name="lawyer", null=True
    )
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(kind="in_house", user__isnull=False, firm="")
                | Q(kind="outside") & ~Q(firm=""),
                name="legal_lawyer_is_somewhere",
            ),
            models.CheckConstraint(
                condition=Q(phone=None, phone_index=None)
                | Q(phone__isnull=False, phone_index__isnull=False),
                name="legal_lawyer_phone_indexed",
            ),
        ]

    def __str__(self) -> str:
        return f"lawyer {self.uid}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"lawyer:{self.uid}"

    @property
    def shown_areas(self) -> list[str]:
        labels = dict(enums.LawyerArea.choices)
        return [str(labels[one]) for one in self.areas.split(",") if one in labels]


class Engagement(Worded):
    """That a lawyer acts for somebody in a case, from a day on."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="engagements")
    number = models.PositiveIntegerField()
    lawyer = models.ForeignKey(
        Lawyer, on_delete=models.PROTECT, related_name="engagements"
    )
    client = models.CharField(max_length=10, choices=enums.Client.choices)
    scope = models.CharField(max_length=300)
    begins_on = models.DateField()
    ends_on = models.DateField(null=True)
    letter = models.ForeignKey(
        Exhibit, on_delete=models.PROTECT, related_name="+", null=True
    )
    engaged_at = models.DateTimeField()
    engaged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500, blank=True)  # why it ended

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="legal_engagement_number"
            ),
            models.UniqueConstraint(
                fields=["case", "lawyer"],
                condition=Q(ends_on=None),
                name="legal_engagement_once",
            ),
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("begins_on")),
                name="legal_engagement_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"E-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"engagement:{self.uid}"


class CounselQuestion(Worded):
    """What counsel is asked; privileged, as is the answer."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="counsel_questions"
    )
    number = models.PositiveIntegerField()
    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, related_name="questions"
    )
    words = models.CharField(max_length=2000)
    state = models.CharField(
        max_length=10,
        choices=enums.QuestionState.choices,
        default=enums.QuestionState.OPEN,
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    task = models.ForeignKey(
        Task, on_delete=models.PROTECT, related_name="+", null=True
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["case", "number"], name="legal_question_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.code}"

    @property
    def code(self) -> str:
        return f"Q-{self.number:02}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"counsel_question:{self.uid}"


class Opinion(Worded):
    """One version of the answer; given, it never changes, and another may follow."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    question = models.ForeignKey(
        CounselQuestion, on_delete=models.PROTECT, related_name="opinions"
    )
    version = models.PositiveIntegerField()
    text = models.TextField(max_length=8000)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["question", "version"], name="legal_opinion_version"
            ),
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(given_at=None),
                name="legal_opinion_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id} v{self.version}"

    @property
    def key(self) -> str:
        """As the record names it."""
        return f"opinion:{self.uid}"
