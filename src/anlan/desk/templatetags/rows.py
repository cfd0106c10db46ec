"""The rows that a page has by the dozen, written out in code.

A component costs 20 to 60 µs to render and one of these 5, once it is known: the room of an
incident has fifty. ``<c-entry>``, ``<c-task>``, ``<c-tag>`` and ``<c-sev>`` draw the same.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.remembered import remembered
from anlan.cases.room import Row
from anlan.cases.selectors import Line
from anlan.desk.templatetags.screen import (
    duration,
    full_time,
    icon,
    percent_of,
    run,
    ticking,
)
from anlan.incidents.room import Tile

register = template.Library()

_NOTHING = mark_safe("")
_EMPTY_BOX = mark_safe('<span class="box"></span>')
_LEVELS = {
    5: ("bad", gettext_lazy("特别重大")),
    4: ("hot", gettext_lazy("重大")),
    3: ("warn", gettext_lazy("较大")),
    2: ("info", gettext_lazy("一般")),
    1: ("quiet", gettext_lazy("提示")),
    0: ("quiet", gettext_lazy("未定级")),
}
_ENTRY_ICONS = {
    "alarm": "urgent",
    "warn": "clock-exclamation",
    "good": "circle-check",
    "people": "users",
}


@register.simple_tag
def tag(
    words: str,
    *,
    tone: str = "quiet",
    mark: str = "",
    kind: str = "",
    attrs: object = "",
) -> SafeString:
    """A word in a tinted lozenge; ``kind`` is a class of its own."""
    return _tag(words, tone, mark, kind, str(attrs))


@remembered(most=512)
def _tag(words: str, tone: str, mark: str, kind: str, attrs: str) -> SafeString:
    return format_html(
        '<span class="tag tone-{} {}" {}>{}{}</span>',
        tone,
        kind,
        attrs,
        icon(mark) if mark else "",
        words,
    )


@register.simple_tag
@remembered(most=64)
def sev(level: int | str, *, size: str = "") -> SafeString:
    """How bad it is; of an unknown level, that it has none."""
    number = int(level or 0)
    number = number if number in _LEVELS else 0
    tone, words = _LEVELS[number]
    return format_html(
        '<span class="sev s{} tone-{} {}">{}</span>', number, tone, size, words
    )


@register.simple_tag
def line_row(line: Line, *, strike: str = "") -> SafeString:
    """A line of a case's record; ``strike`` is where this reader can strike it out."""
    return _entry_row(
        said=line.sentence,
        at=line.happened_at,
        tone=line.tone,
        note=line.note,
        quote=line.quote,
        struck=line.struck,
        late=duration(line.late),
        strike=strike,
        anchor=line.anchor,
        photo=line.photo,
    )


@register.simple_tag
def entry_row(said: str, *, attrs: object = "", **more: Any) -> SafeString:
    """A line that is no entry of a case: an example, a preview; see ``_entry_row``.

    ``attrs`` are the other attributes that were given to a component, as markup.
    """
    return _entry_row(said=said, attrs=str(attrs), **more)


@remembered(most=2048)
def _entry_row(
    *,
    said: str,
    at: datetime | None,
    mark: str = "",
    tone: str = "plain",
    who: str = "",
    note: str = "",
    quote: str = "",
    struck: str = "",
    late: str = "",
    new: bool | str = False,
    strike: str = "",
    anchor: str = "",
    photo: str = "",
    attrs: str = "",
) -> SafeString:
    """A line of the timeline.

    Args:
        photo: the address of the photo that the line speaks of.
        mark: the icon; without it the tone has one.
        strike: the address at which the line can be struck out, if this reader may.
    """
    local = timezone.localtime(at) if at else None
    return format_html(
        '<li class="{} {}" {}{}>'
        '<time class="at" datetime="{}" title="{}">{}</time>\n'
        '<span class="ic tone-{}">{}</span>\n'
        '<div class="tx"><span class="said">{}{}{}</span>\n{}\n{}\n{}\n{}\n{}</div></li>\n',
        "new" if new else "",
        "struck" if struck else "",
        _if(anchor, 'id="{}"'),
        attrs,
        local.isoformat() if local else "",
        full_time(at),
        f"{local:%H:%M}" if local else "",
        tone,
        icon(mark or _ENTRY_ICONS.get(tone, "notes")),
        _if(who, "<b>{}</b> "),
        said,
        _strike(strike) if strike else "",
        _if(late and _("迟到 %(late)s") % {"late": late}, _LATE),
        _if(struck and _("已划去：%(struck)s") % {"struck": struck}, _WHY),
        _if(note, "<small>{}</small>"),
        _if(quote, '<blockquote class="quote">{}</blockquote>'),
        _photo(photo) if photo else "",
    )


@register.simple_tag(takes_context=True)
def todo_row(context: Context, row: Row) -> SafeString:
    """A task of a case, which opens over the page."""
    return task_row(
        context,
        row.title,
        note=row.note,
        state=row.state,
        due_at=row.due_at,
        href=row.href,
        sheet=True,
        must=row.must,
        anchor=row.anchor,
    )


@register.simple_tag(takes_context=True)
def task_row(
    context: Context,
    title: str,
    *,
    state: str = "todo",
    due: str = "",
    due_at: datetime | None = None,
    attrs: object = "",
    **more: Any,
) -> SafeString:
    """A task in a list; for the rest see ``_task``.

    Args:
        due: words for when; an instant in ``due_at`` becomes a running clock instead.
        attrs: the other attributes that were given to a component, as markup.
    """
    return format_html(
        '{}<span class="due {}">{}</span></li>\n',
        _task(title, state=state, attrs=str(attrs), **more),
        {"overdue": "bad", "due": "warn"}.get(state, ""),
        ticking(context, "until", due_at) if due_at else due,
    )


@remembered(most=2048)
def _task(
    title: str,
    *,
    state: str,
    note: str = "",
    href: str = "",
    sheet: bool | str = False,
    must: bool | str = False,
    control: str = "",
    more: str = "",
    anchor: str = "",
    attrs: str = "",
) -> SafeString:
    """A row without its end, which is when it is due.

    Args:
        sheet: whether ``href`` opens over the page.
        control: markup in place of the box, and ``more`` below the note.
    """
    return format_html(
        '<li class="task {} {}" {}{}>{}\n'
        '<div class="what"><span>{}</span>\n{}\n{}\n{}</div>\n',
        state,
        "linked" if href else "",
        _if(anchor, 'id="{}"'),
        attrs,
        control or _box(state),
        _linked(title, href, sheet=bool(sheet)),
        _must() if must else "",
        _if(note, "<small>{}</small>"),
        more,
    )


@register.simple_tag(takes_context=True)
def tile_card(context: Context, tile: Tile) -> SafeString:
    """A promise of an incident."""
    return clock(
        context,
        tile.heading,
        mark=tile.icon,
        state=tile.state,
        mode="until" if tile.due_at else "",
        at=tile.due_at,
        since=tile.measure.started_at,
        face=tile.face,
        sub=tile.sub,
        value=_percent(tile),
    )


@register.simple_tag(takes_context=True)
def clock(
    context: Context,
    label: str,
    *,
    mark: str = "clock",
    state: str = "",
    mode: str = "",
    at: datetime | None = None,
    since: datetime | None = None,
    face: str = "",
    sub: str = "",
    value: int | str = "",
    most: int | str = 100,
    more: str = "",
    attrs: object = "",
) -> SafeString:
    """A clock on a card.

    Args:
        mode: ``since`` or ``until`` the instant ``at``; with ``face`` it stands still.
        since: when what runs until ``at`` began: the card shows how much of it is gone.
        value: how much is gone of ``most``, on a card that stands still.
        attrs: the other attributes that were given to a component, as markup.
    """
    top = format_html(
        '<p class="lab">{}{}</p>\n<p class="t">{}</p>\n{}\n{}',
        icon(mark),
        label,
        face or ticking(context, mode, at),
        _if(sub, '<p class="sub">{}</p>'),
        more,
    )
    if mode == "until" and at and since:
        running = run(context, since, at)
        return format_html(
            '<div class="card clock {}" data-clock-from="{}" data-clock-warn="{}" {}>\n'
            "{}\n{}\n</div>\n",
            running.state,
            int(since.timestamp()),
            running.warn_at,
            str(attrs),
            top,
            _bar(running.percent, 100, label),
        )
    bar = _NOTHING if value == "" else _bar(value, most, label)
    return format_html(
        '<div class="card clock {}" {}>\n{}\n{}\n</div>\n',
        state,
        str(attrs),
        top,
        bar,
    )


_LATE = '<span class="tag late tone-warn">{}</span>'
_WHY = '<span class="why">{}</span>'


def _if(words: str, markup: str) -> SafeString:
    return format_html(markup, words) if words else _NOTHING


def _strike(url: str) -> SafeString:
    words = _("划去这条记录")
    return format_html(
        ' <a class="strike" href="{}" hx-get="{}" aria-label="{}" title="{}">{}</a>',
        url,
        url,
        words,
        words,
        icon("strikethrough"),
    )


def _photo(url: str) -> SafeString:
    return format_html(
        '<a class="link row" href="{}" target="_blank" rel="noopener">{}{}</a>',
        url,
        icon("camera"),
        _("查看照片"),
    )


def _linked(title: str, href: str, *, sheet: bool) -> SafeString | str:
    if not href:
        return title
    if sheet:
        return format_html('<a href="{}" hx-get="{}">{}</a>', href, href, title)
    return format_html('<a href="{}">{}</a>', href, title)


def _must() -> SafeString:
    return format_html(
        '<b class="must" title="{}"><span aria-hidden="true">*</span>'
        '<span class="sr">{}</span></b>',
        _("必办"),
        _("必办"),
    )


def _box(state: str) -> SafeString:
    if state == "done":
        name, words = "check", _("已完成")
    elif state == "skipped":
        name, words = "x", _("已跳过")
    else:
        return _EMPTY_BOX
    return format_html(
        '<span class="box">{}<span class="sr">{}</span></span>', icon(name), words
    )


def _percent(tile: Tile) -> int | str:
    """How much of its limit a promise took, once it is kept or broken."""
    if tile.is_waiting or tile.is_running:
        return ""
    return percent_of(tile.measure.seconds or 0, tile.measure.limit or 0)


def _bar(value: int | str, most: int | str, label: str) -> SafeString:
    return format_html(
        '<progress value="{}" max="{}" aria-label="{}"></progress>', value, most, label
    )
