"""Taking the register of looks with names in full: who, for which days, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.services.record import record_at_site
from anlan.base.errors import InvalidInput
from anlan.base.lines import typed
from anlan.customers import services as customers
from anlan.customers.enums import ProtectedField
from anlan.customers.models import Person
from anlan.customers.permissions import hidden_from
from anlan.evidence import permissions
from anlan.evidence.events import RegisterTaken
from anlan.evidence.models import RegisterExtract
from anlan.evidence.selectors.register import (
    WHOLE,
    RegisterRow,
    Wanted,
    people_in,
    register_page,
    with_names,
)
from anlan.ledger import services as ledger

MOST_REASON = 200
MOST_PEOPLE = 200  # of one extract: each of them finds the look in their own history
LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Taken:
    extract: RegisterExtract
    rows: list[RegisterRow]


def take_register(
    *,
    site: Site,
    first_day: date,
    last_day: date,
    reason: str,
    by: User,
    at: datetime,
) -> Taken:
    """The rows of some days with the applicants' names, for an inspection.

    Each person whose name is read has the look in their own history, as everywhere.

    Raises:
        InvalidInput: no reason, days the wrong way round, or too many people at once.
    """
    permissions.check_can_see_register(by, site)
    reason = typed(
        reason,
        path="reason",
        most=MOST_REASON,
        refusal=_("请写明为什么需要完整姓名，例如：公安机关检查"),
    )
    if not timedelta(0) <= last_day - first_day <= LONGEST:
        raise InvalidInput(_("请选择一年以内的起止日期"), path="last_day")
    wanted = Wanted(site=site, first_day=first_day, last_day=last_day)
    rows = register_page(wanted, most=WHOLE).rows
    people = list(
        Person.objects.filter(pk__in=people_in(rows), erased_at=None).order_by("pk")
    )
    if len(people) > MOST_PEOPLE:
        raise InvalidInput(_("人数太多，请缩短起止日期"), path="last_day")
    # Who stands on the other side of the taker stays covered; the rest is needed.
    hidden = hidden_from(by, people)
    people = [person for person in people if person.pk not in hidden]
    with ledger.recording():
        extract = RegisterExtract.objects.create(
            site=site,
            by=by,
            at=at,
            first_day=first_day,
            last_day=last_day,
            reason=reason,
        )
        record_at_site(
            RegisterTaken(
                first_day=first_day.isoformat(),
                last_day=last_day.isoformat(),
                people=len(people),
                reason_digest=extract.digest_of("reason"),
            ),
            site,
            thing=extract.key,
            by=by,
            at=at,
        )
        names = customers.reveal_all(
            people=people,
            field=ProtectedField.NAME,
            site=site,
            reason=reason,
            by=by,
            at=at,
            read_for=extract.key,
        )
    return Taken(extract, with_names(rows, names))
