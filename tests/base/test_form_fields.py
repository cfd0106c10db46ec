"""A field of a form as the class that it was declared of."""

from __future__ import annotations

import pytest
from django import forms

from anlan.base.form_fields import typed_field


class OneForm(forms.Form):
    way = forms.TypedChoiceField()
    words = forms.CharField()


def test_a_field_of_the_class_or_of_one_below_is_returned() -> None:
    form = OneForm()

    assert typed_field(form, "way", forms.ChoiceField) is form.fields["way"]


def test_another_class_is_refused() -> None:
    with pytest.raises(TypeError, match="words is no ChoiceField"):
        typed_field(OneForm(), "words", forms.ChoiceField)
