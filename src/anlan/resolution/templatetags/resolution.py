"""Money in templates of this package."""

from __future__ import annotations

from django import template

from anlan.base.money import format_fen

register = template.Library()


@register.filter
def money(fen: int | None) -> str:
    """``¥1,234.50``; nothing where there is no amount."""
    return "" if fen is None else format_fen(fen)


@register.filter
def difference(fen: int) -> str:
    """With its sign: ``+¥12.00``."""
    return f"+{format_fen(fen)}" if fen > 0 else format_fen(fen)
