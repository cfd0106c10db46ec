"""``url`` and ``translate`` say what Django's say, in every form that a template uses."""

from __future__ import annotations

import pytest
from django.template import Context, Engine, Template
from django.urls import NoReverseMatch
from django.utils import translation

from anlan.desk.templatetags import fixed

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


def _said(template: Template, number: str, words: str) -> str:
    context = {"name": "cases:room", "number": number, "words": words}
    return template.render(Context(context))
