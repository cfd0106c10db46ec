"""Canonical JSON: one byte string for a value, and no value with two."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base.digest import canonical_json, text_digest
from anlan.cases.enums import Role, Severity

BIGGEST = 2**53 - 1

words = st.text(max_size=40).map(lambda text: unicodedata.normalize("NFC", text))
keys = st.text(st.characters(max_codepoint=127), max_size=12)
integers = st.integers(-BIGGEST, BIGGEST)
values = st.recursive(
    integers | words,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4)
    ),
    max_leaves=12,
)
objects = st.dictionaries(keys, values, max_size=6)


@given(objects)
def test_canonical_json_equals_the_standard_library(value: dict[str, Any]) -> None:
    expected = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )

    assert canonical_json(value) == expected.encode()


@given(objects)
def test_canonical_json_reads_back(value: dict[str, Any]) -> None:
    assert orjson.loads(canonical_json(value)) == value


@given(st.text(max_size=60), st.sampled_from(["NFC", "NFD", "NFKC"]))
def test_canonical_json_has_one_form_for_equal_texts(
    text: str, form: Literal["NFC", "NFD", "NFKC"]
) -> None:
    same = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text))

    assert canonical_json({"t": text}) == canonical_json({"t": same})
    if form != "NFKC":
        other = unicodedata.normalize(form, text)
        assert text_digest(b"salt", text) == text_digest(b"salt", other)


@given(st.dictionaries(keys, st.none() | integers, max_size=6))
def test_canonical_json_leaves_out_what_is_none(value: dict[str, int | None]) -> None:
    said = {key: number for key, number in value.items() if number is not None}

    assert canonical_json(value) == canonical_json(said)


@pytest.mark.parametrize(
    "value",
    [1.0, 0.1, float("nan"), Decimal("1.5"), True, False, date(2026, 11, 23), b"", {1}],
    ids=repr,
)
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [v], lambda v: {"x": v}])
def test_canonical_json_refuses_what_has_no_one_form(value: Any, wrap: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json({"value": wrap(value)})


@pytest.mark.parametrize("value", [BIGGEST + 1, -BIGGEST - 1, 2**64, "字" * 513])
def test_canonical_json_refuses_what_is_too_big(value: Any) -> None:
    with pytest.raises(ValueError, match=r"beyond|more than"):
        canonical_json({"value": value})


@pytest.mark.parametrize("key", ["键", "é", 1, None])
def test_canonical_json_refuses_keys_that_are_not_ascii_text(key: Any) -> None:
    with pytest.raises(TypeError):
        canonical_json({key: 1})


def test_canonical_json_refuses_half_a_character() -> None:
    with pytest.raises(TypeError):
        canonical_json({"value": "\ud83c"})


def test_canonical_json_writes_codes_as_their_values() -> None:
    value = {"role": Role.VICTIM, "severity": Severity.MAJOR}

    assert canonical_json(value) == b'{"role":"victim","severity":4}'


@given(st.text(max_size=60), st.text(max_size=60))
def test_text_digest_tells_texts_apart(a: str, b: str) -> None:
    equal = unicodedata.normalize("NFC", a) == unicodedata.normalize("NFC", b)

    assert (text_digest(b"s" * 16, a) == text_digest(b"s" * 16, b)) == equal


def test_text_digest_depends_on_the_salt() -> None:
    assert text_digest(b"a" * 16, "同样的话") != text_digest(b"b" * 16, "同样的话")
