"""Which function tests which guardrail, and whether it judges acts of a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from anlan.law import selectors
from anlan.law.book import Guardrail

Test = TypeVar("Test", bound=Callable[..., Any])

# Guardrail → the function that tests it. What is not here is not enforced.
TESTS: dict[str, Callable[..., None]] = {}


def enforces(guardrail_id: str) -> Callable[[Test], Test]:
    """Register the test of a guardrail.

    Raises:
        LookupError: the guardrail is unknown or has a test already.
    """

    def register(test: Test) -> Test:
        selectors.guardrail(guardrail_id)
        if guardrail_id in TESTS:
            raise LookupError(f"{guardrail_id} has a test already")
        TESTS[guardrail_id] = test
        return test

    return register


def in_force(guardrail_id: str, act_on: date) -> Guardrail | None:
    """The guardrail, if it judges acts of that day."""
    rules = selectors.rule_set(on=act_on)
    return next((rule for rule in rules.guardrails if rule.id == guardrail_id), None)
