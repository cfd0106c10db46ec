"""The sentence for each line of an explained due time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base import clock
from anlan.base.calendar.explain import Line, LineKind
from anlan.base.calendar.holidays import FESTIVALS

_SENTENCES = {
    LineKind.STARTS: gettext_lazy("%(begins)s 起算。"),
    LineKind.FIRST_DAY: gettext_lazy(
        "%(first_day)s 为起算当日，不计入（民法典第二百零一条）。"
    ),
    LineKind.RUNNING: gettext_lazy(
        "%(begins)s 至 %(ends)s，计 %(time)s，累计 %(total_time)s。"
    ),
    LineKind.WORKING_DAYS: gettext_lazy(
        "%(days)s，计 %(counted)d 个工作日，累计 %(total)d 个。"
    ),
    LineKind.DAYS: gettext_lazy("%(days)s，计 %(counted)d 天，累计 %(total)d 天。"),
    LineKind.WEEKLY_REST: gettext_lazy("%(days)s 休息，不计。"),
    LineKind.HOLIDAY: gettext_lazy("%(days)s %(name)s放假，不计。"),
    LineKind.CLOSED: gettext_lazy("%(days)s 不办公（%(name)s），不计。"),
    LineKind.MAKE_UP: gettext_lazy("%(first_day)s 调休上班（%(name)s）。"),
    LineKind.OWN_HOURS: gettext_lazy("%(first_day)s 办公时段另有安排：%(name)s。"),
    LineKind.PAUSED: gettext_lazy(
        "%(begins)s 至 %(ends)s 暂停计时（%(name)s），扣除 %(time)s。"
    ),
    LineKind.PAUSED_DAYS: gettext_lazy(
        "%(days)s 暂停计时（%(name)s），扣除 %(counted)d 天。"
    ),
    LineKind.CORRESPONDING_DAY: gettext_lazy(
        "到期月的对应日为 %(first_day)s（民法典第二百零二条）。"
    ),
    LineKind.NO_SUCH_DAY: gettext_lazy(
        "到期月没有对应日，以月末日 %(first_day)s 为准（民法典第二百零二条）。"
    ),
    LineKind.ROLLED_OVER: gettext_lazy(
        "最后一日 %(first_day)s 为休假日，顺延至 %(last_day)s（民法典第二百零三条）。"
    ),
    LineKind.WEEKEND_READING: gettext_lazy(
        "周末也按休假日顺延，这是通常理解，法律条文未明示。"
    ),
    LineKind.MISSING_YEAR: gettext_lazy(
        "%(year)s 年放假安排尚未载入，暂按周一至周五计算，公布后应重新计算。"
    ),
    LineKind.DUE: gettext_lazy("%(ends)s 到期。"),
    LineKind.CALENDAR: gettext_lazy("所用工作日历：%(name)s。"),
}
_WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


def sentence(line: Line) -> str:
    """Say a line in the reader's language."""
    return str(_SENTENCES[line.kind]) % {
        "begins": _moment(line.begins) if line.begins else "",
        "ends": _end(line.ends, line.begins) if line.ends else "",
        "first_day": _day(line.first_day) if line.first_day else "",
        "last_day": _day(line.last_day) if line.last_day else "",
        "days": _days(line.first_day, line.last_day),
        "counted": line.counted,
        "total": line.total,
        "time": _duration(line.counted),
        "total_time": _duration(line.total),
        "year": line.counted,
        "name": _name(line),
    }


def _name(line: Line) -> str:
    if line.name in FESTIVALS:
        return _(line.name)
    return line.name or _("未注明原因")


def _day(day: date) -> str:
    return f"{day.isoformat()} {_WEEKDAYS[day.weekday()]}"


def _days(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return ""
    if first == last:
        return _day(first)
    return _("%(first)s 至 %(last)s") % {"first": _day(first), "last": _day(last)}


def _moment(at: datetime) -> str:
    local = clock.local_time(at)
    return f"{_day(local.date())} {_clock(local.time())}"


def _end(at: datetime, begins: datetime | None) -> str:
    """Say an end: midnight is 24:00 of the day it closes; that day is not said twice."""
    local = clock.local_time(at)
    day, text = local.date(), _clock(local.time())
    if local.time() == time():
        day, text = day - timedelta(days=1), "24:00"
    if begins and clock.local_day(begins) == day:
        return text
    return f"{_day(day)} {text}"


def _clock(moment: time) -> str:
    return f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"


def _duration(seconds: int) -> str:
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        _("%(count)d 小时") % {"count": hours} if hours else "",
        _("%(count)d 分钟") % {"count": minutes} if minutes else "",
        _("%(count)d 秒") % {"count": rest} if rest or not seconds else "",
    ]
    return " ".join(part for part in parts if part)
