"""Letters for the tests: of an approved plan, issued, delivered; and objections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from anlan.cases.models import Case
from anlan.evidence.models import Exhibit
from anlan.resolution import services as resolution
from anlan.resolution.enums import DeliveryResult, DeliveryWay, ObjectionWay
from anlan.resolution.models import (
    Carrying,
    Notice,
    NoticeDelivery,
    Objection,
    PlanMeasure,
)
from anlan.resolution.selectors.notices import letter_of
from tests.evidence.keeping import photo
from tests.resolution.planned import decided, legal, submitted
from tests.scene import Scene


def in_force(
    scene: Scene, case: Case, key: str = "warning_letter", **more: Any
) -> PlanMeasure:
    """A measure of an approved plan; counsel says yes as well, where it is asked."""
    plan = decided(scene, submitted(scene, case, key, **more))
    if plan.state == "submitted":
        plan = decided(scene, plan, by=legal(scene))
    measure = plan.measures.get()
    measure.plan = plan
    return measure


def begun(scene: Scene, measure: PlanMeasure, **more: Any) -> Notice:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return resolution.begin_notice(measure=measure, **said)


def issued(scene: Scene, measure: PlanMeasure, **more: Any) -> Notice:
    return signed(scene, begun(scene, measure), **more)


def signed(scene: Scene, notice: Notice, **more: Any) -> Notice:
    """Issued by the manager, who looked at what it says now."""
    said: dict[str, Any] = {
        "by": scene.manager,
        "shown": letter_of(notice).digest,
        "at": scene.at,
        **more,
    }
    return resolution.issue_notice(notice=notice, **said)


def slip(scene: Scene, case: Case) -> Exhibit:
    """The copy that was signed."""
    return photo(scene, case)


def delivered(scene: Scene, notice: Notice, **more: Any) -> NoticeDelivery:
    said: dict[str, Any] = {
        "way": DeliveryWay.IN_PERSON,
        "result": DeliveryResult.SIGNED,
        "happened": scene.at + timedelta(hours=1),
        "by": scene.officer,
        "at": scene.at + timedelta(hours=1),
        **more,
    }
    if said["result"] == DeliveryResult.RECEIVED:
        said.setdefault("words", "本人在电话里说收到了")
    if said["result"] == DeliveryResult.SIGNED:
        said.setdefault("exhibit", slip(scene, notice.case))
    return resolution.record_delivery(notice=notice, **said)


def objected(scene: Scene, measure: PlanMeasure, **more: Any) -> Objection:
    said: dict[str, Any] = {
        "way": ObjectionWay.WRITTEN,
        "words": "我没有用伞打人，请看录像。",
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    return resolution.receive_objection(measure=measure, **said)


def carrying(measure: PlanMeasure) -> Carrying:
    return Carrying.objects.select_related("task").get(measure=measure)
