"""What staff are told about talks; never what was said or agreed."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

YOURS = "mediation.yours_to_mediate"
LEFT = "mediation.side_left"
COMES_DUE = "mediation.duty_comes_due"
TO_CONFIRM = "mediation.confirmation_comes_due"
OVERDUE = "mediation.overdue"
AFTERWARDS = "mediation.after_closing"
KEPT = "mediation.kept_after_closing"
OURS = "mediation.office_terms"
APPROVE = ("site_manager", "legal_counsel")
RUN = ("duty_officer", "site_manager")
HEADQUARTERS = ("hq_supervisor",)

add_texts(
    Text(
        kind=YOURS,
        name=_("由您主持调解"),
        title=_("由您主持调解：%(code)s"),
        body=_("双方都已同意参加 %(number)s 的调解 %(code)s，请安排会谈"),
    ),
    Text(
        kind=LEFT,
        name=_("有一方退出协商或者调解"),
        title=_("%(code)s 已结束：%(number)s"),
        body=_(
            "%(number)s 的 %(code)s 因有一方退出或者没有达成协议而结束，请告知其他途径"
        ),
    ),
    Text(
        kind=OURS,
        name=_("管理处承担的事项待批准"),
        title=_("管理处承担的事项待批准：%(number)s"),
        body=_(
            "%(number)s 的 %(code)s 有一版方案写明由管理处承担的事项，批准以后双方才能签字，请查看"
        ),
    ),
    Text(
        kind=COMES_DUE,
        name=_("协议事项快到期"),
        title=_("协议事项快到期：%(number)s"),
        body=_("%(number)s 的 %(code)s 有一项快到期，请提醒并登记是否履行"),
    ),
    Text(
        kind=TO_CONFIRM,
        name=_("司法确认期限快到期"),
        title=_("司法确认期限快到期：%(number)s"),
        body=_(
            "%(number)s 的 %(code)s 可以共同申请司法确认的三十日快到期，还没有申请：请问双方是否共同申请"
        ),
    ),
    Text(
        kind=AFTERWARDS,
        name=_("没有任务跟进时，协议没有履行"),
        title=_("协议没有履行：%(number)s"),
        body=_(
            "%(number)s 的 %(code)s 有一项没有履行，没有任务在跟进：请联系双方、登记，并告诉还可以走的途径；案件已办结、需要再办的，由项目经理重新打开，已并入的，在并入的案件里办"
        ),
    ),
    Text(
        kind=KEPT,
        name=_("没有任务跟进时，协议全部履行"),
        title=_("协议已全部履行：%(number)s"),
        body=_(
            "%(number)s 的 %(code)s 现已全部履行，案件已办结或者并入：报过警的，请把履行情况告诉派出所，是否认可由公安机关决定"
        ),
    ),
    Text(
        kind=OVERDUE,
        name=_("协商、调解或者协议履行超期"),
        title=_("超期未办：%(number)s"),
        body=_("%(number)s 的“%(code)s”超过期限还没有办完，请督办"),
    ),
)
