"""Sealed texts: they open for their holders, where they belong, and for nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.base import sealing
from anlan.base.sealing import SealBroken

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
keys = st.binary(min_size=32, max_size=32)
OWN, PAPER, OTHER = (bytes([n]) * 32 for n in (1, 2, 3))
TO = [sealing.public_of(OWN), sealing.public_of(PAPER)]
BOUND = b"note 1 of case 7"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "COST", 10)


def sealed(text: str = "她说睡不着") -> bytes:
    return sealing.seal(text, to=TO, bound=BOUND)


@given(text=texts, bound=st.binary(max_size=60), key=keys)
def test_each_holder_reads_it(text: str, bound: bytes, key: bytes) -> None:
    value = sealing.seal(text, to=[sealing.public_of(key), TO[1]], bound=bound)

    assert sealing.unseal(value, key=key, bound=bound) == text
    assert sealing.unseal(value, key=PAPER, bound=bound) == text


@settings(max_examples=300)
@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_any_flipped_bit_is_refused(place: int, bit: int) -> None:
    value = bytearray(sealed())
    value[place % len(value)] ^= 1 << bit

    for key in (OWN, PAPER):
        with pytest.raises(SealBroken):
            sealing.unseal(bytes(value), key=key, bound=BOUND)


def test_every_byte_of_the_head_is_covered() -> None:
    whole = sealed()
    for place in range(34 + 2 * 48 + 20):
        value = bytearray(whole)
        value[place] ^= 0x80
        with pytest.raises(SealBroken):
            sealing.unseal(bytes(value), key=OWN, bound=BOUND)


@given(key=keys)
def test_another_key_reads_nothing(key: bytes) -> None:
    if sealing.public_of(key) in TO:
        return
    with pytest.raises(SealBroken):
        sealing.unseal(sealed(), key=key, bound=BOUND)


@given(bound=st.binary(max_size=40).filter(lambda one: one != BOUND))
def test_it_opens_nowhere_else(bound: bytes) -> None:
    with pytest.raises(SealBroken):
        sealing.unseal(sealed(), key=OWN, bound=bound)


@given(value=st.binary(max_size=400))
def test_what_was_not_sealed_is_refused(value: bytes) -> None:
    with pytest.raises(SealBroken):
        sealing.unseal(value, key=OWN, bound=BOUND)


def test_a_key_of_low_order_is_refused() -> None:
    value = sealed()
    value = value[:2] + bytes(32) + value[34:]

    with pytest.raises(SealBroken):
        sealing.unseal(value, key=OWN, bound=BOUND)


def test_a_value_cut_short_is_refused() -> None:
    value = sealed()
    for length in (0, 1, 2, 34, 82, 130, 131, len(value) - 1):
        with pytest.raises(SealBroken):
            sealing.unseal(value[:length], key=OWN, bound=BOUND)


def test_the_same_text_gives_other_bytes_of_one_length() -> None:
    short, long = sealed("好"), sealed("她" * 300)

    assert sealed("好") != short
    assert len(short) == len(long) == 34 + 2 * 48 + 1024 + 16
    assert len(sealed("她" * 341)) == 34 + 2 * 48 + 2048 + 16


def test_nobody_and_a_crowd_are_no_holders() -> None:
    for to in ([], TO * 5):
        with pytest.raises(ValueError, match="nobody"):
            sealing.seal("x", to=to, bound=b"")


@given(passphrase=texts, key=keys)
@settings(max_examples=25)
def test_a_passphrase_opens_what_it_locked(passphrase: str, key: bytes) -> None:
    value = sealing.lock(key, passphrase=passphrase, bound=BOUND)

    assert sealing.unlock(value, passphrase=passphrase, bound=BOUND) == key
    with pytest.raises(SealBroken):
        sealing.unlock(value, passphrase=f"{passphrase}.", bound=BOUND)
    with pytest.raises(SealBroken):
        sealing.unlock(value, passphrase=passphrase, bound=b"somebody else")


def test_any_flipped_bit_of_a_locked_key_is_refused() -> None:
    whole = sealing.lock(OWN, passphrase="安静的河水", bound=BOUND)
    for place in range(len(whole)):
        value = bytearray(whole)
        value[place] ^= 1
        with pytest.raises(SealBroken):
            sealing.unlock(bytes(value), passphrase="安静的河水", bound=BOUND)


def test_a_cost_that_would_eat_the_memory_is_not_tried() -> None:
    value = sealing.lock(OWN, passphrase="安静的河水", bound=BOUND)

    with pytest.raises(SealBroken):
        sealing.unlock(value[:1] + b"\x1e" + value[2:], passphrase="x", bound=BOUND)


def test_what_is_shipped_costs_what_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    assert sealing.COST == 17  # 128 MiB: what OWASP asks of scrypt


@given(key=keys)
def test_both_halves_are_needed(key: bytes) -> None:
    one, other = sealing.split(key)

    assert sealing.join(one, other) == sealing.join(other, one) == key
    assert key not in (one, other)
    assert sealing.split(key)[0] != one


@given(parts=st.lists(st.binary(max_size=6)), others=st.lists(st.binary(max_size=6)))
def test_no_two_lists_are_packed_alike(parts: list[bytes], others: list[bytes]) -> None:
    assert (sealing.packed(*parts) == sealing.packed(*others)) == (parts == others)
