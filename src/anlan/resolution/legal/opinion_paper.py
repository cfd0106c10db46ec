"""An opinion of counsel on paper, marked as privileged on each page."""

from __future__ import annotations

from pathlib import Path

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import override

from anlan.base.clock import local_day
from anlan.base.typeset import typeset
from anlan.resolution.legal.models import Opinion

_DOCUMENT = Path(__file__).parent / "documents" / "opinion.typ"
# Part of a Chinese office's record, whoever reads the screen.
_LANGUAGE = "zh-hans"


def opinion_pdf(opinion: Opinion) -> bytes:
    """The same bytes for the same version."""
    question = opinion.question
    lawyer, at = question.engagement.lawyer, opinion.given_at or opinion.saved_at
    number = f"{question.case.number} {question.code}"
    with override(_LANGUAGE):
        mark = _("律师保密")
        page = {
            "title": _("法律意见"),
            "under": f"{number} · {_('第 %s 版') % opinion.version}",
            "foot": f"{mark} · {number}",
            "mark": mark,
            "warning": _(
                "律师与委托人之间的保密内容：不得复制、转发，不得列入证据或者交给对方"
            ),
            "question_title": _("问题"),
            "question": question.words.splitlines(),
            "opinion_title": _("意见"),
            "opinion": opinion.text.splitlines(),
            "signed": " ".join(filter(None, (lawyer.firm, lawyer.name))),
            "day": formats.date_format(local_day(at)),
        }
        return typeset(_DOCUMENT, page, at=at).pdf
