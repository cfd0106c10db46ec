"""Applications for footage on screens: the list, taking one in, its story and next steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import Permission
from anlan.base.download import picture_answer
from anlan.base.errors import DomainError, NotAllowed, NotFound
from anlan.base.identity import mask_name
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.cases.views.answers import posted, reader_of, show_refusal
from anlan.customers import services as customers
from anlan.customers.enums import ProtectedField
from anlan.customers.selectors import masked_for
from anlan.evidence import permissions
from anlan.evidence import services as evidence
from anlan.evidence.enums import Applicant, ApplicationState, FootageWay
from anlan.evidence.forms.applications import (
    ApplicationForm,
    ApplicationWordsForm,
    ApprovalForm,
    CaseChoiceForm,
    NameForm,
    ReleaseForm,
    SeenForm,
)
from anlan.evidence.models import FootageApplication
from anlan.evidence.selectors.applications import (
    applicant_name,
    applicant_unit,
    application_for,
    application_page,
    packages_under,
    release_of,
    sites_of_applications,
    story_of_application,
    waiting_for,
)
from anlan.evidence.selectors.approvals import needs_another_packer, roles_that_pack

_either = require_http_methods(["GET", "POST"])
_ICONS = {
    Applicant.PERSON: "user",
    Applicant.AGENT: "file-text",
    Applicant.POLICE: "shield-check",
    Applicant.COURT: "scale",
    Applicant.ORGAN: "building",
    Applicant.STAFF: "users",
}


@login_required
@require_GET
def applications(request: HttpRequest) -> HttpResponse:
    """All of the reader's sites, in one state or in all; of one case if it is named."""
    reader = reader_of(request)
    sites = list(sites_of_applications(reader))
    if not sites:
        raise NotAllowed(_("您没有“%s”的权限") % Permission.FOOTAGE_TAKE_IN.label)
    state = request.GET.get("state", "")
    state = state if state in ApplicationState.values else ""
    number = request.GET.get("case", "")
    case = case_for(reader, number) if number else None
    page = application_page(
        reader, state=state, case=case, after=request.GET.get("after", "")
    )
    context = {
        "rows": [(row, applicant_name(row), applicant_unit(row)) for row in page.rows],
        "after": page.after,
        "is_first": "after" not in request.GET,
        "state": state,
        "states": [(each, each.label) for each in ApplicationState],
        "case": case,
        "many_sites": len(sites) > 1,
        "waiting": waiting_for(reader),
        "can_take_in": _takes_in(reader).exists(),
        "can_see_register": sites_where(reader, Permission.FOOTAGE_APPROVE).exists(),
    }
    return render(request, "evidence/applications.html", context)


@login_required
@_either
def addition(request: HttpRequest) -> HttpResponse:
    """First who asks; then just what is asked of them."""
    reader = reader_of(request)
    case = _case_named(request, reader)
    site = _site_named(request, reader, case)
    kind = request.GET.get("as", "")
    if site is None or kind not in Applicant.values:
        context = {
            "case": case,
            "site": site,
            "sites": [] if site else list(_takes_in(reader)),
            "kinds": [
                (each, each.label, _ICONS[each], _hint(each)) for each in Applicant
            ],
        }
        return render(request, "evidence/application_kinds.html", context)
    applicant = Applicant(kind)
    form = ApplicationForm(
        posted(request),
        request.FILES or None,
        applicant=applicant,
        site=site,
        case=case,
    )

    def act(said: dict[str, Any]) -> HttpResponse:
        made = evidence.take_in_application(
            site=site,
            case=case,
            asked=form.asked(),
            **form.where(),
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("footage:application", made.uid)

    return _form_page(
        request,
        form,
        act,
        title=_("受理录像申请：%s") % applicant.label,
        lead=_hint(applicant),
        button=_("受理"),
        case=case,
        site=site,
    )


@login_required
@never_cache
@require_GET
def application(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Who, what for, how far it is, and what comes next."""
    reader, at = reader_of(request), timezone.now()
    row = application_for(reader, uid)
    packages = list(packages_under(row))
    case = row.case
    release = release_of(row) if row.way == FootageWay.COPY else None
    holds = row.holds(at)
    context = {
        "application": row,
        "case": case,
        "name": applicant_name(row),
        "officers": [(mask_name(full), number) for full, number in row.officer_lines],
        "person": masked_for(reader, [row.person])[0] if row.person else None,
        "unit": applicant_unit(row),
        "windows": row.windows.order_by("begin"),
        "recordings": row.recordings.select_related("camera").order_by("number"),
        "viewings": row.viewings.select_related("companion").order_by("pk"),
        "running": row.viewings.filter(ended_at=None).first(),
        "release": release,
        "needs_another": holds
        and release is not None
        and needs_another_packer(row, release.ready, reader),
        "roles": roles_that_pack(),
        "packages": packages,
        "story": story_of_application(row),
        "holds": holds,
        "is_late": row.is_asked and row.goal_at <= at,
        **_may(row, reader),
    }
    return render(request, "evidence/application.html", context)


@login_required
@_either
def case(request: HttpRequest, uid: UUID) -> HttpResponse:
    """To which case it belongs, if nobody knew that when it was taken in."""
    reader = reader_of(request)
    row = application_for(reader, uid)
    permissions.check_can_attach_application(reader, row)

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.attach_application(
            application=row, case=said["case"], by=reader, at=timezone.now()
        )
        return redirect("footage:application", row.uid)

    return _form_page(
        request,
        CaseChoiceForm(posted(request), application=row, reader=reader),
        act,
        title=_("归入案件：%s") % row.number,
        lead=_(
            "归入以后记在案件的经过里，可以批准案件中保存的录像；不能再换到别的案件。"
        ),
        button=_("归入案件"),
        application=row,
    )


@login_required
@_either
def approval(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    row = application_for(reader, uid)
    permissions.check_can_decide_application(reader, row)
    form = ApprovalForm(posted(request), application=row, reader=reader)

    def act(_said: dict[str, Any]) -> HttpResponse:
        evidence.approve_application(
            application=row, **form.approved(), by=reader, at=timezone.now()
        )
        return redirect("footage:application", row.uid)

    lead = _("只批准这次用途需要的；超出的不会显示，也不能交付。")
    if row.case is None:
        lead = _(
            "没有关联案件：只能在录像机上现场查阅。需要复制的，请先归入案件，在案件中保存录像。"
        )
    return _form_page(
        request,
        form,
        act,
        title=_("批准：%s") % row.number,
        lead=lead,
        button=_("批准"),
        application=row,
    )


@login_required
@_either
def refusal(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _worded(
        request,
        uid,
        evidence.refuse_application,
        check=permissions.check_can_decide_application,
        title=_("不批准：%s"),
        lead=_("写明理由，让申请人知道还能怎么办，例如：报警后由公安机关调取。"),
        button=_("不批准"),
    )


@login_required
@_either
def withdrawal(request: HttpRequest, uid: UUID) -> HttpResponse:
    return _worded(
        request,
        uid,
        evidence.withdraw_application,
        check=permissions.check_can_withdraw_application,
        title=_("撤回：%s"),
        lead=_("申请人不再需要时登记。"),
        button=_("登记撤回"),
    )


@login_required
@_either
def viewing(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The applicant sits down; the reader opens what was approved, and nothing else."""
    reader = reader_of(request)
    row = application_for(reader, uid)
    permissions.check_can_show_footage(reader, row)

    def act(_said: dict[str, Any]) -> HttpResponse:
        evidence.begin_viewing(application=row, by=reader, at=timezone.now())
        return redirect("footage:application", row.uid)

    return _form_page(
        request,
        forms.Form(posted(request)),
        act,
        title=_("开始现场查阅：%s") % row.number,
        lead=_(
            "您全程陪同并操作。不让申请人拍摄屏幕，不留复制件；画面里有别人的，只看需要的一段。"
        ),
        button=_("开始查阅"),
        application=row,
    )


@login_required
@_either
def viewing_end(request: HttpRequest, uid: UUID) -> HttpResponse:
    reader = reader_of(request)
    row = application_for(reader, uid)
    permissions.check_can_show_footage(reader, row)
    running = row.viewings.filter(ended_at=None).select_related("application").first()
    if running is None:
        raise NotFound(_("现在没有人在查阅"))
    running.application = row

    def act(said: dict[str, Any]) -> HttpResponse:
        evidence.end_viewing(
            viewing=running, seen=said["seen"], by=reader, at=timezone.now()
        )
        return redirect("footage:application", row.uid)

    return _form_page(
        request,
        SeenForm(posted(request)),
        act,
        title=_("结束现场查阅：%s") % row.number,
        button=_("查阅结束"),
        application=row,
    )


@login_required
@_either
def release(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Have the package made that the applicant gets."""
    reader = reader_of(request)
    row = application_for(reader, uid)
    if row.case is None:
        raise NotFound(_("没有关联案件，没有可以交付的文件"))
    permissions.check_can_make_package(reader, row.case)

    def act(said: dict[str, Any]) -> HttpResponse:
        made = evidence.make_release(
            application=row,
            acknowledged=said["acknowledged"],
            request_id=said["request_id"],
            by=reader,
            at=timezone.now(),
        )
        return redirect("evidence:package", made.case.number, made.uid)

    return _form_page(
        request,
        ReleaseForm(posted(request)),
        act,
        title=_("制作交付的证据包：%s") % row.number,
        lead=_("只装批准范围内的文件，签名后交付签收。"),
        button=_("制作并签名"),
        application=row,
        release=release_of(row),
    )


@login_required
@require_GET
def copy_list(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The list of copies 调取证据清单, as A4."""
    reader = reader_of(request)
    row = application_for(reader, uid)
    pdf = evidence.copy_list(application=row, by=reader, at=timezone.now())
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{row.number}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_required
@require_GET
def document(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The photo of the paper by which it was asked, drawn anew."""
    row = application_for(reader_of(request), uid)
    if row.document is None:
        raise NotFound(_("没有拍文书照片"))
    path = evidence.open_document(
        application=row, by=reader_of(request), at=timezone.now()
    )
    return picture_answer(path)


@login_required
@never_cache
@_either
def name(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The applicant's name or phone, once, with the reason on the record."""
    reader = reader_of(request)
    row = application_for(reader, uid)
    if row.person is None:
        raise NotFound(_("没有可以查看的联系方式"))
    person = row.person

    def act(said: dict[str, Any]) -> HttpResponse:
        value = customers.reveal(
            person=person,
            field=ProtectedField(said["field"]),
            site=row.site,
            reason=said["reason"],
            read_for=row.key,
            by=reader,
            at=timezone.now(),
        )
        context = {"application": row, "title": row.number, "value": value}
        return render(request, "evidence/application_name.html", context)

    return _form_page(
        request,
        NameForm(posted(request)),
        act,
        title=_("查看申请人：%s") % applicant_name(row),
        button=_("查看"),
        application=row,
    )


def _form_page(
    request: HttpRequest,
    form: forms.Form,
    act: Callable[[dict[str, Any]], HttpResponse],
    **context: Any,
) -> HttpResponse:
    """A form on a page of its own; a refusal stands at its field, what was typed stays."""
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return act(form.cleaned_data)
            except DomainError as error:
                show_refusal(form, error)
                status = error.status
    context["form"] = form
    return render(request, "evidence/application_form.html", context, status=status)


def _worded(
    request: HttpRequest,
    uid: UUID,
    change: Callable[..., FootageApplication],
    *,
    check: Callable[[User, FootageApplication], None],
    title: str,
    **words: str,
) -> HttpResponse:
    reader = reader_of(request)
    row = application_for(reader, uid)
    check(reader, row)

    def act(said: dict[str, Any]) -> HttpResponse:
        change(application=row, words=said["words"], by=reader, at=timezone.now())
        return redirect("footage:application", row.uid)

    return _form_page(
        request,
        ApplicationWordsForm(posted(request)),
        act,
        title=title % row.number,
        application=row,
        **words,
    )


def _may(row: FootageApplication, reader: User) -> dict[str, bool]:
    decides = has_permission(reader, Permission.FOOTAGE_APPROVE, site=row.site)
    is_other = reader.pk not in {row.taken_by_id, row.colleague_id}
    return {
        "may_decide": decides and is_other,
        "is_own": decides and not is_other,
        "may_withdraw": decides
        or has_permission(reader, Permission.FOOTAGE_TAKE_IN, site=row.site),
        "may_attach": row.case is None
        and not row.is_erased
        and (
            decides or has_permission(reader, Permission.FOOTAGE_TAKE_IN, site=row.site)
        ),
        "may_show": has_permission(reader, Permission.EVIDENCE_OPEN, site=row.site),
        "may_make": has_permission(reader, Permission.PACKAGE_MAKE, site=row.site),
        "may_hand_over": has_permission(
            reader, Permission.PACKAGE_HAND_OVER, site=row.site
        ),
        "may_unmask": has_permission(reader, Permission.PERSON_UNMASK, site=row.site),
    }


def _takes_in(reader: User) -> QuerySet[Site]:
    return sites_where(reader, Permission.FOOTAGE_TAKE_IN).order_by("code")


def _case_named(request: HttpRequest, reader: User) -> Case | None:
    number = request.GET.get("case", "")
    return case_for(reader, number) if number else None


def _site_named(request: HttpRequest, reader: User, case: Case | None) -> Site | None:
    """The site of the case, the one that is named, or the only one there is."""
    if case is not None:
        permissions.check_can_take_in(reader, case.site)
        return case.site
    sites = list(_takes_in(reader)[:2])
    if not sites:
        raise NotAllowed(_("您没有“%s”的权限") % Permission.FOOTAGE_TAKE_IN.label)
    if len(sites) == 1:
        return sites[0]
    return _takes_in(reader).filter(code=request.GET.get("site", "")).first()


def _hint(kind: Applicant) -> str:
    """What they show, and what they can get."""
    hints = {
        Applicant.PERSON: _("出示身份证件；经批准可现场查阅，复制件只给遮盖后的版本。"),
        Applicant.AGENT: _("出示执业证或身份证、授权委托书；权利与委托人相同。"),
        Applicant.POLICE: _(
            "两名民警，出示人民警察证和调取证据通知书；经批准可复制原件。"
        ),
        Applicant.COURT: _(
            "出示工作证件和调查令、协助调查函；律师持调查令的也选这里。"
        ),
        Applicant.ORGAN: _("出示工作证件和法律文书；只提供法定职权需要的部分。"),
        Applicant.STAFF: _("工作需要且不在案件办理中的，只能查阅，不给复制件。"),
    }
    return hints[kind]
