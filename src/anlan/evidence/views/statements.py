"""Statements: begun, written down as they are told, read back, signed, corrected beside."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import User
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import Permission
from anlan.base.download import file_answer
from anlan.base.errors import DomainError, InvalidInput, NotFound
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import (
    by_and_at,
    lead_to,
    posted,
    reader_of,
    sheet,
    show_refusal,
)
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import StatementMode, StatementRole, StatementState
from anlan.evidence.forms.statements import (
    AddendumForm,
    DiscardForm,
    GuardianForm,
    RecordingForm,
    RefusalForm,
    SigningForm,
    StatementForm,
)
from anlan.evidence.models import Statement
from anlan.evidence.questions import all_questions
from anlan.evidence.selectors.statements import (
    can_write,
    giver_name,
    guide_of,
    not_asked,
    said_in,
    statement_for,
    statements_of,
)
from anlan.evidence.sentences import content_digest
from anlan.evidence.services import Answer
from anlan.evidence.services.opening import good_path
from anlan.evidence.services.statement_signing import (
    closing_words,
    facts_of,
    guardian_words,
    told_words,
)
from anlan.evidence.services.statements import MOST_ANSWER, MOST_OWN, Saved
from anlan.law.selectors import refusal_words

_either = require_http_methods(["GET", "POST"])
# On the page of a draft: the browser may keep it for the time without a network.
_MAY_BE_KEPT = "Anlan-Draft"


@login_required
@require_GET
def statements(request: HttpRequest, number: str) -> HttpResponse:
    """The statements of a case that the reader may know; not what stands in them."""
    reader = reader_of(request)
    case = case_for(reader, number)
    rows = [(one, giver_name(one)) for one in statements_of(case, reader)]
    context = {
        "case": case,
        "statements": rows,
        "yet_to_speak": permissions.has_yet_to_speak(reader, case),
        "can_take": has_permission(reader, Permission.STATEMENT_TAKE, site=case.site),
    }
    return render(request, "evidence/statements.html", context)


@login_required
@_either
def beginning(request: HttpRequest, number: str) -> HttpResponse:
    """Say whose statement it is, and that they were told it is voluntary."""
    reader = reader_of(request)
    case = case_for(reader, number)
    initial = {"party": request.GET.get("party"), "role": request.GET.get("role")}
    form = StatementForm(posted(request), case=case, initial=initial)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = evidence.begin_statement(
            case=case,
            of=said["party"] or said["colleague"],
            role=StatementRole(said["role"]),
            mode=StatementMode(said["mode"]),
            place=said["place"],
            language=said["language"],
            present=said["present"],
            is_minor=said["is_minor"],
            guardian=form.guardian_said(),
            is_under_fourteen=said["is_under_fourteen"],
            has_consent=said["has_consent"],
            is_told=said["is_told"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return _to(request, made)

    return sheet(
        request,
        number=number,
        title=_("开始情况说明"),
        lead=_("一个人一份，分别进行。只记录，不评价，不替本人下结论。"),
        button=_("开始"),
        form=form,
        act=act,
    )


@login_required
@never_cache
@require_GET
def statement(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """A draft to write on, the words to be read back, or what was signed."""
    reader = reader_of(request)
    found = statement_for(reader, number, uid)
    response = _page(request, found)
    if found.state == StatementState.DRAFT and can_write(reader, found):
        response[_MAY_BE_KEPT] = "yes"
    return response


@require_GET
def draft_worker(request: HttpRequest) -> HttpResponse:
    """What opens the page of a draft without a network; it may have that page as scope."""
    response = render(
        request, "evidence/draft_worker.js", content_type="text/javascript"
    )
    response["Service-Worker-Allowed"] = "/cases/"
    response["Cache-Control"] = "no-cache"
    return response


@login_required
@require_POST
def answers(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """What was typed: from the script field by field, from a plain form all at once."""
    reader = reader_of(request)
    found = statement_for(reader, number, uid)
    wants_json = request.headers.get("Accept", "") == "application/json"
    try:
        saved = evidence.save_answers(
            statement=found, said=_said(request), by=reader, at=timezone.now()
        )
    except DomainError as error:
        if wants_json:
            path = error.path if isinstance(error, InvalidInput) else ""
            body = {"error": refusal_words(error), "path": path}
            return JsonResponse(body, status=error.status)
        return _page(request, found, refusal=error)
    if wants_json:
        return JsonResponse(_told(saved), status=409 if saved.conflicts else 200)
    if saved.conflicts:
        return _page(request, statement_for(reader, number, uid), saved=saved)
    return _to(request, found)


@login_required
@require_POST
def reading(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Keep what was typed, then let the words stand still, to be read out."""
    reader = reader_of(request)
    found = statement_for(reader, number, uid)
    at = timezone.now()
    try:
        saved = evidence.save_answers(
            statement=found, said=_said(request), by=reader, at=at
        )
        if saved.conflicts:
            return _page(request, statement_for(reader, number, uid), saved=saved)
        evidence.read_back(statement=found, by=reader, at=at)
    except DomainError as error:
        found = statement_for(reader, number, uid)
        return _page(request, found, refusal=error)
    return _to(request, found)


@login_required
@require_POST
def reopening(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = statement_for(reader, number, uid)
    evidence.reopen_statement(statement=found, by=reader, at=timezone.now())
    return _to(request, found)


@login_required
@require_POST
def signing(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Signed on the screen, or on paper: from now on it is only corrected beside it."""
    reader = reader_of(request)
    found = statement_for(reader, number, uid)
    form = SigningForm(request.POST, request.FILES, is_minor=found.is_minor)
    if not form.is_valid():
        return _page(request, found, form=form, status=422)
    said = form.cleaned_data
    try:
        evidence.sign_statement(
            statement=found,
            draft=said["draft"],
            is_confirmed=said["is_confirmed"],
            signed=form.signed(),
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
    except DomainError as error:
        show_refusal(form, error)
        return _page(request, found, form=form, status=error.status)
    return _to(request, found)


@login_required
@_either
def refusal(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    found = statement_for(reader_of(request), number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.refuse_statement(statement=found, **said, **by_and_at(request))
        return _to(request, found)

    return sheet(
        request,
        number=number,
        title=_("本人不愿说明：%s") % found.code,
        lead=_("这是本人的权利，不影响其报警、索赔。已记下的内容保留，不再使用。"),
        button=_("记下，结束"),
        form=RefusalForm(posted(request)),
        act=act,
    )


@login_required
@_either
def discarding(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    found = statement_for(reader_of(request), number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.discard_statement(statement=found, **said, **by_and_at(request))
        return _to(request, found)

    return sheet(
        request,
        number=number,
        title=_("放弃草稿：%s") % found.code,
        lead=_("选错了人、重复开始时使用。内容和理由留在记录里。"),
        button=_("放弃草稿"),
        kind="danger",
        form=DiscardForm(posted(request)),
        act=act,
    )


@login_required
@_either
def guardian(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """It turned out that the person is under 18."""
    found = statement_for(reader_of(request), number, uid)
    named = found.guardian_party
    form = GuardianForm(
        posted(request), initial={"guardian": str(named.uid) if named else ""}
    )
    form.offer_of(found.party)

    def act(_said: dict[str, Any]) -> HttpResponse:
        evidence.name_guardian(
            statement=found,
            guardian=form.guardian_said(),
            **form.rest_said(),
            **by_and_at(request),
        )
        return _to(request, found)

    return sheet(
        request,
        number=number,
        title=_("未满十八周岁：%s") % found.code,
        lead=_("先停下来，等监护人到场再继续。"),
        button=_("监护人已到场"),
        form=form,
        act=act,
    )


@login_required
@_either
def recording(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    found = statement_for(reader_of(request), number, uid)
    form = RecordingForm(posted(request), request.FILES or None)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.add_recording(
            statement=found,
            chunks=said["recording"].chunks(),
            is_told=said["is_told"],
            **by_and_at(request),
        )
        return _to(request, found)

    return sheet(
        request,
        number=number,
        title=_("附录音：%s") % found.code,
        lead=_("录音是证据，只有能看这份情况说明的人能听，每次打开都有记录。"),
        button=_("附上"),
        form=form,
        act=act,
    )


@login_required
@_either
def addendum(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Put a sentence right, beside it; signed by the same person."""
    found = statement_for(reader_of(request), number, uid)
    form = AddendumForm(
        posted(request),
        request.FILES or None,
        ward=found.party,
        is_minor=found.is_minor,
        initial={"sentence": request.GET.get("sentence")},
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.add_addendum(
            statement=found,
            sentence=said["sentence"],
            text=said["text"],
            guardian=form.chosen(),
            is_confirmed=said["is_confirmed"],
            signed=form.signed(),
            request_id=said["request_id"],
            **by_and_at(request),
        )
        return _to(request, found)

    return sheet(
        request,
        number=number,
        title=_("补正：%s") % found.code,
        lead=_("原来的情况说明不作改动；补正由本人签字，列为另一件证据。"),
        button=_("本人已签字，补正"),
        form=form,
        act=act,
    )


@login_required
@never_cache
@require_GET
def paper(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """The draft that was read back, to be signed with a pen; or a copy for the person."""
    reader = reader_of(request)
    found = statement_for(reader, number, uid)
    if found.state not in {StatementState.READ_BACK, StatementState.FROZEN}:
        raise NotFound(_("还没有可以打印的内容：先读给本人听"))
    evidence.show_statement(statement=found, by=reader, at=timezone.now())
    with translation.override("zh-hans"):
        context = {
            "case": found.case,
            "statement": found,
            "facts": facts_of(found),
            "told": told_words(),
            "said": said_in(found),
            "closing": closing_words(found.draft),
            "content": content_digest(found.answers.all()),
        }
        return render(request, "evidence/statement_paper.html", context)


@login_required
@require_GET
def signature(
    request: HttpRequest, number: str, uid: UUID, side: str
) -> HttpResponseBase:
    """How it was signed, for whoever may read it.

    A photo of a signed paper is evidence itself: it is looked at there, on the record.
    """
    found = statement_for(reader_of(request), number, uid)
    if found.on_paper:
        paper = found.case.exhibits.filter(blob=found.signature).first()
        if paper is None:
            raise NotFound(_("没有这个签名"))
        return redirect("evidence:exhibit", number, paper.uid)
    sides = {"own": found.signature, "guardian": found.guardian_signature}
    blob = sides.get(side)
    if blob is None:
        raise NotFound(_("没有这个签名"))
    return file_answer(
        good_path(blob), media_type=blob.media_type, name=blob.sha256[:12]
    )


def _page(
    request: HttpRequest,
    found: Statement,
    *,
    form: SigningForm | None = None,
    refusal: DomainError | None = None,
    saved: Saved | None = None,
    status: int = 200,
) -> HttpResponse:
    """The page of the state in which it is, with what was refused and stays typed."""
    reader = reader_of(request)
    evidence.show_statement(statement=found, by=reader, at=timezone.now())
    is_read_back = found.state == StatementState.READ_BACK
    context = {
        "case": found.case,
        "statement": found,
        "giver": giver_name(found),
        "may_write": can_write(reader, found),
        "may_correct": found.is_frozen
        and has_permission(reader, Permission.STATEMENT_TAKE, site=found.case.site),
        "refusal": refusal_words(refusal) if refusal else "",
        "guardian": guardian_words(found) if found.guardian else "",
        "said": said_in(found),
        "told": told_words(),
        "most": MOST_ANSWER,
    }
    if found.state == StatementState.DRAFT:
        guide = guide_of(found)
        context |= {
            "guide": [(asked, _typed(request, asked.key)) for asked in guide],
            "theirs": {row.key: row for row in saved.conflicts} if saved else {},
            "next_own": _next_own({asked.key for asked in guide}),
            "drawer_key": _drawer_key(reader),
        }
    if is_read_back:
        context["form"] = form or SigningForm(
            is_minor=found.is_minor, initial={"draft": found.draft}
        )
        context["closing"] = closing_words(found.draft)
    if not found.is_open:
        keys = set(not_asked(found, found.answers.all()))
        context["not_asked"] = [q.words for q in all_questions() if q.key in keys]
    template = "evidence/statement_reading.html" if is_read_back else _template(found)
    code = refusal.status if refusal else 409 if saved else status
    return render(request, template, context, status=code)


def _template(found: Statement) -> str:
    is_draft = found.state == StatementState.DRAFT
    return "evidence/statement_draft.html" if is_draft else "evidence/statement.html"


def _typed(request: HttpRequest, key: str) -> str | None:
    """What was typed and not kept; none if nothing was sent."""
    return request.POST.get(f"answer-{key}")


def _said(request: HttpRequest) -> list[Answer]:
    """The answers of a form, each under the key of its question."""
    keys = [name[7:] for name in request.POST if name.startswith("answer-")]
    return [
        Answer(
            key=key[:24],
            text=request.POST[f"answer-{key}"],
            is_declined=f"declined-{key}" in request.POST,
            version=_number(request.POST.get(f"version-{key}", "")),
            question=request.POST.get(f"question-{key}", ""),
        )
        for key in keys[:100]
    ]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0


def _next_own(keys: set[str]) -> str:
    """The key for a question that the guide does not have."""
    free = (f"own-{n}" for n in range(1, MOST_OWN + 1) if f"own-{n}" not in keys)
    return next(free, "")


def _drawer_key(reader: User) -> str:
    """With which their browser seals what it could not send yet; theirs alone."""
    made = salted_hmac("anlan.evidence.drafts", str(reader.uid), algorithm="sha256")
    return b64encode(made.digest()).decode()


def _told(saved: Saved) -> dict[str, Any]:
    return {
        "versions": {row.key: row.version for row in saved.rows},
        "conflicts": {
            row.key: {
                "text": row.answer,
                "declined": row.is_declined,
                "version": row.version,
                "by": row.written_by.name,
            }
            for row in saved.conflicts
        },
    }


def _to(request: HttpRequest, found: Statement) -> HttpResponse:
    return lead_to(request, "evidence:statement", found.case.number, found.uid)
