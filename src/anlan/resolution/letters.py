"""The text of a letter: a template that legal counsel writes, and what is filled in.

A template is plain text, a paragraph a line. ``{事实}`` is a field, ``[L-民法典-942]``
cites an article (G39: the article's identifier stands in the template, its words come
from the law as data). A paragraph whose field has nothing to say is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict

from anlan.base.errors import InvalidInput
from anlan.cases.enums import Severity
from anlan.investigation.comparing.numerals import number_of
from anlan.law import guardrails as laws
from anlan.law import selectors as law
from anlan.law.book import Need
from anlan.resolution.enums import NoticeKind
from anlan.resolution.guarding import check_words

MOST_BODY = 6000
MOST_TITLE = 40
MOST_APPEAL_DAYS = 180
_DATA = Path(__file__).parent / "data" / "notices.yaml"
_FIELD = re.compile(r"\{([^{}\n]*)\}")
# A number of days directly before an act of objecting, how and to whom in between: what
# else a letter sets a number of days for ("三日内缴清，可以申诉") ends no right.
_HOW = r"(?:\s|[，,、]|可以|可|有权|书面|口头|当面|以|方式|形式|或者|或|您)*+"
_LIMIT = re.compile(
    r"(?<![第.．\d零〇一二两三四五六七八九十百])"
    r"([零〇一二两三四五六七八九十百]+|\d{1,3})\s*[日天]\s*(?:以内|之内|内)"
    rf"{_HOW}(?:向[^，,。；;：:]{{1,20}}?)?{_HOW}"
    r"(?:申诉|(?:申请|要求|请求)复核"
    r"|提出(?:书面|口头)?(?:申诉|异议|复核|意见|[。；;，,]|$))"
)
_CITED = re.compile(r"\[(L-[^\[\]\n]*)\]")


class Field(StrEnum):
    """What a template may have filled in, as it names it."""

    ADDRESSEE = "收件人"
    DAY = "日期"
    PLACE = "地点"
    FACTS = "事实"
    CLAUSE = "依据"
    LAW = "法条"
    REQUEST = "要求"
    AMOUNT = "金额"
    AMOUNT_BASIS = "金额依据"
    SERVICE = "服务"
    PERIOD = "起止"
    APPEAL = "申诉"
    OFFICE = "单位"
    NUMBER = "案号"
    ADMINISTRATIVE = "治安责任"
    CRIMINAL = "刑事责任"
    CIVIL = "民事责任"
    LENIENCY = "从宽处理"
    WARD = "未成年人"
    RIGHTS = "权利"


# What a measure says that its letter tells: words of the plan, which nobody writes anew.
DECIDED_WORDS = ("words", "clause", "clause_version", "binds", "amount_basis", "appeal")
_ALWAYS = frozenset({Field.ADDRESSEE, Field.FACTS, Field.REQUEST, Field.NUMBER})
# What a measure must have, the person must be told.
_TOLD: Mapping[Need, frozenset[Field]] = {
    Need.AMOUNT: frozenset({Field.AMOUNT, Field.AMOUNT_BASIS}),
    Need.CLAUSE: frozenset({Field.CLAUSE}),
    Need.SERVICE: frozenset({Field.SERVICE}),
    Need.END: frozenset({Field.PERIOD}),
    Need.APPEAL: frozenset({Field.APPEAL}),
}


# What the law as data says of an act, by its keys.
BY_LAW: Mapping[str, Field] = {
    "administrative": Field.ADMINISTRATIVE,
    "criminal": Field.CRIMINAL,
    "civil": Field.CIVIL,
    "leniency": Field.LENIENCY,
    "ward": Field.WARD,
    "rights": Field.RIGHTS,
}


class Draft(BaseModel):
    """A template of the house."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: NoticeKind
    title: str
    body: str


@dataclass(frozen=True)
class Letter:
    """What a letter says, paragraph by paragraph; citations are written out."""

    title: str
    paragraphs: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join(self.paragraphs)

    @property
    def digest(self) -> str:
        """By which whoever issues it says what they looked at."""
        return sha256(f"{self.title}\n{self.text}".encode()).hexdigest()


def names_in(text: str) -> list[str]:
    """The names of a line, each once, as people separate them."""
    names = (name.strip() for name in re.split("[、，,；;]", text))
    return list(dict.fromkeys(name for name in names if name))


def without_stop(text: str) -> str:
    """What a sentence of a template goes on after."""
    return text.rstrip("。.")


def appeal_days(text: str) -> int | None:
    """Within how many days of its arrival a letter says that one may object.

    None where it names no number of days for that, or several, or counts only working
    days: then nobody is late.
    """
    found = {number_of(days) for days in _LIMIT.findall(text)}
    return found.pop() if len(found) == 1 else None


def appeal_words(text: str, days: int | None) -> str:
    """To whom, how and within how many days one may object, said once."""
    if not text or days is None or appeal_days(text) == days:
        return text
    return _("自收到之日起 %(days)s 日内，%(words)s") % {"days": days, "words": text}


def house_template(kind: NoticeKind) -> Draft:
    return _house()[kind]


def needed_fields(kind: NoticeKind, *, on: date) -> frozenset[Field]:
    """What the letter of a measure has to say: all that the measure must have.

    One on what may follow in law says all of that, and is nobody's own choice of it.
    """
    if not kind.is_of_measure:
        return _ALWAYS.union(BY_LAW.values())
    needs = {
        need
        for measure in law.measures(on=on)
        if measure.notice == kind
        for need in measure.needs
    }
    return _ALWAYS.union(*(_TOLD[need] for need in needs if need in _TOLD))


def check_template(*, kind: NoticeKind, title: str, body: str, on: date) -> None:
    """Refuse what could not become a lawful letter.

    Raises:
        InvalidInput: an unknown field or article, one that must be told is missing, or
            words that no letter of the office may have, whatever the case.
    """
    if not title.strip() or len(title) > MOST_TITLE:
        raise InvalidInput(_("请写标题，最多 %s 个字") % MOST_TITLE, path="title")
    if not body.strip() or len(body) > MOST_BODY:
        raise InvalidInput(_("请写正文，最多 %s 个字") % MOST_BODY, path="body")
    unknown = [name for name in _FIELD.findall(body) if name not in set(Field)]
    if unknown:
        raise InvalidInput(_("没有这样的填写项：{%s}") % unknown[0][:20], path="body")
    missing = needed_fields(kind, on=on) - {
        Field(name) for name in _FIELD.findall(body)
    }
    if missing:
        raise InvalidInput(
            _("这种函必须写明：%s")
            % " ".join(f"{{{name}}}" for name in sorted(missing)),
            path="body",
        )
    laws.check_cited(references=cited_in(body), act_on=on)
    for path, text in (("title", title), ("body", body)):
        check_words(text, severity=max(Severity), act_on=on, path=path)


def cited_in(body: str) -> list[str]:
    """The identifiers of the articles that a template cites."""
    return _CITED.findall(body)


def is_stale(body: str, *, on: date) -> bool:
    """Whether it cites an article that is unknown, or not in force that day."""
    return not all(law.is_citable(name, on=on) for name in cited_in(body))


def compose(*, title: str, body: str, values: Mapping[Field, str]) -> Letter:
    """Fill in a template that was checked; what was filled in is never read as one."""
    return Letter(title=title, paragraphs=tuple(_paragraphs(body, values)))


def _paragraphs(body: str, values: Mapping[Field, str]) -> Iterator[str]:
    for line in body.splitlines():
        names = [Field(name) for name in _FIELD.findall(line)]
        if line.strip() and all(values.get(name) for name in names):
            cited = _CITED.sub(lambda found: law.cite(found[1]), line)
            yield _FIELD.sub(lambda found: values[Field(found[1])], cited).strip()


@cache
def _house() -> dict[NoticeKind, Draft]:
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return {draft.kind: draft for draft in map(Draft.model_validate, rows)}
