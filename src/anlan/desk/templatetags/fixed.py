"""Django's ``url`` and ``translate``, which remember what they found.

A room has sixty addresses and ninety words that stand in its templates.
"""

from __future__ import annotations

from django import template
from django.template import Context, Node, Variable
from django.template.base import FilterExpression, Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as parse_url
from django.templatetags.i18n import TranslateNode, do_translate
from django.urls import NoReverseMatch
from django.utils.html import conditional_escape
from django.utils.translation import get_language

from anlan.base.remembered import address

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
