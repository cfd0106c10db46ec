"""Choosing what is cited, and who asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.accounts.models import User
from anlan.accounts.roles import Permission, roles_with
from anlan.accounts.selectors import people_with_role
from anlan.cases.models import Case
from anlan.evidence.enums import StatementState
from anlan.evidence.models import Exhibit, Statement
from anlan.evidence.selectors.exhibits import kept_of_one_case
from anlan.evidence.selectors.statements import giver_name, statements_of_one_case
from anlan.investigation.citing import code_in

MOST_OFFERED = 300

Source = Statement | Exhibit


class Sources:
    """What the reader may cite, by the value of its choice: ``S-01``, ``E-0003``."""

    def __init__(self, case: Case, reader: User) -> None:
        signed = statements_of_one_case(case, reader).filter(
            state=StatementState.FROZEN
        )
        self._case = case.pk
        self._things: dict[str, Source] = {}
        self.choices: list[tuple[str, str]] = []
        own = set()
        for statement in signed:
            own.add(statement.exhibit_id)
            words = f"{giver_name(statement)} · {statement.get_role_display()}"
            self._offer(statement, words)
        for exhibit in kept_of_one_case(case, reader)[:MOST_OFFERED]:
            if exhibit.pk not in own:  # the paper of a statement is the statement
                self._offer(exhibit, exhibit.title)

    def get(self, value: str) -> Source:
        return self._things[value]

    def _offer(self, thing: Source, words: str) -> None:
        code = code_in(thing, self._case)
        self._things[code] = thing
        self.choices.append((code, f"{code} · {words}"))


class SourceField(forms.ChoiceField):
    """One of them, or none."""

    _sources: Sources | None = None

    def offer(self, sources: Sources) -> None:
        self._sources = sources
        self.choices = [("", _("请选择")), *sources.choices]

    def clean(self, value: Any) -> Source | None:
        chosen = super().clean(value)
        if not chosen or self._sources is None:
            return None
        return self._sources.get(chosen)


class SourcesField(forms.MultipleChoiceField):
    """As many of them as were ticked."""

    widget = forms.CheckboxSelectMultiple
    _sources: Sources | None = None

    def offer(self, sources: Sources) -> None:
        self._sources = sources
        self.choices = sources.choices

    def clean(self, value: Any) -> list[Source]:
        chosen = super().clean(value)
        if self._sources is None:
            return []
        return [self._sources.get(one) for one in chosen]


class PhotoField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic at run time
    """A photo of the scene that is evidence."""

    def __init__(self, **more: Any) -> None:
        super().__init__(
            Exhibit.objects.none(),
            to_field_name="uid",
            empty_label=gettext_lazy("没有"),
            required=False,
            **more,
        )

    def label_from_instance(self, obj: Exhibit) -> str:
        return f"{obj.code} · {obj.title}"


def investigators(case: Case) -> list[User]:
    """Who may ask at the site, by name."""
    found = {
        person.pk: person
        for role in roles_with(Permission.INVESTIGATE)
        for person in people_with_role(case.site, role)
    }
    return sorted(found.values(), key=lambda one: (one.employee_number, one.pk))
