"""What the law says, on a given day and in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.utils.translation import gettext as _

from anlan.base.clock import local_day
from anlan.base.errors import DomainError
from anlan.law.book import (
    Confidence,
    Consequence,
    Guardrail,
    Hotline,
    Law,
    Measure,
    Period,
    Point,
    Retention,
    Source,
    book,
    in_language,
)


@dataclass(frozen=True)
class RuleSet:
    """The texts and guardrails that judge acts of one day."""

    period: Period
    sources: tuple[Source, ...]
    guardrails: tuple[Guardrail, ...]

    @property
    def key(self) -> str:
        return self.period.key

    @property
    def heading(self) -> str:
        return self.period.heading


def rule_set(*, on: date) -> RuleSet:
    """The rules for an act of that day; an instant counts as its day in China."""
    day = _day(on)
    return RuleSet(
        period=next(period for period in book().periods if period.is_in_force(day)),
        sources=tuple(s for s in book().sources if law_of(s).is_in_force(day)),
        guardrails=tuple(g for g in book().guardrails if g.is_in_force(day)),
    )


def rule_sets(*, act_on: date, decided_on: date) -> tuple[RuleSet, ...]:
    """The rules at the act and, if they changed, those at the decision too (G16)."""
    then, now = rule_set(on=act_on), rule_set(on=decided_on)
    return (then,) if then.key == now.key else (then, now)


def articles_beside(*, act_on: date, decided_on: date) -> list[tuple[Source, Source]]:
    """What changed in between: each old article beside the new one, for the police (G16)."""
    sets = rule_sets(act_on=act_on, decided_on=decided_on)
    return [
        (source(old), source(new))
        for rules in sets[1:]
        for old, new in rules.period.replaced
    ]


def guardrail(guardrail_id: str) -> Guardrail:
    """
    Raises:
        LookupError: there is no such guardrail.
    """
    return _guardrails()[guardrail_id]


def is_guardrail(reference: str) -> bool:
    return reference in _guardrails()


def guardrails() -> tuple[Guardrail, ...]:
    return book().guardrails


def periods() -> tuple[Period, ...]:
    """The rule sets, oldest first: each the days whose acts it judges."""
    return book().periods


def sources_of(rule: Guardrail) -> tuple[str, ...]:
    """What it and its sentences rest on, each once."""
    points = (name for point in rule.points for name in point.sources)
    return tuple(dict.fromkeys((*rule.sources, *points)))


def guardrails_on(source: Source) -> tuple[Guardrail, ...]:
    """Those that rest on it, themselves or by one of their sentences."""
    return tuple(rule for rule in guardrails() if source.id in sources_of(rule))


def sources() -> tuple[Source, ...]:
    """Every source, by its number in ``docs/sources.md``."""
    return book().sources


def source(source_id: str) -> Source:
    """
    Raises:
        LookupError: there is no such source.
    """
    return _sources()[source_id]


def other_forms() -> dict[str, str]:
    """Letters of the lists of words, each with the old letters that are read as it."""
    return book().letters


def is_citable(source_id: str, *, on: date) -> bool:
    """Whether there is such an article, and its law was in force that day."""
    found = _sources().get(source_id)
    return found is not None and law_of(found).is_in_force(_day(on))


def law_of(source: Source) -> Law:
    return book().laws[source.law]


def prohibitions() -> tuple[Point, ...]:
    """What guards may not do (G07), sentence by sentence."""
    return guardrail("G07").points


def rights() -> tuple[Point, ...]:
    """What a person who was struck may always do (G06)."""
    return guardrail("G06").points


def hotlines() -> tuple[Hotline, ...]:
    """The numbers a person may be told: emergencies, and others that were checked."""
    return tuple(
        line
        for line in book().hotlines
        if line.emergency or line.confidence != Confidence.UNVERIFIED
    )


def retention(key: str) -> Retention:
    """How long a class of evidence is kept, and within which bounds.

    Raises:
        LookupError: no such class.
    """
    found = next((one for one in book().retention if one.key == key), None)
    if found is None:
        raise LookupError(f"no period {key}")
    return found


def measures(*, on: date) -> tuple[Measure, ...]:
    """What a plan may have about an act of that day, and what not, lightest first."""
    day = _day(on)
    found = [one for one in book().measures if one.is_in_force(day)]
    return tuple(sorted(found, key=lambda one: (not one.is_for_plans, one.weight)))


def measure(key: str, *, on: date) -> Measure:
    """
    Raises:
        LookupError: no such measure for acts of that day.
    """
    found = next((one for one in measures(on=on) if one.key == key), None)
    if found is None:
        raise LookupError(f"no measure {key} on {on}")
    return found


def measure_title(key: str) -> str:
    """As a timeline names it, even where it is of other days; else the key itself."""
    found = next((one for one in book().measures if one.key == key), None)
    return found.heading if found else key


def consequences(*, on: date) -> tuple[Consequence, ...]:
    """What may follow in law from an act of that day, sentence by sentence."""
    day = _day(on)
    return tuple(one for one in book().consequences if one.is_in_force(day))


def citation(source: Source) -> str:
    """The law and its article: 《民法典》第942条."""
    return _citation(source.law, [source])


def cite(reference: str) -> str:
    """What a reference in the code or in a playbook stands for.

    A guardrail is given with the articles it rests on, a source with its law; anything
    else is already words and comes back as it is.
    """
    if reference in _guardrails():
        return cite_all(_guardrails()[reference].sources) or reference
    if reference in _sources():
        return citation(_sources()[reference])
    return reference


def cite_rule(reference: str) -> str:
    """A guardrail's id with the articles it rests on; anything else as ``cite`` has it."""
    cited = cite(reference)
    if reference not in _guardrails() or cited == reference:
        return cited
    return in_language(f"{reference}，{cited}", f"{reference}: {cited}")


def refusal_words(error: DomainError) -> str:
    """The sentence, then the rule behind it and what that rests on."""
    if not error.source:
        return str(error)
    said = {"sentence": error, "source": cite_rule(error.source)}
    return _("%(sentence)s（%(source)s）") % said


def in_force(references: tuple[str, ...], *, on: date) -> tuple[str, ...]:
    """Those of the sources whose law was in force on a day, such as that of the act (G16)."""
    laws = book().laws
    return tuple(one for one in references if laws[_sources()[one].law].is_in_force(on))


def cite_all(references: tuple[str, ...], *, on: date | None = None) -> str:
    """Several sources in one line: each law once, with all its articles.

    Args:
        on: leave out what was not in force on this day.
    """
    by_law: dict[str, list[Source]] = {}
    if on is not None:
        references = in_force(references, on=on)
    for reference in dict.fromkeys(references):
        found = _sources()[reference]
        by_law.setdefault(found.law, []).append(found)
    parts = [_citation(law, articles) for law, articles in by_law.items()]
    return in_language("；", "; ").join(parts)


def _citation(law: str, articles: list[Source]) -> str:
    name = in_language(book().laws[law].name, book().laws[law].name_en)
    texts = [source.article for source in articles if source.article]
    if not texts:
        return name
    chinese = "、".join(_article(text) for text in texts)
    english = ", ".join(text.replace("之一", "-1") for text in texts)
    word = "Art." if len(texts) == 1 else "Arts."
    return in_language(f"{name}{chinese}", f"{name}, {word} {english}")


def _article(text: str) -> str:
    number, of, part = text.partition("之")
    return f"第{number}条{of}{part}"


def _day(on: date) -> date:
    return local_day(on) if isinstance(on, datetime) else on


@cache
def _guardrails() -> dict[str, Guardrail]:
    return {guardrail.id: guardrail for guardrail in book().guardrails}


@cache
def _sources() -> dict[str, Source]:
    return {source.id: source for source in book().sources}
