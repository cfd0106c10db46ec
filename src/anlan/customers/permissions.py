"""Who may register, read and erase a customer."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from anlan.accounts.models import Site
from anlan.accounts.permissions import check_permission
from anlan.accounts.roles import Permission
from anlan.base.errors import NotFound
from anlan.customers.models import KnownAt, Person
from anlan.ledger.events import Actor


def check_can_register(by: Actor, site: Site) -> None:
    check_permission(by, Permission.PARTY_EDIT, site=site)


def check_can_correct(by: Actor, person: Person, site: Site) -> None:
    check_is_known(person, site)
    check_permission(by, Permission.PARTY_EDIT, site=site)


def check_can_unmask(by: Actor, site: Site) -> None:
    """All who are known there; whether somebody is, ``are_known`` says."""
    check_permission(by, Permission.PERSON_UNMASK, site=site)


def check_can_erase(by: Actor, person: Person, site: Site) -> None:
    """Whoever answers for the site and may read the data may erase it.

    Erasing takes the person from every site that knows them, so it must be permitted at
    each: a person of two sites is erased by headquarters.
    """
    check_is_known(person, site)
    known = KnownAt.objects.filter(person=person).select_related("site")
    for there in (row.site for row in known):
        check_permission(by, Permission.SITE_MANAGE, site=there)
        check_permission(by, Permission.PERSON_UNMASK, site=there)


def check_is_known(person: Person, site: Site) -> None:
    """A right at one site must not open the people of another.

    Raises:
        NotFound: as for a person who does not exist.
    """
    if not are_known([person], site):
        raise NotFound(_("没有找到这位人员"))


def are_known(people: Sequence[Person], site: Site) -> bool:
    """Whether the site knows every one of them."""
    wanted = {person.pk for person in people}
    known = KnownAt.objects.filter(person__in=wanted, site=site)
    return set(known.values_list("person", flat=True)) == wanted


def check_can_add_unit(by: Actor, site: Site) -> None:
    check_permission(by, Permission.SITE_MANAGE, site=site)
