"""Injuries: written down, photographed in rounds, beside what doctors say in writing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import vault
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput
from anlan.base.lines import MOST_WORDS, typed
from anlan.cases import services as cases
from anlan.cases.act import act_day
from anlan.cases.enums import Phase, TaskState
from anlan.cases.models import Case, Party, Task
from anlan.evidence import permissions, policies
from anlan.evidence.enums import (
    AppraisedLevel,
    InjuryKind,
    PaperKind,
    Protection,
    Region,
    Round,
    Source,
)
from anlan.evidence.events import (
    InjuriesRead,
    InjuryPhotographed,
    InjuryPhotoRefused,
    InjuryRecorded,
    InjuryWithdrawn,
    MedicalPaperAdded,
)
from anlan.evidence.models import Injury, InjuryPhoto, InjuryRefusal, MedicalPaper
from anlan.evidence.reading import reading_of, unpacked_reading
from anlan.evidence.services.receiving import add_exhibit
from anlan.law.guardrails import check_appraisal
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

MOST_INJURIES = 60  # of a case
MOST_PHOTOS = 12  # of one injury
MOST_REASON = 300
FOLLOWS = "customer_service"  # the role that stays with whoever was hurt
_LEAST = timedelta(hours=1)  # to come with a camera, where the round is over already
_LATER = (Round.DAY, Round.THREE_DAYS)


def record_injury(
    *,
    case: Case,
    party: Party,
    region: Region,
    kind: InjuryKind,
    by: User,
    at: datetime,
    words: str = "",
    seen_at: datetime | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Injury:
    """Write down what is seen on somebody's body; the first of theirs starts the clocks.

    Args:
        seen_at: when it was seen; the photographs after 24 and 72 hours count from it.

    Raises:
        InvalidInput: another case's party, a word too long, or seen in the future.
    """
    permissions.check_can_record_injury(by, case)
    words = typed(words, path="words", most=MOST_WORDS)
    seen_at = seen_at or at
    if seen_at > at:
        raise InvalidInput(_("看到伤情的时间不能晚于现在"), path="seen_at")
    _check_is_of_case(party, case)
    content = {
        "injury": str(party.uid),
        "by": by.actor_key,
        "words": sha256(f"{region}\n{kind}\n{words}".encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Injury.objects.select_related("case__site", "party"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        if case.injuries.count() >= MOST_INJURIES:
            raise Conflict(_("一个案件最多 %s 处伤情") % MOST_INJURIES)
        injury = Injury.objects.create(
            case=case,
            number=_next_number(case),
            party=party,
            region=region,
            kind=kind,
            words=words,
            seen_at=seen_at,
            recorded_at=at,
            recorded_by=by,
        )
        cases.record(
            InjuryRecorded(
                code=injury.code,
                party=f"party:{party.uid}",
                region_digest=injury.digest_of("region"),
                kind_digest=injury.digest_of("kind"),
                words_digest=injury.digest_of("words"),
            ),
            case,
            thing=injury.key,
            by=by,
            at=at,
            happened=seen_at,
            via=via,
        )
        _post_reminders(case, party, seen_at=seen_at, at=at)
        cases.remember_made(
            injury.uid, case=case, request_id=request_id, content=content, at=at
        )
    return injury


def withdraw_injury(
    *, injury: Injury, reason: str, by: User, at: datetime, via: str = ""
) -> Injury:
    """Strike out what was written down wrongly; it stays readable, with the reason.

    The clocks of the person stop when nothing of theirs is left to photograph.
    """
    permissions.check_can_follow_injury(by, injury)
    reason = typed(
        reason, path="reason", most=MOST_REASON, refusal=_("请写明为什么划去")
    )
    with ledger.recording():
        injury = _lock(injury)
        policies.check_injury_stands(injury)
        injury.withdrawn_at, injury.withdrawn_by, injury.reason = at, by, reason
        injury.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
        cases.record(
            InjuryWithdrawn(code=injury.code, reason_digest=injury.digest_of("reason")),
            injury.case,
            thing=injury.key,
            by=by,
            at=at,
            via=via,
        )
        for round_ in _LATER:
            _end_reminder(injury.case, injury.party, round_, at=at)
    return injury


def add_injury_photo(
    *,
    injury: Injury,
    round: Round,  # noqa: A002 -- what everybody calls it
    chunks: Iterable[bytes],
    scale_shown: bool,
    has_consent: bool,
    by: User,
    at: datetime,
    request_id: UUID | None = None,
    via: str = "",
) -> InjuryPhoto:
    """Keep a photograph that only those see who need it; its round's clock may stop.

    Args:
        has_consent: of the person, or of the guardian of somebody under 18.

    Raises:
        InvalidInput: without consent, or no photo.
        Conflict: the injury is struck out.
    """
    permissions.check_can_follow_injury(by, injury)
    if not has_consent:
        raise InvalidInput(
            _("拍摄伤处须先征得本人（未成年人的监护人）同意"),
            path="has_consent",
            source="G24",
        )
    policies.check_injury_stands(injury)
    kept = vault.keep_photo(chunks, path="photo")
    content = {
        "injury_photo": str(injury.uid),
        "round": round,
        "by": by.actor_key,
        "sha256": kept.sha256,
    }
    with ledger.recording():
        injury = _lock(injury)
        earlier = cases.made_before(
            InjuryPhoto.objects.select_related("exhibit__blob", "injury"),
            case=injury.case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        policies.check_injury_stands(injury)
        if injury.photos.count() >= MOST_PHOTOS:
            raise InvalidInput(_("一处伤情最多 %s 张照片") % MOST_PHOTOS, path="photo")
        exhibit = add_exhibit(
            case=injury.case,
            kept=kept,
            source=Source.INJURY,
            reading=unpacked_reading(kept),
            title=_("伤情照片 %s") % injury.code,
            protection=Protection.INJURY,
            by=by,
            at=at,
            via=via,
        )
        there = injury.photos.filter(exhibit=exhibit, round=round).first()
        if there is not None:
            return there
        photo = InjuryPhoto.objects.create(
            injury=injury,
            round=round,
            exhibit=exhibit,
            scale_shown=scale_shown,
            added_at=at,
        )
        cases.record(
            InjuryPhotographed(
                code=injury.code,
                round=round,
                exhibit=exhibit.code,
                scale=int(scale_shown),
            ),
            injury.case,
            thing=injury.key,
            by=by,
            at=at,
            via=via,
        )
        _end_reminder(injury.case, injury.party, round, at=at)
        cases.remember_made(
            photo.uid,
            case=injury.case,
            request_id=request_id,
            content=content,
            at=at,
        )
    return photo


def refuse_photos(
    *,
    case: Case,
    party: Party,
    round: Round,  # noqa: A002 -- as above
    by: User,
    at: datetime,
    reason: str = "",
    via: str = "",
) -> InjuryRefusal:
    """The person does not want to be photographed in this round; its clock stops.

    Said twice it is said once.
    """
    permissions.check_can_record_injury(by, case)
    reason = typed(reason, path="reason", most=MOST_REASON)
    _check_is_of_case(party, case)
    with ledger.recording():
        case = cases.lock_case(case)
        there = InjuryRefusal.objects.filter(party=party, round=round).first()
        if there is not None:
            return there
        if not case.injuries.filter(party=party, withdrawn_at=None).exists():
            raise Conflict(_("这个人没有记录伤情"))
        made = InjuryRefusal.objects.create(
            party=party, round=round, reason=reason, refused_at=at, written_by=by
        )
        cases.record(
            InjuryPhotoRefused(
                party=f"party:{party.uid}",
                round=round,
                reason_digest=made.digest_of("reason"),
            ),
            case,
            thing=f"injury-refusal:{made.uid}",
            by=by,
            at=at,
            via=via,
        )
        _end_reminder(case, party, round, at=at)
    return made


def add_medical_paper(
    *,
    case: Case,
    party: Party,
    kind: PaperKind,
    chunks: Iterable[bytes],
    by: User,
    at: datetime,
    level: str = "",
    file_name: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> MedicalPaper:
    """Keep what a doctor wrote; the appraised level only with the appraisal (G14).

    Raises:
        InvalidInput: a level without its document, or no photo and no PDF.
    """
    permissions.check_can_record_injury(by, case)
    if level and level not in AppraisedLevel.values:
        raise InvalidInput(_("没有这个鉴定结论"), path="level")
    check_appraisal(
        level=level,
        has_document=kind == PaperKind.APPRAISAL,
        act_on=act_day(case),
    )
    _check_is_of_case(party, case)
    kept = vault.keep_file(chunks, path="file")
    reading = reading_of(kept)
    if not kept.media_type.startswith(("image/", "application/pdf")):
        raise InvalidInput(_("请附照片或 PDF"), path="file")
    content = {
        "medical_paper": str(party.uid),
        "by": by.actor_key,
        "sha256": kept.sha256,
        "said": sha256(f"{kind}\n{level}".encode()).hex(),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            MedicalPaper.objects.select_related("exhibit__blob", "party"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        exhibit = add_exhibit(
            case=case,
            kept=kept,
            source=Source.INJURY,
            reading=reading,
            title=_("医疗文书"),
            file_name=file_name[:255],
            protection=Protection.INJURY,
            by=by,
            at=at,
            via=via,
        )
        if MedicalPaper.objects.filter(exhibit=exhibit).exists():
            raise Conflict(_("这份文书已经登记过：%s") % exhibit.code)
        paper = MedicalPaper.objects.create(
            party=party, kind=kind, exhibit=exhibit, level=level, added_at=at
        )
        cases.record(
            MedicalPaperAdded(
                party=f"party:{party.uid}",
                exhibit=exhibit.code,
                kind_digest=paper.digest_of("kind"),
                level_digest=paper.digest_of("level"),
            ),
            case,
            thing=f"medical-paper:{paper.uid}",
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            paper.uid, case=case, request_id=request_id, content=content, at=at
        )
    return paper


def show_injuries(
    *, case: Case, parties: Iterable[Party], by: User, at: datetime
) -> None:
    """Say on the record whose injuries somebody reads."""
    with ledger.recording():
        for party in parties:
            cases.record(
                InjuriesRead(party=f"party:{party.uid}"),
                case,
                thing=f"party:{party.uid}",
                by=by,
                at=at,
            )


def _post_reminders(
    case: Case, party: Party, *, seen_at: datetime, at: datetime
) -> None:
    """Once for each person and round; a closed case is past reminding."""
    if not case.is_open:
        return
    for round_ in _LATER:
        key = reminder_key(party, round_)
        if Task.objects.filter(case=case, key=key).exists():
            continue
        cases.add_task(
            case=case,
            key=key,
            phase=Phase.EVIDENCE,
            title=_("%s伤情照片：征得同意后拍摄同一处，带标尺") % round_.label,
            advice=_(
                "在案件的“伤情”里拍，不要附在这项任务上；照片拍好或本人不愿意，任务自动结束"
            ),
            source="G14",
            role_key=FOLLOWS,
            within=max(seen_at + round_.after - at, _LEAST),
            by=SYSTEM,
            at=at,
        )


_REMINDER = "injury:"


def reminder_key(party: Party, round_: Round) -> str:
    return f"{_REMINDER}{party.uid}:{round_}"


def keep_photo_clocks(*, case: Case, at: datetime) -> None:
    """The case ended; what a bruise looks like on the third day is still seen only then."""
    waiting = Task.objects.filter(
        case=case, key__startswith=_REMINDER, state=TaskState.OPEN
    )
    for task in waiting.order_by("pk"):
        cases.move_deadlines(about=f"task:{task.uid}", to=case, at=at)


def _end_reminder(case: Case, party: Party, round_: Round, *, at: datetime) -> None:
    """When every injury of the person has its photo of this round, or they declined."""
    task = Task.objects.filter(
        case=case, key=reminder_key(party, round_), state=TaskState.OPEN
    ).first()
    if task is None:
        return
    waiting = Injury.objects.filter(case=case, party=party, withdrawn_at=None).exclude(
        photos__round=round_
    )
    has_refused = InjuryRefusal.objects.filter(party=party, round=round_).exists()
    if not has_refused and waiting.exists():
        return
    if case.is_open:
        task.case = case
        cases.complete_task(task=task, by=SYSTEM, at=at)
    else:  # nothing of its plan changes any more; nobody is reminded, either
        cases.meet_deadlines(case=case, key="task", about=f"task:{task.uid}", at=at)


def _lock(injury: Injury) -> Injury:
    """The injury under its row lock, after its case's, as everywhere."""
    return cases.lock_of_case(injury, "party")


def _check_is_of_case(party: Party, case: Case) -> None:
    if party.case_id != case.pk or party.removed_at is not None:
        raise InvalidInput(_("本案没有这位当事人"), path="party")


def _next_number(case: Case) -> int:
    """Call it under the lock of the case."""
    last: int | None = case.injuries.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
