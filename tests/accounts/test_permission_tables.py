"""Role × check × node, generated from the code and compared with a table kept by hand."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.db import transaction

import anlan
from anlan.accounts.models import Membership, Organisation, Site, User
from anlan.accounts.permissions import has_permission, sites_where
from anlan.accounts.roles import ROLES, Permission
from anlan.base.errors import DomainError, NotAllowed, NotFound
from anlan.cases.models import (
    AccessLink,
    Case,
    NamedContact,
    Party,
    PartyRole,
    Task,
    TaskPhoto,
)
from anlan.customers import services as customers
from anlan.customers.models import (
    MarkerDecision,
    MarkerObjection,
    Person,
    RiskMarker,
)
from anlan.evidence.models import (
    Exhibit,
    FootageApplication,
    Injury,
    PhysicalItem,
    Statement,
)
from anlan.incidents.models import (
    Assignment,
    Attachment,
    EmergencyCall,
    Incident,
    Report,
)
from anlan.investigation.models import Finding, Interview
from anlan.ledger.events import SYSTEM, Actor
from anlan.notify.models import CheckAnswer
from anlan.resolution.counselling.models import (
    Care,
    Counsellor,
    CounsellorKey,
    UrgentCall,
)
from anlan.resolution.legal.models import (
    CounselQuestion,
    Engagement,
    Lawyer,
    WorkInjury,
)
from anlan.resolution.mediation.models import Proposal, Session, Talks
from anlan.resolution.models import Notice, Objection, Plan, PlanMeasure
from anlan.resolution.review.models import Improvement
from anlan.resolution.review.models import Report as ReviewReport
from tests.incidents.story import PanicButton, Visitor
from tests.scene import Scene

MATRIX: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    (Path(__file__).parent / "permission_matrix.yaml").read_text(encoding="utf-8")
)
LETTERS = dict(zip(ROLES, "GCDKIMLPXHA", strict=True))
NOBODY = "-" * len(ROLES)
SOURCE = Path(anlan.__file__ or "").parent
# The general question itself; the table of permissions asks it.
GENERAL = {"accounts.check_permission"}


def all_checks() -> dict[str, Callable[..., Any]]:
    found = {}
    for path in sorted(SOURCE.glob("**/permissions.py")):
        package = path.parent.name
        parts = path.relative_to(SOURCE).with_suffix("").parts
        module = importlib.import_module(".".join(("anlan", *parts)))
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and name.startswith("check_"):
                found[f"{package}.{name}"] = function
    return {name: check for name, check in found.items() if name not in GENERAL}


CHECKS = all_checks()


def test_every_check_has_a_row_and_every_row_a_check() -> None:
    rows = {name.partition("#")[0] for name in MATRIX["checks"]}

    assert rows == set(CHECKS)


def test_every_permission_has_a_row_and_every_row_a_permission() -> None:
    assert set(MATRIX["permissions"]) == {p.value for p in Permission}


NODES = ("here", "elsewhere", "head")


@dataclass
class Cast:
    """One person of each role at one node, and the things they ask about."""

    scene: Scene
    people: dict[str, User]
    incident: Incident

    def letters(self, may: Callable[[User], bool]) -> str:
        return "".join(
            letter if may(self.people[role]) else "-"
            for role, letter in LETTERS.items()
        )


@pytest.fixture
def casts(scene: Scene) -> dict[str, Cast]:
    """By node: where the roles stand, seen from the thing that is asked about."""
    incident = scene.incident(by=Visitor())
    nodes: dict[str, Organisation | Site] = {
        "here": scene.site,
        "elsewhere": scene.other_site,
        "head": scene.organisation,
    }
    return {
        where: Cast(
            scene, {role: person(scene, role, where, node) for role in ROLES}, incident
        )
        for where, node in nodes.items()
    }


def person(scene: Scene, role: str, where: str, node: Organisation | Site) -> User:
    user = User.objects.create(
        organisation=scene.organisation,
        username=f"{role}.{where}".replace("_", "-"),
        name=role,
        created_at=scene.at,
    )
    Membership.objects.create(
        user=user,
        role_key=role,
        organisation=scene.organisation,
        site=node if isinstance(node, Site) else None,
        since_at=scene.at,
    )
    return user


def expected(table: str, node: str) -> dict[str, str]:
    """What the table says of each row for roles at ``node``."""
    otherwise = {"here": "here", "head": "here", "elsewhere": "nobody"}[node]
    return {
        name: row.get(node) or {**row, "nobody": NOBODY}[otherwise]
        for name, row in MATRIX[table].items()
    }


@pytest.mark.parametrize("node", NODES)
def test_permissions(casts: dict[str, Cast], node: str) -> None:
    cast = casts[node]
    site = cast.scene.site

    asked = {
        p.value: cast.letters(partial(has_permission, permission=p, site=site))
        for p in Permission
    }
    # The list of sites and the question about one site must never disagree.
    listed = {
        p.value: cast.letters(partial(is_listed, permission=p, site=site))
        for p in Permission
    }

    assert asked == expected("permissions", node)
    assert listed == asked


@pytest.mark.parametrize("node", NODES)
def test_checks(casts: dict[str, Cast], node: str) -> None:
    cast = casts[node]

    found = {row: cast.letters(partial(passes, row, cast)) for row in MATRIX["checks"]}

    assert found == expected("checks", node)


def is_listed(user: User, *, permission: Permission, site: Site) -> bool:
    return site in sites_where(user, permission)


def passes(row: str, cast: Cast, user: User) -> bool:
    """Whether the check lets the user through; a refusal by the state is no refusal."""
    before = transaction.savepoint()
    try:
        ask(row, cast, user)
    except (NotAllowed, NotFound):
        return False
    except DomainError:
        return True
    finally:
        transaction.savepoint_rollback(before)
    return True


def ask(row: str, cast: Cast, user: User, *, by: Actor | None = None) -> None:
    """Ask the row's check, in the row's variant, for the user or for somebody else."""
    name, _hash, variant = row.partition("#")
    things = arguments(name, variant, user, cast) | {"by": by or user}
    wanted = inspect.signature(CHECKS[name]).parameters
    CHECKS[name](**{key: things[key] for key in wanted if key in things})


def arguments(name: str, variant: str, user: User, cast: Cast) -> dict[str, Any]:
    scene, incident = cast.scene, cast.incident
    case = incident.case
    own = variant in {"own", "self", "arrived"}
    somebody = scene.person("wangjianguo")
    if variant == "arrived":
        Assignment.objects.create(
            incident=incident,
            user=user,
            rung="guard",
            state="arrived",
            alerted_at=scene.at,
        )
    if name == "incidents.check_can_take_back_control":
        incident = Incident(case=case, controlled_by=user if own else somebody)
    report = Report(
        incident=incident,
        reporter_key=user.actor_key if own else "public:x",
    )
    if name == "cases.check_can_take_command":
        case.commander = scene.officer
    things: dict[str, Any] = {
        "commander": user if own else somebody,
        "writer": somebody,
        "is_refused": variant == "refused",
        "by": user,
        "case": case,
        "site": scene.site,
        "organisation": scene.organisation,
        "incident": incident,
        "task": Task(
            case=case,
            key="separate" if variant == "essential" else "",
            role_key="legal_counsel" if variant == "counsel" else "guard",
        ),
        "photo": TaskPhoto(
            task=Task(
                case=case,
                role_key="customer_service",
                key="injury_photos_0h" if variant == "injury" else "scene_photos",
            )
        ),
        "exhibit": Exhibit(
            case=case,
            kind="object" if variant != "own" else "photo",
            received_from=user.actor_key if own else "public:x",
            protection="injury" if variant == "injury" else "",
        ),
        "statement": Statement(
            case=case, taken_by=user if own else somebody, user=somebody
        ),
        "call": EmergencyCall(incident=incident, called_by=user if own else somebody),
        "injury": Injury(
            case=case, party=Party(case=case), recorded_by=user if own else somebody
        ),
        "application": FootageApplication(
            site=scene.site,
            taken_by=user if variant == "own" else somebody,
            colleague=user if variant == "self" else None,
        ),
        "item": PhysicalItem(
            exhibit=Exhibit(case=case, kind="object"),
            holder=user if own else somebody,
        ),
        "interview": Interview(
            case=case, interviewer=user if own else somebody, number=1
        ),
        "finding": Finding(case=case, author=user if own else somebody),
        "plan": Plan(case=case, author=user if own else somebody),
        "notice": Notice(case=case, author=user if own else somebody),
        "objection": Objection(
            case=case,
            measure=PlanMeasure(plan=Plan(case=case, author=user if own else somebody)),
        ),
        "party": Party(case=case),
        "talks": Talks(
            case=case,
            host=user if own else somebody,
            excluded_by=user if own else somebody,
        ),
        "session": Session(
            talks=Talks(case=case, kind="negotiation", host=user if own else somebody)
        ),
        "improvement": Improvement(case=case, owner=user if own else somebody),
        "report": report,
        "attachment": Attachment(report=report),
        "assignment": Assignment(incident=incident, user=user if own else somebody),
        "user": user if own else somebody,
        "proposed_by": user if own else somebody,
        "answer": CheckAnswer(user=user if own else somebody),
        "severity": case.severity + (1 if variant == "raise" else -1),
        "reason": "" if variant in {"raise", "silently"} else "看清了",
    }
    if name.startswith("review."):
        things["report"] = ReviewReport(case=case, author=user if own else somebody)
    if name.startswith("legal."):
        things |= legal_things(case, user if own else somebody, own=own)
    if name.startswith("counselling."):
        things |= counselling_things(case, user if own else somebody)
    if name.startswith("mediation."):
        who = user if own else somebody
        things["proposal"] = Proposal(
            talks=Talks(case=case, host=somebody), written_by=who
        )
    if name.startswith("customers."):
        things |= customers_things(scene, user if own else somebody)
    if name == "cases.check_can_look_behind" or variant == "across":
        things["party"] = across_the_wall(case, user, scene)
    if name == "cases.check_can_give_own_link" and variant == "named":
        NamedContact.objects.create(
            case=case, side="victim", user=user, named_at=scene.at
        )
    if name == "cases.check_may_edit":
        things["permission"] = Permission(f"{variant}.edit")
    if name == "notify.check_can_manage_channels":
        things["site"] = scene.site if variant == "site" else None
    if name == "accounts.check_can_grant":
        things |= {
            "role_key": {
                "manager": "site_manager",
                "counsel": "legal_counsel",
                "headquarters": "hq_supervisor",
                "administrator": "administrator",
            }.get(variant, "guard"),
            "node": scene.organisation if variant == "at_head" else scene.site,
        }
    if name == "accounts.check_can_manage":
        username = {"manager": "hetao", "headquarters": "guoxin"}.get(variant)
        things["user"] = scene.person(username) if username else somebody
        if variant == "roleless":
            Membership.objects.filter(user=somebody).update(ended_at=scene.at)
    return things


def legal_things(case: Case, user: User, *, own: bool) -> dict[str, Any]:
    """An injury of the user's, and a question that was put to them."""
    lawyer = Lawyer(user=user if own else None)
    engagement = Engagement(case=case, lawyer=lawyer)
    return {
        "injury": WorkInjury(case=case, party=Party(case=case, user=user)),
        "question": CounselQuestion(case=case, engagement=engagement, asked_by=user),
    }


def counselling_things(case: Case, user: User) -> dict[str, Any]:
    """Somebody who was referred to the user, and a key whose sheet they hold."""
    care = Care(case=case, party=Party(case=case), counsellor=Counsellor(user=user))
    return {
        "care": care,
        "key": CounsellorKey(user=user, first_holder=user, second_holder=user),
        "call": UrgentCall(care=Care(case=case, party=Party(case=case, user=user))),
    }


def across_the_wall(case: Case, user: User, scene: Scene) -> Party:
    """The victim of a case in which the user speaks for the aggressor."""
    party = Party.objects.create(case=case, description="穿红衣服", added_at=scene.at)
    PartyRole.objects.create(party=party, role="victim")
    NamedContact.objects.create(
        case=case, side="aggressor", user=user, named_at=scene.at
    )
    return party


def customers_things(scene: Scene, user: User) -> dict[str, Any]:
    """Somebody known at the site, with a marker on which ``user`` decided."""
    person = known_person(scene)
    today = scene.at.date()
    marker = RiskMarker.objects.create(
        person=person,
        site=scene.site,
        set_at=scene.at,
        review_on=today,
        expires_on=today,
    )
    MarkerDecision.objects.create(
        marker=marker, step="set", decided_by=user, decided_at=scene.at
    )
    return {
        "person": person,
        "marker": marker,
        "objection": MarkerObjection(marker=marker),
    }


def known_person(scene: Scene) -> Person:
    return Person.objects.first() or customers.add_person(
        site=scene.site, name="赵某", by=SYSTEM, at=scene.at
    )


def test_a_disabled_user_may_nothing(scene: Scene) -> None:
    manager = scene.manager
    manager.is_active = False

    for permission in Permission:
        assert not has_permission(manager, permission, site=scene.site)
        assert not sites_where(manager, permission).exists()


def test_an_ended_role_gives_nothing(scene: Scene) -> None:
    Membership.objects.filter(user=scene.manager).update(ended_at=scene.at)

    for permission in Permission:
        assert not has_permission(scene.manager, permission, site=scene.site)


def test_a_token_narrows_and_never_widens(scene: Scene) -> None:
    for permission in Permission:
        manager = scene.manager
        before = has_permission(manager, permission, site=scene.site)
        for scopes in (frozenset(), frozenset({permission}), frozenset(Permission)):
            manager.scopes = scopes
            may = has_permission(manager, permission, site=scene.site)
            assert may is (before and permission in scopes)
            assert (scene.site in sites_where(manager, permission)) is may


@pytest.mark.parametrize(
    "outsider",
    [Visitor(), PanicButton(), AccessLink()],
    ids=["visitor", "device", "link"],
)
def test_outsiders_pass_only_where_they_report(
    casts: dict[str, Cast], outsider: Actor
) -> None:
    cast = casts["here"]
    open_to_all = {"incidents.check_can_report", "customers.check_is_known"}

    passed = set()
    for row in MATRIX["checks"]:
        with suppress(NotAllowed, NotFound), transaction.atomic():
            ask(row, cast, cast.people["guard"], by=outsider)
            passed.add(row)

    assert passed == open_to_all
