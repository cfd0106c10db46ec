"""What staff are told about reports and improvements; never what they say."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

TO_DECIDE = "review.report_to_decide"
NOBODY_DECIDES = "review.nobody_decides"
DECIDED = "review.report_decided"
YOURS = "review.improvement_is_yours"
AGAIN = "review.improvement_again"
LATE = "review.improvement_late"
TO_CHECK = "review.check_due"
CHECK_LATE = "review.check_late"
RECURRED = "review.recurrence_found"
DECIDE = ("site_manager", "legal_counsel", "hq_supervisor")
CHECK = ("duty_officer", "investigator", "site_manager")
HEADQUARTERS = ("hq_supervisor",)

add_texts(
    Text(
        kind=TO_DECIDE,
        name=_("事件报告待审批"),
        title=_("事件报告待审批：%(number)s"),
        body=_("%(who)s提交了 %(number)s 的事件报告 %(code)s，请由编写人以外的人审批"),
    ),
    Text(
        kind=NOBODY_DECIDES,
        name=_("事件报告没有人可以审批"),
        title=_("事件报告没有人可以审批：%(number)s"),
        body=_(
            "%(number)s 的事件报告 %(code)s 已提交，能审批的人都参与过起草或者与本案有关，请总部另行指派没有参与的人审批"
        ),
    ),
    Text(
        kind=DECIDED,
        name=_("事件报告有了决定"),
        title=_("事件报告 %(code)s 有了决定：%(number)s"),
        body=_("%(who)s对您编写的 %(number)s 事件报告 %(code)s 作出了决定，请查看"),
    ),
    Text(
        kind=YOURS,
        name=_("由您负责的改进措施"),
        title=_("由您负责改进：%(number)s"),
        body=_("%(number)s 的改进措施 %(code)s 由您负责，请按期完成并登记证明"),
    ),
    Text(
        kind=AGAIN,
        name=_("改进措施重新进行"),
        title=_("改进措施 %(code)s 重新进行：%(number)s"),
        body=_(
            "%(number)s 的改进措施 %(code)s 没有效果或者同样的事再次发生，请重新完成"
        ),
    ),
    Text(
        kind=LATE,
        name=_("改进措施超期"),
        title=_("改进措施超期：%(number)s"),
        body=_("%(number)s 的改进措施 %(code)s 超过期限没有完成，请总部督办"),
    ),
    Text(
        kind=TO_CHECK,
        name=_("改进效果待检查"),
        title=_("请检查改进措施是否有效：%(number)s"),
        body=_("%(number)s 的改进措施 %(code)s 到了检查的日子，请由负责人以外的人查看"),
    ),
    Text(
        kind=CHECK_LATE,
        name=_("改进效果没有检查"),
        title=_("改进效果没有检查：%(number)s"),
        body=_("%(number)s 的改进措施 %(code)s 到期没有人检查，请总部督办"),
    ),
    Text(
        kind=RECURRED,
        name=_("同一地点再次发生"),
        title=_("同一地点再次发生：%(number)s"),
        body=_("改进过的地点又有事件，请查看 %(number)s 的改进措施 %(code)s 是否有效"),
    ),
)
