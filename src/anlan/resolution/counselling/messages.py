"""What staff are told about support: to call, to look; never about whom or why."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

CALL = "counselling.call"
DUE = "counselling.due"
RECOVERED = "counselling.recovered"
WILLING = "counselling.willing"
GUARDIAN = "counselling.guardian"
MISTAKEN = "counselling.mistaken"

add_texts(
    Text(
        kind=WILLING,
        name=_("有人愿意接受支持"),
        title=_("有一位当事人愿意接受支持"),
        body=_("有一位当事人愿意接受支持，请在案件的“支持”里办理转介"),
    ),
    Text(
        kind=GUARDIAN,
        name=_("监护人回答了是否需要支持"),
        title=_("一位监护人回答了是否需要支持"),
        body=_(
            "一位监护人回答了是否需要支持，请问清是为哪一位未成年人，并在案件的“支持”里登记"
        ),
    ),
    Text(
        kind=MISTAKEN,
        name=_("转介所依据的回答已更正"),
        title=_("一项转介所依据的回答已更正"),
        body=_(
            "沟通记录更正了一位当事人的回答，而转介已经办理；请问清本人的意愿，再在案件的“支持”里办理"
        ),
    ),
    Text(
        kind=CALL,
        name=_("请立即联系辅导员"),
        title=_("请立即给%(who)s打电话"),
        body=_("请立即给%(who)s打电话，打通以后在这里确认"),
    ),
    Text(
        kind=DUE,
        name=_("随访到期"),
        title=_("有一项随访到期"),
        body=_("有一项随访到期，请查看"),
    ),
    Text(
        kind=RECOVERED,
        name=_("用纸质密钥转交记录"),
        title=_("纸质密钥用过一次"),
        body=_("%(who)s用两份纸质密钥转交了封存的记录；如果您不知情，请立即询问"),
    ),
)
