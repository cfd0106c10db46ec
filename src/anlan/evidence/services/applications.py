"""Applications for footage: taken in, decided by another person, seen, withdrawn, run out.

What leaves the house under one is in ``services/releasing.py``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import Place, Site, User
from anlan.accounts.roles import Permission, roles_with
from anlan.accounts.selectors import people_by_role
from anlan.accounts.services.record import record_at_site
from anlan.base import vault
from anlan.base.clock import local_day, utc_text
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.cases.services.opening import next_count
from anlan.customers import services as customers
from anlan.customers.models import Person
from anlan.evidence import messages, permissions, policies
from anlan.evidence.enums import (
    Applicant,
    ApplicationState,
    AuthorityPaper,
    FootageWay,
    IdentityPaper,
    Relation,
)
from anlan.evidence.events import (
    FootageApplied,
    FootageApprovalExpired,
    FootageApproved,
    FootageAttached,
    FootageDocumentOpened,
    FootageHandedOver,
    FootageRefused,
    FootageViewingBegan,
    FootageViewingEnded,
    FootageWithdrawn,
)
from anlan.evidence.models import (
    Camera,
    Exhibit,
    FootageApplication,
    FootageRequest,
    FootageViewing,
    FootageWindow,
    Package,
    Recording,
    RetentionLook,
)
from anlan.evidence.selectors.applications import may_be_asked_for
from anlan.evidence.selectors.exhibits import exhibits_of
from anlan.evidence.selectors.retention import item_of
from anlan.evidence.services.announcing import look_soon, put_off
from anlan.evidence.services.footage import ask_for_footage
from anlan.evidence.services.opening import good_path
from anlan.evidence.services.receiving import take_blob
from anlan.law import guardrails as law
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor, Event
from anlan.notify import services as notify

NUMBER_KIND = "FR"  # of ``YQ-FR-20261123-001``
MOST_WINDOWS, LONGEST_WINDOW = 5, timedelta(hours=48)
MOST_UNIT, MOST_DOCUMENT, MOST_WORDS = 120, 80, 300  # characters
MOST_OFFICERS, MOST_OFFICER = 4, 40
# Our own goals, shown as advice: the law notes name no time within which to answer.
GOALS = {True: timedelta(hours=24), False: timedelta(days=3)}
HELD_FOR, LONGEST_HELD = timedelta(days=7), timedelta(days=30)
VIEWED_FOR = timedelta(hours=2)  # of one sitting
DUE_AT_ONCE = 50

_TAIL = re.compile(r"[0-9A-Z]{4}", re.ASCII)
_OFFICER_NUMBER = re.compile(r"[0-9A-Z-]{4,24}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Officer:
    name: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What an applicant says and shows, as it was typed.

    Args:
        name, phone: of who asks for themselves or for a client.
        unit, officers: of an authority; two of the police.
        identity_tail: the last four characters; the rest is looked at and not kept.
        windows: of true time, from and to.
        names_statements: the paper of an authority asks for statements too.
        document: the bytes of a photo of the paper, if one was taken.
    """

    applicant: Applicant
    purpose: str
    wanted: FootageWay
    windows: Sequence[tuple[datetime, datetime]]
    identity_paper: IdentityPaper
    identity_tail: str
    relation: Relation = Relation.SELF
    name: str = ""
    phone: str = ""
    unit: str = ""
    officers: Sequence[Officer] = ()
    document_kind: str = ""
    document_number: str = ""
    document: Iterable[bytes] = ()
    names_statements: bool = False


def take_in_application(
    *,
    site: Site,
    asked: Asked,
    by: User,
    at: datetime,
    case: Case | None = None,
    place: Place | None = None,
    cameras: Iterable[Camera] = (),
    request_id: UUID | None = None,
    via: str = "",
) -> FootageApplication:
    """Write down who asks for which footage, as what and for what.

    Args:
        case: whose recordings they are, if there is one; else the spot or the cameras.

    Raises:
        InvalidInput: something is missing that the law or the decision needs (G13).
    """
    permissions.check_can_take_in(by, site)
    document = list(asked.document)
    asked = _checked(asked, at=at)
    chosen = _checked_where(site, case, place, cameras)
    kept = vault.keep_photo(document, path="document") if any(document) else None
    uid = uuid4()
    content = {
        "application": sha256(repr((asked, [c.pk for c in chosen])).encode()).hex(),
        "document": kept.sha256 if kept else "",
        "site": str(site.uid),
        "case": str(case.uid) if case else "",
        "place": str(place.uid) if place else "",
        "by": by.actor_key,
    }
    with ledger.recording():
        if request_id is not None:
            earlier = cases.claim_request(
                organisation_id=site.organisation_id,
                request_id=request_id,
                content=content,
                answer=uid,
                at=at,
            )
            if earlier is not None:
                return _all().get(uid=earlier)
        if case is not None:
            case = cases.lock_case(case)
        person = None
        if asked.applicant.is_customer:
            person = customers.find_or_add_person(
                site=site, name=asked.name, phone=asked.phone, by=by, at=at, via=via
            )
        row = _entered(
            site, asked, person=person, case=case, place=place, uid=uid, by=by, at=at
        )
        if kept is not None:
            row.document = take_blob(kept, at=at)
        row.save()
        row.cameras.set(chosen)
        FootageWindow.objects.bulk_create(
            FootageWindow(application=row, begin=begin, end=end)
            for begin, end in asked.windows
        )
        _record(
            FootageApplied(
                number=row.number,
                applicant=row.applicant,
                relation=row.relation,
                wanted=row.wanted,
                begin=utc_text(min(begin for begin, _end in asked.windows)),
                end=utc_text(max(end for _begin, end in asked.windows)),
                cameras=len(chosen),
                document=kept.sha256 if kept else None,
                statements=1 if row.names_statements else None,
                purpose_digest=row.digest_of("purpose"),
                unit_digest=row.digest_of("unit"),
                officers_digest=row.digest_of("officers"),
                document_number_digest=row.digest_of("document_number"),
                identity_tail_digest=row.digest_of("identity_tail"),
            ),
            row,
            by=by,
            at=at,
            via=via,
        )
        _tell(
            messages.FOOTAGE_ASKED,
            row,
            people=_deciders(row),
            by=by,
            at=at,
            applicant=row.applicant,
        )
    return row


def attach_application(
    *,
    application: FootageApplication,
    case: Case,
    by: User,
    at: datetime,
    via: str = "",
) -> FootageApplication:
    """Say to which case an application belongs that was taken in without one.

    What was asked stays as it is, and so does what was approved: without a case that was a
    look at the recorder alone. From then on it is kept as long as the case, and by its
    holds. Twice is the same.

    Raises:
        InvalidInput: the case is of another site.
        Conflict: it belongs to another case, or its words went with their period.
    """
    permissions.check_can_attach_application(by, application)
    if case.site_id != application.site_id:
        raise InvalidInput(_("案件不属于这个项目"), path="case")
    with ledger.recording():
        case = cases.lock_case(case)
        row = _all().select_for_update(of=("self",)).get(pk=application.pk)
        if row.case_id == case.pk:
            return row
        policies.check_application_may_be_attached(row)
        put_off(item_of(row), None, why="attached", at=at)
        row.case = case
        row.save(update_fields=["case"])
        look_soon(RetentionLook.objects.filter(case=case), at=at)
        _record(
            FootageAttached(number=row.number, case=case.number),
            row,
            by=by,
            at=at,
            via=via,
        )
    return row


def open_document(*, application: FootageApplication, by: User, at: datetime) -> Path:
    """Say on the record who looks at the applicant's paper, then say where it is.

    Names and numbers of strangers stand on it: it is for whoever took it in, decides, or
    may see such data elsewhere.

    Raises:
        Conflict: nobody took a picture of it, or no copy of that is whole.
    """
    permissions.check_can_see_document(by, application)
    if application.document is None:
        raise Conflict(_("没有拍文书照片"))
    path = good_path(application.document)
    with ledger.recording():
        _record(
            FootageDocumentOpened(
                number=application.number, sha256=application.document.sha256
            ),
            application,
            by=by,
            at=at,
        )
    return path


def approve_application(
    *,
    application: FootageApplication,
    way: FootageWay,
    by: User,
    at: datetime,
    recordings: Iterable[Recording] = (),
    exhibits: Iterable[Exhibit] = (),
    holds_for: timedelta = HELD_FOR,
    words: str = "",
    via: str = "",
) -> FootageApplication:
    """Say what may be seen or given, in which way, and until when.

    Args:
        recordings, exhibits: the scope; nothing else is shown or leaves.
        words: terms that the applicant must keep.

    Raises:
        NotAllowed: they took it in, or ask themselves.
        Conflict: it is decided already.
        InvalidInput: more than was asked for.
    """
    if not timedelta(0) < holds_for <= LONGEST_HELD:
        raise InvalidInput(_("有效期 1 到 30 天"), path="days")
    words = typed(words, path="words", most=MOST_WORDS)
    with ledger.recording():
        row = _locked(application)
        permissions.check_can_decide_application(by, row)
        policies.check_application_may_become(row, ApplicationState.APPROVED)
        films, files = _scope(row, recordings, exhibits, way=way, by=by)
        row.state, row.way = ApplicationState.APPROVED, way
        row.decided_by, row.decided_at, row.decision = by, at, words
        row.until = at + holds_for
        row.save()
        row.recordings.set(films)
        row.exhibits.set(files)
        codes = [*(film.code for film in films), *(file.code for file in files)]
        _record(
            FootageApproved(
                number=row.number,
                way=way,
                recordings=len(films),
                exhibits=len(files),
                scope_digest=sha256("\n".join(codes).encode()).hex(),
                until=utc_text(row.until),
                decision_digest=row.digest_of("decision"),
            ),
            row,
            by=by,
            at=at,
            via=via,
        )
        _tell_decision(row, by=by, at=at)
    return row


def refuse_application(
    *,
    application: FootageApplication,
    words: str,
    by: User,
    at: datetime,
    via: str = "",
) -> FootageApplication:
    """Say no, and why; the applicant is told what else they can do.

    Raises:
        NotAllowed: they took it in, or ask themselves.
        Conflict: it is decided already.
        InvalidInput: no reason.
    """
    words = typed(words, path="words", most=MOST_WORDS, refusal=_("请写明不批准的理由"))
    with ledger.recording():
        row = _locked(application)
        permissions.check_can_decide_application(by, row)
        policies.check_application_may_become(row, ApplicationState.REFUSED)
        row.state, row.decision = ApplicationState.REFUSED, words
        row.decided_by, row.decided_at, row.ended_at = by, at, at
        row.save()
        _record(
            FootageRefused(
                number=row.number, decision_digest=row.digest_of("decision")
            ),
            row,
            by=by,
            at=at,
            via=via,
        )
        _tell_decision(row, by=by, at=at)
    return row


def withdraw_application(
    *,
    application: FootageApplication,
    words: str,
    by: User,
    at: datetime,
    via: str = "",
) -> FootageApplication:
    """The applicant does not want it any more.

    Raises:
        Conflict: it was seen or handed over, or has ended.
        InvalidInput: no reason.
    """
    words = typed(words, path="words", most=MOST_WORDS, refusal=_("请写明为什么撤回"))
    with ledger.recording():
        row = _locked(application)
        permissions.check_can_withdraw_application(by, row)
        policies.check_application_may_become(row, ApplicationState.WITHDRAWN)
        _check_nobody_looks(row)
        row.state, row.withdrawal = ApplicationState.WITHDRAWN, words
        row.ended_at = at
        row.save()
        _record(
            FootageWithdrawn(
                number=row.number, withdrawal_digest=row.digest_of("withdrawal")
            ),
            row,
            by=by,
            at=at,
            via=via,
        )
    return row


def begin_viewing(
    *, application: FootageApplication, by: User, at: datetime, via: str = ""
) -> FootageViewing:
    """The applicant sits down beside ``by``, who opens what was approved for them.

    The reason of each look names the application (G10). Where nothing is saved yet, they
    look at the recorder itself, and the companion writes down what was seen.

    Raises:
        Conflict: there is no approval, it has run out, or somebody looks just now.
    """
    with ledger.recording():
        row = _locked(application)
        permissions.check_can_show_footage(by, row)
        policies.check_application_holds(row, at=at)
        try:
            with transaction.atomic():
                viewing = FootageViewing.objects.create(
                    application=row, began_at=at, companion=by
                )
        except IntegrityError as error:
            raise Conflict(_("正在查阅，请先结束这一次")) from error
        films = list(row.recordings.select_related("case__site", "camera"))
        _record(
            FootageViewingBegan(number=row.number, recordings=len(films)),
            row,
            thing=viewing.key,
            by=by,
            at=at,
            via=via,
        )
        for film in films:
            ask_for_footage(
                recording=film,
                reason=_("按申请 %s 陪同查阅") % row.number,
                application=row,
                lasts=min(VIEWED_FOR, (row.until or at) - at),
                by=by,
                at=at,
            )
    return viewing


def end_viewing(
    *, viewing: FootageViewing, seen: str, by: User, at: datetime, via: str = ""
) -> FootageApplication:
    """They have seen it, and took no copy along; what was opened for them is closed.

    Raises:
        Conflict: it has ended already.
        InvalidInput: nobody says what was seen.
    """
    seen = typed(
        seen,
        path="seen",
        most=MOST_WORDS,
        refusal=_("请写明查阅了哪些内容，例如：CAM-07 14:00–14:10"),
    )
    with ledger.recording():
        row = _locked(viewing.application)
        permissions.check_can_show_footage(by, row)
        viewing = FootageViewing.objects.select_for_update(of=("self",)).get(
            pk=viewing.pk
        )
        if viewing.ended_at is not None:
            raise Conflict(_("这次查阅已经结束"))
        viewing.ended_at, viewing.seen = at, seen
        viewing.save(update_fields=["ended_at", "seen"])
        FootageRequest.objects.filter(
            application=row, made_at__gte=viewing.began_at, until__gt=at
        ).update(until=at)
        if row.state == ApplicationState.APPROVED:
            row.state = ApplicationState.VIEWED
            row.save(update_fields=["state"])
        _record(
            FootageViewingEnded(
                number=row.number,
                seconds=max(0, int((at - viewing.began_at).total_seconds())),
                seen_digest=viewing.digest_of("seen"),
            ),
            row,
            thing=viewing.key,
            by=by,
            at=at,
            via=via,
        )
    return row


def note_handed_over(*, package: Package, by: User, at: datetime) -> None:
    """A package of an application was signed for; called where that is done."""
    if package.application is None:
        return
    with ledger.recording():
        row = _locked(package.application)
        policies.check_application_holds(row, at=at)
        if row.state != ApplicationState.HANDED_OVER:
            policies.check_application_may_become(row, ApplicationState.HANDED_OVER)
            row.state, row.ended_at = ApplicationState.HANDED_OVER, at
            row.save(update_fields=["state", "ended_at"])
        _record(
            FootageHandedOver(
                number=row.number, code=package.code, sha256=package.sha256
            ),
            row,
            by=by,
            at=at,
        )


def expire_approvals(*, at: datetime) -> int:
    """Approvals whose time is over come to their end; what was seen stays seen."""
    done = 0
    due = _approved().filter(until__lte=at)
    for application in due.order_by("until", "pk")[:DUE_AT_ONCE]:
        with ledger.recording():
            row = _locked(application)
            if row.ended_at is not None or row.holds(at):
                continue
            if row.state == ApplicationState.APPROVED:
                row.state = ApplicationState.EXPIRED
            row.ended_at = at
            row.save(update_fields=["state", "ended_at"])
            _record(FootageApprovalExpired(number=row.number), row, by=SYSTEM, at=at)
        done += 1
    return done


def remind_of_applications(*, at: datetime) -> int:
    """Tell who decides, once, that somebody has waited longer than we want."""
    done = 0
    for application in _waiting().filter(goal_at__lte=at)[:DUE_AT_ONCE]:
        with ledger.recording():
            row = _locked(application)
            if not row.is_asked or row.reminded_at is not None:
                continue
            row.reminded_at = at
            row.save(update_fields=["reminded_at"])
            people = _deciders(row)
            _tell(messages.FOOTAGE_WAITS, row, people=people, by=SYSTEM, at=at)
        done += 1
    return done


def next_application_due() -> datetime | None:
    """When the worker has to do with one again."""
    goal = _waiting().values_list("goal_at", flat=True).first()
    until = _approved().order_by("until").values_list("until", flat=True).first()
    return min(filter(None, (goal, until)), default=None)


def _approved() -> QuerySet[FootageApplication]:
    """Those under which something may still be seen, or might until just now."""
    return FootageApplication.objects.filter(
        state__in=[ApplicationState.APPROVED, ApplicationState.VIEWED], ended_at=None
    )


def _waiting() -> QuerySet[FootageApplication]:
    return FootageApplication.objects.filter(
        state=ApplicationState.ASKED, reminded_at=None
    ).order_by("goal_at", "pk")


def _entered(
    site: Site,
    asked: Asked,
    *,
    person: Person | None,
    case: Case | None,
    place: Place | None,
    uid: UUID,
    by: User,
    at: datetime,
) -> FootageApplication:
    day = local_day(at)
    count = next_count(site=site, kind=NUMBER_KIND, day=day)
    return FootageApplication(
        uid=uid,
        number=f"{site.code}-{NUMBER_KIND}-{day:%Y%m%d}-{count:03d}",
        site=site,
        case=case,
        place=place,
        applicant=asked.applicant,
        relation=asked.relation,
        person=person,
        colleague=by if asked.applicant == Applicant.STAFF else None,
        unit=asked.unit,
        officers="\n".join(f"{o.name} {o.number}" for o in asked.officers),
        identity_paper=asked.identity_paper,
        identity_tail=asked.identity_tail,
        document_kind=asked.document_kind,
        document_number=asked.document_number,
        names_statements=asked.names_statements,
        purpose=asked.purpose,
        wanted=asked.wanted,
        taken_at=at,
        taken_by=by,
        goal_at=at + GOALS[asked.applicant.is_authority],
    )


def _checked(asked: Asked, *, at: datetime) -> Asked:
    """The same without what surrounds it, and without what is not of the applicant's kind."""
    kind = asked.applicant
    tail = unicodedata.normalize("NFKC", asked.identity_tail).strip().upper()
    if not _TAIL.fullmatch(tail):
        raise InvalidInput(_("只登记证件号的末四位：字母或数字"), path="identity_tail")
    unit = typed(asked.unit, path="unit", most=MOST_UNIT) if kind.is_authority else ""
    number = typed(asked.document_number, path="document_number", most=MOST_DOCUMENT)
    officers = _checked_officers(asked.officers, kind)
    document_kind = _checked_document(asked.document_kind, kind)
    law.check_authority_request(
        is_authority=kind.is_authority,
        papers=[unit, document_kind, number, *(o.number for o in officers)],
        beyond=(),
        act_on=local_day(at),
    )
    if kind == Applicant.STAFF and asked.wanted == FootageWay.COPY:
        raise InvalidInput(
            _("本公司工作人员只能查阅；需要交给别人的，由对方申请"), path="wanted"
        )
    return Asked(
        applicant=kind,
        relation=_relation(asked.relation, kind),
        purpose=typed(
            asked.purpose,
            path="purpose",
            most=MOST_WORDS,
            refusal=_("请写明用途，例如：核对 11 月 23 日下午被打经过"),
        ),
        wanted=asked.wanted,
        windows=_checked_windows(asked.windows, at=at),
        identity_paper=asked.identity_paper,
        identity_tail=tail,
        name=asked.name,
        phone=asked.phone,
        unit=unit,
        officers=officers,
        document_kind=document_kind,
        document_number=number,
        names_statements=asked.names_statements and kind.is_authority,
    )


def _checked_officers(
    officers: Sequence[Officer], kind: Applicant
) -> tuple[Officer, ...]:
    """Of the police two, of any other authority at least one (G13)."""
    if not kind.is_authority:
        return ()
    checked = []
    for place, officer in enumerate(officers, start=1):
        path = f"officer_{place}"
        name = typed(officer.name, path=path, most=MOST_OFFICER)
        number = unicodedata.normalize("NFKC", officer.number).strip().upper()
        if not name or "\n" in name or not _OFFICER_NUMBER.fullmatch(number):
            raise InvalidInput(
                _("请写明承办人姓名，和 4 到 24 位的警号或证件号"), path=path
            )
        checked.append(Officer(name=" ".join(name.split()), number=number))
    least = 2 if kind == Applicant.POLICE else 1
    if not least <= len(checked) <= MOST_OFFICERS:
        raise InvalidInput(
            _("公安机关由两名民警办理，请登记两人")
            if kind == Applicant.POLICE
            else _("请登记承办人"),
            path=f"officer_{min(len(checked), 1) + 1}",
        )
    if len({officer.number for officer in checked}) != len(checked):
        raise InvalidInput(_("两名承办人的证件号相同"), path="officer_2")
    return tuple(checked)


def _checked_document(kind_of_paper: str, kind: Applicant) -> str:
    if kind.is_authority or kind == Applicant.AGENT:
        try:
            paper = AuthorityPaper(kind_of_paper)
        except ValueError as error:
            raise InvalidInput(_("请选择出示的文书"), path="document_kind") from error
        if kind.is_authority == (paper == AuthorityPaper.MANDATE):
            raise InvalidInput(
                _("受委托人出示授权委托书，国家机关出示自己的文书"),
                path="document_kind",
            )
        return paper.value
    return ""


def _relation(relation: Relation, kind: Applicant) -> Relation:
    """What the kind of applicant says; a person says it themselves."""
    if kind.is_authority:
        return Relation.OFFICIAL
    fixed = {Applicant.AGENT: Relation.AGENT, Applicant.STAFF: Relation.WORK}
    if kind in fixed:
        return fixed[kind]
    if relation not in {Relation.SELF, Relation.KIN, Relation.GUARDIAN}:
        raise InvalidInput(_("请选择与被拍摄人的关系"), path="relation")
    return relation


def _checked_windows(
    windows: Sequence[tuple[datetime, datetime]], *, at: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    if not 0 < len(windows) <= MOST_WINDOWS:
        raise InvalidInput(_("请写明要看的时段，最多 5 段"), path="begin")
    for begin, end in windows:
        if not timedelta(0) < end - begin <= LONGEST_WINDOW:
            raise InvalidInput(_("结束时间应晚于开始时间，最长两天"), path="end")
        if begin >= at:
            raise InvalidInput(_("还没有录到的时段不能申请"), path="begin")
    return tuple(windows)


def _checked_where(
    site: Site, case: Case | None, place: Place | None, cameras: Iterable[Camera]
) -> list[Camera]:
    chosen = list(cameras)
    if case is not None and case.site_id != site.pk:
        raise InvalidInput(_("案件不属于这个项目"), path="case")
    if place is not None and place.site_id != site.pk:
        raise InvalidInput(_("点位不属于这个项目"), path="place")
    if any(camera.site_id != site.pk for camera in chosen):
        raise InvalidInput(_("没有这个摄像头"), path="cameras")
    if case is None and place is None and not chosen:
        raise InvalidInput(_("没有案件的，请写明地点或者摄像头"), path="place")
    return chosen


def _scope(
    row: FootageApplication,
    recordings: Iterable[Recording],
    exhibits: Iterable[Exhibit],
    *,
    way: FootageWay,
    by: User,
) -> tuple[list[Recording], list[Exhibit]]:
    """What was chosen, of the case and within what was asked for (视频条例 20, 21)."""
    if row.wanted == FootageWay.VIEW and way == FootageWay.COPY:
        raise InvalidInput(_("申请的是现场查阅，不能批准复制"), path="way")
    keys = {film.pk for film in recordings}
    films = (
        list(
            Recording.objects.filter(case=row.case, pk__in=keys)
            .select_related("camera")
            .order_by("number")
        )
        if row.case
        else []
    )
    wanted = {exhibit.pk for exhibit in exhibits}
    files = (
        list(
            exhibits_of(row.case, by)
            .filter(may_be_asked_for(row), pk__in=wanted)
            .distinct()
        )
        if row.case
        else []
    )
    if len(films) != len(keys) or len(files) != len(wanted):
        raise InvalidInput(_("请选择本案的录像和证据"), path="recordings")
    if way == FootageWay.COPY and not films and not files:
        raise InvalidInput(
            _("复制须写明给哪些：先把录像存入案件，再批准"), path="recordings"
        )
    beyond = [film.code for film in films if not _is_asked_for(film, row)]
    if beyond:
        raise InvalidInput(
            _("%s 不在申请的摄像头或时段之内") % " ".join(beyond), path="recordings"
        )
    return films, files


def _is_asked_for(film: Recording, row: FootageApplication) -> bool:
    cameras = {camera.pk for camera in row.cameras.all()}
    if cameras and film.camera_id not in cameras:
        return False
    return any(
        window.begin < film.wanted_to and film.wanted_from < window.end
        for window in row.windows.all()
    )


def _check_nobody_looks(row: FootageApplication) -> None:
    if row.viewings.filter(ended_at=None).exists():
        raise Conflict(_("正在查阅，请先结束这一次"))


def _all() -> QuerySet[FootageApplication]:
    return FootageApplication.objects.select_related(
        "site__organisation", "case__site", "taken_by", "decided_by", "person"
    )


def _locked(application: FootageApplication) -> FootageApplication:
    """Under the lock of its case, if it has one: case, then row, then chain."""
    case = cases.lock_case(application.case) if application.case else None
    row = (
        FootageApplication.objects.select_for_update(of=("self",))
        .select_related("site__organisation")
        .get(pk=application.pk)
    )
    if row.case_id != (case.pk if case else None):
        raise Conflict(_("这份申请刚刚归入案件，请刷新后再办理"))
    if case is not None:
        row.case = case
    return row


def _record(
    event: Event,
    row: FootageApplication,
    *,
    by: Actor,
    at: datetime,
    thing: str = "",
    via: str = "",
) -> None:
    """On the timeline of its case; without one on the record of the site."""
    thing = thing or row.key
    if row.case is not None:
        cases.record(event, row.case, thing=thing, by=by, at=at, via=via)
    else:
        record_at_site(event, row.site, thing=thing, by=by, at=at)


def _deciders(row: FootageApplication) -> list[User]:
    """Who may decide about it at its site, without who may not because of two persons."""
    held = people_by_role(row.site, roles_with(Permission.FOOTAGE_APPROVE))
    people = {person.pk: person for some in held.values() for person in some}
    for key in (row.taken_by_id, row.colleague_id):
        people.pop(key or 0, None)
    return list(people.values())


def _tell_decision(row: FootageApplication, *, by: User, at: datetime) -> None:
    people = [] if row.taken_by_id == by.pk else [row.taken_by]
    _tell(messages.FOOTAGE_DECIDED, row, people=people, by=by, at=at, state=row.state)


def _tell(
    kind: str,
    row: FootageApplication,
    *,
    people: list[User],
    by: Actor,
    at: datetime,
    **params: str,
) -> None:
    notify.send(
        kind=kind,
        site=row.site,
        subject=row.case.subject if row.case else row.site.subject,
        people=people,
        params={"number": row.number, "site": row.site.name, **params},
        path=f"/footage/{row.uid}/",
        exercise=row.case.exercise if row.case else False,
        by=by,
        at=at,
    )
