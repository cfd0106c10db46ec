"""What of a page is written once: addresses, words of the template, parts that are fixed.

``url`` and ``translate`` are Django's own and remember what they found. See ADR 14.
"""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import NoReturn

from django import template
from django.template import Context, Node, Variable
from django.template.base import FilterExpression, Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.template.loader import render_to_string
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import NoReverseMatch
from django.utils.functional import Promise
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from anlan.base.remembered import address, remembered

register = template.Library()


class Address(URLNode):
    def render(self, context: Context) -> str:
        if self.kwargs:
            return super().render(context)
        arguments = [argument.resolve(context) for argument in self.args]
        try:
            found = address(self.view_name.resolve(context), *arguments)
        except NoReverseMatch:
            if not self.asvar:
                raise
            found = ""
        if self.asvar:
            context[self.asvar] = found
            return ""
        return conditional_escape(found) if context.autoescape else found


class FixedWords(Node):
    """Words of the template itself, looked up once in each language."""

    child_nodelists = ()

    def __init__(self, words: TranslateNode, asvar: str | None) -> None:
        self._words = words
        self._asvar = asvar
        self._said: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        said = self._said.get(language)
        if said is None:
            said = self._said[language] = self._words.render(context)
        if self._asvar:
            context[self._asvar] = said
            return ""
        return said


class NotInAPiece(TypeError):
    """Something that differs from one page to the next was to be kept."""


class _Refused:
    """Stands for what a piece must not show."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __bool__(self) -> NoReturn:
        raise NotInAPiece(f"a piece is kept: it has no {self._name}")

    __str__ = __bool__


# Without these a clock would stand still, and a form would belong to somebody else.
_REFUSED = {name: _Refused(name) for name in ("now", "csrf_token", "request")}


@register.simple_tag
def piece(template_name: str, **said: object) -> SafeString:
    """A template that sees only what it is given here, and so is drawn once for each.

    It is given values: words, numbers, times, and tuples and frozen dataclasses of them.
    """
    return _piece(template_name, **said)


@remembered(most=2048)
def _piece(template_name: str, **said: object) -> SafeString:
    for name, value in said.items():
        if not _is_value(value):
            raise NotInAPiece(f"{name}: a row of the database is not what it shows")
    text = render_to_string(template_name, {**_REFUSED, **said})
    return mark_safe(text)  # noqa: S308 -- a template's output is escaped


def _is_value(value: object) -> bool:
    """Whether two of them that are equal look the same; two rows are equal by their key."""
    if isinstance(value, tuple):
        return all(map(_is_value, value))
    if is_dataclass(value):
        return all(_is_value(getattr(value, field.name)) for field in fields(value))
    return value is None or isinstance(value, str | int | datetime | Promise)


@register.tag
def url(parser: Parser, token: Token) -> Address:
    node = parse_url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)


@register.tag("translate")
def translate(parser: Parser, token: Token) -> Node:
    node = do_translate(parser, token)
    if not _is_fixed(node.filter_expression) or not (
        node.message_context is None or _is_fixed(node.message_context)
    ):
        return node
    asvar, node.asvar = node.asvar, None
    return FixedWords(node, asvar)


def _is_fixed(words: FilterExpression) -> bool:
    """Whether it is words between quotes, and nothing is done to them."""
    return (
        not words.filters
        and isinstance(words.var, Variable | str)
        and getattr(words.var, "lookups", None) is None
    )
