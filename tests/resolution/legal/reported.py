"""Reports to the police for the tests: gathered, handed over, answered."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from anlan.base.clock import local_day
from anlan.cases.models import Case
from anlan.resolution.legal import services as legal
from anlan.resolution.legal.enums import Issuer, ItemKind, ItemState, PaperKind
from anlan.resolution.legal.models import PolicePaper, PoliceProcedure, PoliceReport
from anlan.resolution.legal.services import Procedure
from tests.resolution.planned import headquarters
from tests.scene import Scene

STATION = "云栖派出所"
# Who writes the papers that come after those of the police.
OFFICES = {
    Issuer.POLICE: STATION,
    Issuer.PROSECUTOR: "云栖区人民检察院",
    Issuer.COURT: "云栖区人民法院",
}


def procedure(scene: Scene, **more: Any) -> PoliceProcedure:
    said: dict[str, Any] = {
        "site": scene.site,
        "valid_from": local_day(scene.at),
        "version": 0,
        "by": headquarters(scene),
        "at": scene.at,
        **more,
    }
    said.setdefault(
        "said",
        Procedure(
            station=STATION,
            phone="19900000110",
            address="云栖路 1 号",
            receives="一楼接警大厅，24 小时",
            bring="报案书、身份证明、录像硬盘",
        ),
    )
    return legal.write_procedure(**said)


def begun(scene: Scene, case: Case, **more: Any) -> PoliceReport:
    said: dict[str, Any] = {"by": scene.officer, "at": scene.at, **more}
    return legal.begin_report(case=case, **said)


def put(
    scene: Scene, report: PoliceReport, kind: ItemKind, **more: Any
) -> PoliceReport:
    said: dict[str, Any] = {
        "state": ItemState.READY,
        "exhibits": [],
        "words": "纸质一份",
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    return legal.set_item(report=report, kind=kind, **said)


def complete(scene: Scene, case: Case) -> PoliceReport:
    report = begun(scene, case)
    for kind in ItemKind:
        put(scene, report, kind)
    return report


def handed(scene: Scene, report: PoliceReport, **more: Any) -> PoliceReport:
    """An hour later, all that there is; without the police's own list, and a word on it."""
    ready = report.items.filter(state=ItemState.READY)
    said: dict[str, Any] = {
        "happened": scene.at + timedelta(hours=1),
        "station": STATION,
        "officer": "赵立",
        "officer_number": "045512",
        "accepted": [ItemKind(one.kind) for one in ready],
        "signers": "周敏、赵立",
        "words": "清单由民警带回，次日来取",
        "by": scene.officer,
        "at": scene.at + timedelta(hours=1),
        **more,
    }
    return legal.hand_over(report=report, **said)


def reported(scene: Scene, case: Case, **more: Any) -> PoliceReport:
    return handed(scene, complete(scene, case), **more)


def paper(
    scene: Scene,
    report: PoliceReport,
    kind: PaperKind = PaperKind.RECEIPT,
    *,
    days: int = 0,
    **more: Any,
) -> PolicePaper:
    """Dated so many days after the scene, received and entered on the same day."""
    dated: date = local_day(scene.at) + timedelta(days=days)
    said: dict[str, Any] = {
        "dated_on": dated,
        "received_on": dated,
        "office": OFFICES[kind.issuer],
        "officer": "赵立 045512",
        "number": f"云公字〔2026〕{days:04}号",
        "words": "原件在值班室",
        "by": scene.officer,
        "at": scene.at + timedelta(days=days, hours=2),
        **more,
    }
    return legal.record_paper(report=report, kind=kind, **said)
