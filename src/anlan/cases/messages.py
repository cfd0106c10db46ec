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
