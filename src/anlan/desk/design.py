"""The gallery: every component in every state, with invented people; for developers.

Its words are sample data and not part of the product's catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

PAGES = {
    "": "design/gallery.html",
    "room": "design/room.html",
    "phone": "design/phone.html",
    "report": "design/report.html",
    "public": "design/public.html",
    "paper": "design/paper.html",
}


SWATCHES = (  # noqa: SIM905 -- one word each, read as a line
    "bg surface surface-2 surface-3 line line-strong control-line text text-2 text-3 "
    "brand brand-soft bad bad-soft hot hot-soft warn warn-soft info info-soft ok ok-soft "
    "victim victim-soft"
).split()


@dataclass(frozen=True, kw_only=True)
class Phase:
    name: str
    note: str
    state: str


@dataclass(frozen=True, kw_only=True)
class Link:
    """A tab, a line of the navigation: the shape of ``desk.context.Place``."""

    label: str
    icon: str = ""
    url: str = "?"
    count: int = 0


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str


@dataclass(frozen=True, kw_only=True)
class Reader:
    name: str
    read_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Row:
    number: str
    title: str
    severity: int
    place: str
    opened_at: datetime
    owner: str
    due_at: datetime
    state: str = ""


@dataclass(frozen=True, kw_only=True)
class SampleScreen:
    """What ``desk.context.Screen`` is for a real reader."""

    theme: str
    text: str
    language: str
    role: str = "值班主任 · 云栖花园"
    user: Person = Person(name="周敏")

    @property
    def navigation(self) -> tuple[tuple[str, tuple[Link, ...]], ...]:
        return (
            (
                "",
                (
                    Link(label="工作台", icon="home", url="/"),
                    Link(label="事件处置", icon="urgent", url="/design/", count=3),
                    Link(label="我的任务", icon="checklist"),
                    Link(label="证据库", icon="device-cctv"),
                ),
            ),
            (
                "后续处理",
                (
                    Link(label="调查与方案", icon="report-medical"),
                    Link(label="调解", icon="heart-handshake"),
                    Link(label="投诉与反馈", icon="message-circle"),
                    Link(label="客户关系", icon="users"),
                ),
            ),
            (
                "能力建设",
                (
                    Link(label="培训与演练", icon="school"),
                    Link(label="预案与制度", icon="clipboard-list"),
                    Link(label="统计报表", icon="chart-bar"),
                ),
            ),
        )

    @property
    def current(self) -> tuple[str, ...]:
        return ("/design/",)

    @property
    def tabs(self) -> list[Link]:
        return [
            Link(label="报警", icon="urgent", url="/design/"),
            Link(label="任务", icon="checklist", count=2),
            Link(label="事件", icon="clipboard-list"),
            Link(label="我的", icon="user"),
        ]


@dataclass(frozen=True, kw_only=True)
class Scene:
    """One evening in an invented estate; all times hang on the instant of the request."""

    now: datetime

    def __getattr__(self, name: str) -> datetime:
        """``m12`` is twelve minutes after the alarm; ``in16`` is in sixteen minutes."""
        if name.startswith("m") and name[1:].isdecimal():
            return self.alarm + timedelta(minutes=int(name[1:]))
        if name.startswith("in") and name[2:].isdecimal():
            return self.now + timedelta(minutes=int(name[2:]), seconds=18)
        if name.startswith("ago") and name[3:].isdecimal():
            return self.now - timedelta(minutes=int(name[3:]), seconds=6)
        raise AttributeError(name)

    @property
    def alarm(self) -> datetime:
        return self.now - timedelta(minutes=44, seconds=46)

    @property
    def phases(self) -> list[Phase]:
        return [
            Phase(name="保护与控制", note="14:06 完成", state="done"),
            Phase(name="收集证据", note="进行中 · 40 分", state="now"),
            Phase(name="沟通了解", note="预计 15:30", state="todo"),
            Phase(name="报警与法律", note="24 小时内", state="todo"),
            Phase(name="加强防范", note="7 天内", state="todo"),
        ]

    @property
    def readers(self) -> list[Reader]:
        names = ["王建国", "张强", "李芳", "何涛", "陈立", "孙丽", "赵明"]
        return [
            Reader(name=name, read_at=self.m1 if index < 5 else None)
            for index, name in enumerate(names)
        ]

    @property
    def rows(self) -> list[Row]:
        return [
            Row(
                number="YQ-IN-20261123-003",
                title="大堂访客殴打前台客服",
                severity=4,
                place="3 号楼 1 层大堂",
                opened_at=self.alarm,
                owner="周敏",
                due_at=self.ago3,
                state="late",
            ),
            Row(
                number="YQ-IN-20261123-002",
                title="地下车库停车纠纷，两人受伤",
                severity=5,
                place="B1 车库 112 号车位",
                opened_at=self.ago50,
                owner="何涛",
                due_at=self.in16,
            ),
            Row(
                number="YQ-IN-20261122-001",
                title="装修噪声争吵，未动手",
                severity=2,
                place="6 号楼 1502 门口",
                opened_at=self.now - timedelta(days=1, hours=3),
                owner="李芳",
                due_at=self.now + timedelta(days=3),
            ),
            Row(
                number="YQ-IN-20261120-004",
                title="保安被推搡，自卫经过已录像",
                severity=3,
                place="北门岗亭",
                opened_at=self.now - timedelta(days=3),
                owner="张强",
                due_at=self.now + timedelta(hours=5),
            ),
        ]


class SampleForm(forms.Form):
    """One field of each kind; bound with mistakes, so that the errors show."""

    name = forms.CharField(label="姓名", help_text="与身份证一致。")
    phone = forms.CharField(label="手机")
    place = forms.ChoiceField(
        label="位置", choices=[("1", "3 号楼 1 层大堂"), ("2", "B1 车库")]
    )
    happened = forms.CharField(
        label="经过", widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    share = forms.BooleanField(label="同意把进展发到我的手机", required=False)
    kinds = forms.MultipleChoiceField(
        label="发生了什么",
        widget=forms.CheckboxSelectMultiple,
        choices=[("going_on", "仍在继续"), ("injured", "有人受伤"), ("weapon", "持械")],
    )


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    """All components (``?page=`` for whole pages), in a theme and a text size."""
    template = PAGES.get(request.GET.get("page", ""))
    if template is None:
        raise Http404
    theme = request.GET.get("theme", "")
    text = request.GET.get("text", "")
    form = SampleForm(
        {"name": "陈小雯", "phone": "1990000", "place": "1", "kinds": ["injured"]}
    )
    form.add_error("phone", "手机号应为 11 位。")
    return render(
        request,
        template,
        {
            "screen": SampleScreen(
                theme=theme if theme in {"light", "dark"} else "",
                text=text if text == "large" else "",
                language=get_language() or "zh-hans",
            ),
            "scene": Scene(now=timezone.now()),
            "form": form,
            "blank": SampleForm(),
            "swatches": SWATCHES,
            "sizes": [Link(label="概览"), Link(label="时间线", count=4)],
        },
    )
