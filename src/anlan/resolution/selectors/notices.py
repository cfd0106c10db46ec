"""Letters of a case, what was objected, and what is carried out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils import formats
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import Organisation, User
from anlan.base.clock import acting_moment, local_day
from anlan.base.errors import NotFound
from anlan.base.money import chinese_capitals, format_fen
from anlan.cases.act import act_day
from anlan.cases.enums import Side
from anlan.cases.models import AccessLink, Case, Guardianship, KeepApart, Party
from anlan.cases.selectors import full_name, leaks_of, shown_name
from anlan.cases.selectors.contacts import aggressors_of
from anlan.cases.selectors.guardians import with_guardians
from anlan.customers.selectors import is_minor
from anlan.evidence.enums import Source
from anlan.evidence.models import Exhibit
from anlan.evidence.selectors.exhibits import kept_of
from anlan.investigation.selectors.interviews import investigated_case
from anlan.law import selectors as law
from anlan.law.book import Consequence
from anlan.resolution.enums import (
    CarryingState,
    DeliveryResult,
    NoticeKind,
    NoticeState,
    PlanState,
)
from anlan.resolution.letters import (
    BY_LAW,
    Field,
    Letter,
    appeal_words,
    compose,
    house_template,
    is_stale,
    without_stop,
)
from anlan.resolution.models import (
    Carrying,
    Notice,
    NoticeDelivery,
    NoticeTemplate,
    Objection,
    Plan,
    PlanMeasure,
)

# A letter is part of a Chinese office's record, whoever reads the screen.
LETTER_LANGUAGE = "zh-hans"
NOTICE_LINK = "notice"  # what a link to a letter is about, before its uid


@dataclass(frozen=True)
class Template:
    """What is in force for one kind of letter; ``row`` is ``None`` for the house's own."""

    kind: NoticeKind
    title: str
    body: str
    version: int
    row: NoticeTemplate | None

    def is_stale(self, *, on: date) -> bool:
        return is_stale(self.body, on=on)


def template_of(organisation: Organisation, kind: NoticeKind) -> Template:
    row = templates_of(organisation, kind).first()
    if row is not None:
        return Template(kind, row.title, row.body, row.version, row)
    house = house_template(kind)
    return Template(kind, house.title, house.body.strip(), 0, None)


def templates_of(
    organisation: Organisation, kind: NoticeKind
) -> QuerySet[NoticeTemplate]:
    """Every version that the office wrote, the newest first."""
    return (
        NoticeTemplate.objects.filter(organisation=organisation, kind=kind)
        .select_related("written_by")
        .order_by("-version")
    )


def letter_of(notice: Notice) -> Letter:
    """What the notice says, or would say if it were issued now, with its full name.

    It is for paper; a screen shows ``masked_letter``.
    """
    if notice.issued_at is not None:
        return Letter(notice.title, tuple(notice.text.splitlines()))
    kind = NoticeKind(notice.kind)
    template = template_of(notice.case.site.organisation, kind)
    return compose(title=template.title, body=template.body, values=_values(notice))


def masked_letter(notice: Notice) -> Letter:
    """The same with names as every screen shows them; who opens the paper is recorded.

    Also those of guardians whose standing was taken back since it was issued.
    """
    letter, party = letter_of(notice), notice.party
    named = [party, *(one.guardian for one in party.guarded_by.all())]
    shown = {full_name(one): shown_name(one) for one in named if full_name(one)}
    # The longest first, for one name may stand in another.
    names = sorted(shown, key=len, reverse=True)
    if not names:
        return letter
    any_name = re.compile("|".join(map(re.escape, names)))
    covered = (
        any_name.sub(lambda found: shown[found[0]], one) for one in letter.paragraphs
    )
    return Letter(letter.title, tuple(covered))


def is_to_guardian(notice: Notice) -> bool:
    """Whether whoever it is about was a minor when it was begun: theirs bears what it
    asks, and signs for it (民法典 1188)."""
    person = notice.party.person
    return person is not None and is_minor(person, on=local_day(notice.begun_at))


def named_guardians(notice: Notice) -> list[Party]:
    """Who stands for whoever it is about, and may be written to."""
    return [one for one in with_guardians(notice.party)[1:] if full_name(one)]


def _addressee(notice: Notice) -> str:
    name = full_name(notice.party)
    guardians = named_guardians(notice) if is_to_guardian(notice) else []
    if not guardians:
        return name
    return _("%(ward)s的监护人 %(names)s") % {
        "ward": name,
        "names": _("、").join(map(full_name, guardians)),
    }


def _values(notice: Notice) -> Mapping[Field, str]:
    case = notice.case
    with override(LETTER_LANGUAGE):
        return {
            Field.ADDRESSEE: _addressee(notice),
            Field.DAY: _day(act_day(case)),
            Field.PLACE: case.site.name,
            Field.FACTS: notice.facts,
            Field.REQUEST: notice.request,
            Field.OFFICE: case.site.organisation.name,
            Field.NUMBER: f"{case.number} {notice.code}",
            **(
                _by_law(notice)
                if notice.measure is None
                else _of_measure(notice.measure, on=act_day(case))
            ),
        }


def _of_measure(measure: PlanMeasure, *, on: date) -> dict[Field, str]:
    found = law.measure(measure.key, on=on)
    return {
        Field.CLAUSE: _clause(measure),
        Field.LAW: law.cite_all(found.sources, on=on),
        Field.AMOUNT: _amount(measure),
        Field.AMOUNT_BASIS: measure.amount_basis if measure.amount else "",
        Field.SERVICE: measure.get_service_display() if measure.service else "",
        Field.PERIOD: _period(measure),
        Field.APPEAL: without_stop(appeal_words(measure.appeal, measure.appeal_days)),
    }


def _by_law(notice: Notice) -> dict[Field, str]:
    """What the law of the day of the act says; of minors only to a guardian."""
    on = act_day(notice.case)
    told = {Field.REQUEST: without_stop(notice.request)}
    for one in law.consequences(on=on):
        field = BY_LAW[one.key]
        if field != Field.WARD or is_to_guardian(notice):
            told[field] = told.get(field, "") + _with_articles(one, on=on)
    return told


def _with_articles(one: Consequence, *, on: date) -> str:
    if not one.sources:
        return one.text
    said = {
        "words": without_stop(one.text),
        "articles": law.cite_all(one.sources, on=on),
    }
    return _("%(words)s（%(articles)s）。") % said


def _clause(measure: PlanMeasure) -> str:
    if not measure.clause:
        return ""
    return _("%(clause)s（%(version)s；%(binds)s）") % {
        "clause": measure.clause,
        "version": measure.clause_version,
        "binds": measure.binds,
    }


def _amount(measure: PlanMeasure) -> str:
    if not measure.amount:
        return ""
    return _("%(figure)s（大写：%(capitals)s）") % {
        "figure": format_fen(measure.amount),
        "capitals": chinese_capitals(measure.amount),
    }


def _period(measure: PlanMeasure) -> str:
    if measure.ends_on is None:
        return ""
    begins = measure.begins_on or local_day(measure.plan.begun_at)
    return _("%(first)s起，至%(last)s止（当日为最后一天）") % {
        "first": _day(begins),
        "last": _day(measure.ends_on),
    }


def _day(day: date) -> str:
    return formats.date_format(day)


def notices_of(case: Case) -> QuerySet[Notice]:
    """The newest first, with what became of each."""
    return (
        Notice.objects.filter(case=case)
        .select_related(
            *("party__person", "party__user", "measure__plan"),
            *("author", "issued_by", "exhibit", "revoked_by"),
        )
        .prefetch_related(
            Prefetch(
                "deliveries",
                NoticeDelivery.objects.select_related("by", "exhibit").order_by("pk"),
            ),
            Prefetch(
                "party__guarded_by",
                Guardianship.objects.select_related(
                    "guardian__person", "guardian__user"
                ),
            ),
        )
        .order_by("-number")
    )


def objections_of(case: Case) -> QuerySet[Objection]:
    """The newest first."""
    return (
        Objection.objects.filter(case=case)
        .select_related(
            *("measure__plan__author", "measure__party", "party__person"),
            *("party__user", "received_by", "decided_by"),
        )
        .order_by("-number")
    )


def objections_to(measure: PlanMeasure) -> QuerySet[Objection]:
    """What was said against one measure, the first first."""
    return measure.objections.select_related("task").order_by("number")


def carried_out(plan: Plan) -> list[Carrying]:
    """What becomes of the measures of an approved version, in their order."""
    return list(
        Carrying.objects.filter(measure__plan=plan)
        .select_related(
            *("measure__party__person", "measure__party__user", "task__ended_by")
        )
        .order_by("measure__position")
    )


def plan_in_force(case: Case) -> Plan | None:
    found = Plan.objects.filter(case=case, state=PlanState.APPROVED).first()
    if found is not None:
        found.case = case
    return found


def untold_measures(case: Case) -> list[PlanMeasure]:
    """Of the plan in force: what has to be told in writing, and no letter stands yet."""
    plan = plan_in_force(case)
    if plan is None:
        return []
    on = act_day(case)
    rows = (
        plan.measures.exclude(carrying__state=CarryingState.DROPPED)
        .exclude(notices__state__in=set(NoticeState) - {NoticeState.REVOKED})
        .select_related("party__person", "party__user", "plan")
        .order_by("position")
    )
    return [row for row in rows if law.measure(row.key, on=on).notice]


def consequences_of(party: Party) -> Notice | None:
    """The letter to them on what may follow in law that stands, or is being written."""
    return _explained().filter(party=party).first()


def to_explain_to(case: Case, reader: User) -> list[tuple[Party, str]]:
    """Whom the law was not explained to in writing yet, by masked name."""
    rows = aggressors_of(case, reader).exclude(pk__in=_explained().values("party"))
    return [(party, shown_name(party)) for party in rows]


def _explained() -> QuerySet[Notice]:
    written = Notice.objects.filter(kind=NoticeKind.CONSEQUENCES)
    return written.exclude(state=NoticeState.REVOKED)


def somebody_to_explain_to(reader: User, number: str, uid: UUID) -> Party:
    """
    Raises:
        NotFound: unknown, of another case, or nobody who struck.
    """
    case = investigated_case(reader, number)
    found = aggressors_of(case, reader).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("本案没有这位行为人，或者您无权查看"))
    found.case = case
    return found


def told_apart(party: Party, *, at: datetime) -> str:
    """What the plans that keep whoever they struck away from them ask, without a name.

    Nor where: the places that one avoids say where the other goes. Arrangements with a
    witness, or with somebody who struck too, are no duty of one towards the other.
    """
    plans = KeepApart.objects.filter(
        Q(one=party) | Q(other=party), ended_at=None, ends_at__gt=at
    ).order_by("begins_at", "ends_at", "pk")
    with override(LETTER_LANGUAGE):
        asked = [
            _("从 %(first)s 到 %(until)s 为止，不与对方接触。")
            % {"first": _moment(plan.begins_at), "until": _moment(plan.ends_at)}
            for plan in plans
            if _was_only_hurt(plan.other_id if plan.one_id == party.pk else plan.one_id)
        ]
    return "".join(dict.fromkeys(asked))


def _was_only_hurt(party_id: int) -> bool:
    roles = set(
        Party.objects.filter(pk=party_id, removed_at=None).values_list(
            "roles__role", flat=True
        )
    )
    return Side.VICTIM in roles and Side.AGGRESSOR not in roles


def _moment(at: datetime) -> str:
    return formats.date_format(localtime(at), "DATETIME_FORMAT")


def notice_for(reader: User, number: str, uid: UUID) -> Notice:
    """
    Raises:
        NotFound: unknown, or of another case.
    """
    case = investigated_case(reader, number)
    found = notices_of(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这份告知书"))
    found.case = case
    return found


def notice_of_link(link: AccessLink) -> Notice:
    """The letter that an address without an account is about.

    Raises:
        NotFound: it is about something else.
    """
    kind, _separator, uid = link.about.partition(":")
    found = (
        notices_of(link.case).filter(uid=uid).first()
        if kind == NOTICE_LINK and link.about
        else None
    )
    if found is None or found.issued_at is None:
        raise NotFound(_("这个链接已经失效"))
    found.case = link.case
    if found.measure is not None:
        found.measure.plan.case = link.case
    return found


def link_of(notice: Notice, *, at: datetime) -> AccessLink | None:
    """The address under which the person sees the letter, while it lives."""
    live = AccessLink.objects.filter(
        case=notice.case, about=notice.key, revoked_at=None, expires_at__gt=at
    )
    return live.order_by("-pk").first()


def printed_address(secret: str) -> str:
    """As a code on paper has it; empty where the program has no public address."""
    if not settings.PUBLIC_URL:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('portal:notice', args=[secret])}"


def told_by_link(notice: Notice) -> Letter | None:
    """What the person reads on their link: with their name covered.

    Nothing, if it tells of somebody whom only a later finding made a secret; the paper
    that they have says the same.
    """
    letter = masked_letter(notice)
    leaks = leaks_of(
        letter.text,
        case=notice.case,
        side=Side.AGGRESSOR,
        own=with_guardians(notice.party),
    )
    return None if leaks or not letter.text else letter


def objection_for(reader: User, number: str, uid: UUID) -> Objection:
    """
    Raises:
        NotFound: unknown, or of another case.
    """
    case = investigated_case(reader, number)
    found = objections_of(case).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这件申诉"))
    found.case = case
    found.measure.plan.case = case
    return found


def proofs_in(case: Case, reader: User) -> QuerySet[Exhibit]:
    """What may prove a delivery or a step: files that the reader sees, no letter of ours."""
    files = kept_of(case, reader).filter(blob__isnull=False)
    return files.exclude(source=Source.NOTICE).order_by("-number")


def results_of(notice: Notice) -> list[DeliveryResult]:
    """What may come of handing it over: a guardian signs where there is one."""
    unlikely = set()
    person = notice.party.person
    # Whoever came of age since it was begun signs it themself.
    if person is not None and is_minor(person, on=local_day(acting_moment())):
        unlikely.add(DeliveryResult.SIGNED)
    elif not named_guardians(notice):
        unlikely.add(DeliveryResult.GUARDIAN)
    return [one for one in DeliveryResult if one not in unlikely]
