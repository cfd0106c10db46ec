"""The day of the act on the record, from which days of the law count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from django.utils.translation import gettext_noop as _

from anlan.ledger.events import Covered, Event, covers, recorded


@recorded
@dataclass(frozen=True, kw_only=True)
class ActStated(Event):
    """Why it is that day somebody may have told who is named on no timeline."""

    kind: ClassVar[str] = "case.act_stated"
    sentence: ClassVar[str] = _(
        "{actor}登记行为发生之日：{day}（此前按 {before} 计算），理由已写明"
    )
    tone: ClassVar[str] = "warn"
    covers: ClassVar[tuple[Covered, ...]] = covers("cases.StatedAct", "words")

    day: str
    before: str
    words_digest: str
