"""What staff are told about evidence; never a file's name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_noop as _

from anlan.evidence.enums import CheckKind
from anlan.notify.texts import Text, add_texts

DAMAGED = "evidence.copies_damaged"
AWAY = "evidence.store_away"
SILENT = "evidence.check_silent"
SEAL_BROKEN = "evidence.seal_broken"
HANDED_OVER = "evidence.handed_over"
WATCH_OVER_SEALS = ("site_manager", "legal_counsel")


def _check_words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {**params, "check": CheckKind(params["check"]).label}


add_texts(
    Text(
        kind=DAMAGED,
        name=_("证据文件受损"),
        title=_("证据文件受损：%(site)s"),
        body=_(
            "%(site)s 有 %(count)s 份证据副本缺失或被改动，系统正在用完好的副本修复；请打开“证据安全”查看"
        ),
    ),
    Text(
        kind=AWAY,
        name=_("备份硬盘不在线"),
        title=_("证据的第二份副本不在线：%(site)s"),
        body=_("存放证据第二份副本的硬盘不在线，请检查连接；请打开“证据安全”查看"),
    ),
    Text(
        kind=SILENT,
        name=_("证据检查没有进行"),
        title=_("证据检查没有按时进行：%(site)s"),
        body=_("%(check)s 没有按时完成，文件是否完好目前不知道；请打开“证据安全”查看"),
        shown=_check_words,
    ),
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
