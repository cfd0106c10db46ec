"""What staff are told during an incident, in words made when they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from anlan.incidents.enums import Rung
from anlan.incidents.events import flag_words
from anlan.notify.texts import Text, add_texts

REPORTED = "incident.reported"
ALERTED = "incident.alerted"
FURTHER = "incident.further_report"
STOOD_DOWN = "incident.stood_down"
EXHAUSTED = "incident.exhausted"
COMMAND = "incident.command"
LATE = "incident.late"
UNPROTECTED = "incident.unprotected"
NOT_CALLED = "incident.police_not_called"
NONE_PROPOSED = "incident.false_alarm_waits"
WAIVER_PROPOSED = "incident.waiver_waits"
WAIVER_MOOT = "incident.waiver_moot"


def _shown(params: Mapping[str, Any]) -> dict[str, Any]:
    words = flag_words(str(params.get("flags", "")))
    return {
        **params,
        "flags": gettext("：%s") % words if words else "",
        "ago": gettext("（%s 分钟前写的报告，刚收到）") % params["ago"]
        if params.get("ago")
        else "",
        "rung": Rung(params["rung"]).label if "rung" in params else "",
    }


def _waiting(params: Mapping[str, Any]) -> dict[str, Any]:
    """``minutes`` is how long it waits, when it is told of once more."""
    minutes = params.get("minutes")
    words = gettext("（已等 %s 分钟）") % minutes if minutes else ""
    return {**params, "waits": words}


def _ended(params: Mapping[str, Any]) -> dict[str, Any]:
    """``host`` is the case into which it was joined, if it was not closed."""
    host = params.get("host")
    joined = gettext("已并入 %s，是否报警在那里决定") % host
    return {**params, "why": joined if host else gettext("已经办结")}


add_texts(
    Text(
        kind=REPORTED,
        name=_("新警情"),
        title=_("警情：%(place)s"),
        body=_("%(site)s %(place)s 有人打人%(flags)s%(ago)s（%(number)s）"),
        group=_("警情：%(site)s %(place)s，%(number)s，已通知就近人员"),
        shown=_shown,
    ),
    Text(
        kind=ALERTED,
        name=_("警情派单"),
        title=_("警情派单：%(place)s"),
        body=_(
            "请立即前往 %(site)s %(place)s%(flags)s%(ago)s，并在手机上点“接警”（%(rung)s，%(number)s）"
        ),
        shown=_shown,
    ),
    Text(
        kind=FURTHER,
        name=_("又有报告"),
        title=_("又有报告：%(place)s"),
        body=_("%(number)s 收到新的报告（共 %(count)s 份）%(flags)s"),
        shown=_shown,
    ),
    Text(
        kind=STOOD_DOWN,
        name=_("不用去了"),
        title=_("不用去了：%(place)s"),
        body=_("%(number)s 不再需要您到场"),
    ),
    Text(
        kind=EXHAUSTED,
        name=_("无人应答"),
        title=_("无人应答：%(place)s"),
        body=_(
            "%(site)s %(place)s 的警情已无人可派，请立即拨打 110 并电话联系值班人员（%(number)s）"
        ),
        group=_("警情无人应答：%(site)s %(place)s，%(number)s，请立即联系值班室"),
    ),
    Text(
        kind=LATE,
        name=_("超过办结期限"),
        title=_("超过办结期限：%(number)s"),
        body=_("%(site)s %(place)s 的事件 %(number)s 到期还没有办结"),
    ),
    Text(
        kind=UNPROTECTED,
        name=_("现场处置超时"),
        title=_("处置超时：%(place)s"),
        body=_(
            "%(site)s %(place)s：“%(task)s”到时限还没有完成（共 %(count)s 项），请立即处置（%(number)s）"
        ),
        shown=_shown,
    ),
    Text(
        kind=NOT_CALLED,
        name=_("更正后还没有报警"),
        title=_("还没有报警：%(place)s"),
        body=_(
            "%(site)s %(place)s：之前登记的 110 电话更正为没有接通，公安机关还不知道，请马上拨打 110（%(number)s）"
        ),
    ),
    Text(
        kind=NONE_PROPOSED,
        name=_("误报待复核"),
        title=_("误报待复核：%(place)s"),
        body=_(
            "%(site)s %(place)s：有人提出按误报办结%(waits)s，请看过理由同意或者不同意；在此之前一切照常处置（%(number)s）"
        ),
        shown=_waiting,
    ),
    Text(
        kind=WAIVER_PROPOSED,
        name=_("不报警待复核"),
        title=_("不报警待复核：%(place)s"),
        body=_(
            "%(site)s %(place)s：有人提出不报警%(waits)s，请看过理由同意或者不同意；复核同意之前仍须报警（%(number)s）"
        ),
        shown=_waiting,
    ),
    Text(
        kind=WAIVER_MOOT,
        name=_("不报警不再复核"),
        title=_("不报警不再复核：%(place)s"),
        body=_(
            "%(site)s %(place)s：案件%(why)s，您提出的不报警不再等待复核（%(number)s）"
        ),
        shown=_ended,
    ),
    Text(
        kind=COMMAND,
        name=_("现场指挥"),
        title=_("现场指挥：%(commander)s"),
        body=_("%(number)s %(place)s 现由%(commander)s担任现场指挥"),
    ),
)
