"""A report comes in: a new incident, or one more voice about a fight already known."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.accounts.models import Place, Site, User, steps_between
from anlan.base.clock import local_day
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.insertion import insert_one
from anlan.base.prepared import Prepared
from anlan.cases import permissions as case_permissions
from anlan.cases import policies as case_policies
from anlan.cases import services as cases
from anlan.cases.enums import CaseKind, CaseState
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.incidents import permissions, policies
from anlan.incidents.enums import Channel, Discarded, Flag, HappenedSource, Unsent
from anlan.incidents.events import (
    FurtherReport,
    IncidentReported,
    ReportConfirmed,
    ReportSplitOff,
    ReportWithdrawn,
    UnsentDiscarded,
)
from anlan.incidents.models import Device, Incident, Report
from anlan.incidents.services.locking import incident_in, locked_incident
from anlan.incidents.services.responding import begin_ladder, hasten_ladder
from anlan.incidents.severity import suggest_severity
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM, Actor

PLAYBOOK = "assault"
WORDS_LIMIT = 1000
# A device clock may run ahead a little; beyond it the claim is refused as nonsense.
AHEAD_SECONDS = 120


# The incidents of a site that began at that time and still run, drills among them; those
# that were joined into another run on there. What lay in a phone began when it was told.
_RUNNING = Prepared(
    lambda site, since, until: (
        Incident.objects.filter(
            case__site=site,
            case__state__in=[CaseState.OPEN, CaseState.JOINED],
            place__site=site,
            reported_at__gte=since,
        )
        .filter(
            Q(reported_at__lte=until)
            | Exists(
                Report.objects.filter(
                    incident=OuterRef("pk"),
                    opened_incident=True,
                    happened_source=HappenedSource.PHONE,
                    happened_at__gte=since,
                    happened_at__lte=until,
                )
            )
        )
        .values_list(
            "case_id",
            "case__joined_into",
            "case__exercise",
            "place__path",
            "reported_at",
        )
    )
)


class Facts(TypedDict):
    """What a first and a further report put on the record alike."""

    place: str
    channel: str
    flags: str
    people: int | None
    happened_source: str
    suggested_severity: int
    words_digest: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """What a report says, whoever and however it came."""

    place: Place
    channel: Channel
    flags: tuple[str, ...] = ()
    people_count: int | None = None
    words: str = ""
    happened: datetime | None = None
    happened_source: HappenedSource = HappenedSource.SERVER
    writer: User | None = None


def report_incident(
    *,
    place: Place,
    channel: Channel,
    by: Actor,
    at: datetime,
    flags: Iterable[str] = (),
    people_count: int | None = None,
    words: str = "",
    happened: datetime | None = None,
    happened_source: HappenedSource = HappenedSource.SERVER,
    request_id: UUID | None = None,
    exercise: bool = False,
    on_behalf_of: User | None = None,
) -> Report:
    """Raise the alarm: open an incident and send somebody, or join one that is running.

    Args:
        place: the spot; its site's chain records the report.
        flags: codes of ``Flag``; unknown ones are refused.
        people_count: how many take part, 1 to 999, if said.
        words: the reporter's own, at most 1000 characters; kept out of the ledger.
        happened: the claimed time; the ladder starts on arrival all the same.
        request_id: the same id again gives the first answer again, and does nothing.
        exercise: a drill; it never meets a real incident.
        on_behalf_of: who wrote it on a phone that they cannot open any more, and whose
            report it stays; whoever commands sends it, and stands on the record.

    Raises:
        NotAllowed: a user of another site, or one who sends for another and does not
            command there.
        InvalidInput: a field that cannot be, named by ``path``.
        Conflict: the request id was used for another report.

    Source: docs/sources.md (民法典 942: stop, report, assist).
    """
    said = _checked(
        Said(
            place=place,
            channel=channel,
            flags=tuple(dict.fromkeys(flags)),
            people_count=people_count,
            words=words.strip(),
            happened=happened,
            happened_source=happened_source if happened else HappenedSource.SERVER,
            writer=on_behalf_of,
        ),
        by=by,
        at=at,
    )
    permissions.check_can_report(by, site=place.site)
    if on_behalf_of is not None:
        permissions.check_can_send_for(by, on_behalf_of, site=place.site)
    uid = uuid4()
    with ledger.recording():
        answered = _claim(said, uid, by=by, at=at, request_id=request_id)
        if answered is not None:
            return answered
        return _report(said, uid, by=by, at=at, exercise=exercise)


def discard_unsent(
    *,
    site: Site,
    writer: User,
    what: Unsent,
    reason: Discarded,
    made: datetime | None,
    by: Actor,
    at: datetime,
    request_id: UUID,
    is_refused: bool = False,
) -> None:
    """Put on the record that what ``writer`` left on a phone of the site is thrown away.

    The phone does so then. The same ``request_id`` is recorded once, with the reason that
    came first: whoever heard no answer may tap another one.

    Args:
        made: when it was written, as the phone says, if it knows.
        is_refused: the server had refused it, as the phone says.
    """
    permissions.check_can_discard(by, writer, site=site, is_refused=is_refused)
    content = {"discard": what.value, "writer": str(writer.uid)}
    with ledger.recording():
        claimed = cases.claim_request(
            organisation_id=site.organisation_id,
            request_id=request_id,
            content=content,
            answer=request_id,
            at=at,
        )
        if claimed is not None:
            return
        ledger.append(
            UnsentDiscarded(
                writer=writer.actor_key,
                what=what.value,
                reason=reason.value,
                refused=1 if is_refused else None,
            ),
            site=site,
            subject=site.subject,
            by=by,
            at=at,
            happened=min(made, at) if made is not None else None,
            via=Channel.PHONE_APP.value,
        )


def split_report(*, report: Report, by: Actor, at: datetime) -> Incident:
    """Make a further report an incident of its own; one tap, and a ladder of its own.

    What it was taken from is what its other reports say; its level and its tasks stay.
    """
    with ledger.recording():
        # The turn before the case, as a report takes them: else the two could wait for
        # each other forever.
        case = report.incident.case
        cases.take_turns(
            site=case.site, kind=_kind(exercise=case.exercise), day=local_day(at)
        )
        incident = locked_incident(report.incident)
        case_permissions.check_can_command(by, incident.case)
        report = Report.objects.select_for_update().get(pk=report.pk)
        if report.opened_incident:
            raise Conflict(_("这是开启事件的第一份报告，不能分出"))
        new = _open(_said_in(report), by=by, at=at, exercise=incident.case.exercise)
        report.incident = new
        report.opened_incident = True
        report.save(update_fields=["incident", "opened_incident"])
        _know_what_is_left(incident)
        cases.move_access_links(about=report.key, case=new.case)
        event = ReportSplitOff(report=f"report:{report.uid}", number=new.case.number)
        for case in (incident.case, new.case):
            cases.record(event, case, thing=f"report:{report.uid}", by=by, at=at)
        evidence.adopt_files(rows=report.attachments.order_by("pk"), at=at)
        begin_ladder(incident=new, by=by, at=at)
    return new


def withdraw_report(*, report: Report, by: Actor, at: datetime) -> Report:
    """Put the reporter's withdrawal on the record; whoever was sent still goes."""
    permissions.check_can_withdraw(by, report)
    with ledger.recording():
        report = Report.objects.select_for_update().get(pk=report.pk)
        if report.withdrawn_at is not None:
            return report
        report.withdrawn_at = at
        report.save(update_fields=["withdrawn_at"])
        cases.record(
            ReportWithdrawn(report=f"report:{report.uid}"),
            report.incident.case,
            thing=f"report:{report.uid}",
            by=by,
            at=at,
        )
    return report


def revoke_report_links(*, report: Report, by: Actor, at: datetime) -> int:
    """Let every address that follows this report answer "not found"; how many did not.

    A report has several: a phone that asks for its answer again is given another. They
    live for a year, so that a closed case's are ended as well. Twice does nothing.
    """
    with ledger.recording():
        # Under its lock: split off meanwhile, it has taken its links into another case.
        report = Report.objects.select_for_update().get(pk=report.pk)
        case = report.incident.case
        case_permissions.check_can_link(by, case)
        return cases.end_access_links(case=case, about=report.key, by=by, at=at)


def give_report_link(*, report: Report, by: Actor, at: datetime, via: str = "") -> str:
    """Make the address with which whoever reported follows it; earlier ones end.

    For a visitor who lost theirs, and for who told the desk by telephone.

    Returns:
        The secret, which stands nowhere else.

    Raises:
        NotAllowed: the giver may not, or is of a side of the case.
        Conflict: staff said it themselves, or a device did.
    """
    with ledger.recording():
        report = Report.objects.select_for_update().get(pk=report.pk)
        case = report.incident.case
        permissions.check_can_give_report_link(by, report)
        if not report.is_followable:
            raise Conflict(
                _("只有扫码或者值班台登记的报告有查看链接；员工在自己的账号里看")
            )
        _link, secret = cases.renew_access_link(
            case=case, about=report.key, by=by, at=at, via=via
        )
    return secret


def confirm_report(*, incident: Incident, by: Actor, at: datetime) -> Incident:
    """Staff confirm what a visitor reported; the higher rungs need not wait any longer."""
    with ledger.recording():
        incident = locked_incident(incident)
        permissions.check_can_confirm(by, incident)
        case_policies.check_is_open(incident.case)
        if incident.is_confirmed:
            return incident
        _confirm(incident, by=by, at=at)
        hasten_ladder(incident=incident, at=at)
    return incident


def join_voices(*, case: Case, at: datetime) -> None:
    """``case`` was laid into another, which knows from now on what was said in it.

    A weapon, how many there are, how grave it is, and that somebody of the staff
    confirmed it.
    """
    incidents = {
        one.case_id: one
        for one in Incident.objects.filter(case__in=[case.pk, case.joined_into_id])
    }
    if case.joined_into_id not in incidents or case.pk not in incidents:
        return  # of another kind
    joined = incidents[case.pk]
    host = locked_incident(incidents[case.joined_into_id])
    is_new = _learn(host, flags=joined.flags, people_count=joined.people_count)
    if case.severity > host.case.severity:
        cases.set_severity(  # which applies the plan, for what was learned as well
            case=host.case,
            severity=case.severity,
            playbook_key=PLAYBOOK,
            flags=host.flags,
            by=SYSTEM,
            at=at,
        )
        host = locked_incident(host)
    elif is_new:
        _apply_plan(host, by=SYSTEM, at=at)
    if joined.is_confirmed and not host.is_confirmed:
        _confirm(host, by=SYSTEM, at=at)
        hasten_ladder(incident=host, at=at)


def part_voices(*, case: Case, host: Case) -> None:
    """``case`` stands alone again: its host is what its own voices say, and no more.

    The level stays, which a person lowers with a reason, and so do the tasks.
    """
    incident = Incident.objects.filter(case=host).first()
    if incident is None or not Incident.objects.filter(case=case).exists():
        return
    _know_what_is_left(locked_incident(incident))


def _know_what_is_left(incident: Incident) -> None:
    """Somebody's words are gone: it is what the others say, with those joined into it."""
    left = Incident.objects.filter(
        Q(pk=incident.pk) | Q(case__joined_into=incident.case_id)
    )
    said = Report.objects.filter(incident__in=left)
    flags = {flag for some in said.values_list("flags", flat=True) for flag in some}
    counts = said.values_list("people_count", flat=True)
    incident.flags = [flag for flag in Flag.values if flag in flags]
    incident.people_count = max(filter(None, counts), default=None)
    incident.suggested_severity = suggest_severity(
        flags=incident.flags, people_count=incident.people_count
    ).severity
    incident.save(update_fields=["flags", "people_count", "suggested_severity"])


def _report(
    said: Said, uid: UUID, *, by: Actor, at: datetime, exercise: bool
) -> Report:
    # Around midnight the turn of the day before counts too, always first.
    for day in sorted({local_day(at - policies.SAME_FIGHT_WITHIN), local_day(at)}):
        cases.take_turns(site=said.place.site, kind=_kind(exercise=exercise), day=day)
    incident = _same_fight(said, at=at, exercise=exercise)
    is_first = incident is None
    if incident is None:
        incident = _open(said, by=by, at=at, exercise=exercise)
    else:
        # A second voice may know of a weapon: the suggestion and the plan follow at once.
        if _learn(incident, flags=said.flags, people_count=said.people_count):
            _apply_plan(incident, by=by, at=at)
    report = _add_report(incident, said, uid, by=by, at=at, opened=is_first)
    if is_first:
        begin_ladder(incident=incident, by=by, at=at)
    elif isinstance(by, User) and not incident.is_confirmed:
        _confirm(incident, by=by, at=at)
        hasten_ladder(incident=incident, at=at)
    return report


def _open(said: Said, *, by: Actor, at: datetime, exercise: bool) -> Incident:
    suggestion = suggest_severity(flags=said.flags, people_count=said.people_count)
    is_staff = isinstance(by, User)
    case = cases.open_case(
        site=said.place.site,
        kind=_kind(exercise=exercise),
        title=_title(said),
        severity=suggestion.severity,
        playbook_key=PLAYBOOK,
        flags=said.flags,
        by=by,
        at=at,
        via=said.channel.value,
        happened=said.happened,
        exercise=exercise,
    )
    incident = Incident(
        case=case,
        place=said.place,
        flags=list(said.flags),
        people_count=said.people_count,
        suggested_severity=suggestion.severity,
        reported_at=at,
        confirmed_at=at if is_staff else None,
        confirmed_by=by if isinstance(by, User) else None,
    )
    insert_one(incident)
    return incident


def _learn(
    incident: Incident, *, flags: Collection[str], people_count: int | None
) -> bool:
    """Whether that is more than was known; the level itself stays as a person set it."""
    flags = [flag for flag in Flag.values if flag in {*incident.flags, *flags}]
    people_count = max(
        filter(None, (incident.people_count, people_count)), default=None
    )
    if set(flags) == set(incident.flags) and people_count == incident.people_count:
        return False  # it suggests and needs what it did before
    incident.flags, incident.people_count = flags, people_count
    incident.suggested_severity = suggest_severity(
        flags=incident.flags, people_count=incident.people_count
    ).severity
    incident.save(update_fields=["flags", "people_count", "suggested_severity"])
    return True


def _apply_plan(incident: Incident, *, by: Actor, at: datetime) -> None:
    cases.apply_playbook(
        case=incident.case, key=PLAYBOOK, flags=incident.flags, by=by, at=at
    )


def _add_report(
    incident: Incident, said: Said, uid: UUID, *, by: Actor, at: datetime, opened: bool
) -> Report:
    speaker = said.writer or by
    report = Report(
        uid=uid,
        incident=incident,
        place=said.place,
        channel=said.channel,
        reporter=speaker if isinstance(speaker, User) else None,
        reporter_key=speaker.actor_key,
        words=said.words,
        flags=list(said.flags),
        people_count=said.people_count,
        happened_at=said.happened or at,
        happened_source=said.happened_source,
        received_at=at,
        opened_incident=opened,
    )
    insert_one(report)
    facts = Facts(
        place=said.place.label,
        channel=said.channel.value,
        flags=",".join(said.flags),
        people=said.people_count,
        happened_source=said.happened_source.value,
        suggested_severity=incident.suggested_severity,
        words_digest=report.digest_of("words"),
    )
    event = (
        IncidentReported(**facts, confirmed=int(incident.is_confirmed))
        if opened
        else FurtherReport(**facts)
    )
    cases.record(
        event,
        incident.case,
        thing=f"report:{report.uid}",
        by=by,
        at=at,
        happened=said.happened,
        on_behalf_of=said.writer,
        via=said.channel.value,
    )
    return report


def _same_fight(said: Said, *, at: datetime, exercise: bool) -> Incident | None:
    """The open incident that this report most likely speaks of: the nearest, then newest.

    None if it goes on after the scene was under control: then somebody must come again.
    The caller has taken its turn, so that of two first reports at once the second sees
    what the first committed.
    """
    nearby = _running_nearby(said, at=at, exercise=exercise)
    # By their keys, as whoever joins two: else each would wait for the other.
    locked = {case_id: cases.lock_case(case_id) for case_id in sorted(nearby)}
    for case_id in nearby:
        # Whoever closed it while we waited for the lock did not know of this report.
        incident = incident_in(locked[case_id])
        if incident.case.is_open and not policies.is_another_fight(
            incident,
            flags=said.flags,
            happened=said.happened,
            source=said.happened_source,
            at=at,
        ):
            return incident
    return None


def _running_nearby(said: Said, *, at: datetime, exercise: bool) -> list[int]:
    """The cases of this site's neighbouring incidents, the nearest, then newest first.

    Of one that was joined into another it is the other.
    """
    told = policies.told_at(happened=said.happened, source=said.happened_source, at=at)
    # Of two reports at the same instant the later one may have been written first.
    found = _RUNNING(
        site=said.place.site_id,
        since=told - policies.SAME_FIGHT_WITHIN,
        until=told + policies.SAME_FIGHT_WITHIN,
    )
    nearby = [
        (steps, -reported_at.timestamp(), host_id or case_id)
        for case_id, host_id, is_exercise, path, reported_at in found
        if is_exercise == exercise
        and (steps := steps_between(path, said.place.path)) <= policies.NEIGHBOUR_STEPS
    ]
    return list(dict.fromkeys(case_id for _steps, _newest, case_id in sorted(nearby)))


def _confirm(incident: Incident, *, by: Actor, at: datetime) -> None:
    incident.confirmed_at = at
    incident.confirmed_by = by if isinstance(by, User) else None
    incident.save(update_fields=["confirmed_at", "confirmed_by"])
    cases.record(
        ReportConfirmed(seconds=int((at - incident.reported_at).total_seconds())),
        incident.case,
        by=by,
        at=at,
    )


def _claim(
    said: Said, uid: UUID, *, by: Actor, at: datetime, request_id: UUID | None
) -> Report | None:
    """The report that this request made before; else ``uid`` is the one it makes."""
    if request_id is None:
        return None
    answer = cases.claim_request(
        organisation_id=said.place.site.organisation_id,
        request_id=request_id,
        content=_content(said, by),
        answer=uid,
        at=at,
    )
    if answer is None:
        return None
    return Report.objects.select_related("incident__case__site").get(uid=answer)


def _content(said: Said, by: Actor) -> dict[str, object]:
    """What makes two requests the same; not the time, which a retry measures anew.

    Nor who sends it: its writer may have, and nobody heard the answer.
    """
    return {
        "place": str(said.place.uid),
        "by": (said.writer or by).actor_key,
        "flags": sorted(said.flags),
        "people": said.people_count,
        "words": [said.words[i : i + 500] for i in range(0, len(said.words), 500)],
    }


def _said_in(report: Report) -> Said:
    return Said(
        place=report.place,
        channel=Channel(report.channel),
        flags=tuple(report.flags),
        people_count=report.people_count,
        words=report.words,
        happened=report.happened_at,
        happened_source=HappenedSource(report.happened_source),
    )


def _kind(*, exercise: bool) -> CaseKind:
    return CaseKind.DRILL if exercise else CaseKind.INCIDENT


def _title(said: Said) -> str:
    """In one language for all readers, whoever reports: it is written once."""
    with override("zh-hans"):
        return _("%s，有人打人") % said.place.label


def _checked(said: Said, *, by: Actor, at: datetime) -> Said:
    unknown = [flag for flag in said.flags if flag not in Flag.values]
    if unknown:
        raise InvalidInput(_("没有这个选项：%s") % unknown[0], path="flags")
    if said.people_count is not None and not 1 <= said.people_count <= 999:
        raise InvalidInput(_("人数应在 1 到 999 之间"), path="people_count")
    if len(said.words) > WORDS_LIMIT:
        raise InvalidInput(_("补充说明最多 %s 字") % WORDS_LIMIT, path="words")
    # A button on a wall cannot choose another spot, and nobody would hear of a refusal.
    if not said.place.is_active and not isinstance(by, Device):
        raise InvalidInput(_("这个点位已停用，请选附近的点位"), path="place")
    if said.happened is not None:
        ahead = (said.happened - at).total_seconds()
        if ahead > AHEAD_SECONDS:
            raise InvalidInput(_("发生时间不能晚于现在"), path="happened")
    return said
