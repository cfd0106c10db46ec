"""What staff are told about evidence, in words made when they are sent."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

SEAL_BROKEN = "evidence.seal_broken"
HANDED_OVER = "evidence.handed_over"
WATCH_OVER_SEALS = ("site_manager", "legal_counsel")

add_texts(
    Text(
        kind=SEAL_BROKEN,
        name=_("封条破损"),
        title=_("封条破损：%(code)s"),
        body=_(
            "%(who)s发现 %(number)s 的实物证据 %(code)s 封条 %(seal)s 已破损，请立即核实并重新封存"
        ),
    ),
    Text(
        kind=HANDED_OVER,
        name=_("实物交接给您"),
        title=_("实物证据 %(code)s 已交接给您"),
        body=_(
            "%(who)s把 %(number)s 的实物证据 %(code)s 交接给您，记录上有您的签字。不是您签的，请立即告诉项目经理"
        ),
    ),
)
