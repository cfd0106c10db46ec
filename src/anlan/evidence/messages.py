"""What staff are told about evidence; never a file's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from anlan.base.duration import duration_words
from anlan.evidence.enums import Applicant, ApplicationState, CheckKind, PullProblem
from anlan.notify.texts import Text, add_texts

DAMAGED = "evidence.copies_damaged"
AWAY = "evidence.store_away"
SILENT = "evidence.check_silent"
LEDGER = "evidence.ledger_altered"
SEAL_BROKEN = "evidence.seal_broken"
HANDED_OVER = "evidence.handed_over"
ENDANGERED = "evidence.recording_endangered"
INCOMPLETE = "evidence.recording_incomplete"
TROUBLED = "evidence.recording_troubled"
LOST = "evidence.recording_lost"
FOOTAGE_ASKED = "evidence.footage_asked_for"
FOOTAGE_DECIDED = "evidence.footage_decided"
FOOTAGE_WAITS = "evidence.footage_waits"
DUE = "evidence.deletion_due"
RELEASE_PROPOSED = "evidence.hold_release_proposed"
RELEASE_HOLDS = ("site_manager", "legal_counsel", "hq_supervisor")
WATCH_OVER_SEALS = ("site_manager", "legal_counsel")


def _left_words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "left": duration_words(params["seconds"])}


def _problem_words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "problem": PullProblem(params["problem"]).label}


def _applicant_words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "applicant": Applicant(params["applicant"]).label}


def _decision_words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "state": ApplicationState(params["state"]).label}


def _check_words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "check": CheckKind(params["check"]).label}


add_texts(
    Text(
        kind=DAMAGED,
        name=_("证据文件受损"),
        title=_("证据文件受损：%(site)s"),
        body=_(
            "%(site)s 有 %(count)s 份证据副本缺失或被改动，系统正在用完好的副本修复；请打开“证据安全”查看"
        ),
    ),
    Text(
        kind=AWAY,
        name=_("备份硬盘不在线"),
        title=_("证据的第二份副本不在线：%(site)s"),
        body=_(
            "存放证据第二份副本的硬盘或存储桶不在线，请检查连接；请打开“证据安全”查看"
        ),
    ),
    Text(
        kind=SILENT,
        name=_("证据检查没有进行"),
        title=_("证据检查没有按时进行：%(site)s"),
        body=_("%(check)s 没有按时完成，证据是否完好目前不知道；请打开“证据安全”查看"),
        shown=_check_words,
    ),
    Text(
        kind=LEDGER,
        name=_("台账与当初写下的不一致"),
        title=_("台账与当初写下的不一致：%(site)s"),
        body=_(
            "%(site)s 的台账核对发现了不一致，可能有人绕过系统改动了数据库；请打开“证据安全”查看，并在服务器上运行 ./anlan verify"
        ),
    ),
    Text(
        kind=SEAL_BROKEN,
        name=_("封条破损"),
        title=_("封条破损：%(code)s"),
        body=_(
            "%(who)s发现 %(number)s 的实物证据 %(code)s 封条 %(seal)s 已破损，请立即核实并重新封存"
        ),
    ),
    Text(
        kind=HANDED_OVER,
        name=_("实物交接给您"),
        title=_("实物证据 %(code)s 已交接给您"),
        body=_(
            "%(who)s把 %(number)s 的实物证据 %(code)s 交接给您，记录上有您的签字。不是您签的，请立即告诉项目经理"
        ),
    ),
    Text(
        kind=ENDANGERED,
        name=_("录像将被覆盖"),
        title=_("录像将被覆盖：%(camera)s"),
        body=_(
            "%(number)s 的录像 %(code)s（%(camera)s）还没有保存，再过%(left)s将被覆盖，请立即保存"
        ),
        shown=_left_words,
    ),
    Text(
        kind=INCOMPLETE,
        name=_("录像不完整"),
        title=_("录像不完整：%(camera)s"),
        body=_(
            "%(number)s 的录像 %(code)s（%(camera)s）已保存，中间有 %(count)s 处缺失，请核实录像机"
        ),
    ),
    Text(
        kind=TROUBLED,
        name=_("录像没有保存成功"),
        title=_("录像没有保存成功：%(camera)s"),
        body=_(
            "%(number)s 的录像 %(code)s（%(camera)s）没有保存成功：%(problem)s。系统会继续尝试，请同时到录像机前导出"
        ),
        shown=_problem_words,
    ),
    Text(
        kind=LOST,
        name=_("录像无法保存"),
        title=_("录像无法保存：%(camera)s"),
        body=_("%(who)s确认 %(number)s 的录像 %(code)s（%(camera)s）无法保存"),
    ),
    Text(
        kind=FOOTAGE_ASKED,
        name=_("有人申请查阅、调取录像"),
        title=_("录像申请待批准：%(number)s"),
        body=_(
            "%(site)s 收到录像申请 %(number)s（%(applicant)s），请由您批准或者不批准"
        ),
        shown=_applicant_words,
    ),
    Text(
        kind=FOOTAGE_DECIDED,
        name=_("录像申请有了决定"),
        title=_("录像申请 %(number)s：%(state)s"),
        body=_("您受理的录像申请 %(number)s %(state)s，请告诉申请人"),
        shown=_decision_words,
    ),
    Text(
        kind=FOOTAGE_WAITS,
        name=_("录像申请等待过久"),
        title=_("录像申请还没有决定：%(number)s"),
        body=_("%(site)s 的录像申请 %(number)s 已超过我们自己的答复目标，请决定"),
    ),
    Text(
        kind=DUE,
        name=_("证据将到期删除"),
        title=_("证据将到期删除：%(site)s"),
        body=_(
            "%(site)s 有证据列入到期删除，三十天后自动删除；还需要的，请打开“到期删除”办理保全"
        ),
    ),
    Text(
        kind=RELEASE_PROPOSED,
        name=_("申请解除保全"),
        title=_("申请解除保全：%(number)s"),
        body=_(
            "%(who)s申请解除 %(number)s 的保全 %(code)s，须由另一岗位的人决定；请打开案件的“保全”"
        ),
    ),
)
