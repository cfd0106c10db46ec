from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest

from anlan.accounts import services as accounts
from anlan.accounts.models import Organisation, Place, Site, User
from anlan.ledger.events import SYSTEM


@dataclass(frozen=True)
class Front:
    """Two sites of one company, and another company: who serves customers where."""

    organisation: Organisation
    site: Site
    other_site: Site
    room: Place
    guard: User
    officer: User
    manager: User
    headquarters: User
    other_officer: User
    administrator: User
    foreign_site: Site
    foreign_officer: User
    at: datetime


@pytest.fixture
def front(db, at) -> Front:
    return make_front(at)


def make_front(at: datetime) -> Front:
    def company(code):
        return accounts.found_organisation(code=code, name=code, by=SYSTEM, at=at)

    def estate(organisation, code):
        return accounts.add_site(
            organisation=organisation, code=code, name=code, by=SYSTEM, at=at
        )

    def somebody(username, role_key, node):
        organisation = node if isinstance(node, Organisation) else node.organisation
        user = accounts.add_user(
            organisation=organisation, username=username, name="甲", by=SYSTEM, at=at
        )
        accounts.grant_role(user=user, role_key=role_key, node=node, by=SYSTEM, at=at)
        return user

    organisation, foreign = company("front"), company("foreign")
    site, other_site = estate(organisation, "AA"), estate(organisation, "BB")
    foreign_site = estate(foreign, "AA")
    return Front(
        organisation=organisation,
        site=site,
        other_site=other_site,
        room=accounts.add_place(
            site=site, kind=Place.Kind.ROOM, name="1206", by=SYSTEM, at=at
        ),
        guard=somebody("guard", "guard", site),
        officer=somebody("officer", "duty_officer", site),
        manager=somebody("manager", "site_manager", site),
        headquarters=somebody("headquarters", "hq_supervisor", organisation),
        other_officer=somebody("other-officer", "duty_officer", other_site),
        administrator=somebody("administrator", "administrator", organisation),
        foreign_site=foreign_site,
        foreign_officer=somebody("foreign-officer", "duty_officer", foreign_site),
        at=at,
    )
