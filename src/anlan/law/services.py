"""What other packages ask before they act; each test is registered for its guardrail.

All refuse with a ``DomainError`` whose ``source`` is the guardrail. They read their
figures from the data and change nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator
from datetime import date
from functools import cache, lru_cache
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from anlan.base.calendar.terms import add_months
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.law import selectors
from anlan.law.book import Guardrail, Measure

Test = TypeVar("Test", bound=Callable[..., Any])

_NEAR = 8  # characters before a word, in which it is taken back
_NEAR_ENGLISH = 40
_NEAR_NAME = 5  # characters after a name, in which it says or reports something
_NOISE = (
    r"(?:[^\w、]|_)*"  # between the letters of a word; 、 parts two words of a list
)
_GAP = 10
_UNSEEN = "\u115f\u1160"  # letters by their class, and blank
_LISTS = ("、", "和", "或", "及", "与", " and ", " or ")

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


@enforces("G01")
def check_wording(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words of punishment in what the office itself writes, however they are spaced.

    Clause by clause: "…处罚。款项…" is none.
    """
    rule = _in_force("G01", act_on)
    if rule and _has(text, rule.lists["words"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_lawful(*, measure: str, act_on: date) -> Measure:
    """The measure of that name, unless no plan may have it.

    Raises:
        InvalidInput: there is none for acts of that day.
        NotAllowed: it is refused; the sentence says what may be done instead.
    """
    try:
        found = selectors.measure(measure, on=act_on)
    except LookupError as error:
        raise InvalidInput(_("没有这种措施"), path="measure") from error
    if not found.is_for_plans:
        raise NotAllowed(
            _("不能采取“%(title)s”：%(words)s")
            % {"title": found.heading, "words": found.words},
            source=found.refused_by,
        )
    return found


def check_disclaims_nothing(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse to say that nobody answers for an injury: such a clause is void (民法典 506).

    A list of words cannot read; it stops the plain case, and a person reads the rest.
    """
    rule = selectors.measure("disclaimer", on=act_on)
    lists = rule.lists
    ours = [who + what for who in lists["office"] for what in lists["bears_nothing"]]
    _check_disclaims_none(text, rule, words=[*lists["words"], *ours], path=path)


def check_agrees_to_no_injury(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse an agreement that an injury is at one's own risk: it is void (民法典 506).

    Two may settle what an injury cost, so the words are fewer than those of a letter.
    """
    rule = selectors.measure("disclaimer", on=act_on)
    _check_disclaims_none(text, rule, words=rule.lists["agreed"], path=path)


def _check_disclaims_none(
    text: str, rule: Measure, *, words: Collection[str], path: str
) -> None:
    for clause in _clauses(text):
        if _says(clause, rule, words=words) and not _has(clause, rule.lists["void"]):
            raise InvalidInput(rule.words, path=path, source=rule.refused_by)


@enforces("G02")
def check_clause(
    *, clause: str, clause_version: str, binds: str, amount_basis: str, act_on: date
) -> None:
    """Refuse a sum, or the end of a service, by an agreement that nobody can show.

    Args:
        clause, clause_version: which one; of a contract, a covenant, a house rule.
        binds: why it binds this person.
        amount_basis: how the amount was reached.
    """
    rule = _in_force("G02", act_on)
    if rule is None:
        return
    said = {
        "clause": clause,
        "clause_version": clause_version,
        "binds": binds,
        "amount_basis": amount_basis,
    }
    missing = next((path for path, words in said.items() if not words.strip()), None)
    if missing is not None:
        raise InvalidInput(rule.refusal_words, path=missing, source=rule.id)


@enforces("G03")
def check_no_cutting_off(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words by which somebody's water, power, lift or way home would be stopped.

    A list of words cannot read; it stops the plain case, and a person reads the rest.
    """
    rule = _in_force("G03", act_on)
    if rule and _says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G04")
def check_ends(
    *, reason: str, begins: date, ends: date | None, appeal: str, act_on: date
) -> None:
    """Refuse a suspension or ban without reason, last day within months, or appeal.

    The last day of the longest one is that of the same number in its month (民法典 202).
    """
    rule = _in_force("G04", act_on)
    if rule is None:
        return
    if not reason.strip():
        raise InvalidInput(rule.refusal_words, path="reason", source=rule.id)
    latest = add_months(begins, rule.thresholds["months"])
    if ends is None or not begins <= ends <= latest:
        raise InvalidInput(rule.refusal_words, path="ends_on", source=rule.id)
    if not appeal.strip():
        raise InvalidInput(rule.refusal_words, path="appeal", source=rule.id)


@enforces("G05")
def check_police_waiver(
    *, severity: int, reason: str, act_on: date, is_minor_hurt: bool = False
) -> None:
    """Refuse to record "no police" where that is forbidden, or without a reason.

    Raises:
        Conflict: the level is too high, with the sentence to show.
        InvalidInput: nothing was given as a reason.
    """
    rule = _in_force("G05", act_on)
    if rule is None:
        return
    if severity >= rule.thresholds["never_waived_from_severity"]:
        raise Conflict(rule.refusal_words, source=rule.id)
    if is_minor_hurt and _in_force("G20", act_on):
        raise Conflict(_("未成年人受到侵害，必须立即报警"), source="L-未保法-11")
    if not reason.strip():
        raise InvalidInput(_("请写明为什么不报警"), path="reason", source=rule.id)


def check_police_reported(*, severity: int, is_reported: bool, act_on: date) -> None:
    """Refuse to decide what is done where the police had to be called and were not (G05)."""
    if must_be_reported(severity=severity, is_reported=is_reported, act_on=act_on):
        raise Conflict(
            _("较大及以上的事件必须报警：请先报警，或者把“报警、报案”列入方案"),
            source="G05",
        )


def must_be_reported(*, severity: int, is_reported: bool, act_on: date) -> bool:
    """Whether the police have to be called, and were not (G05)."""
    rule = _in_force("G05", act_on)
    return (
        rule is not None
        and not is_reported
        and severity >= rule.thresholds["never_waived_from_severity"]
    )


def check_bars_no_report(
    *, text: str, severity: int, act_on: date, path: str = "text"
) -> None:
    """Refuse words by which something would take the place of a report that must be (G05)."""
    rule = _in_force("G05", act_on)
    if rule is None or severity < rule.thresholds["never_waived_from_severity"]:
        return
    if _says(text, rule):
        raise InvalidInput(
            _("较大及以上的事件必须报警，任何措施都不能代替或者阻止报警"),
            path=path,
            source=rule.id,
        )


@enforces("G06")
def check_police_call(*, waits_for: Collection[str], act_on: date) -> None:
    """Refuse a workflow in which anything must happen before the police are called."""
    rule = _in_force("G06", act_on)
    if rule and waits_for:
        raise Conflict(rule.refusal_words, source=rule.id)


def check_no_delay(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words by which a plan would put something before the call (G06).

    A list of words cannot read; it stops the plain case, and a person reads the rest.
    """
    rule = _in_force("G06", act_on)
    if rule and _has(text, rule.lists["delays"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def is_police_call(*, title: str, act_on: date) -> bool:
    """Whether a task of this title is the call itself."""
    rule = _in_force("G06", act_on)
    return rule is not None and any(
        _pattern(word).match(_normal(title)) for word in rule.lists["calls"]
    )


@enforces("G07")
def check_measure(*, measure: str, act_on: date) -> None:
    """Refuse a measure, by its identifier, that guards may not take."""
    rule = _in_force("G07", act_on)
    if rule and measure in rule.lists["measures"]:
        raise NotAllowed(rule.refusal_words, source=rule.id)


def check_no_measure(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words that tell guards to do what they may not do (G07).

    What is forbidden, or is done by the police, may be spoken of: "不得扣留".
    """
    rule = _in_force("G07", act_on)
    if rule is None:
        return
    if _says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G08")
def check_original(*, is_whole: bool, act_on: date) -> None:
    """Nothing is shown or handed over that is not, byte for byte, what arrived.

    Args:
        act_on: the day of its arrival.
    """
    rule = _in_force("G08", act_on)
    if rule and not is_whole:
        raise Conflict(rule.refusal_words, source=rule.id)


@enforces("G09")
def check_two_roles(*, signed: Collection[tuple[str, str]], act_on: date) -> None:
    """Refuse to release a hold unless different persons of different roles sign.

    Args:
        signed: person and role of each signature.
    """
    rule = _in_force("G09", act_on)
    if rule is None:
        return
    people, roles = {who for who, _role in signed}, {role for _who, role in signed}
    if min(len(people), len(roles)) < rule.thresholds["people"]:
        raise NotAllowed(rule.refusal_words, source=rule.id)


def earliest_release(*, act_on: date) -> date:
    """The day on which the limitation of claims ends at the earliest (民法典 188)."""
    return add_months(act_on, 12 * selectors.guardrail("G09").thresholds["years"])


def check_release_in_time(*, reason: str, decided_on: date, act_on: date) -> None:
    """Refuse to release a hold before that day unless somebody says why (G09).

    Raises:
        InvalidInput: it is too early, and there is no reason.
    """
    rule = _in_force("G09", act_on)
    ends_on = earliest_release(act_on=act_on)
    if rule is None or decided_on > ends_on or reason:
        return
    raise InvalidInput(
        _("诉讼时效最早到 %s 届满，期满以前解除的，请写明为什么") % ends_on,
        path="early",
        source=rule.id,
    )


@enforces("G12")
def check_period(*, days: int, is_held: bool = False, act_on: date) -> None:
    """Refuse to delete what is held, or a period that is shorter than the law's.

    Raises:
        InvalidInput: fewer days than footage is kept at least.
        Conflict: something holds it.
    """
    rule = _in_force("G12", act_on)
    if rule is None:
        return
    if is_held:
        raise Conflict(rule.refusal_words, source=rule.id)
    if days < rule.thresholds["days"]:
        raise InvalidInput(rule.refusal_words, path="days", source=rule.id)


@enforces("G10")
def check_footage_look(
    *, is_registered: bool, act_on: date, sentence: str = ""
) -> None:
    """Refuse to show or copy footage where nobody has said why, and for whom.

    Args:
        sentence: what the reader is told to do, if it is not to say why they look.
    """
    rule = _in_force("G10", act_on)
    if rule and not is_registered:
        raise NotAllowed(sentence or rule.refusal_words, source=rule.id)


@enforces("G11")
def check_footage_copy(
    *, is_authority: bool, unmasked: Collection[str], act_on: date
) -> None:
    """Refuse to let originals out to anybody but an authority.

    Args:
        unmasked: the codes of what would leave as it was recorded.
    """
    rule = _in_force("G11", act_on)
    if rule and unmasked and not is_authority:
        raise InvalidInput(rule.refusal_words, path="masking", source=rule.id)


@enforces("G13")
def check_authority_request(
    *,
    is_authority: bool,
    papers: Collection[str],
    beyond: Collection[str],
    act_on: date,
) -> None:
    """Refuse an authority without its papers, and everybody what was not approved.

    Args:
        papers: unit, kind and number of the document, officers: one that is empty is
            missing.
        beyond: the codes of what is outside of the approved scope.
    """
    rule = _in_force("G13", act_on)
    if rule is None:
        return
    if is_authority and not all(paper.strip() for paper in papers):
        raise InvalidInput(rule.refusal_words, path="document_number", source=rule.id)
    if beyond:
        raise InvalidInput(
            _("超出批准的范围：%s") % " ".join(beyond), path="exhibits", source=rule.id
        )


def check_statements_for_police(*, unapproved: Collection[str], act_on: date) -> None:
    """Refuse to let words that people gave go to the police on the packer's word alone.

    Args:
        unapproved: the codes of statements that nobody but the packer agreed to.
    """
    rule = _in_force("G13", act_on)
    if rule and unapproved:
        raise InvalidInput(
            _(
                "情况说明 %s 交公安机关，须先由制作人以外的人批准：公安机关调取的，"
                "先受理写明调取情况说明的申请，批准后按申请制作；本单位报案的，"
                "先列入“报案”的材料清单，由另一人批准清单"
            )
            % " ".join(unapproved),
            path="exhibits",
            source=rule.id,
        )


@enforces("G14")
def check_appraisal(*, level: str, has_document: bool, act_on: date) -> None:
    """Refuse an appraised level of injury without the paper that says it."""
    rule = _in_force("G14", act_on)
    if rule and level and not has_document:
        raise InvalidInput(rule.refusal_words, path="level", source=rule.id)


@enforces("G15")
def check_no_verdict(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words that judge who was right, also across a full stop.

    Not those that two harmless sentences make: "不全。责任由法院认定".
    """
    rule = _in_force("G15", act_on)
    if rule is None:
        return
    said = _normal(text)
    for other in rule.lists["others"]:
        # With blanks between at most: a stop after the first letter ends the word.
        said = re.sub(r"\s*".join(other), "0", said)
    if any(_pattern(one).search(said) for one in rule.lists["words"]) or _has(
        said, rule.lists["unstopped"]
    ):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G16")
def check_rule_sets_shown(
    *, act_on: date, decided_on: date, shown: Collection[str]
) -> None:
    """Refuse to show less than the rules at the act and, if changed, at the decision."""
    rule = _in_force("G16", act_on)
    needed = selectors.rule_sets(act_on=act_on, decided_on=decided_on)
    if rule and not {rules.key for rules in needed} <= set(shown):
        raise Conflict(rule.refusal_words, source=rule.id)


def check_may_be_talked(
    *, is_mediation: bool, excluded: Collection[tuple[str, str]], act_on: date
) -> None:
    """Refuse to bring to terms what is not brought to terms (G17).

    Args:
        excluded: what speaks against it, each with its name as people read it.
    """
    rule = _in_force("G17", act_on)
    if rule is None:
        return
    barred = rule.lists["mediation" if is_mediation else "negotiation"]
    found = [name for key, name in excluded if key in barred]
    if found:
        raise Conflict(
            _("这种情形不适用调解或者协商：%s") % _("、").join(found), source=rule.id
        )


@enforces("G17")
def check_both_agree(*, unwilling: Collection[str], act_on: date) -> None:
    """Refuse to go on while a side has not agreed, or does not any more."""
    rule = _in_force("G17", act_on)
    if rule and unwilling:
        raise Conflict(rule.refusal_words, source=rule.id)


@enforces("G18")
def check_definite(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse a sum, a date or a manner that nobody could perform or enforce."""
    rule = _in_force("G18", act_on)
    if rule and _has(text, rule.lists["unclear"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_term_told(*, missing: Collection[tuple[str, str]], act_on: date) -> None:
    """Refuse a term without its sum, date or manner (G18).

    Args:
        missing: the field, and its name as people read it.
    """
    rule = _in_force("G18", act_on)
    if rule and missing:
        path, name = next(iter(missing))
        raise InvalidInput(_("请写明%s") % name, path=path, source=rule.id)


def check_waives_nothing(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse words by which somebody would give up the law's own ways (G18).

    Spaces and marks are no way around it. A list of words cannot read; it stops the plain
    case, and whoever holds the talks reads the rest.
    """
    rule = _in_force("G18", act_on)
    if rule is None:
        return
    for clause in _clauses(text):
        for word in rule.lists["waivers"]:
            # Only what stands right before it takes the word back, each time that it stands.
            for before, found in _each(clause, word, rule):
                if not _is_taken_back(before, found, rule, is_near=True):
                    raise InvalidInput(
                        _(
                            "协议不能免除刑事责任，也不能放弃起诉、投诉、举报、报案的权利（“%s”）"
                        )
                        % found,
                        path=path,
                        source=rule.id,
                    )


def check_buys_no_forgiveness(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse to make the victim's forgiveness a term of an agreement (G18)."""
    rule = _in_force("G18", act_on)
    if rule and _has(text, rule.lists["forgiveness"]):
        raise InvalidInput(
            _("谅解是受害人自己的意思，不能写成协议的条件；谅解书另行制作"),
            path=path,
            source=rule.id,
        )


def confirmation_days() -> int:
    """Within how many days of its effect an agreement may be confirmed (G18)."""
    return selectors.guardrail("G18").thresholds["days"]


@enforces("G19")
def check_neutral(*, is_ours: bool, act_on: date, path: str = "body") -> None:
    """Refuse the company's own people as mediator of a case that it is a party to."""
    rule = _in_force("G19", act_on)
    if rule and is_ours:
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_not_called_mediation(*, text: str, act_on: date, path: str) -> None:
    """Refuse to call mediation what the office holds itself (G19)."""
    rule = _in_force("G19", act_on)
    if rule and _says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G20")
def check_guardian(
    *, is_minor: bool, guardian: str, act_on: date, path: str = "guardian"
) -> None:
    """Refuse to hear somebody under 18 without their guardian."""
    rule = _in_force("G20", act_on)
    if rule and is_minor and not guardian.strip():
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_guardian_consent(
    *,
    is_under_fourteen: bool,
    has_consent: bool,
    act_on: date,
    path: str = "has_consent",
) -> None:
    """Refuse to write down what somebody under 14 says unless their guardian agrees (G20)."""
    rule = _in_force("G20", act_on)
    if rule and is_under_fourteen and not has_consent:
        raise InvalidInput(
            _(
                "未满十四周岁，须监护人同意谈话和记录；"
                "已经开始的，请在“未满十八周岁”里写明监护人同意"
            ),
            path=path,
            source=rule.id,
        )


@enforces("G23")
def check_witness_unnamed(
    *,
    text: str,
    names: Collection[str],
    others: Collection[str] = (),
    act_on: date,
    path: str = "text",
) -> None:
    """Refuse to tell one side who saw or reported it.

    Args:
        others: names that may stand, of those to whom it is told and of the sides; one
            may begin with the name of a witness.
    """
    rule = _in_force("G23", act_on)
    if rule is None:
        return
    for name in set(names) - set(others):
        longer = [one for one in others if name in one]
        shown = [found.span() for one in longer for found in _found(one, text)]
        for found in _found(name, text):
            first, end = found.span()
            is_other = any(begin <= first and end <= last for begin, last in shown)
            if not is_other and _is_a_name(found, text, rule):
                raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def _found(name: str, text: str) -> Iterator[re.Match[str]]:
    return re.finditer(re.escape(name), text)


def _is_a_name(found: re.Match[str], text: str, rule: Guardrail) -> bool:
    """Whether it names somebody; 高峰 is the rush hour too."""
    if found[0] not in rule.lists["ordinary"]:
        return True
    before, after = text[: found.start()], text[found.end() :]
    if before.endswith(tuple(rule.lists["roles"])):
        return True
    if not after[:1].isalnum():
        return not before[-1:].isalnum() or before.endswith(tuple(rule.lists["asked"]))
    if after.startswith(tuple(rule.lists["compounds"])):
        return False
    return any(one in after[:_NEAR_NAME] for one in rule.lists["told"])


@enforces("G21")
def check_talk(*, is_so: bool, act_on: date, path: str) -> None:
    """Refuse a statement that was not told to be voluntary, or not read back."""
    rule = _in_force("G21", act_on)
    if rule and not is_so:
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_talks_alone(*, people: int, act_on: date, path: str) -> None:
    """Refuse a talk that is not with one person alone (G21)."""
    rule = _in_force("G21", act_on)
    if rule and people != 1:
        raise InvalidInput(
            _("谈话分别进行：一次谈话只能有一位当事人，请给另一位另行安排"),
            path=path,
            source=rule.id,
        )


def check_nobody_beside(*, is_beside: bool, act_on: date, path: str) -> None:
    """Refuse a talk in which another party sits beside the person (G21)."""
    rule = _in_force("G21", act_on)
    if rule and is_beside:
        raise InvalidInput(
            _(
                "谈话分别进行，在场的人里写有另一位当事人：请其离开后再开始；"
                "已经开始的，请放弃这份草稿，另行开始"
            ),
            path=path,
            source=rule.id,
        )


def check_talk_wording(*, text: str, act_on: date, path: str) -> None:
    """Refuse the words of an interrogation in what the office itself asks (G21)."""
    rule = _in_force("G21", act_on)
    if rule and _has(text, rule.lists["words"]):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


@enforces("G25")
def check_no_diagnosis(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse a diagnosis in what a counsellor writes: they may not make one.

    What a hospital said, or somebody says of themselves or of their family, may be
    written down as that: it stands right before the word.
    """
    rule = _in_force("G25", act_on)
    if rule and _says(text, rule, is_near=True):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_risk_called(*, is_risk: bool, is_called: bool, act_on: date) -> None:
    """Refuse to keep an answer that shows risk while no human was called for it (G25)."""
    rule = _in_force("G25", act_on)
    if rule and is_risk and not is_called:
        raise Conflict(_("有风险的回答要先请管理人员来电，再封存"), source=rule.id)


@enforces("G26")
def check_no_debriefing(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse to arrange that people have to tell what they went through."""
    rule = _in_force("G26", act_on)
    if rule and _says(text, rule):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_came_willingly(
    *, is_voluntary: bool, act_on: date, path: str = "is_voluntary"
) -> None:
    """Refuse a meeting about an event to which somebody was made to come (G26)."""
    rule = _in_force("G26", act_on)
    if rule and not is_voluntary:
        raise InvalidInput(
            _("复盘会自愿参加，请先问过每一个人，再登记"), path=path, source=rule.id
        )


@enforces("G27")
def check_no_label(*, text: str, act_on: date, path: str = "text") -> None:
    """Refuse a police record or a label in what is decided about somebody."""
    rule = _in_force("G27", act_on)
    if rule and _says(text, rule):
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


@enforces("G33")
def check_mental_damage(*, fen: int, is_weighed: bool, act_on: date) -> None:
    """Refuse a sum for mental damage that nobody weighed: the program has no formula."""
    rule = _in_force("G33", act_on)
    if rule and fen and not is_weighed:
        raise InvalidInput(rule.refusal_words, path="mental", source=rule.id)


@enforces("G34")
def check_kindness(
    *, text: str, is_kindness: bool, is_ours: bool, act_on: date, path: str = "text"
) -> None:
    """Refuse a kindness that is worded as a debt, and one that is entered as a debt.

    Args:
        is_kindness: it was entered as a kindness, which is deducted from nothing.
        is_ours: the office pays it; what others call theirs is their affair.
    """
    rule = _in_force("G34", act_on)
    if rule is None:
        return
    is_said = _has(text, rule.lists["kindness"])
    if _says(text, rule) if is_kindness else is_ours and is_said:
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def check_kindness_words(*, text: str, act_on: date, path: str = "words") -> None:
    """Refuse words for a kindness that admit a debt, or do not say that it is none (G34)."""
    rule = _in_force("G34", act_on)
    if rule is None:
        return
    if _says(text, rule) or not _has(text, rule.lists["disclaims"]):
        raise InvalidInput(
            _("须写明“不代表承认责任”，也不能把慰问写成赔偿"), path=path, source=rule.id
        )


def check_kindness_approved(*, is_approved: bool, act_on: date) -> None:
    """Refuse to let out a kindness whose words no counsel has approved (G34)."""
    rule = _in_force("G34", act_on)
    if rule and not is_approved:
        raise Conflict(_("慰问款的文书还没有经法务审定，不能打印"), source=rule.id)


@enforces("G22")
def check_staff_claim(*, is_struck_staff: bool, is_claimed: bool, act_on: date) -> None:
    """Refuse to leave a struck employee without their claim of a work injury."""
    rule = _in_force("G22", act_on)
    if rule and is_struck_staff and not is_claimed:
        raise Conflict(rule.refusal_words, source=rule.id)


@enforces("G39")
def check_cited(
    *, references: Collection[str], act_on: date, path: str = "body"
) -> None:
    """Refuse a letter that cites an article which nobody knows, or not of that day."""
    rule = _in_force("G39", act_on)
    if rule and any(not selectors.is_citable(one, on=act_on) for one in references):
        raise InvalidInput(rule.refusal_words, path=path, source=rule.id)


def _has(text: str, words: Collection[str]) -> bool:
    """Whether a clause has one of the words, whatever is said before it."""
    return any(
        _pattern(word).search(clause) for clause in _clauses(text) for word in words
    )


def _says(
    text: str,
    rule: Guardrail | Measure,
    *,
    words: Collection[str] = (),
    is_near: bool = False,
) -> bool:
    """Whether a clause has one of the rule's words, and not what it says before them.

    Each time that the word stands: a first one that is denied does not excuse a second
    one, unless it goes on in the same list ("不得罚款、变相罚款").

    Args:
        words: others than those that the rule lists as its words.
        is_near: what is said before it counts only where it stands right there.
    """
    for clause in _clauses(text):
        for word in words or rule.lists["words"]:
            is_denied = False
            for before, found in _each(clause, word, rule):
                is_listed = is_denied and before.startswith(_LISTS)
                is_denied = is_listed or _is_taken_back(
                    before, found, rule, is_near=is_near
                )
                if not is_denied:
                    return True
    return False


def _is_taken_back(
    before: str, found: str, rule: Guardrail | Measure, *, is_near: bool
) -> bool:
    return any(
        _takes_back(one, before, found, is_near=is_near)
        for one in rule.lists["allowed_after"]
    )


def _takes_back(one: str, before: str, found: str, *, is_near: bool) -> bool:
    """Whether it begins before the word ("不强制" of "强制心理" too); English as a word.

    "Not" stands in "notify", and "clinic" in "clinically".
    """
    if one.isascii():
        near = before[-_NEAR_ENGLISH:] if is_near else before
        alone = rf"(?<![a-z]){re.escape(one.strip())}s?(?![a-z])"
        return re.search(alone, near) is not None
    before, found = _plain(before), _plain(found)
    first = max(0, len(before) - _NEAR) if is_near else 0
    return first <= (before + found).find(one, first) < len(before)


def _each(
    clause: str, word: str, rule: Guardrail | Measure
) -> Iterator[tuple[str, str]]:
    """Each time that the word stands: what is before it, from the last one on, and itself."""
    between = rule.lists.get("between", ())
    start = 0
    for found in _pattern(word, between, rule.lists.get("not_between", ())).finditer(
        clause
    ):
        yield clause[start : found.start()], found[0]
        start = found.end()


def _clauses(text: str) -> list[str]:
    """What stands between marks of punctuation, in one form of letters."""
    return re.split(r"[，。；：！？,.;:!?\n]", _normal(text))


def _plain(text: str) -> str:
    """Letters and digits alone."""
    return re.sub(r"[\W_]+", "", text)


def _normal(text: str) -> str:
    """One form of width, case and old letters, so that a list has each word once."""
    text = unicodedata.normalize("NFKC", text).lower()
    return text.translate(_one_form())


@cache
def _one_form() -> dict[int, str | None]:
    """Old letters as those of the lists; letters that nobody sees as nothing."""
    forms: dict[int, str | None] = {ord(one): None for one in _UNSEEN}
    for letter, others in selectors.other_forms().items():
        forms |= {ord(other): letter for other in others}
    return forms


@lru_cache(maxsize=2048)
def _pattern(
    word: str, between: tuple[str, ...] = (), not_between: tuple[str, ...] = ()
) -> re.Pattern[str]:
    """A word of a list, however it is spaced and marked: "罚 款", "罚·款".

    An ``…`` in it is up to ten letters: those of ``between`` alone if there are any, and
    nothing of ``not_between``; an ``……`` is any ten but those. English letters stand
    together.
    """
    unless = f"(?!{'|'.join(map(_spaced, not_between))})" if not_between else ""
    any_letter = r"[^\W_]"
    letters = (
        "|".join([*map(_spaced, between), "、"]) if between else rf"{any_letter}|、"
    )
    gap = rf"{_NOISE}(?:{unless}(?:{letters}){_NOISE}){{0,{_GAP}}}?"
    open_gap = rf"{_NOISE}(?:{unless}{any_letter}{_NOISE}){{0,{_GAP}}}?"
    halves = (gap.join(map(_spaced, half.split("…"))) for half in word.split("……"))
    return re.compile(open_gap.join(halves))


def _spaced(word: str) -> str:
    """English letters stand together and begin a word; all else may be apart.

    They may go on: "waive" is in "waived", and "mediat" is the stem of three words.
    """
    pieces = re.findall(r"[a-z]+|[^\W_]", word)
    begins = "(?<![a-z])" if word[:1].isascii() and word[:1].isalpha() else ""
    return begins + _NOISE.join(map(re.escape, pieces))


def _in_force(guardrail_id: str, act_on: date) -> Guardrail | None:
    """The guardrail, if it judges acts of that day."""
    rules = selectors.rule_set(on=act_on)
    return next((rule for rule in rules.guardrails if rule.id == guardrail_id), None)
