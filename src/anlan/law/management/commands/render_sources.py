"""``manage.py render_sources``: docs/sources.md, from the law as data."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import override

from anlan.base.pages import settle, table
from anlan.law import selectors
from anlan.law.book import (
    Confidence,
    Dated,
    Guardrail,
    Measure,
    Retention,
    Source,
    book,
)

HEAD = """# Sources

Every law and standard that a rule of the program rests on. The number of a source never
changes. The text is a paraphrase; the official text decides, and a lawyer checks it before
it is relied on. Product data, not legal advice.

Confidence: **V** the article was read in a public copy of the text; **S** it was read on a
secondary page only; **I** our inference; **UNVERIFIED** from memory. Only V may carry a rule
that refuses or asks; all else is shown as advice. A date that is left out was not given by
the text that was read.

The five levels of severity and the times of the first hour are our own scale (I), after
incident practice; no law sets them.
"""
GUARDRAILS = """
## Guardrails

*Enforced*: a registered function refuses (`anlan.law.guardrails`). *Planned*: the rule is
written down, and no registered test holds it yet.
"""
PERIODS = """
## Retention periods

What a site keeps a class of evidence for, unless it says otherwise within the bounds. The
periods are advice; thirty days for recordings are the law's (G12).
"""
MEASURES = """
## Measures

What the office may do about whoever struck somebody, and what it may not. *contract*: only
where an agreement that binds the person says so. The weight, how deep a measure cuts, is
our own (I).
"""


class Command(BaseCommand):
    help = "Write docs/sources.md; --check only says whether it is up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        with override("zh-hans"):
            page = render()
        settle(
            {settings.ROOT / "docs" / "sources.md": page},
            command="render_sources",
            check=options["check"],
        )


def render() -> str:
    parts = [
        HEAD,
        "## Articles\n",
        table(
            ("No.", "Source", "In force", "What it says", "Conf.", "Used by"),
            [_source(source) for source in selectors.sources()],
        ),
        "\n## Rule sets\n\nThe day of the act chooses the texts that judge it (G16).\n",
        table(
            ("Key", "Acts", "In force"),
            [(p.key, f"{p.title} · {p.title_en}", _dates(p)) for p in book().periods],
        ),
        GUARDRAILS,
        table(
            ("Id", "Rule", "Kind", "Status", "Sources", "Thresholds"),
            [_guardrail(rule) for rule in selectors.guardrails()],
        ),
        PERIODS,
        table(
            ("Class", "Days", "Bounds", "Counted", "What it says", "Conf.", "Sources"),
            [_period(one) for one in book().retention],
        ),
        MEASURES,
        table(
            (
                "Measure",
                "Lawful",
                "Weight",
                "Needs",
                "What it says",
                "Conf.",
                "Sources",
            ),
            [_measure(one) for one in book().measures],
        ),
        "\n## Numbers\n\nUnverified ones that are no emergency are shown to nobody.\n",
        table(
            ("Number", "For", "Conf."),
            [
                (line.number, f"{line.title} · {line.title_en}", line.confidence)
                for line in book().hotlines
            ],
        ),
    ]
    return "\n".join(parts)


def _source(source: Source) -> tuple[str, ...]:
    rules = [rule.id for rule in selectors.guardrails_on(source)]
    return (
        str(source.number),
        f"`{source.id}` {selectors.citation(source)}",
        _dates(selectors.law_of(source)),
        f"{source.text} {source.text_en}",
        _bold(source.confidence),
        ", ".join(rules),
    )


def _guardrail(rule: Guardrail) -> tuple[str, ...]:
    numbers = [str(selectors.source(name).number) for name in rule.sources]
    figures = [f"{name} {value}" for name, value in rule.thresholds.items()]
    lists = [f"{name}: {' '.join(words)}" for name, words in rule.lists.items()]
    return (
        rule.id,
        f"**{rule.title}** {rule.text} {rule.text_en}",
        rule.kind,
        rule.status,
        ", ".join(numbers) or "I",
        "; ".join(figures + lists),
    )


def _period(one: Retention) -> tuple[str, ...]:
    numbers = [str(selectors.source(name).number) for name in one.sources]
    return (
        f"`{one.key}`",
        str(one.days),
        f"{one.least}–{one.most}",
        f"{one.counted} {one.counted_en}",
        f"{one.text} {one.text_en}",
        _bold(one.confidence),
        ", ".join(numbers),
    )


def _measure(one: Measure) -> tuple[str, ...]:
    numbers = [str(selectors.source(name).number) for name in one.sources]
    needs = [str(need) for need in one.needs]
    if one.most_months:
        needs.append(f"≤ {one.most_months} months")
    return (
        f"`{one.key}` {one.title} · {one.title_en}",
        f"no ({one.guardrail})" if one.guardrail else str(one.lawful),
        str(one.weight),
        ", ".join(needs),
        f"{one.text} {one.text_en}",
        _bold(one.confidence),
        ", ".join(numbers),
    )


def _dates(dated: Dated) -> str:
    if dated.first_day is None and dated.last_day is None:
        return ""
    return f"{dated.first_day or '…'} – {dated.last_day or '…'}"


def _bold(confidence: Confidence) -> str:
    """What is not sure stands out."""
    return confidence if confidence == Confidence.READ else f"**{confidence}**"
