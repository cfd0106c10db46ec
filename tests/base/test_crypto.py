from __future__ import annotations

import os
import stat
import subprocess
import sys
import traceback
from itertools import combinations
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.base import crypto
from anlan.base.crypto import (
    CryptoError,
    DecryptionFailed,
    KeyFileError,
    KeyRing,
    Place,
    UnknownKey,
)

RING = KeyRing(field_keys={1: b"\x01" * 32, 7: b"\x07" * 32}, blind_key=b"\xff" * 32)
PLACE = Place(1, "customers.person", UUID(int=42), "phone")

texts = st.text(st.characters(exclude_categories=["Cs"]))
places = st.builds(
    Place,
    organisation=st.integers(0, 10**6),
    model=st.from_regex(r"[a-z.]{0,6}", fullmatch=True),
    row=st.uuids(),
    field=st.from_regex(r"[a-z.]{0,6}", fullmatch=True),
)


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    return tmp_path / "keys"


@given(texts, places)
def test_encrypted_text_opens_in_its_place(text, place):
    assert RING.decrypt(RING.encrypt(text, place), place) == text


@given(texts, places, places)
def test_encrypted_text_opens_in_no_other_place(text, place, other):
    value = RING.encrypt(text, place)

    if other != place:
        with pytest.raises(DecryptionFailed):
            RING.decrypt(value, other)


@pytest.mark.parametrize(
    "elsewhere",
    [
        PLACE._replace(organisation=2),
        PLACE._replace(model="accounts.user"),
        PLACE._replace(row=UUID(int=43)),
        PLACE._replace(field="identity_number"),
    ],
)
def test_value_moved_elsewhere_fails_loudly_and_says_where(elsewhere):
    value = RING.encrypt("19900006620", PLACE)

    with pytest.raises(DecryptionFailed, match=f"{elsewhere.field} of {elsewhere.row}"):
        RING.decrypt(value, elsewhere)


def test_places_whose_parts_run_together_are_kept_apart():
    value = RING.encrypt("x", Place(1, "a", UUID(int=1), "bc"))
    parts = [(b"a", b"bc"), (b"ab", b"c"), (b"", b"abc"), (b"abc",), (b"a", b"b", b"c")]

    packed = [crypto._packed(*p) for p in parts]

    assert all(a != b for a, b in combinations(packed, 2))
    with pytest.raises(DecryptionFailed):
        RING.decrypt(value, Place(11, "", UUID(int=1), "bc"))


@given(texts.filter(bool), st.data())
def test_one_altered_byte_is_noticed(text, data):
    value = bytearray(RING.encrypt(text, PLACE))
    position = data.draw(st.integers(0, len(value) - 1))
    value[position] ^= data.draw(st.integers(1, 255))

    with pytest.raises(CryptoError):
        RING.decrypt(bytes(value), PLACE)


@given(st.binary(max_size=60))
def test_bytes_that_are_no_value_are_refused(value):
    with pytest.raises(CryptoError):
        RING.decrypt(value, PLACE)


def test_value_has_the_documented_form_and_size():
    value = RING.encrypt("19900006620", PLACE)

    assert value[:2] == b"\x01\x07"  # version, newest key id
    assert len(value) == 41  # 2 header, 12 nonce, 11 text, 16 tag
    assert value != RING.encrypt("19900006620", PLACE)


def test_value_opens_with_the_library_alone():
    """The format by hand: whoever has key and row needs none of our code."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    value = RING.encrypt("19900006620", PLACE)
    parts = [b"1", b"customers.person", UUID(int=42).bytes, b"phone"]
    associated = b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    plain = AESGCM(b"\x07" * 32).decrypt(value[2:14], value[14:], associated)

    assert plain == b"19900006620"


def test_old_key_still_reads_and_is_due_for_rotation():
    old = KeyRing(field_keys={1: b"\x01" * 32}, blind_key=b"\xff" * 32)
    value = old.encrypt("陈晓雯", PLACE)

    assert RING.decrypt(value, PLACE) == "陈晓雯"
    assert RING.needs_rotation(value, PLACE)
    assert not RING.needs_rotation(RING.encrypt("陈晓雯", PLACE), PLACE)


def test_value_of_a_key_that_is_gone_names_the_key():
    value = RING.encrypt("x", PLACE)
    without = KeyRing(field_keys={1: b"\x01" * 32}, blind_key=b"\xff" * 32)

    with pytest.raises(UnknownKey, match="key 7"):
        without.decrypt(value, PLACE)


def test_errors_carry_neither_text_nor_keys():
    secret = "19900006620"
    spoiled = f"{secret}\ud800"
    moved = RING.encrypt(secret, PLACE)
    attempts = [
        lambda: RING.encrypt(spoiled, PLACE),
        lambda: RING.blind_index("customers.person", "phone", spoiled),
        lambda: RING.decrypt(moved, PLACE._replace(row=UUID(int=1))),
    ]

    for attempt in attempts:
        with pytest.raises(CryptoError) as caught:
            attempt()
        error: BaseException | None = caught.value
        assert secret not in "".join(traceback.format_exception(caught.value))
        while error:  # also what a crash reporter would dig out behind it
            assert secret not in repr(error.__dict__) + repr(error.args)
            error = error.__context__
    assert "01" * 8 not in repr(RING)
    assert "\\x01" not in repr(RING)


def test_blind_index_is_equal_for_equal_values_of_one_field_only():
    index = RING.blind_index("customers.person", "phone", "+8619900006620")
    other_key = KeyRing(field_keys={1: b"\x01" * 32}, blind_key=b"\xfe" * 32)

    assert len(index) == 16
    assert index == RING.blind_index("customers.person", "phone", "+8619900006620")
    assert index != RING.blind_index("customers.person", "phone", "+8619900006621")
    assert index != RING.blind_index("customers.person", "mobile", "+8619900006620")
    assert index != RING.blind_index("customers.person", "phon", "e+8619900006620")
    assert index != other_key.blind_index("customers.person", "phone", "+8619900006620")


def test_blind_index_has_not_changed():
    """A fixed vector: if it changes, no stored index is found any more."""
    index = RING.blind_index("customers.person", "phone", "+8619900006620")

    assert index.hex() == "9692275a59ad09f88ca8713396632f45"


def test_blind_index_of_nothing_is_refused():
    with pytest.raises(ValueError, match="empty"):
        RING.blind_index("customers.person", "phone", "")


def test_keys_are_made_private_and_read_again(keys):
    ring = crypto.ensure_keys(keys)

    again = crypto.ensure_keys(keys)

    assert again == ring == crypto.load_keys(keys)
    assert ring.current == 1
    assert len(ring.blind_key) == 32
    assert ring.blind_key != ring.field_keys[1]
    files = {p.relative_to(keys).as_posix(): p for p in keys.rglob("*") if p.is_file()}
    assert set(files) == {"field/001.key", "blind.key", ".lock"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files.values()} == {0o600}
    assert stat.S_IMODE((keys / "field").stat().st_mode) == 0o700


def test_two_installations_have_different_keys(tmp_path):
    first, second = (crypto.ensure_keys(tmp_path / name) for name in "ab")

    assert first.field_keys != second.field_keys
    assert first.blind_key != second.blind_key


START = """
import sys
from pathlib import Path
from anlan.base import crypto

print("ready", flush=True)
sys.stdin.readline()
for directory in sys.argv[1:]:
    print(crypto.ensure_keys(Path(directory)).fingerprints(), flush=True)
"""


def test_processes_that_start_together_get_the_same_keys(tmp_path):
    directories = [str(tmp_path / f"{i:02d}") for i in range(25)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", START, *directories],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(3)
    ]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"

    for process in processes:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate()[0].splitlines() for process in processes]

    kept = [str(crypto.load_keys(Path(d)).fingerprints()) for d in directories]
    assert printed == [kept, kept, kept]


def test_making_keys_that_was_cut_short_is_finished(keys, monkeypatch):
    write = crypto._write_key
    written: list[Path] = []

    def crash_at_the_second(path: Path) -> None:
        if written:
            raise OSError("power cut")
        written.append(path)
        write(path)

    monkeypatch.setattr(crypto, "_write_key", crash_at_the_second)
    with pytest.raises(OSError, match="power cut"):
        crypto.ensure_keys(keys)
    monkeypatch.undo()
    kept = (keys / "field" / "001.key").read_text()

    ring = crypto.ensure_keys(keys)

    assert ring.field_keys[1].hex() == kept.strip()
    assert not (keys / ".unfinished").exists()


def test_draft_of_a_key_does_not_stay_behind_when_the_disk_is_full(keys, monkeypatch):
    crypto.ensure_keys(keys)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        crypto.add_field_key(keys)
    monkeypatch.undo()

    assert [path.name for path in (keys / "field").iterdir()] == ["001.key"]


@pytest.mark.parametrize(
    ("lost", "named"),
    [("blind.key", r"blind\.key"), ("field/001.key", r"field/\*\.key")],
)
def test_lost_key_is_reported_and_not_replaced(keys, lost, named):
    crypto.ensure_keys(keys)
    (keys / lost).unlink()

    with pytest.raises(KeyFileError, match=f"{named} is lost"):
        crypto.ensure_keys(keys)

    assert not (keys / lost).exists()


@pytest.mark.parametrize("mode", [0o604, 0o660, 0o644, 0o666])
def test_key_that_others_may_read_is_refused(keys, mode):
    crypto.ensure_keys(keys)
    (keys / "blind.key").chmod(mode)

    with pytest.raises(KeyFileError, match="chmod 600"):
        crypto.load_keys(keys)


@pytest.mark.parametrize("content", ["", "00" * 31, "00" * 33, "zz" * 32, "é" * 64])
def test_key_file_with_anything_else_in_it_is_refused(keys, content):
    crypto.ensure_keys(keys)
    (keys / "field" / "001.key").write_text(content)

    with pytest.raises(KeyFileError, match="64 hexadecimal digits"):
        crypto.load_keys(keys)


@pytest.mark.parametrize(
    "name", ["000.key", "256.key", "1.key", "backup.key", "²²².key"]
)
def test_key_file_with_a_strange_name_is_refused(keys, name):
    crypto.ensure_keys(keys)
    (keys / "field" / "001.key").rename(keys / "field" / name)

    with pytest.raises(KeyFileError, match="not named"):
        crypto.load_keys(keys)


def test_added_key_writes_and_the_old_one_reads(keys):
    value = crypto.ensure_keys(keys).encrypt("19900006620", PLACE)

    key_id = crypto.add_field_key(keys)
    ring = crypto.load_keys(keys)

    assert key_id == ring.current == 2
    assert ring.encrypt("x", PLACE)[1] == 2
    assert ring.decrypt(value, PLACE) == "19900006620"


def test_installation_reads_values_of_a_key_added_after_it_started(keys, settings):
    settings.KEYS = keys
    old = crypto.encrypt("陈晓雯", PLACE)
    crypto.add_field_key(keys)
    new = crypto.load_keys(keys).encrypt("刘洋", PLACE)

    assert crypto.decrypt(new, PLACE) == "刘洋"
    assert crypto.decrypt(old, PLACE) == "陈晓雯"
    assert crypto.encrypt("x", PLACE)[1] == 2
    assert crypto.blind_index("m", "f", "x") == crypto.key_ring().blind_index(
        "m", "f", "x"
    )


def test_key_ids_end_with_their_byte(keys):
    crypto.ensure_keys(keys)
    (keys / "field" / "001.key").rename(keys / "field" / "255.key")

    with pytest.raises(KeyFileError, match="one byte"):
        crypto.add_field_key(keys)


def test_keys_that_are_not_there_are_named(keys):
    with pytest.raises(KeyFileError, match=r"blind\.key: No such file"):
        crypto.load_keys(keys)


def test_fingerprints_tell_keys_apart_without_showing_them():
    fingerprints = RING.fingerprints()

    assert set(fingerprints) == {"field/001", "field/007", "blind"}
    assert len(set(fingerprints.values())) == 3
    assert not any(name in (b"\x01" * 8).hex() for name in fingerprints.values())


def test_ring_without_a_field_key_is_refused():
    with pytest.raises(KeyFileError, match="no field key"):
        KeyRing(field_keys={}, blind_key=b"\xff" * 32)
