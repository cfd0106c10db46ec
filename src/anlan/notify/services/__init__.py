"""Every change to messages. Other packages import from here, not from the files within."""

from __future__ import annotations

from anlan.notify.services.checking import (
    answer_check,
    close_check,
    plan_checks,
    start_check,
)
from anlan.notify.services.choosing import set_preference
from anlan.notify.services.configuring import (
    remove_channel,
    set_channel,
    settle_parked,
    test_channel,
)
from anlan.notify.services.receipts import take_receipts
from anlan.notify.services.results import record_results
from anlan.notify.services.sending import call_off, count_up, see, send, try_again

__all__ = [
    "answer_check",
    "call_off",
    "close_check",
    "count_up",
    "plan_checks",
    "record_results",
    "remove_channel",
    "see",
    "send",
    "set_channel",
    "set_preference",
    "settle_parked",
    "start_check",
    "take_receipts",
    "test_channel",
    "try_again",
]
