"""A case, its people, its tasks, its clocks, and what is written on its timeline."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from anlan.accounts.models import Organisation, Site, User
from anlan.accounts.roles import ROLE_CHOICES
from anlan.cases import enums
from anlan.cases.enums import (
    CaseKind,
    CaseState,
    LinkScope,
    Phase,
    Severity,
    TaskState,
)
from anlan.cases.events.cases import PERSONAL, PERSONAL_ROLE, PERSONAL_TASK
from anlan.customers.models import Person
from anlan.ledger.models import Worded


def _list_index(name: str, *same: str) -> models.Index:
    """The list of a site or a company, newest first, of what is the ``same`` in all rows.

    What else a list is narrowed by stands behind: a rare severity is found in the index,
    without reading 100,000 rows.
    """
    others = [n for n in ("site", "state", "kind", "severity") if n not in same]
    return models.Index(fields=[*same, "-opened_at", "-id", *others], name=name)


class Case(models.Model):
    """A numbered matter at one site."""

    Kind = CaseKind

    State = CaseState

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="cases")
    kind = models.CharField(max_length=2, choices=Kind.choices)
    number = models.CharField(_("编号"), max_length=32)
    title = models.CharField(_("标题"), max_length=160)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    severity = models.PositiveSmallIntegerField(choices=Severity.choices)
    phase = models.CharField(
        max_length=12, choices=Phase.choices, default=Phase.PROTECT
    )
    commander = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="commanded_cases"
    )
    exercise = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="closed_cases"
    )
    joined_into = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="joined_cases"
    )

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "number"], name="cases_number_once"
            ),
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False)
                | (~Q(state="closed") & Q(closed_at__isnull=True)),
                name="cases_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="joined", joined_into__isnull=False)
                | (~Q(state="joined") & Q(joined_into__isnull=True)),
                name="cases_joined_has_host",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            _list_index("cases_by_site", "site"),
            _list_index("cases_by_state", "site", "state"),
            _list_index("cases_by_kind", "site", "kind"),
            _list_index("cases_by_kind_and_state", "site", "kind", "state"),
            _list_index("cases_by_organisation", "organisation"),
            _list_index("cases_by_company_state", "organisation", "state"),
            _list_index("cases_by_company_kind", "organisation", "kind"),
            _list_index("cases_by_company_kind_state", "organisation", "kind", "state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return f"case:{self.uid}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN


class Counter(models.Model):
    """The last case number of a site, kind and day; its row is the lock."""

    site = models.ForeignKey(Site, on_delete=models.PROTECT)
    kind = models.CharField(max_length=2)
    day = models.DateField()
    value = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["site", "kind", "day"], name="cases_one_counter"
            )
        ]

    def __str__(self) -> str:
        return f"{self.site_id} {self.kind} {self.day}: {self.value}"


class AcceptedRequest(models.Model):
    """A request id that was answered, so that a phone may send it again."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    request_id = models.UUIDField()
    content = models.BinaryField(max_length=32)  # SHA-256 of what was asked
    answer = models.UUIDField()  # the uid of what was made
    accepted_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "request_id"], name="cases_request_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.request_id)


class PhaseRecord(models.Model):
    """When a case entered a phase and left it."""

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="phase_records"
    )
    phase = models.CharField(max_length=12, choices=Phase.choices)
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    left_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "phase"], name="cases_phase_once")
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.phase}"


class Party(Worded):
    """Somebody the case is about: a known person, a colleague, or one not yet known.

    Until a person is identified, ``description`` says how they looked; a name stands
    only in ``Person``, never here.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="parties")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT)
    user = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    description = models.CharField(_("特征描述"), max_length=200, blank=True)
    added_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)
    # Whether there may be a risk marker; read with the parts (``roles_by_party``).
    is_marked: bool = False

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) | Q(user__isnull=True),
                name="cases_party_one_identity",
            )
        ]

    def __str__(self) -> str:
        return f"party {self.uid}"

    @property
    def is_identified(self) -> bool:
        return self.person_id is not None or self.user_id is not None

    def words_in(self, field: str) -> str:
        """The same, but how somebody looked may also have gone because they asked."""
        words: str = getattr(self, field)
        return str(_("已删除")) if not words and self.is_erased else words


class PartyRole(models.Model):
    """One part that a party plays; a struck guard is victim and staff at once."""

    Role = enums.Role

    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="roles")
    role = models.CharField(max_length=12, choices=Role.choices)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "role"], name="cases_party_role_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.role}"


class FormerSide(models.Model):
    """A side that a party was of before their parts were set anew.

    They do not look behind the other afterwards either, as with named contacts.
    """

    party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="former_sides"
    )
    side = models.CharField(max_length=9, choices=enums.Side.choices)
    left_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["party", "side"], name="cases_former_side_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.party_id} {self.side}"


class Playbook(Worded):
    """A plan as data; a published version never changes, cases keep the one they began with."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=80)
    body: models.JSONField[Any, Any] = models.JSONField()
    published_at = models.DateTimeField()
    valid_from = models.DateTimeField()  # for cases that are opened from then on
    reason = models.CharField(_("修订理由"), max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "key", "version"], name="cases_playbook_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Standard(Worded):
    """A promise with a limit; the clocks use the newest version on the day they start."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=80)
    seconds = models.PositiveIntegerField()
    source = models.CharField(max_length=120, blank=True)
    valid_from = models.DateTimeField()
    reason = models.CharField(_("修订理由"), max_length=300, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "key", "version"], name="cases_standard_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"


class Task(Worded):
    """Work that the plan, or a person, gives to a role."""

    State = TaskState

    Proof = enums.Proof

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    playbook = models.ForeignKey(Playbook, null=True, on_delete=models.PROTECT)
    key = models.CharField(max_length=60, blank=True)
    phase = models.CharField(max_length=12, choices=Phase.choices)
    position = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=120)
    advice = models.CharField(max_length=240, blank=True)
    source = models.CharField(max_length=120, blank=True)
    role_key = models.CharField(max_length=24, choices=ROLE_CHOICES)
    binding = models.BooleanField(default=False)
    proof = models.CharField(max_length=8, choices=Proof.choices, blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT)
    # What was done, or why it was skipped; covered by the ledger.
    words = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # A playbook applied again adds what is missing and nothing twice.
            models.UniqueConstraint(
                fields=["case", "key"], condition=~Q(key=""), name="cases_task_once"
            ),
            models.CheckConstraint(
                condition=Q(state="open", ended_at__isnull=True)
                | (~Q(state="open") & Q(ended_at__isnull=False)),
                name="cases_task_ended_has_time",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            # "My tasks": the open ones of a role, most urgent first.
            models.Index(
                fields=["role_key", "due_at"],
                condition=Q(state="open"),
                name="cases_open_tasks",
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.title}"

    @property
    def is_personal(self) -> bool:
        """Whether only its role knows of it: that there is one tells about somebody."""
        return self.role_key == PERSONAL_ROLE and self.key.startswith(PERSONAL_TASK)

    @property
    def clock(self) -> str:
        """The key of its deadline."""
        return f"{PERSONAL}task" if self.is_personal else "task"

    @property
    def shows_a_body(self) -> bool:
        """Whether its photos are medical data: those of injuries, by the task's key."""
        return self.key.startswith(("injury_photos", "injury:"))

    @property
    def needs_words(self) -> bool:
        """Whether words alone can be its proof, so that they may not be missing."""
        if self.proof:
            return self.proof in {enums.Proof.NOTE, enums.Proof.RECEIPT}
        return self.binding


class VaultFile(models.Model):
    """Mixed into a row whose bytes lie in the vault, under their digest."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    media_type = models.CharField(max_length=60)
    size = models.PositiveBigIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    # Of its exhibit, so that the bytes are not seen here by who may not see them there.
    protection = models.CharField(
        max_length=6, choices=enums.Protection.choices, blank=True
    )

    class Meta:
        abstract = True


class TaskPhoto(VaultFile):
    """A photo that proves that a task was done."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="photos")

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            # The same photo sent again for the same task is one.
            models.UniqueConstraint(fields=["task", "sha256"], name="cases_photo_once")
        ]

    def __str__(self) -> str:
        return f"photo {self.sha256[:12]}"


class Deadline(models.Model):
    """A promise that is running: something happens when it runs out.

    There is no "being fired" state: the worker claims the row, writes the entry and
    what follows from it in one transaction, so that a kill leaves nothing half done.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    key = models.CharField(max_length=40)
    about = models.CharField(
        max_length=80
    )  # "assignment:<uid>", "task:<uid>", "case:<uid>"
    standard = models.ForeignKey(Standard, null=True, on_delete=models.PROTECT)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    fired_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(due_at__gte=F("started_at")), name="cases_deadline_runs"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            # The worker's question: what is due?
            models.Index(
                fields=["due_at"],
                condition=Q(met_at=None, cancelled_at=None, fired_at=None),
                name="cases_due",
            ),
            models.Index(fields=["about"], name="cases_deadline_about"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.about} due {self.due_at:%Y-%m-%d %H:%M:%S}"


class Note(Worded):
    """A line a person wrote on the timeline."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notes")
    text = models.CharField(max_length=2000)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"note {self.uid}"


class Strike(Worded):
    """An entry of the timeline declared wrong; it stays readable, struck through."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="strikes")
    seq = models.BigIntegerField()
    reason = models.CharField(max_length=300)
    struck_at = models.DateTimeField()
    struck_by = models.ForeignKey(User, on_delete=models.PROTECT)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["case", "seq"], name="cases_struck_once")
        ]

    def __str__(self) -> str:
        return f"strike of {self.case_id}/{self.seq}"


class AccessLink(models.Model):
    """A secret address for somebody without an account; only its digest is kept."""

    Scope = LinkScope

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="access_links"
    )
    digest = models.BinaryField(max_length=32, unique=True)
    scope = models.CharField(max_length=12, choices=Scope.choices)
    about = models.CharField(max_length=80, blank=True)  # "report:<uid>"
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.scope} {self.uid}"

    @property
    def actor_key(self) -> str:
        return f"public:{self.uid}"
