"""Sessions, proposals and what is performed of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from anlan.base.errors import DomainError, InvalidInput
from anlan.cases.views.answers import posted, reader_of
from anlan.law.selectors import refusal_words
from anlan.resolution.mediation import permissions
from anlan.resolution.mediation import services as mediation
from anlan.resolution.mediation.enums import Proposer, SessionState, TermBy, TermKind
from anlan.resolution.mediation.forms import (
    DefaultForm,
    NoteForm,
    PerformanceForm,
    ProposalForm,
    ReadersForm,
    SessionForm,
    SigningForm,
    TermFormSet,
    WriterForm,
    giver_initial,
    terms_initial,
    typed_fen,
)
from anlan.resolution.mediation.models import Session, Talks
from anlan.resolution.mediation.papers import deed
from anlan.resolution.mediation.selectors.talks import (
    duty_for,
    possible_readers,
    proposal_for,
    proposals_of,
    session_for,
    talks_for,
)
from anlan.resolution.mediation.views.talks import page, side_of, step
from anlan.resolution.models import Compensation, CompensationVersion
from anlan.resolution.permissions import can_see_compensation
from anlan.resolution.selectors.compensation import outcome_of, versions_of

_MOST_VERSIONS = 5
_either = require_http_methods(["GET", "POST"])


@login_required
@_either
def session_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = talks_for(reader, uid)
    form = SessionForm(
        posted(request),
        people=possible_readers(found, besides=reader),
        initial={"planned": timezone.localtime()},
    )
    return step(
        request,
        found,
        form,
        lambda said, **who: mediation.plan_session(
            talks=found, **{**said, "readers": form.named()}, **who
        ),
        title=_("约定会谈 %s") % found.code,
        lead=_("会谈里说的话不作为证据；只有主持人和指定的人能看笔记。"),
        button=_("约定会谈"),
    )


@login_required
@_either
def session_readers(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who reads the notes of this session beside whoever leads."""
    reader = reader_of(request)
    found = session_for(reader, uid)
    permissions.check_can_lead_talks(reader, found.talks)
    named = list(found.readers.all())
    people = possible_readers(found.talks, besides=reader)
    people += [one for one in named if one not in people]
    form = ReadersForm(
        posted(request),
        people=people,
        initial={"readers": [str(one.uid) for one in named]},
    )
    return step(
        request,
        found.talks,
        form,
        lambda _said, **who: mediation.name_readers(
            session=found, readers=form.named(), **who
        ),
        title=_("第 %d 次会谈：谁可以看笔记") % found.number,
        button=_("保存"),
    )


@login_required
@_either
def session_writer(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who writes for a mediator without an account, of a session that has begun."""
    reader = reader_of(request)
    found = session_for(reader, uid)
    permissions.check_can_run_talks(reader, found.talks.case)
    form = WriterForm(
        posted(request), people=possible_readers(found.talks, besides=reader)
    )
    return step(
        request,
        found.talks,
        form,
        lambda said, **who: mediation.name_writer(
            session=found, writer=form.named(), words=said["words"], **who
        ),
        title=_("第 %d 次会谈：由谁代调解员记录") % found.number,
        lead=_("指定以后，由这位同事写会谈笔记并指定还有谁能看；您自己看不到。"),
        button=_("指定"),
    )


@login_required
@require_POST
def session_step(request: HttpRequest, uid: UUID, move: str) -> HttpResponse:
    """Begin it, end it, or say that it does not take place."""
    reader = reader_of(request)
    found = session_for(reader, uid)
    try:
        _move(found, move, by=reader, at=timezone.now())
    except DomainError as error:
        talks = talks_for(reader, found.talks.uid)
        return page(request, talks, refusal=error)
    return redirect("mediation:talks", found.talks.uid)


@login_required
@_either
def session_note(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = session_for(reader, uid)
    permissions.check_can_read_notes(reader, found)
    return step(
        request,
        found.talks,
        NoteForm(posted(request)),
        lambda said, **who: mediation.write_session_note(session=found, **said, **who),
        title=_("会谈笔记"),
        button=_("保存"),
    )


@login_required
@_either
def proposal_new(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The editor; sent, what was typed stays until it may be said."""
    reader = reader_of(request)
    found = talks_for(reader, uid)
    permissions.check_can_lead_talks(reader, found)
    earlier = next(iter(proposals_of(found)), None)
    version = _computed(request, found)
    initial = terms_initial(earlier) or _from_version(version)
    form = ProposalForm(
        posted(request),
        talks=found,
        initial={
            "latest": earlier.number if earlier else 0,
            "facts": earlier.facts if earlier else "",
            "in_default": earlier.in_default if earlier else "",
            "share_victim": earlier.share_victim if earlier else None,
            "share_aggressor": earlier.share_aggressor if earlier else None,
        },
    )
    terms = TermFormSet(posted(request), initial=initial, prefix="terms")
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid() and terms.is_valid():
            said = form.cleaned_data
            try:
                mediation.propose(
                    talks=found,
                    proposer=Proposer(said["proposer"]),
                    draft=form.drafted(terms.forms),
                    latest=said["latest"],
                    compensation=version,
                    request_id=said["request_id"],
                    by=reader,
                    at=timezone.now(),
                )
            except DomainError as error:
                _show(form, terms, error)
                status = error.status
            else:
                return redirect("mediation:talks", uid)
    return render(
        request,
        "mediation/proposal.html",
        {
            "case": found.case,
            "talks": found,
            "form": form,
            "terms": terms,
            "version": version,
            "computed": _versions(request, found),
        },
        status=status,
    )


@login_required
@_either
def acceptance(request: HttpRequest, uid: UUID, side: str) -> HttpResponse:
    """The whole text, and below it the signature of one side."""
    reader = reader_of(request)
    found, chosen = proposal_for(reader, uid), side_of(side)
    permissions.check_can_lead_talks(reader, found.talks)
    form = SigningForm(
        posted(request),
        talks=found.talks,
        side=chosen,
        reader=reader,
        initial=giver_initial(found.talks, chosen),
    )
    return step(
        request,
        found.talks,
        form,
        lambda said, **who: mediation.accept_proposal(
            proposal=found,
            side=chosen,
            signature=[said["signature"]],
            giver=form.giver_said(),
            **who,
        ),
        title=_("%(side)s签字接受 %(code)s %(version)s")
        % {
            "side": chosen.label,
            "code": found.talks.code,
            "version": found.code,
        },
        button=_("签字接受"),
        body="mediation/signing.html",
        paper=deed(found),
        is_estimate=found.share_aggressor is not None,
    )


@login_required
@require_POST
def office_approval(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Stand for what the office promises in this version."""
    reader = reader_of(request)
    found = proposal_for(reader, uid)
    try:
        mediation.approve_office_terms(proposal=found, by=reader, at=timezone.now())
    except DomainError as error:
        return page(request, talks_for(reader, found.talks.uid), refusal=error)
    return redirect("mediation:talks", found.talks.uid)


@login_required
@require_POST
def declining(request: HttpRequest, uid: UUID, side: str) -> HttpResponse:
    reader = reader_of(request)
    found, chosen = proposal_for(reader, uid), side_of(side)
    try:
        mediation.decline_proposal(
            proposal=found, side=chosen, by=reader, at=timezone.now()
        )
    except DomainError as error:
        return page(request, talks_for(reader, found.talks.uid), refusal=error)
    return redirect("mediation:talks", found.talks.uid)


@login_required
@_either
def performance(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = duty_for(reader, uid)
    form = PerformanceForm(posted(request), case=found.talks.case, reader=reader)
    return step(
        request,
        found.talks,
        form,
        lambda said, **who: mediation.record_performance(
            duty=found, words=said["words"], exhibit=form.paper(), **who
        ),
        title=_("登记已履行"),
        lead=_("付款的，先把收条或者转账凭证上传为证据。"),
        button=_("登记"),
    )


@login_required
@_either
def default(request: HttpRequest, uid: UUID) -> HttpResponse:
    found = duty_for(reader_of(request), uid)
    return step(
        request,
        found.talks,
        DefaultForm(posted(request)),
        lambda said, **who: mediation.record_default(duty=found, **said, **who),
        title=_("登记没有履行"),
        lead=_("登记以后，双方会看到还可以走的途径；以后履行了还可以登记。"),
        button=_("登记"),
        kind="danger",
    )


def _move(found: Session, move: str, *, by: Any, at: Any) -> None:
    if move == "begin":
        mediation.begin_session(session=found, by=by, at=at)
        return
    ends = {"end": SessionState.HELD, "cancel": SessionState.CANCELLED}
    if move not in ends:
        raise InvalidInput(_("没有这个步骤"), path="move")
    mediation.end_session(session=found, state=ends[move], by=by, at=at)


def _show(form: ProposalForm, terms: Any, error: DomainError) -> None:
    """At the field that it names, in whichever row it stands, or above the form."""
    words = refusal_words(error)
    path = error.path if isinstance(error, InvalidInput) else ""
    parts = path.split("-")
    if len(parts) == 3 and parts[0] == "terms":
        filled = [row for row in terms.forms if row.drafted() is not None]
        row = filled[int(parts[1])]
        row.add_error(parts[2] if parts[2] in row.fields else None, words)
        return
    form.add_error(path if path in form.fields else None, words)


def _versions(request: HttpRequest, found: Talks) -> list[CompensationVersion]:
    """What was computed for the victim, for whoever may see it; the newest first."""
    if not can_see_compensation(reader_of(request), found.case):
        return []
    computed = Compensation.objects.filter(case=found.case, party=found.victim).first()
    return list(versions_of(computed)[:_MOST_VERSIONS]) if computed else []


def _computed(request: HttpRequest, found: Talks) -> CompensationVersion | None:
    asked = request.GET.get("from", "")
    rows = _versions(request, found)
    return next((row for row in rows if str(row.number) == asked), None)


def _from_version(version: CompensationVersion | None) -> list[dict[str, Any]]:
    """A payment of what is still owed; a kindness is not in it (G34)."""
    if version is None:
        return []
    owed = outcome_of(version).due_fen
    return [
        {
            "kind": TermKind.PAYMENT,
            "by": TermBy.AGGRESSOR,
            "fen": typed_fen(owed),
        }
    ]
