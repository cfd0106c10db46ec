"""Publishing what the clocks and the plans are read from, version by version."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import Organisation
from anlan.accounts.roles import Permission
from anlan.accounts.services.record import record_at_head
from anlan.base.clock import local_day, utc_text
from anlan.base.digest import canonical_json, sha256
from anlan.base.errors import InvalidInput, NotFound
from anlan.base.prepared import Prepared
from anlan.cases.events import PlaybookPublished, StandardPublished
from anlan.cases.models import Playbook, Standard
from anlan.cases.permissions import check_may_edit
from anlan.cases.plan_law import check_is_lawful, check_words
from anlan.cases.playbook import Plan, read_plan
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor, System


def publish_playbook(
    *,
    organisation: Organisation,
    body: Mapping[str, Any],
    by: Actor,
    at: datetime,
    valid_from: datetime | None = None,
    reason: str = "",
) -> Playbook:
    """Publish the next version; the same body as the newest one changes nothing.

    Cases opened from ``valid_from`` on (from now, if left out) begin with it.

    Raises:
        InvalidInput: the plan is wrong, arranges or says what the law forbids, or names a standard that does not exist,
            ``valid_from`` has passed, or a person gives no reason.
    """
    check_may_edit(by, organisation, Permission.PLAYBOOK_EDIT)
    plan = read_plan(body)
    check_is_lawful(plan, body, on=local_day(at))
    _check_standards(organisation, plan)
    _check_revision(by, at=at, valid_from=valid_from, reason=reason)
    with ledger.recording():
        running = (
            Playbook.objects.filter(organisation=organisation, key=plan.key)
            .order_by("-version")
            .first()
        )
        if running is not None and running.body == body:
            return running
        playbook = Playbook.objects.create(
            organisation=organisation,
            key=plan.key,
            version=running.version + 1 if running else 1,
            title=plan.title,
            body=body,
            published_at=at,
            valid_from=valid_from or at,
            reason=reason,
        )
        record_at_head(
            PlaybookPublished(
                playbook=plan.title,
                version=playbook.version,
                digest=sha256(canonical_json(_without_booleans(dict(body)))).hex(),
                valid_from=utc_text(playbook.valid_from),
                reason_digest=playbook.digest_of("reason") if reason else None,
            ),
            organisation,
            thing=f"playbook:{playbook.uid}",
            by=by,
            at=at,
        )
    return playbook


def publish_standard(
    *,
    organisation: Organisation,
    key: str,
    title: str,
    seconds: int,
    by: Actor,
    at: datetime,
    source: str = "",
    valid_from: datetime | None = None,
    reason: str = "",
) -> Standard:
    """Publish the next version of a promise; running clocks keep theirs.

    Clocks that start from ``valid_from`` on (from now, if left out) use it.

    Raises:
        InvalidInput: a limit below one second or above one year, words that the office
            may not use, ``valid_from`` has passed, or a person gives no reason.
    """
    check_may_edit(by, organisation, Permission.STANDARD_EDIT)
    _check_revision(by, at=at, valid_from=valid_from, reason=reason)
    if not 1 <= seconds <= 366 * 24 * 3600:
        raise InvalidInput(_("时限应在一秒到一年之间"), path="seconds")
    for path, text in (("title", title), ("source", source)):
        check_words(text, on=local_day(at), path=path)
    with ledger.recording():
        versions = Standard.objects.filter(organisation=organisation, key=key)
        last = versions.aggregate(last=Max("version"))["last"] or 0
        standard = Standard.objects.create(
            organisation=organisation,
            key=key,
            version=last + 1,
            title=title,
            seconds=seconds,
            source=source,
            valid_from=valid_from or at,
            reason=reason,
        )
        record_at_head(
            StandardPublished(
                standard=title,
                version=standard.version,
                seconds=seconds,
                valid_from=utc_text(standard.valid_from),
                reason_digest=standard.digest_of("reason") if reason else None,
            ),
            organisation,
            thing=f"standard:{standard.uid}",
            by=by,
            at=at,
        )
    return standard


# Two clocks of every alarm ask for theirs.
_IN_FORCE = Prepared(
    lambda organisation, key, at: Standard.objects.filter(
        organisation=organisation, key=key, valid_from__lte=at
    ).order_by("-version")[:1]
)


def standard_at(organisation_id: int, key: str, at: datetime) -> Standard:
    """The version of a standard in force at ``at``.

    Raises:
        NotFound: nothing of that name was in force; a set-up error that is said aloud.
    """
    found = _IN_FORCE.first(organisation=organisation_id, key=key, at=at)
    if found is None:
        raise NotFound(_("没有生效的时限标准：%s") % key)
    return found


def standards_at(
    organisation_id: int, keys: Collection[str], at: datetime
) -> dict[str, Standard]:
    """The versions in force at ``at`` of all these standards, by one query.

    Raises:
        NotFound: one of them was not in force.
    """
    if not keys:
        return {}
    versions = Standard.objects.filter(
        organisation=organisation_id, key__in=keys, valid_from__lte=at
    ).order_by("version")
    found = {standard.key: standard for standard in versions}
    for key in keys:
        if key not in found:
            raise NotFound(_("没有生效的时限标准：%s") % key)
    return found


def _check_standards(organisation: Organisation, plan: Plan) -> None:
    known = set(
        Standard.objects.filter(organisation=organisation).values_list("key", flat=True)
    )
    for task in plan.tasks:
        if task.standard and task.standard not in known:
            raise InvalidInput(
                _("任务“%(task)s”用的时限标准不存在：%(standard)s")
                % {"task": task.title, "standard": task.standard},
                path="phases",
            )


def _check_revision(
    by: Actor, *, at: datetime, valid_from: datetime | None, reason: str
) -> None:
    if valid_from is not None and valid_from < at:
        raise InvalidInput(_("生效时间不能早于现在"), path="valid_from")
    if not isinstance(by, System) and not reason.strip():
        raise InvalidInput(_("请写明修订理由"), path="reason")


def _without_booleans(value: Any) -> Any:
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, dict):
        return {key: _without_booleans(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_without_booleans(inner) for inner in value]
    return value
