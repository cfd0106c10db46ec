"""The words to say to 110 or 120, composed from the record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from anlan.base.clock import local_day, local_time
from anlan.cases.enums import Role
from anlan.cases.models import PartyRole
from anlan.incidents import policies
from anlan.incidents.enums import AssignmentState, EmergencyService, Flag
from anlan.incidents.models import Incident, Report

OPERATORS_LANGUAGE = "zh-hans"  # whoever calls, and whatever their screen is in


@dataclass(frozen=True, kw_only=True)
class Script:
    """What to say to one of the numbers; ``translation`` is for who reads no Chinese."""

    service: EmergencyService
    words: list[str]
    translation: list[str]


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is asked of the record for the words, once for both numbers and languages."""

    began: datetime
    victims: int
    there: int


def scripts_of(incident: Incident) -> list[Script]:
    """For a page that must show them without a network, of each number."""
    facts = _facts_of(incident)
    return [
        Script(
            service=service,
            words=words_to_say(incident, service, facts=facts),
            translation=translation_of(incident, service, facts=facts),
        )
        for service in EmergencyService
    ]


def translation_of(
    incident: Incident, service: EmergencyService, *, facts: Facts | None = None
) -> list[str]:
    """What the words say, for a reader whose screen is in another language."""
    language = get_language()
    if language == OPERATORS_LANGUAGE:
        return []
    return words_to_say(incident, service, language=language, facts=facts)


def words_to_say(
    incident: Incident,
    service: EmergencyService,
    *,
    language: str = OPERATORS_LANGUAGE,
    facts: Facts | None = None,
) -> list[str]:
    """Short sentences in the order in which the operator asks.

    Place, time, what, whether it goes on, how many, injuries, weapon, who is there.
    Only what was said is said: a missing fact is left out, never guessed. Names are not
    spoken; the operator asks for them.

    Args:
        language: that of a translation beside them, for who does not read the words.
        facts: those that were asked for already.

    Source: docs/sources.md, law notes §5 (时间、地点、怎么了; police guides).
    """
    with override(language):
        return _sentences(incident, service, facts or _facts_of(incident))


def _facts_of(incident: Incident) -> Facts:
    victims = PartyRole.objects.filter(
        party__case=incident.case, party__removed_at=None, role=Role.VICTIM
    )
    there = incident.assignments.filter(state=AssignmentState.ARRIVED)
    return Facts(began=_began(incident), victims=victims.count(), there=there.count())


def _sentences(
    incident: Incident, service: EmergencyService, facts: Facts
) -> list[str]:
    flags = set(incident.flags)
    site = incident.case.site
    sentences = [
        _("这里是%s，%s。") % (site.address or site.name, site.name),
        _("具体位置：%s。") % incident.place.label,
        _("%s 左右发生打人。") % _said_time(incident, facts.began),
    ]
    sentences += _danger(incident, flags)
    if service == EmergencyService.AMBULANCE:
        sentences += _patient(facts.victims, flags)
    sentences += _people(incident, facts.there)
    sentences.append(_("我们会派人到入口接应，请问还需要什么？"))
    return sentences


def _began(incident: Incident) -> datetime:
    """The earliest time that somebody told.

    Of a box whose clock is wrong it is when its alarm came.
    """
    told = Report.objects.filter(
        Q(incident=incident) | Q(incident__case__joined_into=incident.case)
    )
    return min(map(policies.believed_time, told), default=incident.reported_at)


def _said_time(incident: Incident, began: datetime) -> str:
    """With its day if it was another one."""
    is_same_day = local_day(began) == local_day(incident.reported_at)
    return local_time(began).strftime("%H:%M" if is_same_day else "%m-%d %H:%M")


def _danger(incident: Incident, flags: set[str]) -> Iterator[str]:
    if incident.controlled_at is not None:
        yield _("双方已分开，现场已控制。")
    elif Flag.ONGOING in flags:
        yield _("现在仍在继续。")
    if incident.people_count:
        # A report says "three to five", and the next one may know of more.
        yield _("至少 %s 人参与。") % incident.people_count
    elif Flag.GROUP in flags:
        yield _("多人参与。")
    if Flag.INJURED in flags:
        yield _("有人受伤。")
    if Flag.WEAPON in flags:
        yield _("有人持械，请注意安全。")
    if Flag.VULNERABLE in flags:
        yield _("涉及老人或儿童。")


def _patient(victims: int, flags: set[str]) -> Iterator[str]:
    if victims:
        yield _("受伤 %s 人。") % victims
    elif Flag.INJURED not in flags:
        yield _("伤情还在核实。")


def _people(incident: Incident, there: int) -> Iterator[str]:
    if there:
        yield _("我方 %s 名工作人员在现场。") % there
    if incident.case.site.control_room_phone:
        yield _("联系电话：%s。") % incident.case.site.control_room_phone
