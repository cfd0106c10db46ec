"""How templates show what a rule rests on, and the numbers to call."""

from __future__ import annotations

from django import template

from anlan.law import selectors
from anlan.law.book import Hotline, Point

register = template.Library()

register.filter("cite", selectors.cite, is_safe=False)
register.filter("cite_rule", selectors.cite_rule, is_safe=False)


@register.filter(is_safe=False)
def cited(points: tuple[Point, ...]) -> str:
    """Everything that a list of sentences rests on, in one line."""
    return selectors.cite_all(tuple(name for point in points for name in point.sources))


@register.simple_tag
def prohibitions() -> tuple[Point, ...]:
    return selectors.prohibitions()


@register.simple_tag
def rights() -> tuple[Point, ...]:
    return selectors.rights()


@register.simple_tag
def advice_lines() -> tuple[Hotline, ...]:
    """The numbers for help that can wait, which is what a page lists beside its text."""
    return tuple(line for line in selectors.hotlines() if not line.emergency)
