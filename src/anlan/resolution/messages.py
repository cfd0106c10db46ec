"""What staff are told about plans, letters and objections; never what they say."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

PLAN_TO_DECIDE = "resolution.plan_to_decide"
NOBODY_DECIDES = "resolution.nobody_decides"
TOO_FEW_DECIDE = "resolution.too_few_decide"
PLAN_DECIDED = "resolution.plan_decided"
TO_HEAR = "resolution.objection_to_hear"
NOBODY_HEARS = "resolution.nobody_hears"
HEARD = "resolution.objection_heard"
SUPPORT = "resolution.support_is_yours"
OVERDUE = "resolution.overdue"
RAN_OUT = "resolution.measure_ran_out"
DECIDE = ("site_manager", "legal_counsel", "hq_supervisor")
HEADQUARTERS = ("hq_supervisor",)
RUN = ("duty_officer", "site_manager")

add_texts(
    Text(
        kind=PLAN_TO_DECIDE,
        name=_("处理方案待审批"),
        title=_("处理方案待审批：%(number)s"),
        body=_(
            "%(who)s提交了 %(number)s 的处理方案 %(code)s，请由起草和调查以外的人审批"
        ),
    ),
    Text(
        kind=NOBODY_DECIDES,
        name=_("处理方案没有人可以审批"),
        title=_("处理方案没有人可以审批：%(number)s"),
        body=_(
            "%(number)s 的处理方案 %(code)s 已提交，能审批的人都参与过起草或者与本案有关，请总部另行指派没有参与的人审批"
        ),
    ),
    Text(
        kind=TOO_FEW_DECIDE,
        name=_("处理方案的审批人不够"),
        title=_("处理方案的审批人不够：%(number)s"),
        body=_(
            "%(number)s 的处理方案 %(code)s 要更多人审批，或者须有法务审批，没有参与过的人里凑不齐，请总部另行指派"
        ),
    ),
    Text(
        kind=PLAN_DECIDED,
        name=_("处理方案有了决定"),
        title=_("处理方案 %(code)s 有了决定：%(number)s"),
        body=_("%(who)s对您起草的 %(number)s 处理方案 %(code)s 作出了决定，请查看"),
    ),
    Text(
        kind=TO_HEAR,
        name=_("申诉待复核"),
        title=_("申诉待复核：%(number)s"),
        body=_("%(number)s 收到申诉 %(code)s，请由没有参与本案处理的人在期限内复核"),
    ),
    Text(
        kind=NOBODY_HEARS,
        name=_("申诉没有人可以复核"),
        title=_("申诉没有人可以复核：%(number)s"),
        body=_(
            "%(number)s 收到申诉 %(code)s，能复核的人都参与过本案，请总部安排没有参与的人在期限内复核"
        ),
    ),
    Text(
        kind=HEARD,
        name=_("申诉有了结果"),
        title=_("申诉 %(code)s 有了结果：%(number)s"),
        body=_("%(who)s复核了 %(number)s 的申诉 %(code)s，请告诉本人并按结果办理"),
    ),
    Text(
        kind=SUPPORT,
        name=_("由您负责支持受害人"),
        title=_("由您负责支持受害人：%(number)s"),
        body=_(
            "%(number)s 的处理方案 %(code)s 已批准，其中对受害人的支持由您负责，请先征得本人同意"
        ),
    ),
    Text(
        kind=OVERDUE,
        name=_("处理措施或者申诉超期"),
        title=_("超期未办：%(number)s"),
        body=_("%(number)s 的“%(code)s”超过期限还没有办完，请总部督办"),
    ),
    Text(
        kind=RAN_OUT,
        name=_("措施期满"),
        title=_("措施期满，请恢复：%(number)s"),
        body=_("%(number)s 的措施已经期满，请恢复服务或者通行，并告诉本人"),
    ),
)
