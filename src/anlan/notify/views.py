"""Screens: channels and results for administrators, preferences, phone tests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.models import Site, User
from anlan.accounts.permissions import sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors import site_for
from anlan.base.addresses import public_address
from anlan.base.errors import DomainError, InvalidInput, NotAllowed, NotFound
from anlan.notify import selectors, services, texts
from anlan.notify.channels.gateway import RECEIPTS
from anlan.notify.channels.registry import GROUPS, OUTSIDE
from anlan.notify.enums import ChannelKind, DeliveryState
from anlan.notify.forms import CHOOSABLE, ChannelForm, PlanForm, PreferenceForm
from anlan.notify.models import Channel, CheckPlan
from anlan.notify.permissions import managed_organisations
from anlan.notify.receipts_mapping import Format, formats
from anlan.notify.receipts_proof import address_key, takes_receipts

RECENT, TROUBLED = 20, 20
P = ParamSpec("P")


def _for_reader(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Hand the signed-in user to a view."""

    @login_required
    @wraps(view)
    def wrapped(
        request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not isinstance(request.user, User):  # login_required has seen to it
            raise NotFound(_("请先登录"))
        return view(request, request.user, *args, **kwargs)

    return wrapped


@dataclass(frozen=True, kw_only=True)
class ReceiptAddresses:
    """What an administrator enters at the gateway: one of the two, and in which form."""

    signed: str
    secret: str
    format: Format


@require_GET
@_for_reader
def overview(request: HttpRequest, reader: User) -> HttpResponse:
    """Every way with its state, what failed, and the last results with their delay."""
    _check_administers(reader)
    configured = list(selectors.channels_for(reader))
    rows = selectors.deliveries_for(reader).order_by("-due_at", "-pk")
    failed = rows.filter(state=DeliveryState.FAILED)[:TROUBLED]
    results = selectors.recent_results(reader, newest=RECENT)
    return render(
        request,
        "notify/overview.html",
        {
            "ways": _ways(configured, most=len(_scopes(reader))),
            "groups": GROUPS,
            "inherited": selectors.inherited_kinds(reader),
            "results": [
                (message, texts.name_of(message.kind), ways)
                for message, ways in results
            ],
            "failed": [(row, texts.name_of(row.message.kind)) for row in failed],
            "parked": selectors.parked_for(reader),
        },
    )


@require_http_methods(["GET", "POST"])
@_for_reader
def new_channel(request: HttpRequest, reader: User, kind: str) -> HttpResponse:
    _check_administers(reader)
    if kind not in OUTSIDE:
        raise NotFound(_("没有这种渠道"))
    return _edit(request, reader, ChannelKind(kind), None)


@require_http_methods(["GET", "POST"])
@_for_reader
def channel(request: HttpRequest, reader: User, uid: UUID) -> HttpResponse:
    found = selectors.channel_for(reader, uid)
    return _edit(request, reader, ChannelKind(found.kind), found)


@require_POST
@_for_reader
def trial(request: HttpRequest, reader: User, uid: UUID) -> HttpResponse:
    """Send a trial message over this one channel; the result appears in the list."""
    found = selectors.channel_for(reader, uid)
    site = found.site or sites_where(reader, Permission.CHANNEL_MANAGE).first()
    if site is None:
        raise NotFound(_("还没有项目，不能测试渠道"))
    services.test_channel(channel=found, site=site, by=reader, at=timezone.now())
    messages.success(request, _("已发出测试，结果见下面的记录"))
    return redirect("notify:overview")


@require_POST
@_for_reader
def removal(request: HttpRequest, reader: User, uid: UUID) -> HttpResponse:
    """Forget a channel; a site falls back to the company's."""
    found = selectors.channel_for(reader, uid)
    services.remove_channel(channel=found, by=reader, at=timezone.now())
    messages.success(request, _("已删除"))
    return redirect("notify:overview")


@require_POST
@_for_reader
def retry(request: HttpRequest, reader: User, uid: UUID) -> HttpResponse:
    row = (
        selectors.deliveries_for(reader)
        .select_related("message__organisation")
        .filter(uid=uid)
        .first()
    )
    if row is None:
        raise NotFound(_("没有这条记录，或者您无权查看"))
    services.try_again(delivery=row, by=reader, at=timezone.now())
    return redirect("notify:overview")


@require_POST
@_for_reader
def settling(request: HttpRequest, reader: User, pk: int) -> HttpResponse:
    parked = selectors.parked_for(reader).filter(pk=pk).first()
    if parked is None:
        raise NotFound(_("没有这条记录，或者您无权查看"))
    try:
        services.settle_parked(parked=parked, by=reader, at=timezone.now())
    except NotAllowed:
        raise
    except Exception as error:  # noqa: BLE001 -- whatever the consumer raises, it stays parked
        words = str(error) if isinstance(error, DomainError) else type(error).__name__
        messages.error(request, _("还是没有成功：%(error)s") % {"error": words})
    return redirect("notify:overview")


@require_GET
@_for_reader
def inbox(request: HttpRequest, reader: User) -> HttpResponse:
    """What I was told, newest first; what was new is marked, and is seen by this."""
    rows = list(selectors.inbox_of(reader)[:RECENT])
    services.see(deliveries=[row for row in rows if row.is_new], at=timezone.now())
    return render(request, "notify/inbox.html", {"rows": selectors.words_of(rows)})


@require_http_methods(["GET", "POST"])
@_for_reader
def preferences(request: HttpRequest, reader: User) -> HttpResponse:
    """How I want to be told what is no alarm; an alarm comes on every way."""
    kept = selectors.preferences_of([reader])
    forms = []
    for kind in CHOOSABLE:
        preference = kept.get((reader.pk, kind))
        initial = None
        if preference is not None:
            initial = {
                "is_on": preference.is_on,
                "address": preference.address,
                "quiet_from": preference.quiet_from,
                "quiet_to": preference.quiet_to,
            }
        forms.append(PreferenceForm(request.POST or None, kind=kind, initial=initial))
    is_sent = request.method == "POST" and all(form.is_valid() for form in forms)
    if is_sent and all(_keep_preference(reader, form) for form in forms):
        messages.success(request, _("已保存"))
        return redirect("notify:preferences")
    return render(
        request,
        "notify/preferences.html",
        {"forms": forms},
        status=422 if request.method == "POST" else 200,
    )


@require_GET
@_for_reader
def checks(request: HttpRequest, reader: User) -> HttpResponse:
    """The sites whose phones I may ask: the plan, the last tests."""
    sites = list(sites_where(reader, Permission.ROSTER_MANAGE).order_by("code", "pk"))
    if not sites:
        raise NotAllowed(_("您没有安排通信测试的权限"))
    plans = {plan.site_id: plan for plan in CheckPlan.objects.filter(site__in=sites)}
    runs = selectors.checks_for(reader).prefetch_related("answers")
    return render(
        request,
        "notify/checks.html",
        {
            "sites": [(site, _plan_form(plans.get(site.pk))) for site in sites],
            "runs": list(runs[:RECENT]),
        },
    )


@require_POST
@_for_reader
def start(request: HttpRequest, reader: User, code: str) -> HttpResponse:
    site = site_for(reader, code, Permission.ROSTER_MANAGE)
    try:
        run = services.start_check(site=site, by=reader, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("notify:checks")
    return redirect("notify:check", run.uid)


@require_POST
@_for_reader
def plan(request: HttpRequest, reader: User, code: str) -> HttpResponse:
    site = site_for(reader, code, Permission.ROSTER_MANAGE)
    form = PlanForm(request.POST)
    if form.is_valid():
        services.plan_checks(
            site=site, by=reader, at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("已保存"))
    else:
        messages.error(request, _("请填写时间，例如 07:30"))
    return redirect("notify:checks")


@require_GET
@_for_reader
def check(request: HttpRequest, reader: User, uid: UUID) -> HttpResponse:
    """One test: who did not answer stands first."""
    run = selectors.checks_for(reader).filter(uid=uid).first()
    if run is None:
        raise NotFound(_("没有这次通信测试，或者您无权查看"))
    answers = list(run.answers.select_related("user").order_by("answered_at", "pk"))
    ways = selectors.ways_asked(run)
    for answer in answers:
        answer.run = run
    asked = [(answer, ways.get(answer.user_id, [])) for answer in answers]
    return render(
        request,
        "notify/check.html",
        {
            "run": run,
            "silent": [one for one in asked if one[0].answered_at is None],
            "answered": [one for one in asked if one[0].answered_at is not None],
        },
    )


def _edit(
    request: HttpRequest, reader: User, kind: ChannelKind, found: Channel | None
) -> HttpResponse:
    scopes = [] if found else _scopes(reader)
    form = ChannelForm(request.POST or None, kind=kind, channel=found, scopes=scopes)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _keep_channel(form, reader, kind, found, at=timezone.now())
            except InvalidInput as refusal:
                path = refusal.path if refusal.path in form.fields else None
                form.add_error(path, str(refusal))
            except DomainError as refusal:
                form.add_error(None, str(refusal))
                status = refusal.status
            else:
                messages.success(request, _("已保存"))
                return redirect("notify:overview")
    return render(
        request,
        "notify/channel.html",
        {
            "form": form,
            "kind": kind,
            "channel": found,
            "receipts": _receipt_addresses(request, found) if found else None,
        },
        status=status,
    )


def _receipt_addresses(
    request: HttpRequest, channel: Channel
) -> ReceiptAddresses | None:
    """Where the gateway reports back; nothing for a channel that takes no receipts."""
    if not takes_receipts(channel):
        return None
    path = reverse("api-v1:take_receipts", args=[channel.uid])
    signed = public_address(path, request)
    return ReceiptAddresses(
        signed=signed,
        secret=f"{signed}/{address_key(channel)}",
        format=formats()[channel.settings[RECEIPTS]],
    )


def _ways(
    configured: Sequence[Channel], *, most: int
) -> list[tuple[ChannelKind, list[Channel], bool]]:
    """Each way with its channels, and whether there is room for one more.

    The company and each site have one of a kind, ``most`` in all; of groups any number.
    """
    found: list[tuple[ChannelKind, list[Channel], bool]] = []
    for kind in OUTSIDE:
        channels = [channel for channel in configured if channel.kind == kind]
        found.append((kind, channels, kind in GROUPS or len(channels) < most))
    return found


def _scopes(reader: User) -> list[tuple[str, str]]:
    """The company, to those who administer it, and each site whose channels they may set."""
    company = [("", reader.organisation.name)]
    sites = sites_where(reader, Permission.CHANNEL_MANAGE).filter(
        organisation=reader.organisation_id
    )
    own = [(site.code, site.name) for site in sites.order_by("code", "pk")]
    is_head = reader.organisation_id in managed_organisations(reader)
    return company + own if is_head else own


def _keep_channel(
    form: ChannelForm,
    reader: User,
    kind: ChannelKind,
    found: Channel | None,
    *,
    at: datetime,
) -> None:
    said = dict(form.cleaned_data)
    code = said.pop("scope", "")
    site: Site | None = found.site if found else None
    if code:
        site = site_for(reader, code, Permission.CHANNEL_MANAGE)
    services.set_channel(
        organisation=found.organisation if found else reader.organisation,
        site=site,
        kind=kind,
        name=said.pop("name", ""),
        is_enabled=said.pop("is_enabled"),
        values=said,
        channel=found,
        by=reader,
        at=at,
    )


def _keep_preference(reader: User, form: PreferenceForm) -> bool:
    try:
        services.set_preference(user=reader, kind=form.kind, **form.cleaned_data)
    except InvalidInput as refusal:
        form.add_error(refusal.path, str(refusal))
        return False
    return True


def _plan_form(plan: CheckPlan | None) -> PlanForm:
    initial = (
        {"daily_at": plan.daily_at, "is_on": plan.is_on}
        if plan
        else {"daily_at": "07:30", "is_on": False}
    )
    return PlanForm(initial=initial, label_suffix="", auto_id=False)


def _check_administers(reader: User) -> None:
    if not sites_where(reader, Permission.CHANNEL_MANAGE).exists():
        raise NotAllowed(_("您没有管理通知渠道的权限"))
