"""Sentences about compensation that screens, paper and API share."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.base.money import format_fen
from anlan.resolution.compensation import Outcome

ESTIMATE = _("参考估算，最终以法院裁判或双方协议为准")
KINDNESS = _("人道慰问与赔偿分开，不代表承认责任；文书须经法务审定")
MANAGER = _(
    "建议：管理处只在未尽安全保障义务时，对行为人没有赔偿的部分承担相应的补充责任，之后可以追偿"
)


def sums_of(outcome: Outcome) -> list[tuple[Promise, str]]:
    """The sums below the lines, each with its name; what is nothing is left out."""
    rows = [
        (_("各项合计"), outcome.total_fen),
        (_("扣除受害人过错以后应付"), outcome.owed_fen),
        (_("已经支付"), outcome.paid_fen),
        (_("尚应支付"), outcome.due_fen),
    ]
    rows += [
        row
        for row in (
            (_("多付"), outcome.overpaid_fen),
            (_("管理处补充责任上限（建议）"), outcome.manager_cap_fen),
            (_("管理处目前可能承担（建议）"), outcome.manager_due_fen),
            (_("人道慰问（另列，不扣减）"), outcome.kindness_fen),
        )
        if row[1]
    ]
    return [(name, format_fen(fen)) for name, fen in rows]
