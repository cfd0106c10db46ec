"""What staff are told about any case, in words made when they are sent."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

TASK_SKIPPED = "case.task_skipped"
add_texts(
    Text(
        kind=TASK_SKIPPED,
        name=_("任务被跳过"),
        title=_("任务被跳过：%(task)s"),
        body=_("%(who)s 在 %(number)s 跳过了 %(count)s 项任务（%(task)s），请查看理由"),
    )
)

CONTACT_NAMED = "case.contact_named"
add_texts(
    Text(
        kind=CONTACT_NAMED,
        name=_("被指定为联系人"),
        title=_("您是%(side)s的联系人"),
        body=_("%(number)s：请由您与%(side)s联系，并在“沟通”里记录"),
    )
)

CONTACT_DUE = "case.contact_due"
add_texts(
    Text(
        kind=CONTACT_DUE,
        name=_("沟通逾期"),
        title=_("逾期：%(task)s"),
        body=_("%(number)s：%(task)s，期限已过"),
    )
)
