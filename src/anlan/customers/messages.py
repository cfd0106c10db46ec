"""What staff are told about risk markers; never what they say, nor about whom."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

TO_HEAR = "customers.objection_to_hear"
NOBODY_HEARS = "customers.nobody_hears"
RESTS = "customers.marker_rests"
RAN_OUT = "customers.marker_ran_out"
DECIDE = ("site_manager", "hq_supervisor")
HEADQUARTERS = ("hq_supervisor",)

add_texts(
    Text(
        kind=RESTS,
        name=_("风险标记已停用"),
        title=_("风险标记已停用：%(site)s"),
        body=_(
            "%(site)s的一个风险标记没有按时复查，或者异议没有按时复核，已停用，见面提醒不再显示。请决定继续、修改还是撤销"
        ),
    ),
    Text(
        kind=RAN_OUT,
        name=_("风险标记已到期"),
        title=_("风险标记已到期：%(site)s"),
        body=_(
            "%(site)s的一个风险标记已经到期，见面提醒不再显示；还需要的，另行设置并写明理由"
        ),
    ),
    Text(
        kind=TO_HEAR,
        name=_("风险标记的异议待复核"),
        title=_("风险标记的异议待复核：%(site)s"),
        body=_(
            "%(site)s有人对风险标记提出异议，请在 %(due)s 以前复核；到时没有复核，标记停用"
        ),
    ),
    Text(
        kind=NOBODY_HEARS,
        name=_("风险标记的异议没有人可以复核"),
        title=_("风险标记的异议没有人可以复核：%(site)s"),
        body=_(
            "%(site)s有人对风险标记提出异议，能复核的人都作过决定，请总部在 %(due)s 以前安排他人复核；到时没有复核，标记停用"
        ),
    ),
)
