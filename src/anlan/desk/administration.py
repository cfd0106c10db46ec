"""Standards and playbooks: what holds, what changed, and the next version."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from anlan.accounts.models import Organisation
from anlan.accounts.roles import ROLES, Permission
from anlan.accounts.views.common import tried
from anlan.base.errors import NotFound
from anlan.cases import services as cases
from anlan.cases.enums import Phase
from anlan.cases.forms.fields import moment_field
from anlan.cases.models import Playbook, Standard
from anlan.cases.permissions import check_may_edit
from anlan.cases.plan_text import compare_plans, read_plan_text, write_plan_text
from anlan.desk.views.reader import reader

UNITS = {1: gettext_lazy("秒"), 60: gettext_lazy("分钟"), 3600: gettext_lazy("小时"), 86400: gettext_lazy("天")}  # fmt: skip


class RevisionForm(forms.Form):
    """From when a version holds, and why it was made."""

    valid_from = moment_field(
        label=gettext_lazy("从何时起"),
        required=False,
        help_text=gettext_lazy("不填为立即生效；正在走的时限不变"),
    )
    reason = forms.CharField(
        label=gettext_lazy("修订理由"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class StandardForm(RevisionForm):
    amount = forms.IntegerField(label=gettext_lazy("时限"), min_value=1)
    unit = forms.TypedChoiceField(
        label=gettext_lazy("单位"), choices=list(UNITS.items()), coerce=int
    )
    source = forms.CharField(label=gettext_lazy("依据"), max_length=120, required=False)
    field_order = ["amount", "unit", "source", "valid_from", "reason"]

    @property
    def seconds(self) -> int:
        amount: int = self.cleaned_data["amount"]
        unit: int = self.cleaned_data["unit"]
        return amount * unit


class PlanTextForm(RevisionForm):
    """The whole plan as YAML."""

    text = forms.CharField(
        label=gettext_lazy("预案（YAML）"),
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 28, "spellcheck": "false", "class": "input code"}
        ),
    )
    field_order = ["text", "valid_from", "reason"]


class PlanWordsForm(RevisionForm):
    """Titles, advice and limits of a plan's tasks; its structure stays."""

    def __init__(self, *args: Any, body: Mapping[str, Any], **more: Any) -> None:
        super().__init__(*args, **more)
        self.body = body
        for task in _tasks(body):
            key = task["key"]
            self.fields[f"title:{key}"] = forms.CharField(
                label=_("任务"), max_length=120, initial=task["title"]
            )
            self.fields[f"advice:{key}"] = forms.CharField(
                label=_("提示"),
                max_length=240,
                required=False,
                initial=task.get("advice", ""),
            )
            if "within" in task:
                self.fields[f"within:{key}"] = forms.IntegerField(
                    label=_("时限（分钟）"),
                    min_value=1,
                    initial=max(1, round(task["within"] / 60)),
                )

    def revised(self) -> dict[str, Any]:
        """The plan with the words of the form; what was not touched stays to the second."""
        body = copy.deepcopy(dict(self.body))
        for task in _tasks(body):
            key = task["key"]
            task["title"] = self.cleaned_data[f"title:{key}"]
            if advice := self.cleaned_data[f"advice:{key}"]:
                task["advice"] = advice
            else:
                task.pop("advice", None)
            if f"within:{key}" in self.changed_data:
                task["within"] = self.cleaned_data[f"within:{key}"] * 60
        return body

    def groups(self) -> Iterable[tuple[str, list[dict[str, Any]]]]:
        """The fields task by task, under their phases."""
        names = dict(Phase.choices)
        for phase in self.body["phases"]:
            rows = [
                {
                    "task": task,
                    "role": ROLES[task["role"]].name,
                    "fields": [
                        self[name]
                        for word in ("title", "advice", "within")
                        if (name := f"{word}:{task['key']}") in self.fields
                    ],
                }
                for task in phase["tasks"]
            ]
            yield str(names[phase["key"]]), rows


@login_required
@require_GET
def standards(request: HttpRequest) -> HttpResponse:
    """Every promise with its limit as it holds now."""
    user = reader(request)
    check_may_edit(user, user.organisation, Permission.STANDARD_EDIT)
    now = timezone.now()
    versions: dict[str, list[Standard]] = {}
    for standard in Standard.objects.filter(organisation=user.organisation).order_by(
        "key", "-version"
    ):
        versions.setdefault(standard.key, []).append(standard)
    rows = [_in_force(some, now) for some in versions.values()]
    return render(request, "desk/administration/standards.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def standard(request: HttpRequest, key: str) -> HttpResponse:
    """One promise: its history, and the next version."""
    user = reader(request)
    check_may_edit(user, user.organisation, Permission.STANDARD_EDIT)
    history = list(
        Standard.objects.filter(organisation=user.organisation, key=key).order_by(
            "-version"
        )
    )
    if not history:
        raise NotFound(_("没有这个时限标准"))
    newest = history[0]
    unit = max(u for u in UNITS if newest.seconds % u == 0)
    form = StandardForm(
        request.POST or None,
        initial={
            "amount": newest.seconds // unit,
            "unit": unit,
            "source": newest.source,
        },
    )
    if request.method == "POST" and form.is_valid():
        published = tried(
            form,
            lambda: cases.publish_standard(
                organisation=user.organisation,
                key=key,
                title=newest.title,
                seconds=form.seconds,
                source=form.cleaned_data["source"],
                valid_from=form.cleaned_data["valid_from"],
                reason=form.cleaned_data["reason"],
                by=user,
                at=timezone.now(),
            ),
        )
        if published is not None:
            messages.success(request, _("已发布第 %d 版") % published.version)
            return redirect("desk:standard", key)
    context = {
        "standard": newest,
        "form": form,
        "history": _steps(history),
        **_in_force(history, timezone.now()),
    }
    return _page(request, "standard", context, form)


@login_required
@require_GET
def playbooks(request: HttpRequest) -> HttpResponse:
    user = reader(request)
    check_may_edit(user, user.organisation, Permission.PLAYBOOK_EDIT)
    versions: dict[str, list[Playbook]] = {}
    for found in Playbook.objects.filter(organisation=user.organisation).order_by(
        "key", "-version"
    ):
        versions.setdefault(found.key, []).append(found)
    now = timezone.now()
    rows = [
        {
            **_in_force(some, now),
            "phases": len(some[0].body["phases"]),
            "tasks": sum(1 for _task in _tasks(some[0].body)),
        }
        for some in versions.values()
    ]
    return render(request, "desk/administration/playbooks.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def playbook(request: HttpRequest, key: str) -> HttpResponse:
    """The newest version, its words as fields."""
    user = reader(request)
    history = _playbook_history(user.organisation, key, request)
    form = PlanWordsForm(request.POST or None, body=history[0].body)
    if request.method == "POST" and form.is_valid():
        published = _publish(request, form, form.revised)
        if published is not None:
            return _published(request, published, history[0])
    context = {
        "playbook": history[0],
        "history": history,
        "form": form,
        **_in_force(history, timezone.now()),
    }
    return _page(request, "playbook", context, form)


@login_required
@require_http_methods(["GET", "POST"])
def playbook_text(request: HttpRequest, key: str) -> HttpResponse:
    """The newest version as YAML, for its structure."""
    user = reader(request)
    history = _playbook_history(user.organisation, key, request)
    form = PlanTextForm(
        request.POST or None, initial={"text": write_plan_text(history[0].body)}
    )
    if request.method == "POST" and form.is_valid():
        published = _publish(
            request,
            form,
            lambda: _with_key(read_plan_text(form.cleaned_data["text"]), key),
        )
        if published is not None:
            return _published(request, published, history[0])
    context = {"playbook": history[0], "history": history, "form": form}
    return _page(request, "playbook_text", context, form)


@login_required
@require_GET
def playbook_version(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """One version, as it differs from the one before it."""
    user = reader(request)
    history = _playbook_history(user.organisation, key, request)
    by_version = {found.version: found for found in history}
    if version not in by_version:
        raise NotFound(_("没有这一版预案"))
    found, before = by_version[version], by_version.get(version - 1)
    context = {
        "playbook": found,
        "before": before,
        "rows": compare_plans(before.body, found.body) if before else [],
        "text": write_plan_text(found.body),
    }
    return render(request, "desk/administration/playbook_version.html", context)


def _publish(request: HttpRequest, form: RevisionForm, body: Any) -> Playbook | None:
    user = reader(request)
    return tried(
        form,
        lambda: cases.publish_playbook(
            organisation=user.organisation,
            body=body(),
            valid_from=form.cleaned_data["valid_from"],
            reason=form.cleaned_data["reason"],
            by=user,
            at=timezone.now(),
        ),
    )


def _published(
    request: HttpRequest, published: Playbook, newest: Playbook
) -> HttpResponse:
    if published.pk == newest.pk:
        messages.info(request, _("没有改动，没有新版本"))
        return redirect("desk:playbook", published.key)
    messages.success(request, _("已发布第 %d 版") % published.version)
    return redirect("desk:playbook_version", published.key, published.version)


def _with_key(body: dict[str, Any], key: str) -> dict[str, Any]:
    """A plan keeps the name by which cases begin it."""
    return {**body, "key": key}


def _playbook_history(
    organisation: Organisation, key: str, request: HttpRequest
) -> list[Playbook]:
    check_may_edit(reader(request), organisation, Permission.PLAYBOOK_EDIT)
    history = list(
        Playbook.objects.filter(organisation=organisation, key=key).order_by("-version")
    )
    if not history:
        raise NotFound(_("没有这个预案"))
    return history


def _tasks(body: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    return (task for phase in body["phases"] for task in phase["tasks"])


def _in_force(versions: list[Any], now: datetime) -> dict[str, Any]:
    """The version that holds now and, if a newer one waits, that one; newest first."""
    current = next((v for v in versions if v.valid_from <= now), None)
    newest = versions[0]
    return {
        "current": current,
        "coming": newest if current is None or newest.pk != current.pk else None,
        "newest": newest,
    }


def _steps(history: list[Standard]) -> list[dict[str, Any]]:
    """Each version with what it changed, newest first."""
    older = [*history[1:], None]
    return [
        {
            "standard": found,
            "before": before.seconds
            if before is not None and before.seconds != found.seconds
            else None,
        }
        for found, before in zip(history, older, strict=True)
    ]


def _page(
    request: HttpRequest, name: str, context: dict[str, Any], form: forms.Form
) -> HttpResponse:
    status = 422 if form.errors else 200
    return render(request, f"desk/administration/{name}.html", context, status=status)
