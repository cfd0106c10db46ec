"""Who agreed that statements go to the police, or to another organ that asks (G13)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from django.db.models import Q
from django.utils.translation import gettext as _

from anlan.accounts.models import Site, User
from anlan.accounts.roles import ROLES, Permission, roles_with
from anlan.accounts.selectors import people_with_roles
from anlan.base.clock import utc_text
from anlan.cases.models import Case
from anlan.evidence.enums import Protection, Purpose
from anlan.evidence.models import Exhibit, FootageApplication

# What is somebody's own words, or was given with them: no letters, no deeds.
SPOKEN = (
    Q(statement__isnull=False) | Q(file_of__isnull=False) | Q(addendum__isnull=False)
)
_COPIED = (
    Q(derived_from__statement__isnull=False)
    | Q(derived_from__file_of__isnull=False)
    | Q(derived_from__addendum__isnull=False)
)
_AT_ONCE = 400  # keys of one query


@dataclass(frozen=True, kw_only=True)
class Approval:
    """That somebody agreed that these exhibits of a case go there, and where they said so."""

    code: str  # of the report whose list it is, or the number of the application
    key: str  # as the record names it
    exhibits: frozenset[int]
    by: User
    at: datetime

    def covers(self, exhibit: Exhibit) -> bool:
        """A masked copy belongs to what it was made of."""
        return not self.exhibits.isdisjoint({exhibit.pk, exhibit.derived_from_id})

    def said_of(self, exhibits: Iterable[Exhibit]) -> dict[str, object]:
        """As a package keeps it."""
        return {
            "code": self.code,
            "key": self.key,
            "by": self.by.actor_key,
            "at": utc_text(self.at),
            "exhibits": [one.code for one in exhibits if self.covers(one)],
        }


ApprovalsOf: TypeAlias = "Callable[[Case], Sequence[Approval]]"
_APPROVALS: list[ApprovalsOf] = []


def add_approvals(asked: ApprovalsOf) -> None:
    """Enter what another package knows of approvals for the police; once, at import."""
    if asked in _APPROVALS:
        raise RuntimeError("these approvals were entered before")
    _APPROVALS.append(asked)


def approvals_for(
    case: Case, application: FootageApplication | None, *, purpose: Purpose
) -> list[Approval]:
    """By anybody: with an application its own approval alone counts.

    Without one they are those that other packages know of, and these are for the police:
    another organ has its application, or nothing.
    """
    if application is None:
        is_police = purpose == Purpose.POLICE
        return [one for asked in _APPROVALS for one in asked(case) if is_police]
    if application.decided_by is None or application.decided_at is None:
        return []
    return [
        Approval(
            code=application.number,
            key=application.key,
            exhibits=frozenset(application.exhibits.values_list("pk", flat=True)),
            by=application.decided_by,
            at=application.decided_at,
        )
    ]


def roles_that_pack() -> str:
    """The names of the roles that may make packages, and may agree to them, in a row."""
    keys = roles_with(Permission.PACKAGE_MAKE)
    return _("、").join(str(ROLES[key].name) for key in keys)


def packs_alone(reader: User, site: Site) -> bool:
    """Whether nobody else could make the package that they agree to."""
    packers = people_with_roles(site, roles_with(Permission.PACKAGE_MAKE))
    return all(one.pk == reader.pk for one in packers)


def needs_another_packer(
    application: FootageApplication, exhibits: Collection[Exhibit], reader: User
) -> bool:
    """Whether they agreed to it themselves, and statements are among these."""
    return (
        application.decided_by_id == reader.pk
        and application.kind.package_purpose.needs_approval
        and bool(statements_among(exhibits))
    )


def statements_among(exhibits: Collection[Exhibit]) -> list[Exhibit]:
    """Those that are statements, belong to one, or were made of one."""
    keys = [one.pk for one in exhibits if one.protection == Protection.STATEMENT]
    spoken: set[int] = set()
    for start in range(0, len(keys), _AT_ONCE):
        spoken |= set(
            Exhibit.objects.filter(
                SPOKEN | _COPIED, pk__in=keys[start : start + _AT_ONCE]
            ).values_list("pk", flat=True)
        )
    return [one for one in exhibits if one.pk in spoken]
