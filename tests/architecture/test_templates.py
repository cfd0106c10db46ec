"""Every template compiles; what it points to exists."""

from __future__ import annotations

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template import engines
from django.template.base import Lexer, TokenType
from django.urls import URLPattern, URLResolver, get_resolver

from anlan.config.catalogue import SOURCE, template_files
from anlan.desk.templatetags.screen import icon_names
from tests.each import of_each

URL = re.compile(r"""^(?:url|page_url)\s+['"]([\w:.-]+)['"]""")
STATIC = re.compile(r"""^static\s+['"]([^'"]+)['"]""")
ICON = re.compile(r"""^icon\s+['"]([^'"]+)['"]""")
ATTRIBUTE_ICON = re.compile(r"""<c-[\w.-]+[^>]*?\sicon="([a-z0-9-]+)\"""")


def name_of(path: Path) -> str:
    """The name by which a template is loaded: what follows ``templates/``."""
    parts = path.relative_to(SOURCE).parts
    return "/".join(parts[parts.index("templates") + 1 :])


FILES = {name_of(path): path for path in template_files()}
PAGES = sorted(
    name for name in FILES if name.endswith((".html", ".txt", ".js", ".svg"))
)


def url_names(resolver: URLResolver, space: str = "") -> set[str]:
    names: set[str] = set()
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            if pattern.name:
                names.add(f"{space}{pattern.name}")
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            names |= url_names(pattern, inner)
    return names


def tags(name: str) -> list[str]:
    source = FILES[name].read_text(encoding="utf-8")
    tokens = Lexer(source).tokenize()
    return [t.contents for t in tokens if t.token_type == TokenType.BLOCK]


@of_each(lambda: PAGES)
def test_compiles(name: str) -> None:
    engines["django"].get_template(name)


def test_names_are_unique() -> None:
    assert len(FILES) == len(template_files())


def test_urls_exist() -> None:
    known = url_names(get_resolver())
    wrong = [
        f"{name}: {match[1]}"
        for name in FILES
        for tag in tags(name)
        if (match := URL.match(tag)) and match[1] not in known
    ]

    assert not wrong, "\n".join(wrong)


def test_static_files_exist() -> None:
    wrong = [
        f"{name}: {match[1]}"
        for name in FILES
        for tag in tags(name)
        if (match := STATIC.match(tag))
        and not match[1].startswith("vendor/")  # fetched, never committed
        and finders.find(match[1]) is None
    ]

    assert not wrong, "\n".join(wrong)


def test_icons_are_in_the_list() -> None:
    wrong = []
    for name, path in FILES.items():
        used = [match[1] for tag in tags(name) if (match := ICON.match(tag))]
        used += ATTRIBUTE_ICON.findall(path.read_text(encoding="utf-8"))
        wrong += [f"{name}: {icon}" for icon in used if icon not in icon_names()]

    assert not wrong, "\n".join(wrong)


@of_each(lambda: [name for name in PAGES if name.endswith(".html")])
def test_keeps_to_the_content_policy(name: str) -> None:
    """No inline script, style or handler: the policy would stop them in the browser."""
    source = FILES[name].read_text(encoding="utf-8")
    inline = re.findall(
        r"""<style\b|\sstyle=["'{]|\son[a-z]+=["'{]|<script(?![^>]*(?:\bsrc=|application/json))[^>]*>\s*\S""",
        source,
    )

    assert inline == []
