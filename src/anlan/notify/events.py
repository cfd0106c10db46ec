"""What is put on the record about messages: that they were made, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Event, recorded
from anlan.notify.enums import ChannelKind


def kind_words(codes: str) -> str:
    """The ways of a message, "inapp,sms", as words."""
    return gettext("、").join(
        str(ChannelKind(code).label) for code in codes.split(",") if code
    )


@recorded
@dataclass(frozen=True, kw_only=True)
class MessagesMade(Event):
    """One entry for all recipients; each delivery's result stands in its row."""

    kind: ClassVar[str] = "notify.messages_made"
    sentence: ClassVar[str] = _("已向 {people} 人发出通知（{ways}）")
    quiet: ClassVar[bool] = True

    message: str
    template: str
    urgency: str
    people: int
    groups: int
    ways: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "ways": kind_words(self.ways) or gettext("无可用渠道")}


@recorded
@dataclass(frozen=True, kw_only=True)
class DeliveryFailed(Event):
    """All tries are used up; somebody may have to use a telephone."""

    kind: ClassVar[str] = "notify.delivery_failed"
    sentence: ClassVar[str] = _("{way}通知未能发出（{people} 人）：{error}")
    tone: ClassVar[str] = "warn"

    message: str
    template: str
    way: str
    people: int
    attempts: int
    error: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "way": kind_words(self.way)}


@recorded
@dataclass(frozen=True, kw_only=True)
class NotDelivered(Event):
    """A gateway took it and says that it did not arrive."""

    kind: ClassVar[str] = "notify.not_delivered"
    sentence: ClassVar[str] = _("{way}通知没有送达（{people} 人）：{error}")
    tone: ClassVar[str] = "warn"

    message: str
    template: str
    way: str
    people: int
    error: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "way": kind_words(self.way)}


@recorded
@dataclass(frozen=True, kw_only=True)
class CallAnswered(Event):
    """Somebody took the call; whether they come is said by them alone."""

    kind: ClassVar[str] = "notify.call_answered"
    sentence: ClassVar[str] = _("{way}已接听（{people} 人）")
    quiet: ClassVar[bool] = True

    message: str
    template: str
    way: str
    people: int

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "way": kind_words(self.way)}


@recorded
@dataclass(frozen=True, kw_only=True)
class ChannelSet(Event):
    """Never the settings themselves: they may hold an address with a key in it."""

    kind: ClassVar[str] = "notify.channel_set"
    sentence: ClassVar[str] = _("{actor}修改了{site}通知渠道：{way}")
    tone: ClassVar[str] = "warn"

    way: str
    enabled: int
    site: str | None = None

    def shown(self) -> dict[str, Any]:
        return {"way": kind_words(self.way), "site": self.site or ""}


@recorded
@dataclass(frozen=True, kw_only=True)
class ChannelRemoved(Event):
    """A site that had its own falls back to the company's."""

    kind: ClassVar[str] = "notify.channel_removed"
    sentence: ClassVar[str] = _("{actor}删除了{site}通知渠道：{way}")
    tone: ClassVar[str] = "warn"

    way: str
    site: str | None = None

    def shown(self) -> dict[str, Any]:
        return {"way": kind_words(self.way), "site": self.site or ""}


@recorded
@dataclass(frozen=True, kw_only=True)
class CheckPlanned(Event):
    kind: ClassVar[str] = "notify.check_planned"
    sentence: ClassVar[str] = _("{actor}设定每天 {daily_at} 通信测试{off}")

    daily_at: str
    on: int

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "off": "" if self.on else gettext("（已关闭）")}


@recorded
@dataclass(frozen=True, kw_only=True)
class CheckStarted(Event):
    kind: ClassVar[str] = "notify.check_started"
    sentence: ClassVar[str] = _("{actor}开始通信测试，共 {asked} 人在班")

    asked: int


@recorded
@dataclass(frozen=True, kw_only=True)
class CheckEnded(Event):
    kind: ClassVar[str] = "notify.check_ended"
    sentence: ClassVar[str] = _("通信测试结束：{answered}/{asked} 人应答")

    asked: int
    answered: int
