"""The guardrails over words that the office writes of somebody, wherever they stand."""

from __future__ import annotations

from datetime import date

from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.law import guardrails as law


def check_text(text: str, case: Case, *, path: str) -> None:
    """Refuse what the office may not write about what a case is about.

    Raises:
        InvalidInput: with the rule.
    """
    check_words(text, severity=case.severity, act_on=act_day(case), path=path)


def check_agreed(text: str, case: Case, *, path: str) -> None:
    """The same of what two agree on: they may say who bears the rest of a loss.

    That nobody answers for an injury, they may not.
    """
    act_on = act_day(case)
    _check_words(text, severity=case.severity, act_on=act_on, path=path)
    law.check_agrees_to_no_injury(text=text, act_on=act_on, path=path)


def check_words(text: str, *, severity: int, act_on: date, path: str) -> None:
    """Refuse fines, cutting off, force, delay of the police, verdicts, labels, disclaimers.

    Lists of words cannot read; they stop the plain case, and whoever approves reads the rest.

    Raises:
        InvalidInput: with the rule (G01, G03, G05, G06, G07, G15, G26, G27) or the article.
    """
    _check_words(text, severity=severity, act_on=act_on, path=path)
    law.check_disclaims_nothing(text=text, act_on=act_on, path=path)


def _check_words(text: str, *, severity: int, act_on: date, path: str) -> None:
    law.check_bars_no_report(text=text, severity=severity, act_on=act_on, path=path)
    for check in (
        law.check_wording,
        law.check_no_cutting_off,
        law.check_no_measure,
        law.check_no_delay,
        law.check_no_verdict,
        law.check_no_label,
        law.check_no_debriefing,
    ):
        check(text=text, act_on=act_on, path=path)
