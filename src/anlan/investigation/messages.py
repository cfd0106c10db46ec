"""What staff are told about an investigation; never what somebody said."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

TO_ASK = "investigation.to_ask"
TO_DECIDE = "investigation.to_decide"
NOBODY_DECIDES = "investigation.nobody_decides"
DECIDED = "investigation.decided"
DECIDE = ("site_manager", "legal_counsel", "hq_supervisor")
HEADQUARTERS = ("hq_supervisor",)

add_texts(
    Text(
        kind=TO_ASK,
        name=_("安排您进行谈话"),
        title=_("安排您进行谈话：%(number)s"),
        body=_(
            "%(who)s安排您进行 %(number)s 的谈话 %(code)s；您到过现场或者与本案有关的，请立即说明"
        ),
    ),
    Text(
        kind=TO_DECIDE,
        name=_("调查结论待审批"),
        title=_("调查结论待审批：%(number)s"),
        body=_("%(who)s提交了 %(number)s 的调查结论 %(code)s，请由起草人以外的人审批"),
    ),
    Text(
        kind=NOBODY_DECIDES,
        name=_("调查结论没有人可以审批"),
        title=_("调查结论没有人可以审批：%(number)s"),
        body=_(
            "%(number)s 的调查结论 %(code)s 已提交，能审批的人都参与过起草或者与本案有关，请总部另行指派没有参与的人审批"
        ),
    ),
    Text(
        kind=DECIDED,
        name=_("调查结论有了决定"),
        title=_("调查结论 %(code)s 有了决定：%(number)s"),
        body=_("%(who)s对您起草的 %(number)s 调查结论 %(code)s 作出了决定，请查看"),
    ),
)
