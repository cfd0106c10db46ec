"""What happens in the first hour, in the words of the record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_noop as _

from anlan.cases.enums import Way
from anlan.incidents.enums import (
    ByHand,
    CallOutcome,
    Channel,
    DeviceMode,
    Discarded,
    Dissuasion,
    EmergencyService,
    Flag,
    Rung,
    Unsent,
)
from anlan.ledger.events import Covered, Event, RefInRow, quotes, recorded


def flag_words(codes: str) -> str:
    """The flags of a report, "weapon,injured", as words."""
    return gettext("、").join(
        str(Flag(code).label) for code in codes.split(",") if code
    )


def why_chosen(
    rung: str,
    on_duty: int,
    post: str | None,
    distance: int | None,
    by_hand: str | None = None,
) -> str:
    """Why the ladder chose this person, or that people did, in one phrase."""
    if by_hand:
        return str(ByHand(by_hand).label)
    if rung == Rung.GUARD and distance is not None:
        return ngettext(
            "在岗（%(post)s），距现场 %(steps)s 级点位",
            "在岗（%(post)s），距现场 %(steps)s 级点位",
            distance,
        ) % {"post": post, "steps": distance}
    if on_duty:
        return gettext("当班（%s）") % post
    return gettext("不在班，按职责通知")


@recorded
@dataclass(frozen=True, kw_only=True)
class IncidentReported(Event):
    kind: ClassVar[str] = "incident.reported"
    sentence: ClassVar[str] = _("一键上报：{actor}从{place}报告（{channel}）{flags}")
    tone: ClassVar[str] = "alarm"
    covers: ClassVar[tuple[Covered, ...]] = quotes("incidents.Report", "words")
    refers: ClassVar[tuple[RefInRow, ...]] = (
        RefInRow(model="incidents.Report", field="place__uid", prefix="place:"),
    )

    place: str
    channel: str
    flags: str
    people: int | None = None
    happened_source: str
    suggested_severity: int
    confirmed: int
    words_digest: str

    def shown(self) -> dict[str, Any]:
        words = flag_words(self.flags)
        return {
            **self.facts(),
            "channel": Channel(self.channel).label,
            "flags": gettext("：%s") % words if words else "",
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class FurtherReport(Event):
    """The same fight, told by somebody else: own words, own time, no second ladder."""

    kind: ClassVar[str] = "incident.further_report"
    sentence: ClassVar[str] = _("又一份报告：{actor}从{place}报告（{channel}）{flags}")
    tone: ClassVar[str] = "alarm"
    covers: ClassVar[tuple[Covered, ...]] = IncidentReported.covers
    refers: ClassVar[tuple[RefInRow, ...]] = IncidentReported.refers

    place: str
    channel: str
    flags: str
    people: int | None = None
    happened_source: str
    suggested_severity: int
    words_digest: str

    def shown(self) -> dict[str, Any]:
        words = flag_words(self.flags)
        return {
            **self.facts(),
            "channel": Channel(self.channel).label,
            "flags": gettext("：%s") % words if words else "",
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportSplitOff(Event):
    kind: ClassVar[str] = "incident.report_split_off"
    sentence: ClassVar[str] = _("{actor}将一份报告分为另一事件 {number}")
    tone: ClassVar[str] = "warn"

    report: str
    number: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportWithdrawn(Event):
    """Said by the reporter; it never stops a dispatch."""

    kind: ClassVar[str] = "incident.report_withdrawn"
    sentence: ClassVar[str] = _("{actor}撤回了报告；派出的人继续赶往现场")
    tone: ClassVar[str] = "warn"

    report: str


@recorded
@dataclass(frozen=True, kw_only=True)
class UnsentDiscarded(Event):
    """What somebody left on a phone and nobody will send; its words were never here."""

    kind: ClassVar[str] = "incident.unsent_discarded"
    sentence: ClassVar[str] = _(
        "{actor}删除了{writer}留在手机里{state}的{what}：{reason}"
    )
    tone: ClassVar[str] = "warn"

    writer: str
    what: str
    reason: str
    refused: int | None = None  # the server had refused it

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "state": gettext("被退回") if self.refused else gettext("没有送出"),
            "what": Unsent(self.what).label,
            "reason": Discarded(self.reason).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class ReportConfirmed(Event):
    kind: ClassVar[str] = "incident.report_confirmed"
    sentence: ClassVar[str] = _("{actor}确认报告属实")
    tone: ClassVar[str] = "alarm"

    seconds: int


@recorded
@dataclass(frozen=True, kw_only=True)
class ResponderAlerted(Event):
    kind: ClassVar[str] = "incident.responder_alerted"
    sentence: ClassVar[str] = _("通知{responder}（{rung}）：{reason}")
    tone: ClassVar[str] = "alarm"

    responder: str
    rung: str
    on_duty: int
    post: str | None = None
    distance: int | None = None
    by_hand: str | None = None

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "rung": Rung(self.rung).label, "reason": self.reason}

    @property
    def reason(self) -> str:
        return why_chosen(
            self.rung, self.on_duty, self.post, self.distance, self.by_hand
        )


@recorded
@dataclass(frozen=True, kw_only=True)
class ResponderAcknowledged(Event):
    kind: ClassVar[str] = "incident.responder_acknowledged"
    sentence: ClassVar[str] = _("{responder}接警，用时 {seconds}")
    tone: ClassVar[str] = "good"

    responder: str
    seconds: int


@recorded
@dataclass(frozen=True, kw_only=True)
class ResponderArrived(Event):
    kind: ClassVar[str] = "incident.responder_arrived"
    sentence: ClassVar[str] = _("{responder}到场，自上报用时 {seconds}")
    tone: ClassVar[str] = "good"

    responder: str
    seconds: int


@recorded
@dataclass(frozen=True, kw_only=True)
class ArrivalTakenBack(Event):
    """The button was pressed too early: they are still on the way."""

    kind: ClassVar[str] = "incident.arrival_taken_back"
    sentence: ClassVar[str] = _("更正：{responder}还没有到场，仍在路上")
    tone: ClassVar[str] = "warn"

    responder: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ResponderExpired(Event):
    kind: ClassVar[str] = "incident.responder_expired"
    sentence: ClassVar[str] = _("{responder}{silence}，改派下一位")
    tone: ClassVar[str] = "warn"

    responder: str
    acknowledged: int

    def shown(self) -> dict[str, Any]:
        silence = (
            gettext("接警后没有到场") if self.acknowledged else gettext("没有应答")
        )
        return {**self.facts(), "silence": silence}


@recorded
@dataclass(frozen=True, kw_only=True)
class ResponderUnreachable(Event):
    """The call failed before their time was up; nobody waits for the rest of it."""

    kind: ClassVar[str] = "incident.responder_unreachable"
    sentence: ClassVar[str] = _("呼叫失败，联系不上{responder}，改派下一位")
    tone: ClassVar[str] = "warn"

    responder: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ResponderStoodDown(Event):
    kind: ClassVar[str] = "incident.responder_stood_down"
    sentence: ClassVar[str] = _("{responder}不再需要到场")

    responder: str


@recorded
@dataclass(frozen=True, kw_only=True)
class ResponderMoved(Event):
    """Two cases became one, or two again; whoever is on the way keeps going."""

    kind: ClassVar[str] = "incident.responder_moved"
    sentence: ClassVar[str] = _("{responder}从 {number} 转到本案")

    responder: str
    number: str


@recorded
@dataclass(frozen=True, kw_only=True)
class LadderExhausted(Event):
    """Everybody was tried; the last resort is a person with a telephone."""

    kind: ClassVar[str] = "incident.ladder_exhausted"
    sentence: ClassVar[str] = _("已无人可派，请立即拨打 110 并电话联系值班人员")
    tone: ClassVar[str] = "alarm"

    tried: int


@recorded
@dataclass(frozen=True, kw_only=True)
class SceneControlled(Event):
    """The parties are apart and nobody is in danger; the first clock stops here."""

    kind: ClassVar[str] = "incident.controlled"
    sentence: ClassVar[str] = _("{actor}确认现场已控制，自上报用时 {seconds}")
    tone: ClassVar[str] = "good"

    seconds: int


@recorded
@dataclass(frozen=True, kw_only=True)
class ControlTakenBack(Event):
    """It goes on: the clock runs again, and who was called off is alerted again."""

    kind: ClassVar[str] = "incident.control_taken_back"
    sentence: ClassVar[str] = _("{actor}更正：现场还没有控制，重新派人")
    tone: ClassVar[str] = "warn"


@recorded
@dataclass(frozen=True, kw_only=True)
class DissuasionTried(Event):
    kind: ClassVar[str] = "incident.dissuasion_tried"
    sentence: ClassVar[str] = _("口头劝阻：{result}")

    result: str

    def shown(self) -> dict[str, Any]:
        return {"result": Dissuasion(self.result).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class EmergencyCalled(Event):
    kind: ClassVar[str] = "incident.emergency_called"
    sentence: ClassVar[str] = _("{actor}拨打 {service}{missed}")
    tone: ClassVar[str] = "alarm"
    covers: ClassVar[tuple[Covered, ...]] = quotes("incidents.EmergencyCall", "words")

    service: str
    outcome: str | None = None  # none before it was asked for: it counted as connected
    words_digest: str

    def shown(self) -> dict[str, Any]:
        is_missed = self.outcome == CallOutcome.MISSED
        return {
            "service": EmergencyService(self.service).label,
            "missed": gettext("，没有接通") if is_missed else "",
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class EmergencyCorrected(Event):
    """How it went was recorded wrongly; the reason stands with what was struck."""

    kind: ClassVar[str] = "incident.emergency_corrected"
    sentence: ClassVar[str] = _("{actor}更正：拨打 {service}，{outcome}")
    tone: ClassVar[str] = "warn"

    service: str
    outcome: str

    def shown(self) -> dict[str, Any]:
        return {
            **self.facts(),
            "service": EmergencyService(self.service).label,
            "outcome": CallOutcome(self.outcome).label,
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class EmergencyAnswered(Event):
    kind: ClassVar[str] = "incident.emergency_answered"
    sentence: ClassVar[str] = _("{service} 已答复")
    covers: ClassVar[tuple[Covered, ...]] = quotes(
        "incidents.EmergencyCall", answer="words_digest"
    )

    service: str
    receipt: str | None = None
    words_digest: str

    def shown(self) -> dict[str, Any]:
        return {"service": EmergencyService(self.service).label}


@recorded
@dataclass(frozen=True, kw_only=True)
class PoliceWaiverProposed(Event):
    kind: ClassVar[str] = "incident.police_waiver_proposed"
    sentence: ClassVar[str] = _("{actor}提出不报警，等待另一人复核")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = quotes(
        "incidents.PoliceWaiver", reason="words_digest"
    )

    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class PoliceWaiverDecided(Event):
    kind: ClassVar[str] = "incident.police_waiver_decided"
    sentence: ClassVar[str] = _("{actor}复核“不报警”：{decision}")
    tone: ClassVar[str] = "warn"

    approved: int

    def shown(self) -> dict[str, Any]:
        return {
            "decision": gettext("同意")
            if self.approved
            else gettext("不同意，应当报警")
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class PoliceWaiverEnded(Event):
    """The level rose, or a minor was hurt: the police have to be called after all."""

    kind: ClassVar[str] = "incident.police_waiver_ended"
    sentence: ClassVar[str] = _("“不报警”的决定失效：现在必须报警")
    tone: ClassVar[str] = "warn"


@recorded
@dataclass(frozen=True, kw_only=True)
class FalseAlarmProposed(Event):
    kind: ClassVar[str] = "incident.false_alarm_proposed"
    sentence: ClassVar[str] = _("{actor}提出按误报办结，等待另一人复核")
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = quotes(
        "incidents.FalseAlarmProposal", reason="words_digest"
    )

    words_digest: str


@recorded
@dataclass(frozen=True, kw_only=True)
class FalseAlarmDecided(Event):
    kind: ClassVar[str] = "incident.false_alarm_decided"
    sentence: ClassVar[str] = _("{actor}复核“误报”：{decision}")
    tone: ClassVar[str] = "warn"

    approved: int

    def shown(self) -> dict[str, Any]:
        return {
            "decision": gettext("同意")
            if self.approved
            else gettext("不同意，照常处置")
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class FalseAlarm(Event):
    kind: ClassVar[str] = "incident.false_alarm"
    sentence: ClassVar[str] = _("{actor}确认为误报")
    tone: ClassVar[str] = "warn"


@recorded
@dataclass(frozen=True, kw_only=True)
class FalseAlarmTakenBack(Event):
    """It was none after all: it is worked off, and kept, as every other incident."""

    kind: ClassVar[str] = "incident.false_alarm_taken_back"
    sentence: ClassVar[str] = _("重新打开，不再作为误报")
    tone: ClassVar[str] = "warn"


@recorded
@dataclass(frozen=True, kw_only=True)
class AttachmentReceived(Event):
    kind: ClassVar[str] = "incident.attachment_received"
    sentence: ClassVar[str] = _("收到{media}（{size} KB，校验值 {short}）")

    media_type: str
    bytes_count: int
    sha256: str

    def shown(self) -> dict[str, Any]:
        return {
            "media": media_word(self.media_type),
            "size": max(1, self.bytes_count // 1024),
            "short": self.sha256[:12],
        }


@recorded
@dataclass(frozen=True, kw_only=True)
class AttachmentOpened(Event):
    """Bytes of it were given out: on the record, not on the live timeline.

    Of entries from before ways and bytes were noted it is not known which.
    """

    kind: ClassVar[str] = "incident.attachment_opened"
    sentence: ClassVar[str] = _("{actor}{did}附件（校验值 {sha256}）")
    quiet: ClassVar[bool] = True

    sha256: str
    way: str | None = None
    first: int | None = None
    last: int | None = None

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "did": Way.told(self.way)}


def media_word(media_type: str) -> str:
    """照片, 录音, 录像: what a media type is to the people here."""
    kinds = {
        "image": gettext("照片"),
        "audio": gettext("录音"),
        "video": gettext("录像"),
    }
    return kinds.get(media_type.partition("/")[0], gettext("文件"))


@recorded
@dataclass(frozen=True, kw_only=True)
class MonitorTileAdded(Event):
    kind: ClassVar[str] = "incident.monitor_tile_added"
    sentence: ClassVar[str] = _("{actor}给{post}增加了监控画面 {label}：{place}")

    post: str
    label: str
    place: str


@recorded
@dataclass(frozen=True, kw_only=True)
class MonitorTileRemoved(Event):
    kind: ClassVar[str] = "incident.monitor_tile_removed"
    sentence: ClassVar[str] = _("{actor}从{post}移除了监控画面 {label}")

    post: str
    label: str


@recorded
@dataclass(frozen=True, kw_only=True)
class DeviceRegistered(Event):
    kind: ClassVar[str] = "incident.device_registered"
    sentence: ClassVar[str] = _("{actor}登记了设备 {device}（{proof}），位于{place}")

    device: str
    device_kind: str
    mode: str
    place: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "proof": proof_word(self.mode)}


@recorded
@dataclass(frozen=True, kw_only=True)
class DeviceRotated(Event):
    kind: ClassVar[str] = "incident.device_rotated"
    sentence: ClassVar[str] = _("{actor}更换了设备 {device} 的密钥")
    tone: ClassVar[str] = "warn"

    device: str


@recorded
@dataclass(frozen=True, kw_only=True)
class DeviceDisabled(Event):
    kind: ClassVar[str] = "incident.device_disabled"
    sentence: ClassVar[str] = _("{actor}停用了设备 {device}")
    tone: ClassVar[str] = "warn"

    device: str


@recorded
@dataclass(frozen=True, kw_only=True)
class DeviceTestBegun(Event):
    """The next message within the time given is a test and raises no alarm."""

    kind: ClassVar[str] = "incident.device_test_begun"
    sentence: ClassVar[str] = _("{actor}开始测试设备 {device}，{seconds}内有效")
    tone: ClassVar[str] = "warn"

    device: str
    seconds: int


@recorded
@dataclass(frozen=True, kw_only=True)
class DeviceTested(Event):
    kind: ClassVar[str] = "incident.device_tested"
    sentence: ClassVar[str] = _("设备 {device} 的测试信号已收到（{proof}）")
    tone: ClassVar[str] = "good"

    device: str
    mode: str
    event: str

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "proof": proof_word(self.mode)}


@recorded
@dataclass(frozen=True, kw_only=True)
class DeviceSignalled(Event):
    """How an alarm of a device came: signed or not, and what its own clock said.

    ``offset`` is what the device's clock was ahead of ours when the message arrived, in
    seconds; behind is negative, and includes the time the message was on its way.
    """

    kind: ClassVar[str] = "incident.device_signalled"
    sentence: ClassVar[str] = _("设备信号来自{device}（{proof}）{clock}")

    device: str
    mode: str
    signed: int
    mapping: str
    event: str
    claimed: str | None = None
    offset: int | None = None
    claim_used: int
    unread: str | None = None  # fields that made no sense, "happened,people,place"

    def shown(self) -> dict[str, Any]:
        clock = ""
        if self.offset is not None and not self.claim_used:
            clock = gettext("，设备时钟不准，按收到时间记")
        if self.unread:
            clock += gettext("，看不懂报文里的%s") % unread_words(self.unread)
        return {**self.facts(), "proof": proof_word(self.mode), "clock": clock}


@recorded
@dataclass(frozen=True, kw_only=True)
class DeviceMessagesRefused(Event):
    """All that one address sent in one minute and was not believed."""

    kind: ClassVar[str] = "incident.device_messages_refused"
    sentence: ClassVar[str] = _("拒收来自 {address} 的 {count} 条设备信号：{why}")
    tone: ClassVar[str] = "warn"

    address: str
    reason: str
    minute: str
    count: int
    device: str | None = None

    def shown(self) -> dict[str, Any]:
        return {**self.facts(), "why": refusal_word(self.reason)}


def proof_word(mode: str) -> str:
    """How a device proved itself; whatever does not sign is called unsigned."""
    if DeviceMode(mode).is_signed:
        return gettext("已签名")
    return gettext("未签名，%(way)s") % {"way": DeviceMode(mode).label}


def unread_words(fields: str) -> str:
    """What of a device's message made no sense, "happened,people", as words."""
    words = {
        "happened": gettext("时间"),
        "people": gettext("人数"),
        "place": gettext("点位"),
    }
    return gettext("、").join(words.get(one, one) for one in fields.split(","))


def refusal_word(reason: str) -> str:
    """Why a message of a device was not believed."""
    words = {
        "bad_signature": gettext("签名不对"),
        "bad_password": gettext("密码不对"),
        "clock_skew": gettext("时间相差超过五分钟"),
        "stale": gettext("认证已过期"),
        "replayed": gettext("重复发送的旧报文"),
        "disabled": gettext("设备已停用"),
        "wrong_mode": gettext("认证方式不对"),
        "wrong_address": gettext("来自未登记的网络"),
        "unreadable": gettext("报文看不懂"),
    }
    return words.get(reason, gettext("不认识的设备"))
