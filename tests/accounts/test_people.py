"""People: invited, granted, reset, disabled; nobody above the own scope, never the last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from anlan.accounts import services
from anlan.accounts.models import (
    Invitation,
    Membership,
    Pin,
    Place,
    Region,
    Site,
    User,
)
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import ROLES, Permission
from anlan.accounts.selectors import nodes_for, people_for
from anlan.accounts.selectors.tokens import user_of_token
from anlan.accounts.services import create_token
from anlan.base.errors import Conflict, InvalidInput, NotAllowed, NotFound
from anlan.ledger.models import Entry

GOOD = "a-long-river-5521"


def node_of(scene, name):
    return {
        "company": scene.organisation,
        "region": Region.objects.get(),
        "YQ": scene.site,
        "HT": scene.other_site,
    }[name]


def newcomer(scene, role="guard", node="YQ", by="admin", username="xinren"):
    return services.invite_user(
        organisation=scene.organisation,
        username=username,
        name="新人",
        role_key=role,
        node=node_of(scene, node),
        by=scene.person(by),
        at=scene.at,
    )


def kinds_about(user) -> list[str]:
    return list(
        Entry.objects.filter(subject=user.subject, site_id=0)
        .order_by("seq")
        .values_list("kind", flat=True)
    )


# Who grants what, where: may they? Every row is one attempt, and its undoing.
GRANTS = [
    ("admin", "administrator", "company", True),
    ("admin", "hq_supervisor", "company", True),
    ("admin", "guard", "HT", True),
    ("guoxin", "site_manager", "YQ", True),
    ("guoxin", "hq_supervisor", "company", True),
    ("guoxin", "administrator", "company", True),  # holds all that it carries
    ("hetao", "guard", "YQ", True),
    ("hetao", "duty_officer", "YQ", True),
    ("hetao", "site_manager", "YQ", True),
    ("hetao", "hq_supervisor", "YQ", False),
    ("hetao", "administrator", "YQ", False),
    ("hetao", "guard", "HT", False),
    ("hetao", "guard", "region", False),
    ("hetao", "guard", "company", False),
    ("zhoumin", "guard", "YQ", False),
    ("sunlei", "guard", "YQ", False),
    ("wangjianguo", "guard", "YQ", False),
    ("chenlu", "guard", "YQ", False),
]


@pytest.mark.parametrize(("by", "role", "node", "may"), GRANTS)
def test_nobody_grants_or_takes_back_above_the_own_scope(scene, by, role, node, may):
    giver, user = scene.person(by), scene.person("linan")
    where = node_of(scene, node)
    before = Entry.objects.count()
    if not may:
        with pytest.raises(NotAllowed):
            services.grant_role(
                user=user, role_key=role, node=where, by=giver, at=scene.at
            )
        assert Entry.objects.count() == before
        held = services.grant_role(
            user=user, role_key=role, node=where, by=scene.person("admin"), at=scene.at
        )
        with pytest.raises(NotAllowed):
            services.end_role(membership=held, by=giver, at=scene.at)
        return
    held = services.grant_role(
        user=user, role_key=role, node=where, by=giver, at=scene.at
    )
    services.end_role(membership=held, by=giver, at=scene.at)
    assert kinds_about(user)[-2:] == ["accounts.role_granted", "accounts.role_ended"]


def test_a_regional_role_reaches_the_sites_of_its_region_and_no_others(scene):
    supervisor = scene.person("linan")
    region = node_of(scene, "region")
    Site.objects.filter(code="HT").update(region=None)
    services.grant_role(
        user=supervisor,
        role_key="site_manager",
        node=region,
        by=scene.person("admin"),
        at=scene.at,
    )

    services.grant_role(
        user=scene.guard,
        role_key="guard_captain",
        node=scene.site,
        by=supervisor,
        at=scene.at,
    )
    with pytest.raises(NotAllowed):
        services.grant_role(
            user=scene.stranger,
            role_key="guard",
            node=scene.other_site,
            by=supervisor,
            at=scene.at,
        )
    assert [str(n) for n in nodes_for(supervisor, Permission.PEOPLE_MANAGE)] == [
        "华南区",
        "云栖花园",
    ]


class TestInvitation:
    @pytest.mark.both
    def test_a_code_sets_the_password_once(self, scene):
        invitation, code = newcomer(scene)
        assert not invitation.user.has_usable_password()

        user = services.use_invitation(
            code=code.lower(), password=GOOD, pin="481526", at=scene.at
        )

        assert user.check_password(GOOD)
        assert Pin.objects.filter(user=user).exists()
        with pytest.raises(NotFound):
            services.use_invitation(code=code, password=GOOD, at=scene.at)
        assert kinds_about(user) == [
            "accounts.user_added",
            "accounts.role_granted",
            "accounts.invitation_made",
            "accounts.invitation_used",
            "accounts.pin_set",
        ]

    def test_a_code_runs_out(self, scene):
        invitation, code = newcomer(scene)
        with pytest.raises(NotFound):
            services.use_invitation(code=code, password=GOOD, at=invitation.expires_at)
        just_before = invitation.expires_at - timedelta(seconds=1)
        services.use_invitation(code=code, password=GOOD, at=just_before)

    def test_a_weak_password_does_not_use_the_code_up(self, scene):
        _invitation, code = newcomer(scene)
        with pytest.raises(InvalidInput):
            services.use_invitation(code=code, password="12345678", at=scene.at)
        with pytest.raises(InvalidInput):
            services.use_invitation(code=code, password=GOOD, pin="123456", at=scene.at)
        services.use_invitation(code=code, password=GOOD, at=scene.at)

    def test_the_code_is_not_kept_and_not_on_the_record(self, scene):
        invitation, code = newcomer(scene)

        row = Invitation.objects.filter(pk=invitation.pk).values().get()
        plain = code.replace("-", "")
        assert plain not in str(row)
        data = b"".join(bytes(e.data or b"") for e in Entry.objects.all())
        assert plain.encode() not in data
        assert code.encode() not in data

    def test_a_new_code_makes_the_old_one_worthless(self, scene):
        invitation, old = newcomer(scene)
        _new, code = services.reset_access(
            user=invitation.user, by=scene.person("admin"), at=scene.at
        )

        with pytest.raises(NotFound):
            services.use_invitation(code=old, password=GOOD, at=scene.at)
        services.use_invitation(code=code, password=GOOD, at=scene.at)

    def test_the_code_of_a_disabled_person_is_worthless(self, scene):
        invitation, code = newcomer(scene)
        services.disable_user(
            user=invitation.user, by=scene.person("admin"), at=scene.at
        )

        with pytest.raises(NotFound):
            services.use_invitation(code=code, password=GOOD, at=scene.at)

    def test_a_refused_role_adds_nobody(self, scene):
        with pytest.raises(NotAllowed):
            newcomer(scene, role="hq_supervisor", by="hetao")
        assert not User.objects.filter(username="xinren").exists()


class TestReset:
    def test_a_reset_takes_passkeys_and_tokens_too(self, scene):
        guard = scene.guard
        Authenticator.objects.create(user=guard, type="totp", data={"secret": "x"})
        EmailAddress.objects.create(user=guard, email="w@example.cn", verified=True)
        token, _secret = create_token(
            user=guard,
            name="脚本",
            scopes=[Permission.INCIDENT_REPORT],
            days=9,
            by=guard,
            at=scene.at,
        )

        services.reset_access(user=guard, by=scene.manager, at=scene.at)

        token.refresh_from_db()
        assert token.revoked_at == scene.at
        assert not Authenticator.objects.filter(user=guard).exists()
        assert not EmailAddress.objects.filter(user=guard).exists()

    def test_it_takes_password_and_pin_away(self, scene):
        guard = scene.guard
        guard.set_password(GOOD)
        guard.save()
        services.set_pin(user=guard, pin="481526", by=guard, at=scene.at)

        services.reset_access(user=guard, by=scene.manager, at=scene.at)

        guard.refresh_from_db()
        assert not guard.has_usable_password()
        assert not Pin.objects.exists()

    @pytest.mark.parametrize(
        "target", ["admin", "guoxin", "xuqing", "chenlu", "dingyi"]
    )
    def test_a_manager_reaches_only_people_of_the_own_site(self, scene, target):
        user = scene.person(target)
        for change in (
            services.reset_access,
            services.disable_user,
            services.enable_user,
        ):
            with pytest.raises(NotAllowed):
                change(user=user, by=scene.manager, at=scene.at)
        user.refresh_from_db()
        assert user.is_active

    def test_not_ones_own(self, scene):
        with pytest.raises(Conflict):
            services.reset_access(user=scene.manager, by=scene.manager, at=scene.at)
        with pytest.raises(Conflict):
            services.disable_user(user=scene.manager, by=scene.manager, at=scene.at)


class TestLastAdministrator:
    def test_is_neither_disabled_nor_stripped(self, scene):
        admin, by = scene.person("admin"), scene.person("guoxin")
        with pytest.raises(Conflict, match="最后一位"):
            services.disable_user(user=admin, by=by, at=scene.at)
        with pytest.raises(Conflict, match="最后一位"):
            services.end_role(
                membership=Membership.objects.get(user=admin), by=by, at=scene.at
            )
        admin.refresh_from_db()
        assert admin.is_active

    @pytest.mark.both
    def test_of_two_one_may_go_and_the_other_stays(self, scene):
        admin, second = scene.person("admin"), scene.person("linan")
        services.grant_role(
            user=second,
            role_key="administrator",
            node=scene.organisation,
            by=admin,
            at=scene.at,
        )
        services.disable_user(user=admin, by=second, at=scene.at)
        with pytest.raises(Conflict, match="最后一位"):
            services.disable_user(user=second, by=scene.person("guoxin"), at=scene.at)

    def test_an_administrator_of_one_site_does_not_count(self, scene):
        services.grant_role(
            user=scene.person("linan"),
            role_key="administrator",
            node=scene.site,
            by=scene.person("admin"),
            at=scene.at,
        )
        with pytest.raises(Conflict, match="最后一位"):
            services.disable_user(
                user=scene.person("admin"), by=scene.person("guoxin"), at=scene.at
            )


def test_disabled_people_hold_nothing(scene):
    guard = scene.guard
    services.disable_user(user=guard, by=scene.manager, at=scene.at)
    assert not has_permission(guard, Permission.INCIDENT_REPORT, site=scene.site)
    services.enable_user(user=guard, by=scene.manager, at=scene.at)
    assert has_permission(guard, Permission.INCIDENT_REPORT, site=scene.site)
    assert kinds_about(guard)[-2:] == [
        "accounts.user_disabled",
        "accounts.user_enabled",
    ]


def test_what_a_disabled_person_had_open_stays_closed(scene, client):
    guard, other = scene.guard, Client()
    _token, secret = create_token(
        user=guard,
        name="脚本",
        scopes=[Permission.INCIDENT_REPORT],
        days=9,
        by=guard,
        at=scene.at,
    )
    client.force_login(guard)
    other.force_login(scene.next_guard)
    keys = client.session.session_key, other.session.session_key

    services.disable_user(user=guard, by=scene.manager, at=timezone.now())
    services.enable_user(user=guard, by=scene.manager, at=timezone.now())

    assert [Session.objects.filter(pk=key).exists() for key in keys] == [False, True]
    assert user_of_token(secret, at=scene.at) is None
    assert kinds_about(guard)[-3:] == [
        "accounts.token_revoked",
        "accounts.user_disabled",
        "accounts.user_enabled",
    ]


def test_the_list_shows_whom_the_reader_administers(scene):
    of_manager = set(people_for(scene.manager).values_list("username", flat=True))
    assert {"wangjianguo", "zhoumin", "xuqing"} <= of_manager
    assert not {"dingyi", "tangning", "admin", "guoxin"} & of_manager
    assert people_for(scene.person("admin")).count() == User.objects.count()
    assert not people_for(scene.guard).exists()
    assert [u.name for u in people_for(scene.manager, text="B-1001")] == ["王建国"]


# Every change of the company's tree, places, roster and phones, and who may make it.
CHANGES = {
    "add_region": lambda s, by: services.add_region(
        organisation=s.organisation, name="北区", by=by, at=s.at
    ),
    "rename_region": lambda s, by: services.rename_region(
        region=Region.objects.get(), name="南区", by=by, at=s.at
    ),
    "add_site": lambda s, by: services.add_site(
        organisation=s.organisation, code="XX", name="新项目", by=by, at=s.at
    ),
    "change_site": lambda s, by: services.change_site(
        site=s.site, name="新名", region=s.site.region, by=by, at=s.at
    ),
    "add_place": lambda s, by: services.add_place(
        site=s.site, kind=Place.Kind.SPOT, name="新点", by=by, at=s.at
    ),
    "rename_place": lambda s, by: services.rename_place(
        place=s.garage, name="新点", by=by, at=s.at
    ),
    "move_place": lambda s, by: services.move_place(
        place=s.garage, parent=None, by=by, at=s.at
    ),
    "close_place": lambda s, by: services.close_place(
        place=s.place("3 号楼 12 层 1206 室"), by=by, at=s.at
    ),
    "import_places": lambda s, by: services.import_places(
        site=s.site, rows=[[(Place.Kind.BUILDING, "9 号楼")]], by=by, at=s.at
    ),
    "add_post": lambda s, by: services.add_post(
        site=s.site, place=s.garage, name="新岗", by=by, at=s.at
    ),
    "import_roster": lambda s, by: services.import_roster(
        site=s.site, planned=[], by=by, at=s.at
    ),
    "add_shared_phone": lambda s, by: services.add_shared_phone(
        site=s.site, name="手机", by=by, at=s.at
    ),
}
COMPANY = {"admin", "guoxin"}
SITE = COMPANY | {"hetao"}
PLANNERS = SITE | {"zhoumin", "sunlei"}
MAY = {
    "add_region": COMPANY,
    "rename_region": COMPANY,
    "add_site": COMPANY,
    "add_post": PLANNERS,
    "import_roster": PLANNERS,
}
PEOPLE = [
    "admin",
    "guoxin",
    "hetao",
    "zhoumin",
    "sunlei",
    "wangjianguo",
    "chenwen",
    "tangning",
    "linan",
]


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_asks_first_and_is_on_the_record(scene, change):
    may = MAY.get(change, SITE)
    for username in [name for name in PEOPLE if name not in may]:
        before = Entry.objects.count()
        with pytest.raises(NotAllowed):
            CHANGES[change](scene, scene.person(username))
        assert Entry.objects.count() == before, username
    for username in sorted(may)[:1]:
        before = Entry.objects.count()
        CHANGES[change](scene, scene.person(username))
        assert Entry.objects.count() > before


@pytest.mark.parametrize("username", sorted(PLANNERS))
def test_planners_may_plan(scene, username):
    before = Entry.objects.count()

    CHANGES["add_post"](scene, scene.person(username))

    assert Entry.objects.count() == before + 1


def test_every_role_can_be_granted_by_an_administrator(scene):
    for role in ROLES:
        before = Entry.objects.count()
        services.grant_role(
            user=scene.person("linan"),
            role_key=role,
            node=scene.other_site,
            by=scene.person("admin"),
            at=scene.at,
        )
        assert Entry.objects.count() == before + 1, role
