"""Reads about people and places."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import (
    Handover,
    Invitation,
    Membership,
    Organisation,
    Place,
    Region,
    SharedPhone,
    Site,
    User,
)
from anlan.accounts.permissions import can_change_tree, held_at, sites_where
from anlan.accounts.roles import Permission
from anlan.accounts.selectors.roster import (
    DoubleBooking,
    Gap,
    double_bookings,
    periods_held,
    roster_gaps,
    shifts_at,
    shifts_between,
    times_without_role,
)
from anlan.base.clock import acting_moment
from anlan.base.digest import sha256
from anlan.base.errors import NotFound
from anlan.base.prepared import Prepared
from anlan.ledger.checkpoints import origin_of
from anlan.ledger.models import Entry
from anlan.ledger.sentences import event_of, keys_in, names_for, sentence

__all__ = [
    "Branch",
    "DoubleBooking",
    "Gap",
    "Line",
    "company_tree",
    "double_bookings",
    "history_of",
    "invitation_for",
    "names_of",
    "nodes_for",
    "other_administrators",
    "people_by_role",
    "people_for",
    "people_with_role",
    "periods_held",
    "place_with_code",
    "places_of",
    "plain_code",
    "roster_gaps",
    "shared_phone_for",
    "shifts_at",
    "shifts_between",
    "site_for",
    "site_names",
    "site_of",
    "sites_managed",
    "staff_of",
    "staff_to_plan",
    "times_without_role",
    "waiting_handover",
]


def people_with_role(site: Site, role_key: str) -> QuerySet[User]:
    """Active users who hold the role at the site or above it, by employee number."""
    holders = _running_at(site).filter(role_key=role_key)
    return User.objects.filter(pk__in=holders.values("user"), is_active=True).order_by(
        "employee_number", "pk"
    )


def people_by_role(site: Site, role_keys: Collection[str]) -> dict[str, list[User]]:
    """The same for several roles, by one query; a role that nobody holds is empty."""
    found: dict[str, dict[int, User]] = {key: {} for key in role_keys}
    holders = _running_at(site).filter(role_key__in=role_keys, user__is_active=True)
    for holder in holders.select_related("user").order_by(
        "user__employee_number", "user_id"
    ):
        found[holder.role_key].setdefault(holder.user_id, holder.user)
    return {key: list(people.values()) for key, people in found.items()}


def people_with_roles(site: Site, role_keys: Collection[str]) -> list[User]:
    """Everybody who holds one of the roles there, once."""
    told = people_by_role(site, role_keys)
    return list({one.pk: one for people in told.values() for one in people}.values())


def staff_of(site: Site) -> QuerySet[User]:
    """Active people with a running role at the site or above it, by employee number."""
    running = _running_at(site)
    return User.objects.filter(pk__in=running.values("user"), is_active=True).order_by(
        "employee_number", "pk"
    )


def staff_to_plan(site: Site) -> QuerySet[User]:
    """The same, and those whose role begins later: whom a roster may name."""
    there = Membership.objects.not_over(acting_moment()).filter(_at_or_above(site))
    return User.objects.filter(pk__in=there.values("user"), is_active=True).order_by(
        "employee_number", "pk"
    )


def places_of(site: Site) -> QuerySet[Place]:
    return Place.objects.filter(site=site, is_active=True).order_by("label", "pk")


_WITH_CODE = Prepared(
    lambda code: Place.objects.select_related("site").filter(code=code)
)


def place_with_code(code: str) -> Place | None:
    """The place whose poster carries the code, with its site, be it in use or not."""
    return _WITH_CODE.first(code=code)


def site_of(user: User, *, known: Place | None = None) -> Site | None:
    """The site at which the user works now, among those from which they may report.

    That of their running shift, else that of the ``known`` place, else the first by its
    code.
    """
    sites = sites_where(user, Permission.INCIDENT_REPORT)
    at = acting_moment()
    on_shift = sites.filter(
        shifts__user=user, shifts__starts_at__lte=at, shifts__ends_at__gt=at
    ).order_by("-shifts__starts_at", "pk")
    at_place = sites.filter(pk=known.site_id) if known else sites.none()
    return on_shift.first() or at_place.first() or sites.order_by("code", "pk").first()


def people_for(reader: User, *, text: str = "") -> QuerySet[User]:
    """The people the reader administers, by employee number; ``text`` narrows by name.

    Whoever manages people of the whole company sees everybody; others see those with a
    role at their sites, now or later, and those who have no role at all.
    """
    found = User.objects.filter(organisation=reader.organisation_id)
    if Permission.PEOPLE_MANAGE not in held_at(reader, reader.organisation):
        sites = sites_where(reader, Permission.PEOPLE_MANAGE)
        held = Membership.objects.not_over(acting_moment())
        here = held.filter(
            Q(site__in=sites) | Q(site=None, region__in=sites.values("region"))
        )
        found = found.filter(
            Q(pk__in=here.values("user")) | ~Q(pk__in=held.values("user"))
        )
        if not sites.exists():
            found = found.none()
    if text:
        found = found.filter(
            Q(name__icontains=text)
            | Q(username__icontains=text)
            | Q(employee_number__icontains=text)
        )
    return found.order_by("-is_active", "employee_number", "pk")


def other_administrators(user: User) -> QuerySet[User]:
    """Who else administers the whole company without an end, and may sign in."""
    running = Membership.objects.running(acting_moment()).filter(
        role_key="administrator",
        organisation=user.organisation_id,
        region=None,
        site=None,
        ended_at=None,
        user__is_active=True,
    )
    return User.objects.filter(pk__in=running.values("user")).exclude(pk=user.pk)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One entry of the company's own chain, as a page shows it."""

    at: datetime
    sentence: str
    tone: str


def history_of(
    subject: str, *, organisation: Organisation, newest: int = 30
) -> list[Line]:
    """What is on the company's record about a person or the company, newest first."""
    entries = Entry.objects.filter(
        organisation_id=organisation.pk, site_id=0, subject=subject
    ).order_by("-seq")[:newest]
    read = [
        (entry, event)
        for entry in entries
        if entry.data is not None
        and (event := event_of(entry.kind, orjson.loads(bytes(entry.data))))
    ]
    keys = {key for entry, event in read for key in keys_in(event, actor=entry.actor)}
    names = names_for(keys)
    return [
        Line(
            at=entry.recorded_at,
            sentence=sentence(event, actor=entry.actor, names=names),
            tone=event.tone,
        )
        for entry, event in read
    ]


def plain_code(code: str) -> str:
    """A printed code as it is kept: capitals, without what people put between."""
    return "".join(c for c in code.upper() if c.isascii() and c.isalnum())


def invitation_for(code: str, *, at: datetime, locked: bool = False) -> Invitation:
    """The invitation behind a printed code, while it lives.

    Raises:
        NotFound: unknown, used, replaced, run out; all answer alike.
    """
    invitations = Invitation.objects.select_related("user__organisation")
    if locked:
        invitations = invitations.select_for_update(of=("self",))
    found = invitations.filter(
        digest=sha256(plain_code(code).encode()),
        used_at=None,
        revoked_at=None,
        expires_at__gt=at,
        user__is_active=True,
    ).first()
    if found is None:
        raise NotFound(
            _("这个一次性码不对、已用过或已过期，请找项目经理或管理员重新打印")
        )
    return found


def nodes_for(
    reader: User, permission: Permission
) -> list[Organisation | Region | Site]:
    """The open nodes at which the reader holds the permission, from the top down."""
    organisation = reader.organisation
    nodes: list[Organisation | Region | Site] = [organisation]
    nodes += Region.objects.filter(organisation=organisation, closed_at=None).order_by(
        "name", "pk"
    )
    nodes += Site.objects.filter(organisation=organisation, closed_at=None).order_by(
        "code", "pk"
    )
    return [node for node in nodes if permission in held_at(reader, node)]


def site_for(reader: User, code: str, permission: Permission) -> Site:
    """One site by its code.

    Raises:
        NotFound: unknown, or one at which the reader does not hold the permission.
    """
    site = (
        sites_where(reader, permission)
        .select_related("organisation", "region")
        .filter(code=code)
        .first()
    )
    if site is None:
        raise NotFound(_("没有这个项目，或者您无权管理"))
    return site


def sites_managed(reader: User) -> QuerySet[Site]:
    """The sites whose tree, roster or phones the reader may change, closed ones last."""
    return (
        sites_where(reader, Permission.SITE_MANAGE)
        | sites_where(reader, Permission.ROSTER_MANAGE)
    ).order_by("closed_at", "code", "pk")


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A region of the tree as a page shows it; the topmost branch has no region."""

    region: Region | None
    depth: int
    sites: list[Site]


def company_tree(reader: User) -> list[Branch]:
    """Regions with their sites, depth first; empty regions only for who may fill them."""
    sites = list(
        Site.objects.filter(pk__in=sites_managed(reader).values("pk")).order_by(
            "closed_at", "code", "pk"
        )
    )
    regions = list(
        Region.objects.filter(organisation=reader.organisation_id).order_by(
            "name", "pk"
        )
    )
    shows_empty = can_change_tree(reader, reader.organisation)

    def below(parent: int | None, depth: int) -> Iterator[Branch]:
        for region in regions:
            if region.parent_id == parent:
                here = [site for site in sites if site.region_id == region.pk]
                inner = list(below(region.pk, depth + 1))
                if here or inner or shows_empty:
                    yield Branch(region=region, depth=depth, sites=here)
                yield from inner

    top = [site for site in sites if site.region_id is None]
    return [Branch(region=None, depth=0, sites=top), *below(None, 0)]


def shared_phone_for(token: str) -> SharedPhone | None:
    """The phone whose cookie this is, unless it was taken out of use."""
    if not token:
        return None
    return (
        SharedPhone.objects.select_related("site", "post__place", "holder")
        .filter(token_digest=sha256(token.encode()), revoked_at=None)
        .first()
    )


def waiting_handover(phone: SharedPhone) -> Handover | None:
    """What somebody handed over on this phone and nobody has taken yet."""
    return (
        Handover.objects.filter(phone=phone, taken_at=None)
        .select_related("giver", "phone__site")
        .first()
    )


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Names for actor keys ``user:<uid>``; unknown ones are left out."""
    rows = User.objects.filter(uid__in=_uids(keys, "user")).values_list("uid", "name")
    return {f"user:{uid}": name for uid, name in rows}


def site_names(keys: Iterable[str]) -> dict[str, str]:
    """Names for keys ``site:<uid>``; unknown ones are left out."""
    rows = Site.objects.filter(uid__in=_uids(keys, "site")).values_list("uid", "name")
    return {f"site:{uid}": name for uid, name in rows}


def chain_origin(organisation_id: int, site_id: int) -> str | None:
    """What a chain is called in checkpoints; nothing if it is of no site any more."""
    if site_id:
        sites = Site.objects.filter(pk=site_id, organisation=organisation_id)
        row = sites.values_list("organisation__uid", "uid").first()
        return origin_of(*row) if row else None
    organisations = Organisation.objects.filter(pk=organisation_id)
    uid = organisations.values_list("uid", flat=True).first()
    return origin_of(uid, None) if uid else None


def _uids(keys: Iterable[str], wanted: str) -> list[UUID]:
    parts = (key.partition(":") for key in keys)
    return [UUID(uid) for kind, _colon, uid in parts if kind == wanted]


def _running_at(site: Site) -> QuerySet[Membership]:
    """The running memberships at the site or above it."""
    return Membership.objects.running(acting_moment()).filter(_at_or_above(site))


def _at_or_above(site: Site) -> Q:
    node = Q(site=site) | Q(organisation=site.organisation_id, site=None, region=None)
    if site.region_id:
        node |= Q(region__in=_regions_above(site))
    return node


def _regions_above(site: Site) -> list[int]:
    found: list[int] = []
    region = site.region
    while region is not None:
        found.append(region.pk)
        region = region.parent
    return found
