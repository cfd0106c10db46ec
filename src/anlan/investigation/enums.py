"""The closed lists of an investigation, with the words the screens show."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext, gettext_noop, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class InterviewState(models.TextChoices):
    """Planned, then under way until its statement is signed, or the person stops."""

    PLANNED = "planned", pgettext_lazy("an interview", "已安排")
    RUNNING = "running", pgettext_lazy("an interview", "谈话中")
    HELD = "held", _("已谈完，情况说明已签字")
    STOPPED = "stopped", _("本人要求停止")
    CANCELLED = "cancelled", pgettext_lazy("an interview", "已取消")

    @property
    def is_over(self) -> bool:
        return self in {
            InterviewState.HELD,
            InterviewState.STOPPED,
            InterviewState.CANCELLED,
        }


class SceneAspect(models.TextChoices):
    """What of a place may have had a part in it."""

    WIDTH = "width", _("通道宽度")
    QUEUE = "queue", _("排队与拥挤")
    LIGHT = "light", _("照明")
    SIGHT = "sight", _("视线遮挡")
    NOISE = "noise", _("噪声")
    STAFFING = "staffing", _("人员配备")
    ARRANGEMENT = "arrangement", _("布置与标识")
    CAMERAS = "cameras", _("监控覆盖")


class SceneRating(models.TextChoices):
    FINE = "fine", _("没有问题")
    MINOR = "minor", _("有欠缺，未见影响")
    PART = "part", _("可能有影响")
    UNKNOWN = "unknown", _("没有查清")


class PinKind(models.TextChoices):
    PERSON = "person", pgettext_lazy("on a sketch", "人")
    CAMERA = "camera", _("摄像头")
    OBJECT = "object", _("物品")
    SPOT = "spot", _("位置")


class FindingState(models.TextChoices):
    """A version is frozen when it is submitted; a return leads to the next version.

    Withdrawn, nothing of it goes on: the next version takes up the one before it.
    """

    DRAFT = "draft", pgettext_lazy("findings", "起草中")
    SUBMITTED = "submitted", _("待另一人审批")
    RETURNED = "returned", pgettext_lazy("findings", "已退回")
    APPROVED = "approved", pgettext_lazy("findings", "已批准")
    SUPERSEDED = "superseded", _("已被新版本取代")
    WITHDRAWN = "withdrawn", pgettext_lazy("findings", "已撤回")


class SentenceKind(models.TextChoices):
    CAUSE = "cause", _("起因")
    COURSE = "course", _("经过")
    CONSEQUENCES = "consequences", _("后果")
    FACTORS = "factors", _("促成因素")
    FAILINGS = "failings", _("我们自己的不足")

    @property
    def is_always_fact(self) -> bool:
        """What happened, and what came of it, is never an opinion."""
        return self in {SentenceKind.COURSE, SentenceKind.CONSEQUENCES}


class ComparedFact(models.TextChoices):
    """The standard list of what accounts are compared in (``comparing.Fact``)."""

    WHEN = "when", _("什么时候")
    WHERE = "where", _("在哪里")
    FIRST = "first", _("谁先碰到谁")
    MEANS = "means", _("用什么")
    TIMES = "times", _("几下")
    INJURIES = "injuries", _("伤在哪里")
    WORDS = "words", _("说了什么")
    STOP = "stop", _("有没有停手、后退、离开")
    SAW = "saw", _("还有谁看见")

    @property
    def question(self) -> str:
        """As somebody is asked who said nothing about it."""
        return gettext(_QUESTIONS[self])


# Open and neutral: none of them supposes that somebody did it (G21).
_QUESTIONS = {
    ComparedFact.WHEN: gettext_noop("事情是什么时候发生的？您怎么知道这个时间？"),
    ComparedFact.WHERE: gettext_noop("事情发生的时候，您在哪里？其他人在哪里？"),
    ComparedFact.FIRST: gettext_noop("双方身体第一次接触是怎么发生的？"),
    ComparedFact.MEANS: gettext_noop("当时各人手里有没有东西？是什么？"),
    ComparedFact.TIMES: gettext_noop("一共有几次接触？每一次是怎样的？"),
    ComparedFact.INJURIES: gettext_noop("有没有人受伤？您看到的是哪里？"),
    ComparedFact.WORDS: gettext_noop("当时各人说了什么？请尽量用原话。"),
    ComparedFact.STOP: gettext_noop("后来是怎么停下来的？有没有人后退、离开或者喊停？"),
    ComparedFact.SAW: gettext_noop("当时还有谁在场或者可能看见？附近有没有摄像头？"),
}


class CellSays(models.TextChoices):
    """What an account says to a fact (``comparing.Says``)."""

    SAYS = "says", pgettext_lazy("an account", "说到")
    DENIES = "denies", pgettext_lazy("an account", "否认")
    DIFFERS = "differs", pgettext_lazy("an account", "说法不同")
    SILENT = "silent", pgettext_lazy("an account", "未提及")


class ComparedTopic(models.TextChoices):
    """What two sentences are about that contradict or agree (``comparing.Topic``)."""

    TIME = "time", _("时间")
    PLACE = "place", _("地点")
    FIRST_BLOW = "first_blow", _("动手的先后与动作")
    INJURY = "injury", _("伤情")
    WEAPON = "weapon", _("器物")
    WORDS = "words", _("言语")
    COUNT = "count", _("次数")
    STOP = "stop", _("停手")
