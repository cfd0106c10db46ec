"""Reports to the police: the case's, one of them, what the victim's side may do."""

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
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.base.clock import local_day
from anlan.base.errors import NotFound
from anlan.cases.act import act_of
from anlan.cases.forms import PlainForm
from anlan.cases.selectors import case_for, shown_name
from anlan.cases.views.answers import posted, reader_of, sheet
from anlan.evidence.selectors.approvals import packs_alone, roles_that_pack
from anlan.evidence.selectors.exhibits import kept_of
from anlan.law import selectors as law
from anlan.resolution.legal import permissions, policies
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import ItemKind, ItemState, ReportState
from anlan.resolution.legal.forms.police import (
    DroppingForm,
    HandOverForm,
    ItemForm,
    PaperForm,
    RetaliationForm,
    RevocationForm,
    TellingForm,
)
from anlan.resolution.legal.police_duty import duty_of
from anlan.resolution.legal.selectors.police import (
    checklist,
    happened_in,
    last_day,
    listed_exhibits,
    missing_in,
    newest_to_tell,
    paper_for,
    papers_of,
    periods_before,
    periods_of,
    police_applications,
    police_packages,
    procedure_at,
    report_for,
    reports_of,
    reports_of_joined,
    retaliations_of,
    rights_of,
    suggested,
    told_of,
    untold_since,
    victims_of,
)

_either = require_http_methods(["GET", "POST"])


@login_required
@require_GET
def reports(request: HttpRequest, number: str) -> HttpResponse:
    """The duty to report, every report, what the police asked for, retaliation."""
    reader = reader_of(request)
    case = case_for(reader, number)
    permissions.check_can_see_reports(reader, case)
    at = timezone.now()
    return render(
        request,
        "legal/police.html",
        {
            "case": case,
            "reports": reports_of(case),
            "duty": duty_of(case),
            "joined_reports": reports_of_joined(case),
            "act": act_of(case),
            "procedure": procedure_at(case.site, local_day(at)),
            "periods": [
                (one.rule, last_day(one.due_at), one.ended_at)
                for one in periods_before(case)
            ],
            "applications": police_applications(case),
            "packages": police_packages(case),
            "retaliations": retaliations_of(case),
            "may_report": permissions.can_report(reader, case),
        },
    )


@login_required
@require_POST
def beginning(request: HttpRequest, number: str) -> HttpResponse:
    """Begin to gather, or go on with what is being gathered."""
    reader = reader_of(request)
    made = legal.begin_report(
        case=case_for(reader, number), by=reader, at=timezone.now()
    )
    return redirect("legal:police_report", number, made.uid)


@login_required
@require_GET
def report(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    at = timezone.now()
    may_report = permissions.can_report(reader, found.case)
    missing = missing_in(found)
    happened = happened_in(found)
    return render(
        request,
        "legal/report.html",
        {
            "case": found.case,
            "report": found,
            "state": ReportState(found.state),
            "lines": checklist(found),
            "missing": missing,
            "is_oral": found.handed_at is not None
            and not found.items.filter(is_accepted=True).exists(),
            "ready": len(ItemKind) - len(missing),
            "all": len(ItemKind),
            "papers": [
                (
                    one,
                    one.exhibit and _exhibit_url(number, one.exhibit.uid),
                    _("、").join(map(shown_name, one.against.all())),
                )
                for one in papers_of(found)
            ],
            "periods": [
                {
                    "row": row,
                    "rule": rule,
                    "cited": law.cite_all(rule.sources, on=local_day(row.begins_at)),
                    "last_day": last_day(row.due_at),
                    "unpublished": rule.unpublished_year(last_day(row.due_at)),
                    "is_earliest": rule.is_earliest(happened),
                    "has_passed": row.due_at <= at,
                }
                for row, rule in periods_of(found)
            ],
            "receipt": found.receipt and _exhibit_url(number, found.receipt.uid),
            "may_change": may_report and found.is_preparing,
            "may_approve": permissions.can_approve_material(reader, found.case)
            and policies.material_may_be_approved(found, by=reader),
            "may_enter": may_report
            and found.handed_at is not None
            and found.supplements is None,
        },
    )


@login_required
@_either
def item(request: HttpRequest, number: str, uid: UUID, kind: str) -> HttpResponse:
    """What there is of one kind of material, chosen from the case's own evidence."""
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    if kind not in ItemKind.values:
        raise NotFound(_("没有这一项材料"))
    chosen = ItemKind(kind)
    row = found.items.filter(kind=chosen).first()
    there = row.exhibits.all() if row else suggested(found.case, reader).get(chosen, ())
    form = ItemForm(
        posted(request),
        exhibits=kept_of(found.case, reader).order_by("number"),
        initial={
            "state": row.state if row else ItemState.READY,
            "words": row.words if row else "",
            "exhibits": [str(one.uid) for one in there],
        },
    )

    def act(_said: dict[str, Any]) -> HttpResponse:
        was_approved = found.approved_by_id is not None
        made = legal.set_item(
            report=found, kind=chosen, by=reader, at=timezone.now(), **form.said()
        )
        if was_approved and made.approved_by_id is None:
            words = _("%s 列的证据改过，原来的批准不再有效，请由另一人重新批准")
            messages.warning(request, words % made.code)
        return redirect("legal:police_report", number, uid)

    return sheet(
        request,
        number=number,
        title=str(chosen.label),
        lead=_("从本案证据里选；先选上的是按来源建议的，请核对。"),
        button=_("保存"),
        form=form,
        act=act,
    )


@login_required
@_either
def approving(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    """Another person than who made the list agrees that it goes to the police."""
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    permissions.check_can_approve_material(reader, found.case)

    def act(_said: dict[str, Any]) -> HttpResponse:
        legal.approve_material(report=found, by=reader, at=timezone.now())
        return redirect("legal:police_report", number, uid)

    said = {
        "codes": _("、").join(one.code for one in listed_exhibits(found)),
        "roles": roles_that_pack(),
    }
    lead = _(
        "批准以后，%(codes)s 可以装进交公安机关的证据包，由您以外的人制作（%(roles)s）。列的证据再有改动，须重新批准。"
    )
    if packs_alone(reader, found.case.site):
        lead = _(
            "您批准以后，%(codes)s 可以装进交公安机关的证据包，但本项目现在没有别人能制作（%(roles)s）：请先请总部派人制作，或者派人批准、由您制作。"
        )
    return sheet(
        request,
        number=number,
        title=_("批准材料清单：%s") % found.code,
        lead=lead % said,
        button=_("批准"),
        form=PlainForm(posted(request)),
        act=act,
    )


@login_required
@_either
def handing_over(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    ready = found.items.filter(state=ItemState.READY)
    form = HandOverForm(
        posted(request),
        report=found,
        reader=reader,
        initial={
            "happened": timezone.localtime(),
            "station": found.procedure.station if found.procedure else "",
            "accepted": list(ready.values_list("kind", flat=True)),
        },
    )

    def act(_said: dict[str, Any]) -> HttpResponse:
        legal.hand_over(report=found, by=reader, at=timezone.now(), **form.said())
        return redirect("legal:police_report", number, uid)

    return sheet(
        request,
        number=number,
        title=_("登记递交：%s") % found.code,
        lead=_("登记以后清单不能再改；要补充材料，另起一份。")
        if ready
        else _(
            "没有备齐的材料：按口头报案登记，记明没有递交材料；有材料的，另起一份补充。"
        ),
        button=_("登记递交"),
        form=form,
        act=act,
    )


@login_required
@_either
def dropping(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.drop_report(
            report=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("legal:police", number)

    return sheet(
        request,
        number=number,
        title=_("不再递交 %s") % found.code,
        lead=_("较大及以上的事件必须报警；不报警的决定在事件页面由两人作出。"),
        button=_("不再递交"),
        kind="danger",
        form=DroppingForm(posted(request)),
        act=act,
    )


@login_required
@_either
def paper_new(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = report_for(reader, number, uid)
    today = local_day(timezone.now())
    form = PaperForm(
        posted(request),
        case=found.case,
        reader=reader,
        initial={"office": found.station, "dated_on": today, "received_on": today},
    )

    def act(_said: dict[str, Any]) -> HttpResponse:
        legal.record_paper(report=found, by=reader, at=timezone.now(), **form.said())
        return redirect("legal:police_report", number, uid)

    return sheet(
        request,
        number=number,
        title=_("登记办案文书：%s") % found.code,
        lead=_(
            "公安机关、检察院、法院的文书都登记在这里。按文书上的日期登记，晚到的也一样；"
            "公安阶段的期限由日期算出。"
        ),
        button=_("登记"),
        form=form,
        act=act,
    )


@login_required
@_either
def paper_revocation(request: HttpRequest, number: str, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    found = paper_for(reader, number, uid)

    def act(said: dict[str, Any]) -> HttpResponse:
        legal.revoke_paper(
            paper=found, reason=said["reason"], by=reader, at=timezone.now()
        )
        return redirect("legal:police_report", number, found.report.uid)

    return sheet(
        request,
        number=number,
        title=_("撤销登记：%s") % found.get_kind_display(),
        lead=_("只用于登记错了的；原来的登记保留可查，由它算出的期限不再计。"),
        button=_("撤销"),
        kind="danger",
        form=RevocationForm(posted(request)),
        act=act,
    )


@login_required
@require_GET
def rights(request: HttpRequest, number: str) -> HttpResponse:
    """What the victim's side may do themselves, to be read out or printed (G06)."""
    reader = reader_of(request)
    case = case_for(reader, number)
    paper = newest_to_tell(case)
    return render(
        request,
        "legal/rights.html",
        {
            "case": case,
            "rights": rights_of(case),
            "told": [(one, shown_name(one.party)) for one in told_of(case)],
            "victims": victims_of(case),
            "untold": [shown_name(one) for one in untold_since(case, paper)]
            if paper
            else [],
        },
    )


@login_required
@_either
def telling(request: HttpRequest, number: str) -> HttpResponse:
    reader = reader_of(request)
    case = case_for(reader, number)
    form = TellingForm(
        posted(request), case=case, initial={"happened": timezone.localtime()}
    )

    def act(_said: dict[str, Any]) -> HttpResponse:
        legal.tell_rights(case=case, by=reader, at=timezone.now(), **form.said())
        return redirect("legal:rights", number)

    return sheet(
        request,
        number=number,
        title=_("登记告知"),
        lead=_("这一页的内容会连同登记一起保存。"),
        button=_("登记"),
        form=form,
        act=act,
    )


@login_required
@_either
def retaliation(request: HttpRequest, number: str) -> HttpResponse:
    """Retaliation is an alarm of its own, and leads to the room of the new case."""
    reader = reader_of(request)
    case = case_for(reader, number)
    form = RetaliationForm(posted(request), case=case)

    def act(_said: dict[str, Any]) -> HttpResponse:
        noted = legal.note_retaliation(
            case=case, by=reader, at=timezone.now(), **form.said()
        )
        opened = noted.opened.number if noted.opened else number
        return redirect("cases:room", opened)

    return sheet(
        request,
        number=number,
        title=_("登记报复"),
        lead=_("会立即作为新的事件上报、派人，等级比本案高一级。"),
        button=_("作为新的事件上报"),
        kind="danger",
        form=form,
        act=act,
    )


def _exhibit_url(number: str, uid: UUID) -> str:
    return reverse("evidence:exhibit", args=[number, uid])
