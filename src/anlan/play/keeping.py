"""What a step of a scenario may do about what is kept, how long and by whom."""

from __future__ import annotations

from datetime import datetime

from anlan.accounts.models import User
from anlan.accounts.services import field_keys
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import CheckKind, HoldReason, RetentionClass
from anlan.evidence.models import OutsideKeeper
from anlan.evidence.selectors import exhibits_of
from anlan.ledger.events import Actor
from anlan.play.actions import Stage, action
from anlan.play.measures import last_drill


@action
def hold(
    stage: Stage,
    *,
    by: User,
    at: datetime,
    words: str,
    exhibit: str = "",
    reason: str = "other",
    document: str = "",
) -> str:
    """On the whole case, or on one exhibit by its code."""
    case = stage.incident.case
    held = next((e for e in exhibits_of(case, by) if e.code == exhibit), None)
    made = evidence.place_hold(
        case=case,
        held=held,
        reason=HoldReason(reason),
        words=words,
        document_number=document,
        by=by,
        at=at,
    )
    return made.code


@action
def propose_release(
    stage: Stage, *, by: User, at: datetime, words: str, early: str = ""
) -> str:
    held = stage.incident.case.holds.latest("number")
    return evidence.propose_release(
        hold=held, words=words, early=early, by=by, at=at
    ).code


@action
def release_hold(stage: Stage, *, by: User, at: datetime) -> str:
    held = stage.incident.case.holds.latest("number")
    return evidence.release_hold(hold=held, by=by, at=at).code


@action
def retention_period(
    stage: Stage, *, by: User, at: datetime, of: str, days: int
) -> str:
    rule = evidence.change_period(
        site=stage.site,
        retention_class=RetentionClass(of),
        days=days,
        by=by,
        at=at,
    )
    return f"{rule.days}"


@action
def keep_periods(stage: Stage, *, by: Actor, at: datetime) -> str:
    """The worker's round: announce what is due, decide, remove what was decided."""
    while jobs.keep_periods(at=at):
        pass
    while jobs.remove_files(at=at):
        pass
    return ", ".join(
        f"{row.thing.code} {row.state}"
        for row in stage.incident.case.deletions.order_by("pk")
    )


@action
def restore_drill(stage: Stage, *, by: Actor, at: datetime) -> str:
    """The worker brings a case back from the second copies, now."""
    evidence.ask_for_check(kind=CheckKind.DRILL, by=by, at=at)
    jobs.drill(at=at)
    run = last_drill()
    return f"{run.copies} files, {run.proof}" if run else "nothing to bring back"


@action
def keeper(stage: Stage, *, by: User, at: datetime, name: str, address: str) -> str:
    made = evidence.add_keeper(
        organisation=stage.site.organisation, name=name, address=address, by=by, at=at
    )
    return made.name


@action
def remove_keeper(stage: Stage, *, by: User, at: datetime, name: str) -> str:
    row = OutsideKeeper.objects.get(
        organisation=stage.site.organisation, name=name, removed_at=None
    )
    evidence.remove_keeper(keeper=row, by=by, at=at)
    return name


@action
def change_field_key(stage: Stage, *, by: Actor, at: datetime) -> str:
    """A new key for phones and secrets, and every value encrypted with it."""
    key_id = field_keys.add_field_key(by=by, at=at)
    renewed = dict(field_keys.renew_values())
    return f"key {key_id:03d}, {sum(renewed.values())} values"
