"""What staff are told about talks; never what was said or agreed."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

YOURS = "mediation.yours_to_mediate"
LEFT = "mediation.side_left"
COMES_DUE = "mediation.duty_comes_due"
OVERDUE = "mediation.overdue"
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
        body=_("%(number)s 的 %(code)s 因有一方退出或者没有谈成而结束，请告知其他途径"),
    ),
    Text(
        kind=COMES_DUE,
        name=_("协议事项快到期"),
        title=_("协议事项快到期：%(number)s"),
        body=_("%(number)s 的 %(code)s 有一项快到期，请提醒并登记是否履行"),
    ),
    Text(
        kind=OVERDUE,
        name=_("协商、调解或者协议履行超期"),
        title=_("超期未办：%(number)s"),
        body=_("%(number)s 的“%(code)s”超过期限还没有办完，请督办"),
    ),
)
