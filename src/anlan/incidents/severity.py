"""A first guess at the severity, with its reasons; a person decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from anlan.cases.enums import Severity
from anlan.incidents.enums import Flag


@dataclass(frozen=True)
class Suggestion:
    """The level, and for each reason the sentence that the screen shows."""

    severity: Severity
    reasons: tuple[Promise | str, ...]


def suggest_severity(*, flags: Iterable[str], people_count: int | None) -> Suggestion:
    """Suggest a level from what was said.

    Source: docs/sources.md, own scale (law notes §11): weapon, several people or
    hospital → major; a visible injury, a vulnerable or staff victim → considerable;
    a push without injury → ordinary. Level 5 is never suggested: hostage, death or
    mass violence must be judged by a person.
    """
    said = set(flags)
    many = people_count is not None and people_count >= 3
    major: list[Promise | str] = []
    if Flag.WEAPON in said:
        major.append(_("持械"))
    if Flag.GROUP in said or many:
        major.append(_("三人以上参与"))
    considerable: list[Promise | str] = []
    if Flag.INJURED in said:
        considerable.append(_("有人受伤"))
    if Flag.VULNERABLE in said:
        considerable.append(_("涉及老人或儿童"))
    if Flag.STAFF in said:
        considerable.append(_("工作人员被打"))
    if major:
        return Suggestion(Severity.MAJOR, tuple(major + considerable))
    if considerable:
        return Suggestion(Severity.CONSIDERABLE, tuple(considerable))
    if Flag.ONGOING in said:
        return Suggestion(Severity.CONSIDERABLE, (_("仍在继续"),))
    return Suggestion(Severity.ORDINARY, (_("报告中没有受伤、持械或多人"),))
