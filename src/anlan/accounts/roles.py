"""Who may do what, as code: the permissions, and the roles that carry them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(StrEnum):
    """One verb on one kind of thing. The value is stable: API tokens are scoped by it."""

    INCIDENT_REPORT = "incident.report"
    INCIDENT_SEE = "incident.see"
    INCIDENT_RESPOND = "incident.respond"
    INCIDENT_COMMAND = "incident.command"
    INCIDENT_CLOSE = "incident.close"
    CASE_SEE = "case.see"
    CASE_NOTE = "case.note"
    CASE_STRIKE = "case.strike"
    CASE_LINK = "case.link"
    SEVERITY_LOWER = "severity.lower"
    TASK_DO = "task.do"
    TASK_SKIP = "task.skip"
    PARTY_EDIT = "party.edit"
    PERSON_UNMASK = "person.unmask"
    MARKER_READ = "marker.read"
    MARKER_SET = "marker.set"
    CONTACT_RECORD = "contact.record"
    CONTACT_READ = "contact.read"
    SIDES_BOTH = "sides.both"
    SUPPORT_OFFER = "support.offer"
    EVIDENCE_ADD = "evidence.add"
    EVIDENCE_OPEN = "evidence.open"
    EVIDENCE_KEEP = "evidence.keep"
    EVIDENCE_MASK = "evidence.mask"
    EVIDENCE_DISPOSE = "evidence.dispose"
    PACKAGE_MAKE = "package.make"
    PACKAGE_HAND_OVER = "package.hand_over"
    PACKAGE_TAKE = "package.take"
    HOLD_PLACE = "hold.place"
    HOLD_RELEASE = "hold.release"
    RETENTION_EDIT = "retention.edit"
    STATEMENT_TAKE = "statement.take"
    STATEMENT_READ = "statement.read"
    INJURY_RECORD = "injury.record"
    INJURY_READ = "injury.read"
    PLAN_DRAFT = "plan.draft"
    PLAN_APPROVE = "plan.approve"
    TALKS_READ = "talks.read"
    TALKS_RUN = "talks.run"
    COMPENSATION_MAKE = "compensation.make"
    COMPENSATION_FIGURES = "compensation.figures"
    INVESTIGATE = "investigation.lead"
    INVESTIGATION_READ = "investigation.read"
    FINDING_APPROVE = "finding.approve"
    REVIEW_WRITE = "review.write"
    REVIEW_APPROVE = "review.approve"
    RECORDING_SAVE = "recording.save"
    FOOTAGE_TAKE_IN = "footage.take_in"
    FOOTAGE_APPROVE = "footage.approve"
    POLICE_REPORT = "police.report"
    POLICE_WAIVE = "police.waive"
    WORK_INJURY = "work_injury.handle"
    LIMITATION_KEEP = "limitation.keep"
    COUNSEL_ENGAGE = "counsel.engage"
    OPINION_READ = "opinion.read"
    SITE_MANAGE = "site.manage"
    ROSTER_MANAGE = "roster.manage"
    DEVICE_MANAGE = "device.manage"
    CAMERA_EDIT = "camera.edit"
    CHANNEL_MANAGE = "channel.manage"
    PEOPLE_MANAGE = "people.manage"
    STANDARD_EDIT = "standard.edit"
    PLAYBOOK_EDIT = "playbook.edit"
    LEDGER_READ = "ledger.read"

    @property
    def label(self) -> Promise:
        return PERMISSION_LABELS[self]


PERMISSION_LABELS: dict[Permission, Promise] = {
    Permission.INCIDENT_REPORT: _("上报事件"),
    Permission.INCIDENT_SEE: _("查看事件现场"),
    Permission.INCIDENT_RESPOND: _("接警、到场、控制"),
    Permission.INCIDENT_COMMAND: _("指挥事件：定级、报警、推进阶段、误报"),
    Permission.INCIDENT_CLOSE: _("办结事件"),
    Permission.CASE_SEE: _("查看案件"),
    Permission.CASE_NOTE: _("在时间线上记录"),
    Permission.CASE_STRIKE: _("划去时间线上的错误记录"),
    Permission.CASE_LINK: _("合并与拆分案件"),
    Permission.SEVERITY_LOWER: _("调低等级"),
    Permission.TASK_DO: _("完成任务"),
    Permission.TASK_SKIP: _("跳过任务"),
    Permission.PARTY_EDIT: _("登记当事人"),
    Permission.PERSON_UNMASK: _("查看未遮盖的联系方式（留痕）"),
    Permission.MARKER_READ: _("查看风险标记的提醒"),
    Permission.MARKER_SET: _("决定和复查风险标记，查看理由"),
    Permission.CONTACT_RECORD: _("记录与当事人的沟通"),
    Permission.CONTACT_READ: _("查看他人记录的沟通"),
    Permission.SIDES_BOTH: _("身为一方联系人时仍可查看另一方的联系方式和伤情"),
    Permission.SUPPORT_OFFER: _("提出支持，办理转介"),
    Permission.EVIDENCE_ADD: _("提交证据"),
    Permission.EVIDENCE_OPEN: _("打开证据原件（留痕）"),
    Permission.EVIDENCE_KEEP: _("保管实物证据：登记、封存、交接"),
    Permission.EVIDENCE_MASK: _("给证据打码（生成副本）"),
    Permission.EVIDENCE_DISPOSE: _("退还或处置实物证据（须两人）"),
    Permission.PACKAGE_MAKE: _("制作证据包"),
    Permission.PACKAGE_HAND_OVER: _("交付证据包（留痕）"),
    Permission.PACKAGE_TAKE: _("下载证据包（再次验证身份，留痕）"),
    Permission.HOLD_PLACE: _("保全证据，查看到期删除"),
    Permission.HOLD_RELEASE: _("解除保全（须两个不同角色的两人）"),
    Permission.RETENTION_EDIT: _("修改保存期限"),
    Permission.STATEMENT_TAKE: _("记录情况说明"),
    Permission.STATEMENT_READ: _("查看他人记录的情况说明（留痕）"),
    Permission.INJURY_RECORD: _("记录伤情、拍摄伤处"),
    Permission.INJURY_READ: _("查看伤情和医疗文书（留痕）"),
    Permission.PLAN_DRAFT: _("起草处理方案"),
    Permission.PLAN_APPROVE: _("审批处理方案（起草和调查以外的人）"),
    Permission.TALKS_READ: _("查看协商和调解（会谈内容除外）"),
    Permission.TALKS_RUN: _("组织协商，邀请第三方调解，登记双方的意愿和履行"),
    Permission.COMPENSATION_MAKE: _("测算赔偿"),
    Permission.COMPENSATION_FIGURES: _("录入赔偿参数"),
    Permission.INVESTIGATE: _("调查：安排谈话、查看现场、起草结论"),
    Permission.INVESTIGATION_READ: _("查看调查材料和结论"),
    Permission.FINDING_APPROVE: _("审批调查结论（起草人以外的人）"),
    Permission.REVIEW_WRITE: _("编写事件报告，提出和检查改进措施"),
    Permission.REVIEW_APPROVE: _("审批事件报告（编写人以外的人）"),
    Permission.RECORDING_SAVE: _("保存监控录像"),
    Permission.FOOTAGE_TAKE_IN: _("受理录像的查阅、调取申请"),
    Permission.FOOTAGE_APPROVE: _(
        "批准录像的查阅、调取，批准录像和情况说明交公安机关，查看登记簿"
    ),
    Permission.POLICE_REPORT: _("报案：备材料、递交、登记办案文书"),
    Permission.POLICE_WAIVE: _("复核“不报警”和误报的决定"),
    Permission.WORK_INJURY: _("办理工伤：申请、移交、登记结果"),
    Permission.LIMITATION_KEEP: _("登记时效的起算、中断和中止"),
    Permission.COUNSEL_ENGAGE: _("律师名册、委托律师、向律师咨询"),
    Permission.OPINION_READ: _("查看法律意见（律师保密，留痕）"),
    Permission.SITE_MANAGE: _("管理项目、点位和二维码"),
    Permission.ROSTER_MANAGE: _("管理岗位和排班"),
    Permission.DEVICE_MANAGE: _("管理报警设备"),
    Permission.CAMERA_EDIT: _("登记录像机和摄像头"),
    Permission.CHANNEL_MANAGE: _("管理通知渠道"),
    Permission.PEOPLE_MANAGE: _("管理人员和账号"),
    Permission.STANDARD_EDIT: _("编辑服务标准（时限）"),
    Permission.PLAYBOOK_EDIT: _("编辑预案"),
    Permission.LEDGER_READ: _("查看台账与核验"),
}


@dataclass(frozen=True, kw_only=True)
class Role:
    """A job at a node of the organisation; valid at that node and below it."""

    key: str
    name: Promise
    description: Promise
    permissions: frozenset[Permission]


P = Permission
_EVERYBODY = frozenset({P.INCIDENT_REPORT, P.CASE_NOTE})
_GUARD = _EVERYBODY | {
    P.INCIDENT_SEE,
    P.INCIDENT_RESPOND,
    P.CASE_SEE,
    P.TASK_DO,
    P.PARTY_EDIT,
    P.MARKER_READ,
    P.CONTACT_RECORD,
    P.EVIDENCE_ADD,
    P.STATEMENT_TAKE,
    P.INJURY_RECORD,
    P.RECORDING_SAVE,
    P.FOOTAGE_TAKE_IN,
}
_DUTY = _GUARD | {
    P.INCIDENT_COMMAND,
    P.INCIDENT_CLOSE,
    P.CASE_STRIKE,
    P.CASE_LINK,
    P.TASK_SKIP,
    P.PERSON_UNMASK,
    P.CONTACT_READ,
    P.SIDES_BOTH,
    P.SUPPORT_OFFER,
    P.EVIDENCE_OPEN,
    P.EVIDENCE_KEEP,
    P.EVIDENCE_MASK,
    P.PACKAGE_HAND_OVER,
    P.PACKAGE_TAKE,
    P.HOLD_PLACE,
    P.STATEMENT_READ,
    P.INJURY_READ,
    P.PLAN_DRAFT,
    P.TALKS_READ,
    P.TALKS_RUN,
    P.INVESTIGATE,
    P.INVESTIGATION_READ,
    P.REVIEW_WRITE,
    P.POLICE_REPORT,
}
_MANAGER = _DUTY | {
    P.MARKER_SET,
    P.EVIDENCE_DISPOSE,
    P.PACKAGE_MAKE,
    P.FOOTAGE_APPROVE,
    P.HOLD_RELEASE,
    P.RETENTION_EDIT,
    P.PLAN_APPROVE,
    P.COMPENSATION_MAKE,
    P.FINDING_APPROVE,
    P.REVIEW_APPROVE,
    P.POLICE_WAIVE,
    P.WORK_INJURY,
    P.LIMITATION_KEEP,
    P.COUNSEL_ENGAGE,
    P.OPINION_READ,
    P.SEVERITY_LOWER,
    P.SITE_MANAGE,
    P.ROSTER_MANAGE,
    P.DEVICE_MANAGE,
    P.CAMERA_EDIT,
    P.PEOPLE_MANAGE,
    P.LEDGER_READ,
}
_READER = _EVERYBODY | {P.INCIDENT_SEE, P.CASE_SEE, P.TASK_DO, P.EVIDENCE_ADD}

ROLES: dict[str, Role] = {
    role.key: role
    for role in (
        Role(
            key="guard",
            name=_("保安"),
            description=_("在岗接警、到场、控制现场，完成分配的任务"),
            permissions=_GUARD,
        ),
        Role(
            key="guard_captain",
            name=_("保安队长"),
            description=_("带班，安排岗位，可代办保安的任务，可划去错误记录"),
            permissions=_GUARD
            | {
                P.CASE_STRIKE,
                P.TASK_SKIP,
                P.ROSTER_MANAGE,
                P.EVIDENCE_OPEN,
                P.EVIDENCE_KEEP,
            },
        ),
        Role(
            key="duty_officer",
            name=_("值班主任"),
            description=_("指挥事件：派人、定级、报警、推进阶段、办结"),
            permissions=_DUTY | {P.ROSTER_MANAGE},
        ),
        Role(
            key="customer_service",
            name=_("客服"),
            description=_("接电话报事，陪护受害人，联系双方"),
            permissions=_READER
            | {
                P.PARTY_EDIT,
                P.PERSON_UNMASK,
                P.MARKER_READ,
                P.CONTACT_RECORD,
                P.CONTACT_READ,
                P.SUPPORT_OFFER,
                P.STATEMENT_TAKE,
                P.INJURY_RECORD,
                P.INJURY_READ,
                P.COMPENSATION_MAKE,
                P.FOOTAGE_TAKE_IN,
            },
        ),
        Role(
            key="investigator",
            name=_("调查员"),
            description=_("分别了解情况，比对陈述，作出认定"),
            permissions=_READER
            | {
                P.PARTY_EDIT,
                P.PERSON_UNMASK,
                P.MARKER_READ,
                P.CONTACT_RECORD,
                P.CONTACT_READ,
                P.SIDES_BOTH,
                P.EVIDENCE_OPEN,
                P.EVIDENCE_KEEP,
                P.EVIDENCE_MASK,
                P.HOLD_PLACE,
                P.STATEMENT_TAKE,
                P.STATEMENT_READ,
                P.INJURY_RECORD,
                P.INJURY_READ,
                P.COMPENSATION_MAKE,
                P.INVESTIGATE,
                P.INVESTIGATION_READ,
                P.REVIEW_WRITE,
            },
        ),
        Role(
            key="site_manager",
            name=_("项目经理"),
            description=_("对项目负责：审批方案、管理人员与排班、查看台账"),
            permissions=_MANAGER,
        ),
        Role(
            key="legal_counsel",
            name=_("法务"),
            description=_("报案材料、法律依据、时限；复核“不报警”"),
            permissions=_READER
            | {
                P.PERSON_UNMASK,
                P.CONTACT_READ,
                P.SIDES_BOTH,
                P.POLICE_REPORT,
                P.POLICE_WAIVE,
                P.WORK_INJURY,
                P.LIMITATION_KEEP,
                P.COUNSEL_ENGAGE,
                P.LEDGER_READ,
                P.EVIDENCE_OPEN,
                P.EVIDENCE_MASK,
                P.EVIDENCE_DISPOSE,
                P.PACKAGE_MAKE,
                P.PACKAGE_HAND_OVER,
                P.PACKAGE_TAKE,
                P.FOOTAGE_APPROVE,
                P.HOLD_PLACE,
                P.HOLD_RELEASE,
                P.STATEMENT_READ,
                P.INJURY_READ,
                P.PLAN_APPROVE,
                P.TALKS_READ,
                P.TALKS_RUN,
                P.COMPENSATION_MAKE,
                P.INVESTIGATION_READ,
                P.FINDING_APPROVE,
                P.REVIEW_APPROVE,
            },
        ),
        Role(
            key="counsellor",
            name=_("心理辅导员"),
            description=_("保密的心理支持；看不到现场以外的材料"),
            permissions=_EVERYBODY | {P.TASK_DO},
        ),
        Role(
            key="mediator",
            name=_("调解员"),
            description=_("在双方都同意时主持调解"),
            permissions=_EVERYBODY | {P.TASK_DO},
        ),
        Role(
            key="hq_supervisor",
            name=_("总部督导"),
            description=_("督导多个项目，接收升级，修订标准与预案"),
            permissions=_MANAGER
            | {
                P.STANDARD_EDIT,
                P.PLAYBOOK_EDIT,
                P.CHANNEL_MANAGE,
                P.COMPENSATION_FIGURES,
            },
        ),
        Role(
            key="administrator",
            name=_("系统管理员"),
            description=_("管理账号、点位和设备；看不到案件内容"),
            permissions=frozenset(
                {
                    P.SITE_MANAGE,
                    P.ROSTER_MANAGE,
                    P.DEVICE_MANAGE,
                    P.CAMERA_EDIT,
                    P.CHANNEL_MANAGE,
                    P.PEOPLE_MANAGE,
                    P.STANDARD_EDIT,
                    P.PLAYBOOK_EDIT,
                    P.COMPENSATION_FIGURES,
                    P.LEDGER_READ,
                }
            ),
        ),
    )
}
ROLE_CHOICES = [(role.key, role.name) for role in ROLES.values()]


def roles_with(permission: Permission) -> list[str]:
    """The keys of the roles that carry ``permission``."""
    return [role.key for role in ROLES.values() if permission in role.permissions]
