"""The counsellor's own pages: whom they care for, what is due, what they wrote."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.base.errors import DomainError, InvalidInput, NotFound
from anlan.cases.selectors import shown_name
from anlan.cases.views.answers import posted, reader_of, show_refusal
from anlan.resolution.counselling import opened, permissions, services
from anlan.resolution.counselling.enums import (
    ConsentUse,
    ConsentWay,
    Ending,
    FollowUpResult,
    SessionState,
)
from anlan.resolution.counselling.forms import (
    ConsentForm,
    EndingForm,
    FollowUpForm,
    NoteForm,
    ScaleForm,
    SessionEndForm,
    SessionForm,
    UseForm,
)
from anlan.resolution.counselling.models import Care
from anlan.resolution.counselling.scales import SCALES, Result, ScaleKey, score
from anlan.resolution.counselling.selectors import (
    ReadNote,
    call_for,
    care_of,
    cares_of,
    check_is_counsellor_page,
    course_of,
    key_of,
    keys_held_by,
    notes_of,
    open_calls,
    read_notes,
)
from anlan.resolution.counselling.views.answers import form_page, unkept

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """My people, what is due, and whether notes are open."""
    reader = reader_of(request)
    check_is_counsellor_page(reader)
    at = timezone.now()
    people = [
        (care, shown_name(care.party), permissions.is_care_of(reader, care))
        for care in cares_of(reader)
    ]
    due = sorted(
        (one for care, _name, is_own in people if is_own for one in care.due),  # type: ignore[attr-defined]  # prefetched
        key=lambda one: one.due_at,
    )
    context = {
        "people": people,
        "due": [(one, shown_name(one.care.party), one.due_at < at) for one in due],
        "key": key_of(reader),
        "is_open": opened.kept_key(request, reader, at=at) is not None,
        "calls": open_calls(reader),
        "holds": keys_held_by(reader),
    }
    return unkept(render(request, "counselling/home.html", context))


@login_required
@_either
@sensitive_post_parameters("text")
def person(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One person: agreements, talks, clocks, and notes if the key is open; sent, a note."""
    reader = reader_of(request)
    care = care_of(reader, uid)
    form = NoteForm(posted(request))
    _call_if_risk(request, care, form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _write(reader, care, form.cleaned_data, request)
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
            else:
                return redirect("support:person", uid)
    return _page(request, care, form=form, status=status)


@login_required
@_either
@sensitive_post_parameters("text")
def correction(request: HttpRequest, uid: UUID, note: UUID) -> HttpResponse:
    """A note written anew; the earlier version stays sealed as it was."""
    reader = reader_of(request)
    care = care_of(reader, uid)
    # Before the key is asked for: it may have closed meanwhile.
    _call_if_risk(request, care, NoteForm(posted(request)))
    back = reverse("support:person", args=[uid])
    found = opened.kept_key(request, reader, at=timezone.now())
    if found is None:
        return redirect(f"{reverse('support:opening')}?next={back}")
    rows = [row for row in notes_of(care, reader) if row.uid == note]
    read = read_notes(rows, key=found.row, private=found.private)
    if not read or read[0].kind != "note":
        raise NotFound(_("没有这份记录"))
    content = read[0].content or {}
    form = NoteForm(posted(request), initial={"text": content["text"]})

    def act(said: dict[str, Any]) -> HttpResponse:
        services.write_note(
            care=care, replaces=read[0].row, by=reader, at=timezone.now(), **said
        )
        return redirect(back)

    return form_page(
        request,
        title=_("更正第 %s 份记录") % read[0].row.number,
        button=_("封存"),
        form=form,
        back=back,
        act=act,
    )


@login_required
@_either
@sensitive_post_parameters()
def screening(request: HttpRequest, uid: UUID, scale: str) -> HttpResponse:
    """The scores off the official paper; the answers are sealed as notes are."""
    reader = reader_of(request)
    care = _own(reader, uid)
    if scale not in list(ScaleKey):
        raise NotFound(_("没有这个量表"))
    found = SCALES[ScaleKey(scale)]
    form = ScaleForm(posted(request), scale=found)
    _call_if_risk(request, care, form)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.write_screening(
            care=care,
            scale=found,
            answers=form.answers(),
            is_risk=said["is_risk"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        messages.success(request, _("答案已封存，打开记录可以查看结果"))
        return redirect("support:person", uid)

    return form_page(
        request,
        title=found.title,
        lead=_(
            "请用正式出版的中文量表纸，由本人填写，这里只抄每项的分数。结果只是筛查，不是诊断。"
        ),
        button=_("封存"),
        form=form,
        back=reverse("support:person", args=[uid]),
        act=act,
        chips="flow",
    )


@login_required
@_either
def consent(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    care = _own(reader, uid)
    form = ConsentForm(posted(request), care=care)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.give_consent(
            care=care,
            use=ConsentUse(said["use"]),
            way=ConsentWay(said["way"]),
            guardian=form.chosen_guardian(),
            by=reader,
            at=timezone.now(),
        )
        return redirect("support:person", uid)

    return form_page(
        request,
        title=_("登记同意"),
        lead=_("每一项单独问，不同意不影响其他事项，随时可以撤回。"),
        button=_("登记"),
        form=form,
        back=reverse("support:person", args=[uid]),
        act=act,
    )


@login_required
@require_POST
def consent_withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    care = _own(reader, uid)
    said = _cleaned(UseForm(request.POST))
    services.withdraw_consent(
        care=care, use=ConsentUse(said["use"]), by=reader, at=timezone.now()
    )
    return redirect("support:person", uid)


@login_required
@_either
def session_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    care = _own(reader, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.plan_session(care=care, by=reader, at=timezone.now(), **said)
        return redirect("support:person", uid)

    return form_page(
        request,
        title=_("约定谈话"),
        button=_("约定"),
        form=SessionForm(posted(request)),
        back=reverse("support:person", args=[uid]),
        act=act,
    )


@login_required
@require_POST
def session_end(request: HttpRequest, uid: UUID, session: UUID) -> HttpResponse:
    reader = reader_of(request)
    care = _own(reader, uid)
    found = care.sessions.filter(uid=session).first()
    if found is None:
        raise NotFound(_("没有这次约定"))
    found.care = care
    said = _cleaned(SessionEndForm(request.POST))
    services.end_session(
        session=found, state=SessionState(said["state"]), by=reader, at=timezone.now()
    )
    return redirect("support:person", uid)


@login_required
@require_POST
def follow_up(request: HttpRequest, uid: UUID, one: UUID) -> HttpResponse:
    reader = reader_of(request)
    record_follow_up(request, reader, _own(reader, uid), one)
    return redirect("support:person", uid)


@login_required
@require_POST
def call_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """One tap: the office is told to call the counsellor now."""
    reader = reader_of(request)
    care = care_of(reader, uid)
    services.raise_call(care=care, by=reader, at=timezone.now())
    _say_called(request)
    return redirect("support:person", uid)


@login_required
@require_POST
def telephone(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The number, on this one answer; who looks is on the record."""
    reader = reader_of(request)
    care = _own(reader, uid)
    found = services.reveal_telephone(care=care, by=reader, at=timezone.now())
    return _page(request, care, form=NoteForm(), telephone=found)


@login_required
@_either
def ending(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    care = _own(reader, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        services.close_care(
            care=care, ending=Ending(said["ending"]), by=reader, at=timezone.now()
        )
        return redirect("support:home")

    return form_page(
        request,
        title=_("结束支持"),
        lead=_("以后本人需要，随时可以重新提出。"),
        button=_("结束"),
        form=EndingForm(posted(request)),
        back=reverse("support:person", args=[uid]),
        act=act,
    )


@login_required
@_either
def call(request: HttpRequest, uid: UUID) -> HttpResponse:
    """For who is told to call: whom, and that they did. Nothing of why."""
    reader = reader_of(request)
    found = call_for(reader, uid)
    if request.method == "POST":
        services.answer_call(call=found, by=reader, at=timezone.now())
        return redirect("support:call", uid)
    return unkept(render(request, "counselling/call.html", {"call": found}))


def record_follow_up(request: HttpRequest, reader: User, care: Care, uid: UUID) -> None:
    """
    Raises:
        NotFound: it is of somebody else.
    """
    found = care.follow_ups.filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这次随访"))
    found.care = care
    said = _cleaned(FollowUpForm(request.POST))
    services.record_follow_up(
        follow_up=found,
        result=FollowUpResult(said["result"]),
        by=reader,
        at=timezone.now(),
    )


def _own(reader: User, uid: UUID) -> Care:
    """
    Raises:
        NotFound: they are not with the reader, or not any more.
    """
    care = care_of(reader, uid)
    if not permissions.is_care_of(reader, care):
        raise NotFound(_("没有这项支持"))
    return care


def _call_if_risk(request: HttpRequest, care: Care, form: NoteForm | ScaleForm) -> None:
    """A human is called at once, whether or not the form is what it should be."""
    if request.method != "POST" or not form.says_risk():
        return
    services.raise_call(
        care=care,
        request_id=form.cleaned_data.get("request_id"),
        by=reader_of(request),
        at=timezone.now(),
    )
    _say_called(request)


def _say_called(request: HttpRequest) -> None:
    messages.success(request, _("已请管理人员立即来电；危急时请您先拨打 120 或者 110"))


def _write(
    reader: User, care: Care, said: dict[str, Any], request: HttpRequest
) -> None:
    services.write_note(care=care, by=reader, at=timezone.now(), **said)
    messages.success(request, _("记录已封存"))


def _cleaned(form: Any) -> dict[str, Any]:
    if not form.is_valid():
        raise InvalidInput(_("请选择"), path=next(iter(form.errors)))
    said: dict[str, Any] = form.cleaned_data
    return said


def _page(
    request: HttpRequest,
    care: Care,
    *,
    form: NoteForm,
    status: int = 200,
    telephone: str = "",
) -> HttpResponse:
    reader = reader_of(request)
    at = timezone.now()
    found = opened.kept_key(request, reader, at=at)
    rows = notes_of(care, reader)
    course = course_of(care, reader)
    uses = course.uses
    is_own = permissions.is_care_of(reader, care)
    is_running = is_own and care.is_running
    read = read_notes(rows, key=found.row, private=found.private) if found else []
    context = {
        "care": care,
        "party": shown_name(care.party),
        "telephone": telephone,
        "form": form,
        "is_open": found is not None,
        "has_key": key_of(reader) is not None,
        "count": len(rows),
        "notes": [(one, *_scaled(one)) for one in read],
        "uses": [(use, use in uses) for use in ConsentUse],
        "may_write": is_running and ConsentUse.TALK in uses,
        "scales": list(SCALES.values())
        if is_running and ConsentUse.SCREENING in uses
        else [],
        "is_own": is_own,
        "is_running": is_running,
        "sessions": course.sessions,
        "follow_ups": [(one, one.due_at < at) for one in course.follow_ups],
        "calls": course.calls,
    }
    return unkept(render(request, "counselling/person.html", context, status=status))


def _scaled(note: ReadNote) -> tuple[str, Result | None]:
    """The title of a scale and what its numbers say; nothing, for a note of words."""
    if note.kind != "scale" or note.content is None:
        return "", None
    scale = SCALES[ScaleKey(note.content["scale"])]
    return scale.title, score(scale, note.content["answers"])
