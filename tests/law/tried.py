"""What people try against a guardrail, whether they type it or a program sends it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import localtime

from anlan.base.clock import local_day
from anlan.cases import services as cases
from anlan.cases.enums import Severity, Side
from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.enums import FootageWay
from anlan.law import selectors as law
from anlan.resolution.enums import NoticeKind
from anlan.resolution.letters import house_template
from anlan.resolution.mediation.models import Talks
from tests.api.conftest import Upload
from tests.evidence.footage import Filmed, filmed
from tests.evidence.keeping import files_named, hold, photo
from tests.evidence.told import party as victim
from tests.investigation.asked import drafted as finding_drafted
from tests.pictures import PDF
from tests.resolution import told
from tests.resolution.legal import hurt as struck
from tests.resolution.mediation import talked
from tests.resolution.planned import (
    AGREED,
    APPEAL,
    aggressor,
    begun,
    legal,
    reported,
    submitted,
)
from tests.scene import Scene

BOTH_AGREE = "双方都同意以后才能会谈和提出方案"


@dataclass(frozen=True, kw_only=True)
class Try:
    """Who sends what: ``typed`` to a page, ``said`` to an address of the API.

    Nothing is sent to what is only looked at. ``sentence`` is what is answered, where it
    is not that of the guardrail.
    """

    who: str
    page: str = ""
    typed: dict[str, Any] | None = None
    address: str = ""
    said: dict[str, Any] | Upload | None = None
    sentence: str = ""


def assert_says(shown: str, guardrail: str, sentence: str = "") -> None:
    """What somebody is told: the rule's own sentence, its number, and its articles."""
    shown = unescape(shown)
    assert (sentence or law.guardrail(guardrail).refusal_words) in shown, shown
    assert law.cite_rule(guardrail) in shown


def assert_answers(error: dict[str, Any], guardrail: str, sentence: str = "") -> None:
    """The same of the API, whose answer has the parts in fields."""
    assert error["source"] == guardrail, error
    assert error["cited"] == law.cite_all(law.guardrail(guardrail).sources)
    said = [error["message"], *(field["message"] for field in error["fields"])]
    wanted = sentence or law.guardrail(guardrail).refusal_words
    assert any(wanted in one for one in said), error


def measure(
    scene: Scene,
    key: str,
    *,
    severity: Severity | None = None,
    fen: int | None = None,
    sentence: str = "",
    **more: Any,
) -> Try:
    plan = begun(scene, scene.incident().case)
    if severity is not None:
        Case.objects.filter(pk=plan.case_id).update(severity=severity)
    said = {
        "request_id": str(uuid4()),
        "key": key,
        "party": str(aggressor(scene, plan.case).uid),
        "words": "用伞打人，请其书面说明",
        "appeal": APPEAL,
        **more,
    }
    sums = {} if fen is None else {"fen": fen}
    return Try(
        who="zhoumin",
        sentence=sentence,
        page=reverse("resolution:measure_new", args=[plan.case.number, plan.uid]),
        typed={**said, **{name: str(one // 100) for name, one in sums.items()}},
        address=f"/plans/{plan.uid}/measures",
        said={**said, **sums},
    )


def fined(scene: Scene) -> Try:
    return measure(scene, "warning_letter", words="罰·款二百元")


def without_a_clause(scene: Scene) -> Try:
    return measure(scene, "liquidated_damages", fen=50_000, amount_basis="规约的金额")


def without_an_end(scene: Scene) -> Try:
    agreed: dict[str, Any] = {**AGREED}
    return measure(scene, "facility_ban", service="club", **agreed)


def settled_without_the_police(scene: Scene) -> Try:
    return measure(
        scene,
        "warning_letter",
        severity=Severity.CONSIDERABLE,
        words="双方私了，不报警",
        sentence="较大及以上的事件必须报警，任何措施都不能代替或者阻止报警",
    )


def before_the_police(scene: Scene) -> Try:
    return measure(scene, "warning_letter", words="协商不成再报警")


def by_new_rules_alone(scene: Scene) -> Try:
    plan = submitted(scene, scene.incident().case)
    cases.state_act(
        case=plan.case,
        day=date(2025, 12, 31),
        words="当天的聊天记录",
        by=legal(scene),
        at=scene.at,
    )
    return Try(
        who="hetao",
        page=reverse("resolution:plan_decision", args=[plan.case.number, plan.uid]),
        typed={"shown": ["2025"]},
        address=f"/plans/{plan.uid}/decision",
        said={"is_approved": True, "shown": ["2025"]},
    )


def without_the_claim(scene: Scene) -> Try:
    injury = struck.opened(scene)
    day = local_day(scene.at).isoformat()
    said = {"request_id": str(uuid4()), "words": "不用申请"}
    address = [injury.case.number, injury.uid, "dropped"]
    return Try(
        who="hetao",
        page=reverse("legal:work_injury_step", args=address),
        typed={**said, "happened": day},
        address=f"/work-injuries/{injury.uid}/steps",
        said={**said, "kind": "dropped", "happened_on": day},
    )


def cut_off(scene: Scene) -> Try:
    return measure(scene, "warning_letter", words="不道歉就停水停电")


def held_by_guards(scene: Scene) -> Try:
    return measure(scene, "warning_letter", words="由保安扣留本人")


def labelled(scene: Scene) -> Try:
    return measure(scene, "warning_letter", words="列入小区黑名单")


def without_both_copies(scene: Scene) -> Try:
    exhibit = photo(scene, scene.incident().case)
    for copy in files_named(exhibit.file.sha256):
        copy.unlink()
    return Try(
        who="zhoumin",
        page=reverse("evidence:original", args=[exhibit.case.number, exhibit.uid]),
        address=f"/exhibits/{exhibit.uid}/content",
    )


def released_alone(scene: Scene) -> Try:
    case = scene.incident().case
    held = hold(scene, case)
    about: dict[str, Any] = {"by": scene.manager, "at": scene.at}
    evidence.propose_release(hold=held, words="判决已生效", early="已履行", **about)
    return Try(
        who="hetao",
        page=reverse("evidence:hold_decision", args=[case.number, held.uid]),
        typed={"decision": "yes"},
        address=f"/holds/{held.uid}/release/confirmation",
        said={},
    )


def film(scene: Scene) -> Filmed:
    """Recordings lie where the settings of a test keep everything."""
    folder = Path(settings.DATA) / "stick"
    folder.mkdir(parents=True)
    return filmed(scene, folder)


def looked_at_without_a_reason(scene: Scene) -> Try:
    found = film(scene)
    return Try(
        who="hetao",
        page=reverse("evidence:original", args=[found.case.number, found.exhibit.uid]),
        address=f"/exhibits/{found.exhibit.uid}/content",
    )


def given_out_unmasked(scene: Scene) -> Try:
    found = film(scene)
    row = found.approved(found.person(wanted=FootageWay.COPY))
    said = {"request_id": str(uuid4()), "acknowledged": "急"}
    return Try(
        who="hetao",
        sentence=f"还没有遮盖后的版本：{found.exhibit.code}",
        page=reverse("footage:release", args=[row.uid]),
        typed=said,
        address=f"/footage-requests/{row.uid}/package",
        said=said,
    )


def kept_too_short(scene: Scene) -> Try:
    return Try(
        who="hetao",
        page=reverse("vault:period", args=[scene.site.code, "ordinary"]),
        typed={"days": 29},
        address=f"/sites/{scene.site.uid}/periods",
        said={"retention_class": "ordinary", "days": 29},
    )


def asked_for_without_a_document(scene: Scene) -> Try:
    found = film(scene)
    window = {"begin": found.begin, "end": found.begin + timedelta(seconds=30)}
    officers = [("李强", "012345"), ("王刚", "012346")]
    said: dict[str, Any] = {
        "request_id": str(uuid4()),
        "site": str(scene.site.uid),
        "case": found.case.number,
        "applicant": "police",
        "unit": "云栖派出所",
        "officers": [{"name": name, "number": number} for name, number in officers],
        "document_kind": "collect",
        "identity_paper": "badge",
        "identity_tail": "2345",
        "purpose": "办理殴打他人案",
        "windows": [{name: moment.isoformat() for name, moment in window.items()}],
        "wanted": "copy",
    }
    return Try(who="zhoumin", address="/footage-requests", said=said)


def appraised_without_the_paper(scene: Scene) -> Try:
    case = scene.incident().case
    said = {"request_id": str(uuid4()), "kind": "record", "level": "slight"}
    said["party"] = str(victim(scene, case).uid)
    return Try(
        who="lifang",
        page=reverse("evidence:medical_paper", args=[case.number]),
        typed={**said, "file": SimpleUploadedFile("paper.pdf", PDF)},
        address=f"/cases/{case.number}/medical-papers",
        said=Upload(PDF, said),
    )


def judged(scene: Scene) -> Try:
    finding = finding_drafted(scene, scene.incident().case)
    said = {"request_id": str(uuid4()), "kind": "cause", "text": "双方互殴。"}
    return Try(
        who="xuqing",
        page=f"/cases/{finding.case.number}/investigation/findings/{finding.uid}/sentences/",
        typed={**said, "is_fact": "on"},
        address=f"/findings/{finding.uid}/sentences",
        said=said,
    )


def agreed_by_one(scene: Scene) -> Try:
    """The other side has not said that it is willing."""
    talks = talked.consented(
        scene, talked.begun(scene, scene.incident().case), only=[Side.VICTIM]
    )
    return _proposal(scene, talks, sentence=BOTH_AGREE)


def vaguely_agreed(scene: Scene) -> Try:
    talks = talked.consented(scene, talked.begun(scene, scene.incident().case))
    return _proposal(scene, talks, manner="尽快转账")


def _proposal(
    scene: Scene, talks: Talks, *, manner: str = "转账", sentence: str = ""
) -> Try:
    due = local_day(scene.at + timedelta(days=10)).isoformat()
    said = {
        "request_id": str(uuid4()),
        "latest": 0,
        "proposer": "office",
        "facts": talked.FACTS,
        "in_default": talked.IN_DEFAULT,
    }
    term = {"kind": "payment", "by": "aggressor", "due_on": due, "manner": manner}
    count = {"terms-TOTAL_FORMS": "2", "terms-INITIAL_FORMS": "0"}
    row = {f"terms-1-{name}": one for name, one in term.items()}
    return Try(
        who="zhoumin",
        sentence=sentence,
        page=f"/cases/talks/{talks.uid}/proposals/new/",
        typed={**said, **count, **row, "terms-1-fen": "3000"},
        address=f"/talks/{talks.uid}/proposals",
        said={**said, "terms": [{**term, "fen": 300_000}]},
    )


def met_without_the_other(scene: Scene) -> Try:
    talks = talked.consented(
        scene, talked.begun(scene, scene.incident().case), only=[Side.AGGRESSOR]
    )
    planned = scene.at + timedelta(days=1)
    said = {"request_id": str(uuid4()), "place": "会客室"}
    return Try(
        who="zhoumin",
        sentence=BOTH_AGREE,
        page=f"/cases/talks/{talks.uid}/sessions/new/",
        typed={
            **said,
            "planned": f"{localtime(planned):%Y-%m-%dT%H:%M}",
            "is_closed": "on",
        },
        address=f"/talks/{talks.uid}/sessions",
        said={**said, "planned_at": planned.isoformat()},
    )


def called_mediation(scene: Scene) -> Try:
    case = scene.incident().case
    reported(scene, case)
    hurt, other = talked.sides(scene, case)
    said = {
        "request_id": str(uuid4()),
        "kind": "negotiation",
        "victim": str(hurt.uid),
        "aggressor": str(other.uid),
        "about": "由管理处调解",
    }
    return Try(
        who="zhoumin",
        page=f"/cases/{case.number}/talks/new/",
        typed=said,
        address=f"/cases/{case.number}/talks",
        said=said,
    )


def _interview(scene: Scene, case: Case, parties: Iterable[str], **more: Any) -> Try:
    said = {
        "request_id": str(uuid4()),
        "role": "victim",
        "interviewer": str(scene.person("xuqing").uid),
        "parties": list(parties),
    }
    return Try(
        who="xuqing",
        page=f"/cases/{case.number}/investigation/interviews/new/",
        typed={**said, **more},
        address=f"/cases/{case.number}/interviews",
        said={**said, **more},
    )


def two_at_once(scene: Scene) -> Try:
    case = scene.incident().case
    people = [str(victim(scene, case, name).uid) for name in ("甲某", "乙某")]
    sentence = "谈话分别进行：一次谈话只能有一位当事人，请给另一位另行安排"
    return replace(_interview(scene, case, people), sentence=sentence)


def by_a_witness_name(scene: Scene) -> Try:
    case = scene.incident().case
    hurt = str(victim(scene, case).uid)
    victim(scene, case, "罗开明", role="witness")
    return _interview(scene, case, [hurt], topics="罗 开明怎么说你的")


def by_the_name_of_who_reported(scene: Scene) -> Try:
    """In a letter, which a side is given."""
    notice = told.begun(scene, told.in_force(scene, scene.incident().case))
    said = {
        "facts": f"{scene.person('lixiang').name}看见您先动手。",
        "request": "请改正",
    }
    address = [notice.case.number, notice.uid]
    return Try(
        who="zhoumin",
        page=reverse("resolution:notice", args=address),
        typed=said,
        address=f"/notices/{notice.uid}/words",
        said=said,
    )


def heard_without_a_guardian(scene: Scene) -> Try:
    case = scene.incident().case
    child = victim(scene, case, "小明", birth_year=2012)
    said = {"request_id": str(uuid4()), "party": str(child.uid), "role": "victim"}
    said |= {"place": "会客室"}
    return Try(
        who="zhoumin",
        page=reverse("evidence:statement_beginning", args=[case.number]),
        typed={**said, "mode": "spoken", "is_told": "on"},
        address=f"/cases/{case.number}/statements",
        said={**said, "is_told": True},
    )


def told_in_a_group(scene: Scene) -> Try:
    case = scene.incident().case
    people = [str(scene.officer.uid), str(scene.guard.uid)]
    said = {"request_id": str(uuid4()), "people": people, "minutes": "逐人讲述感受"}
    held = localtime(scene.at)
    return Try(
        who="zhoumin",
        page=f"/cases/{case.number}/meetings/new/",
        typed={**said, "held_at": f"{held:%Y-%m-%dT%H:%M}", "is_voluntary": "on"},
        address=f"/cases/{case.number}/meetings",
        said={**said, "held_at": held.isoformat(), "is_voluntary": True},
    )


def kindness_that_disclaims_nothing(_scene: Scene) -> Try:
    said = {"words": "一点心意，请收下。"}
    return Try(
        who="chenlu",
        page="/admin/kindness/",
        typed=said,
        address="/kindness-words",
        said=said,
        sentence="须写明“不代表承认责任”，也不能把慰问写成赔偿",
    )


def an_article_that_nobody_knows(_scene: Scene) -> Try:
    house = house_template(NoticeKind.WARNING_LETTER)
    body = f"{house.body}依据[L-民法典-9999]。"
    return Try(
        who="chenlu",
        page=reverse("letters:template", args=[NoticeKind.WARNING_LETTER.value]),
        typed={"version": "0", "title": house.title, "body": body},
    )
