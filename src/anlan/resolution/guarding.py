"""The guardrails over words that a plan says of somebody, wherever they stand in it."""

from __future__ import annotations

from anlan.cases.act import act_day
from anlan.cases.models import Case
from anlan.law import services as law


def check_text(text: str, case: Case, *, path: str) -> None:
    """Refuse fines, cutting off, force, what delays the police, labels, and debriefing.

    Lists of words cannot read; they stop the plain case, and whoever approves reads the rest.

    Raises:
        InvalidInput: with the rule (G01, G03, G05, G06, G07, G26, G27).
    """
    on = act_day(case)
    law.check_wording(text=text, act_on=on, path=path)
    law.check_no_cutting_off(text=text, act_on=on, path=path)
    law.check_no_measure(text=text, act_on=on, path=path)
    law.check_bars_no_report(text=text, severity=case.severity, act_on=on, path=path)
    law.check_no_delay(text=text, act_on=on, path=path)
    law.check_no_label(text=text, act_on=on, path=path)
    law.check_no_debriefing(text=text, act_on=on, path=path)
