"""``url`` and ``translate`` say what Django's say, in every form that a template uses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from django.template import Context, Engine, Template
from django.template.loader import render_to_string
from django.urls import NoReverseMatch
from django.utils import translation
from django.utils.safestring import mark_safe

from anlan.desk.templatetags import fixed
from tests.scene import Scene

FORMS = (
    "{% url 'cases:room' number %}",
    "{% url name number %}",
    "{% url 'cases:room' number=number %}",
    "{% url 'cases:room' number as here %}[{{ here }}]",
    "{% url 'cases:nowhere' as here %}[{{ here }}]",
    "{% url 'cases:room' 'a&b' %}",
    "{% autoescape off %}{% url 'cases:room' 'a&b' %}{% endautoescape %}",
    "{% translate '已办结' %}",
    "{% translate '已办结' as words %}[{{ words }}]",
    "{% translate '报警' context 'the police' %}",
    "{% translate '已办结'|lower %}",
    "{% translate '已办结' noop %}",
    "{% translate words %}",
    "{% translate words as said %}[{{ said }}]",
    "{% translate '100%% <b>' %}",
)


@pytest.mark.parametrize("form", FORMS)
def test_says_what_django_says(form: str) -> None:
    ours = Engine.get_default().from_string(form)
    theirs = Engine(
        builtins=["django.templatetags.i18n", "django.template.defaulttags"]
    ).from_string(form)

    for number, words in (("YQ-IN-1", "已办结"), ("YQ-IN-2", "<系统>")):
        for language in ("zh-hans", "en", "zh-hans"):
            with translation.override(language):
                assert _said(ours, number, words) == _said(theirs, number, words)


def test_ours_are_the_tags_of_every_template() -> None:
    template = Engine.get_default().from_string(
        "{% url 'desk:home' %}{% translate '系统' %}{% translate words %}"
    )

    ours = [isinstance(n, fixed.Address | fixed.FixedWords) for n in template.nodelist]
    assert ours == [True, True, False]


def test_unknown_name_is_an_error() -> None:
    template = Engine.get_default().from_string("{% url 'cases:nowhere' %}")

    with pytest.raises(NoReverseMatch):
        template.render(Context())


class TestPiece:
    def test_says_what_the_template_says(self) -> None:
        said = {"theme": "dark", "text": "", "language": "en"}

        kept = fixed.piece("shells/picks.html", **said)

        assert kept == render_to_string("shells/picks.html", said)
        assert kept is fixed.piece("shells/picks.html", **said)

    def test_differs_with_what_it_is_given_and_with_the_language(self) -> None:
        said = {
            (theme, language): _picks(theme, language)
            for theme in ("dark", "light")
            for language in ("zh-hans", "en")
        }

        assert len(set(said.values())) == 4

    @pytest.mark.django_db
    def test_a_row_of_the_database_is_no_value(self, scene: Scene) -> None:
        for given in (scene.officer, (scene.officer,), _Named(scene.officer)):
            with pytest.raises(fixed.NotInAPiece):
                fixed.piece("shells/picks.html", theme=given)

    def test_has_no_token(self) -> None:
        with pytest.raises(fixed.NotInAPiece, match="csrf_token"):
            fixed.piece("shells/preferences.html")

    def test_has_no_clock(self) -> None:
        row = _Row(case=_Case(opened_at=datetime(2026, 11, 23, tzinfo=UTC)))

        with pytest.raises(fixed.NotInAPiece, match="now"):
            fixed.piece("desk/home/case_row.html", row=row)

    def test_markup_is_no_key_for_words(self) -> None:
        words = (mark_safe("<i>深</i>"), "<i>深</i>")

        first, second = (
            fixed.piece("cotton/done.html", slot=slot, size="", attrs="")
            for slot in words
        )

        assert ("<i>" in first, "<i>" in second) == (True, False)


@dataclass(frozen=True)
class _Named:
    user: object


@dataclass(frozen=True)
class _Case:
    opened_at: datetime


@dataclass(frozen=True)
class _Row:
    case: _Case


def _picks(theme: str, language: str) -> str:
    with translation.override(language):
        return fixed.piece("shells/picks.html", theme=theme, text="", language=language)


def _said(template: Template, number: str, words: str) -> str:
    context = {"name": "cases:room", "number": number, "words": words}
    return template.render(Context(context))
