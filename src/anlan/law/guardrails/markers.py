"""What is held against somebody: no label, and a mark that ends."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from anlan.base.calendar.terms import add_months
from anlan.base.errors import InvalidInput
from anlan.law import selectors
from anlan.law.guardrails.registry import enforces, in_force
from anlan.law.matching import says


@enforces("G27")
def check_no_label(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse a police record or a label in what is decided about somebody."""
    rule = in_force("G27", act_on)
    if rule and says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def last_days_of_marker(*, begins: date) -> tuple[date, date]:
    """Until when a risk marker must be looked at again, and until when it may last (G27)."""
    months = selectors.guardrail("G27").thresholds
    return (
        add_months(begins, months["review_months"]),
        add_months(begins, months["expiry_months"]),
    )


def check_marker_days(
    *, decided: date, review_on: date, begins: date, expires_on: date
) -> None:
    """Refuse a marker that nobody looks at again, or that lasts, for too long (G27).

    Args:
        decided: the day of this decision, from which the review counts.
        begins: when the marker was set, from which its end counts.
    """
    latest_review, _last = last_days_of_marker(begins=decided)
    _first, latest_end = last_days_of_marker(begins=begins)
    months = selectors.guardrail("G27").thresholds
    if not decided < expires_on <= latest_end:
        raise InvalidInput(
            _("到期日请填今天以后、从设置之日起 %s 个月以内的一天")
            % months["expiry_months"],
            path="expires_on",
            source="G27",
        )
    if not decided < review_on <= min(latest_review, expires_on):
        raise InvalidInput(
            _("复查日请填今天以后、%s 个月以内、不晚于到期日的一天")
            % months["review_months"],
            path="review_on",
            source="G27",
        )
