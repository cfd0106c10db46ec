"""What follows on a record is told once to each, and not to whoever did it."""

from __future__ import annotations

from uuid import uuid4

import pytest

from anlan.cases.models import Case
from anlan.cases.telling import tell
from anlan.investigation import messages
from anlan.investigation.events import FindingSubmitted
from anlan.ledger import services as ledger
from anlan.ledger.events import Queued, uid_of
from anlan.notify.models import Delivery, Message
from tests.scene import Scene

pytestmark = pytest.mark.both_deep


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


def queued(case: Case, scene: Scene) -> Queued:
    return Queued(
        event=FindingSubmitted(code="F-1", sentences=1, content="0" * 64),
        organisation_id=case.site.organisation_id,
        site_id=case.site_id,
        subject=case.subject,
        object=f"finding:{uuid4()}",
        actor=scene.guard.actor_key,
        on_behalf_of="",
        happened_at=scene.at,
        recorded_at=scene.at,
        via="",
        exercise=False,
    )


@pytest.mark.parametrize(
    ("path", "page"),
    [("findings/", "/cases/{number}/findings/"), ("/cases/talks/", "/cases/talks/")],
)
def test_each_is_told_once_and_not_who_did_it(scene, case, path, page) -> None:
    with ledger.recording():
        tell(
            messages.DECIDED,
            queued(case, scene),
            case=case,
            people=[scene.manager, scene.guard, scene.manager],
            path=path,
            code="F-1",
        )

    sent = Message.objects.get(kind=messages.DECIDED)
    told = Delivery.objects.filter(message=sent).values_list("user", flat=True)
    assert set(told) == {scene.manager.pk}
    assert sent.params == {"number": case.number, "code": "F-1"}
    assert sent.path == page.format(number=case.number)


def test_nobody_else_is_nobody(scene, case) -> None:
    tell(
        messages.DECIDED,
        queued(case, scene),
        case=case,
        people=[scene.guard],
        path="findings/",
        code="F-1",
    )

    assert not Message.objects.filter(kind=messages.DECIDED).exists()


def test_a_key_names_a_row(case) -> None:
    assert uid_of(case.subject) == case.uid
