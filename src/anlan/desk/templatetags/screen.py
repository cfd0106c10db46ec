"""What every template may use: icons, times as people say them, masked values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

import segno
from django import template
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from anlan.base.duration import duration_words
from anlan.base.identity import mask_identity_number, mask_name, mask_plate
from anlan.base.phone import mask_phone
from anlan.base.remembered import address, remembered
from anlan.desk.context import is_current
from anlan.incidents.measures import limit_words
from anlan.law.selectors import cite_rule, is_guardrail
from anlan.ledger.models import Worded

_DAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)

register = template.Library()

ICON_LIST = Path(__file__).parents[1] / "icons.txt"
SPRITE = "vendor/icons.svg"
FALLBACK_ICON = "point"

register.filter("masked_phone", mask_phone, is_safe=False)
register.filter("masked_identity", mask_identity_number, is_safe=False)
register.filter("masked_name", mask_name, is_safe=False)
register.filter("masked_plate", mask_plate, is_safe=False)


@register.filter
def or_erased(words: str, row: Worded) -> str:
    """Its words, or that they went with their period: a blank would look like a fault."""
    return _("已按期限删除") if not words and row.is_erased else words


@lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """The icons in the sprite: the committed list, without its comments."""
    lines = ICON_LIST.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


@lru_cache(maxsize=512)
def _icon(name: str) -> SafeString:
    try:
        sprite = static(SPRITE)
    except ValueError:  # the manifest of an installation without the sprite
        sprite = f"/static/{SPRITE}"
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"></use></svg>',
        sprite,
        name if name in icon_names() else FALLBACK_ICON,
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """A mark beside words; alone in a button, the button carries an ``aria-label``.

    An unknown name draws a dot: a word from the database never leaves a hole.
    """
    return _icon(name)


@register.simple_tag(takes_context=True)
def rule_link(context: Context, reference: str) -> SafeString | str:
    """What a rule rests on, with the way to its page; anything else as it is.

    Where nobody is signed in, words alone: the pages of the law are the staff's.
    """
    words = cite_rule(reference)
    user = getattr(context.get("request"), "user", None)
    if not is_guardrail(reference) or not getattr(user, "is_authenticated", False):
        return words
    there = address("desk:law_rule", reference)
    return format_html('<a class="link" href="{}">{}</a>', there, words)


@register.filter
def duration(value: timedelta | float | None) -> str:
    """Say a length of time, see ``duration_words``; nothing for nothing."""
    if value is None:
        return ""
    return duration_words(
        value.total_seconds() if isinstance(value, timedelta) else value
    )


register.filter("limit", limit_words)


@register.filter
def full_time(at: datetime | None) -> str:
    """Write an instant for tables: ``2026-11-23 14:02 周一``."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    return f"{local:%Y-%m-%d %H:%M} {_DAYS[local.weekday()]}"


def said_time(at: datetime, now: datetime) -> str:
    """Say an instant: relative within the hour, else with its day."""
    minutes = int((now - at).total_seconds() // 60)
    if 0 <= minutes < 1:
        return _("刚刚")
    if 0 < minutes < 60:
        return ngettext("%d 分钟前", "%d 分钟前", minutes) % minutes
    if -60 < minutes < 0:
        return ngettext("%d 分钟后", "%d 分钟后", -minutes) % -minutes
    local = timezone.localtime(at)
    days = (timezone.localdate(now) - local.date()).days
    near = {0: _("今天"), 1: _("昨天"), -1: _("明天")}.get(days)
    return f"{near} {local:%H:%M}" if near else full_time(at)


@register.simple_tag(takes_context=True)
def relative_time(context: Context, at: datetime | None) -> SafeString | str:
    """``3 分钟前`` that grows older in the browser; the exact time is in the tooltip."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        at.isoformat(timespec="seconds"),
        full_time(at),
        said_time(at, _now(context)),
    )


def clock_face(seconds: float) -> str:
    """``3:06``, ``44:46``, ``1:04:46`` or, from two days on, days and hours."""
    whole = abs(int(seconds))
    if whole >= 2 * 86400:
        days, rest = divmod(whole, 86400)
        return _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": rest // 3600}
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    if hours:
        return f"{hours}:{minutes:02d}:{second:02d}"
    return f"{minutes}:{second:02d}"


def left_or_over(until: datetime, now: datetime) -> str:
    """``剩 16:18`` before the moment, ``超时 3:06`` after it."""
    seconds = (until - now).total_seconds()
    words = _("剩 %s") if seconds >= 0 else _("超时 %s")
    return words % clock_face(seconds)


@register.simple_tag(takes_context=True)
def ticking(context: Context, mode: str, at: datetime | None) -> SafeString | str:
    """A clock that runs in the browser: time ``since`` an instant or ``until`` it."""
    if at is None:
        return ""
    now = _now(context)
    face = (
        clock_face((now - at).total_seconds())
        if mode == "since"
        else left_or_over(at, now)
    )
    return format_html("{}{}</time>", _clock_at(mode, at), face)


@remembered(most=1024)
def _clock_at(mode: str, at: datetime) -> SafeString:
    return format_html(
        '<time datetime="{}" data-clock="{}" data-at="{}">',
        at.isoformat(timespec="seconds"),
        mode,
        int(at.timestamp()),
    )


@dataclass(frozen=True, slots=True)
class Run:
    """How far a promise has run: for the colour and the bar of its card."""

    state: str
    percent: int
    warn_at: int


@register.simple_tag(takes_context=True)
def run(context: Context, since: datetime, at: datetime) -> Run:
    """A promise made at ``since`` for ``at``: amber in its last third, then red."""
    now = _now(context)
    whole = at - since
    warn_at = at - whole / 3
    state = "bad" if now >= at else "warn" if now >= warn_at else ""
    return Run(state, percent_of((now - since) / whole, 1), int(warn_at.timestamp()))


@register.simple_tag(takes_context=True)
def url_is_current(context: Context, url: str) -> bool:
    """Whether the page shown is this one or stands below it.

    A home (``/``, ``/m/``) is current only for itself: everything stands below it.
    """
    request = context.get("request")
    if request is None:
        return False
    return is_current(url, request.path)


@register.simple_tag
def qr(text: str) -> SafeString:
    """A QR code as SVG without inline style; quiet zone and error correction for paper."""
    code = segno.make(text, error="m", micro=False)
    drawn = code.svg_inline(border=2, omitsize=True, svgclass=None, lineclass=None)
    return mark_safe(drawn)  # noqa: S308 -- the text became modules, none of it is markup


@register.filter
def initial(name: str) -> str:
    """The one character in a person's circle: the surname, or the first letter."""
    return name.strip()[:1].upper()


@register.filter
def tint(name: str) -> str:
    """A tone for a person's circle: the same person always gets the same one."""
    tones = ("brand", "ok", "hot", "victim", "info", "warn")
    return tones[sum(map(ord, name)) % len(tones)]


@register.filter
def percent_of(part: float, whole: float) -> int:
    """Whole percent, between 0 and 100; of nothing it is 0."""
    return max(0, min(100, round(100 * part / whole))) if whole else 0


@register.simple_tag
def join_words(*words: object) -> SafeString:
    """The words that are not empty, with a middle dot between them."""
    return format_html_join(" · ", "{}", ((word,) for word in words if word))


def _now(context: Context) -> datetime:
    """The instant at which the request came in; a bare context has none, a piece may not."""
    now: datetime | None = context.get("now")
    return now or timezone.now()
