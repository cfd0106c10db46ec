"""What a report is made of, and how far it is."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReportState(models.TextChoices):
    """A version is frozen when it is submitted; a return leads to the next version."""

    DRAFT = "draft", pgettext_lazy("a report", "起草中")
    SUBMITTED = "submitted", pgettext_lazy("a report", "待另一人审批")
    RETURNED = "returned", pgettext_lazy("a report", "已退回")
    WITHDRAWN = "withdrawn", pgettext_lazy("a report", "已撤回")
    APPROVED = "approved", pgettext_lazy("a report", "已批准")
    SUPERSEDED = "superseded", pgettext_lazy("a report", "已被新版本取代")

    @property
    def is_open(self) -> bool:
        return self in {ReportState.DRAFT, ReportState.SUBMITTED}


class Section(models.TextChoices):
    """The parts that have paragraphs, in the order in which they are read."""

    CAUSE = "cause", pgettext_lazy("of a report", "起因")
    COURSE = "course", pgettext_lazy("of a report", "经过")
    HANDLING = "handling", pgettext_lazy("of a report", "处置与时限")
    CONSEQUENCES = "consequences", pgettext_lazy("of a report", "后果")
    DECISIONS = "decisions", pgettext_lazy("of a report", "处理决定")
    FACTORS = "factors", pgettext_lazy("of a report", "促成因素与我们的不足")
    LESSONS = "lessons", pgettext_lazy("of a report", "教训")

    @property
    def is_always_fact(self) -> bool:
        """What happened, was done, and came of it, is never an opinion."""
        return self not in {Section.CAUSE, Section.FACTORS, Section.LESSONS}

    @property
    def is_never_fact(self) -> bool:
        return self is Section.LESSONS


class Origin(models.TextChoices):
    COMPOSED = "composed", _("按记录编写")
    WRITTEN = "written", _("人写的")


class Verdict(models.TextChoices):
    """How a promise ended, read from its clock."""

    KEPT = "kept", _("按时")
    LATE = "late", pgettext_lazy("a promised step", "超时")
    MISSED = "missed", _("超时未办")
    RUNNING = "running", _("尚未到期")
    DROPPED = "dropped", pgettext_lazy("a promised step", "不再需要")


class Form(models.TextChoices):
    """As what a report leaves the program."""

    PDF = "pdf", "PDF"
    DOCX = "docx", "Word"
