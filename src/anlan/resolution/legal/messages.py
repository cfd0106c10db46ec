"""What staff are told about the legal side; never what is in it."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

WORK_INJURY_OPENED = "legal.work_injury_opened"

WORK_INJURY_YOURS = "legal.work_injury_is_yours"

REMEDY_NEAR = "legal.work_injury_remedy_near"

LIMIT_NEAR = "legal.limitation_warned"

LIMIT_OVER = "legal.limitation_ran_out"

LIMIT_OPEN = "legal.limitation_still_open"

ASKED = "legal.counsel_asked"

ANSWERED = "legal.opinion_given"

HANDLE = ("site_manager", "legal_counsel")

add_texts(
    Text(
        kind=WORK_INJURY_OPENED,
        name=_("员工受伤，要申请工伤认定"),
        title=_("员工受伤，要申请工伤认定：%(number)s"),
        body=_("%(number)s 有员工受伤，工伤 %(code)s 最晚 %(day)s 提交申请"),
    ),
    Text(
        kind=WORK_INJURY_YOURS,
        name=_("您的工伤"),
        title=_("您在工作中受伤，可以申请工伤认定：%(number)s"),
        body=_(
            "单位应当在 %(day)s 以前申请；单位没有申请的，您本人、近亲属或者工会在 %(own)s 以前也可以直接申请"
        ),
    ),
    Text(
        kind=REMEDY_NEAR,
        name=_("工伤的救济期限将届满"),
        title=_("工伤的一项期限将届满：%(number)s"),
        body=_(
            "%(number)s 的工伤 %(code)s 有一项期限将于 %(day)s 届满，请在工伤页面查看"
        ),
    ),
    Text(
        kind=LIMIT_NEAR,
        name=_("时效将届满"),
        title=_("时效还有 %(days)s 天届满：%(number)s"),
        body=_("%(number)s 的时效 %(code)s 最后一日是 %(day)s，请及时办理"),
    ),
    Text(
        kind=LIMIT_OVER,
        name=_("时效已届满"),
        title=_("时效已届满：%(number)s"),
        body=_("%(number)s 的时效 %(code)s 已于 %(day)s 届满，请确认是否有遗漏的中断"),
    ),
    Text(
        kind=LIMIT_OPEN,
        name=_("时效暂停计算，请查询"),
        title=_("时效暂停计算，请查询是否已结束：%(number)s"),
        body=_(
            "%(number)s 的时效 %(code)s 自 %(day)s 起停着，请查询程序是否终结、障碍是否消除，登记结束的日期"
        ),
    ),
    Text(
        kind=ASKED,
        name=_("法律咨询待答复"),
        title=_("法律咨询待答复：%(number)s"),
        body=_(
            "%(who)s在 %(number)s 提出法律咨询 %(code)s，请答复；内容只在页面上查看"
        ),
    ),
    Text(
        kind=ANSWERED,
        name=_("法律意见已出具"),
        title=_("法律意见已出具：%(number)s"),
        body=_("%(number)s 的法律咨询 %(code)s 已有意见；内容只在页面上查看"),
    ),
)

PERIOD_PASSED = "legal.period_passed"

PAPER_CAME = "legal.paper_came"

LIST_WAITS = "legal.list_waits"

PAPER_LATE = "legal.paper_came_late"

UNTOLD = "legal.victim_untold"

HOLD_PROPOSED = "legal.hold_proposed"

FOLLOW = ("duty_officer", "legal_counsel")

# Of those who may place one.
HOLD = ("site_manager", "legal_counsel")

LEARN = ("site_manager", "legal_counsel", "customer_service")

ABOVE = ("site_manager", "hq_supervisor")

add_texts(
    Text(
        kind=PERIOD_PASSED,
        name=_("报案的期限已到"),
        title=_("报案的期限已到：%(number)s"),
        body=_(
            "%(number)s 的报案 %(code)s 有一项期限已到（有鉴定的，是最早的一天），请查看并询问公安机关"
        ),
    ),
    Text(
        kind=LIST_WAITS,
        name=_("报案材料清单待批准"),
        title=_("报案材料清单待批准：%(number)s"),
        body=_("%(number)s 的报案 %(code)s 列了情况说明，另一人批准以后才能交公安机关"),
    ),
    Text(
        kind=HOLD_PROPOSED,
        name=_("建议保全证据"),
        title=_("案件已由公安机关、检察院或者法院办理，请决定是否保全证据：%(number)s"),
        body=_(
            "%(number)s 的报案 %(code)s 有了新的办案文书；程序不会自动保全，请在“保全”页面决定"
        ),
    ),
    Text(
        kind=PAPER_CAME,
        name=_("办案文书已登记"),
        title=_("办案文书已登记：%(number)s"),
        body=_(
            "%(who)s登记了 %(number)s 报案 %(code)s 的文书，请查看，并把可以做的事告诉受害一方"
        ),
    ),
    Text(
        kind=PAPER_LATE,
        name=_("办结以后来的办案文书"),
        title=_("24 小时内告诉受害一方：%(number)s"),
        body=_(
            "%(number)s 已经办结，又登记了报案 %(code)s 的文书，没有任务提醒：请在 24 小时内把可以做的事告诉受害一方并登记"
        ),
    ),
    Text(
        kind=UNTOLD,
        name=_("还没有告诉受害一方"),
        title=_("还没有告诉受害一方：%(number)s"),
        body=_(
            "%(number)s 办结以后登记了报案 %(code)s 的文书，24 小时内没有告诉每一位受害人，请安排告知"
        ),
    ),
)
