"""The text of checkpoints: a vector of another implementation, and everything malformed."""

from __future__ import annotations

import hashlib
import subprocess
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.ledger.checkpoints import (
    BadNote,
    Note,
    Statement,
    cosign,
    cosigned_at,
    fingerprint,
    is_signed,
    origin_of,
    parse,
    public_bytes,
    sign,
    verified,
)

ORIGIN = "anlan/6f1c2f0e-0000-4000-8000-000000000001"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))
PUBLIC = public_bytes(KEY)
ROOT = hashlib.sha256(b"root").digest()
STATEMENT = Statement(ORIGIN, 20852, ROOT)
NOTE = Note(STATEMENT, (sign(STATEMENT, KEY),))
# Frozen: whoever holds a checkpoint on paper must be able to check it in ten years.
FROZEN = (
    "anlan/6f1c2f0e-0000-4000-8000-000000000001\n"
    "20852\n"
    "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n"
    "\n"
    "\N{EM DASH} anlan/6f1c2f0e-0000-4000-8000-000000000001 "
    "hUWOj1i9Bbnc7OxuevrHVFMrcM5IVpKgiM5sw49Dd+TPly4eRQIfzxQ9umHZeMKrPttFWY"
    "Bp+PYV/ZakrFgUvaaB5Qk=\n"
)
# The example of golang.org/x/mod/sumdb/note: PeterNeumann's key and note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"


def test_vector() -> None:
    assert NOTE.text == FROZEN
    assert parse(FROZEN) == NOTE


def test_key_id_as_go_makes_it() -> None:
    """The four bytes before a signature, for a key whose id others have published."""
    name, key_id, encoded = GO_KEY.split("+")
    kind_and_key = b64decode(encoded)

    made = hashlib.sha256(name.encode() + b"\n" + kind_and_key).digest()[:4]

    assert made.hex() == key_id
    own = sign(replace(STATEMENT, origin=name), KEY).key_id
    assert own == hashlib.sha256(name.encode() + b"\n\x01" + PUBLIC).digest()[:4]


def test_openssl_verifies(tmp_path: Path) -> None:
    """A court needs no code of ours for the signature."""
    pem = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    (tmp_path / "key.pem").write_bytes(pem)
    (tmp_path / "text").write_text(STATEMENT.text)
    (tmp_path / "sig").write_bytes(NOTE.signatures[0].signed)

    answer = subprocess.run(
        [
            "openssl",
            "pkeyutl",
            "-verify",
            "-rawin",
            "-pubin",
            "-inkey",
            "key.pem",
            "-sigfile",
            "sig",
            "-in",
            "text",
        ],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )

    assert answer.returncode == 0, answer.stderr


def test_origins() -> None:
    assert origin_of("a", "b") == "anlan/a/b"
    assert origin_of("a", None) == "anlan/a"


def test_fingerprint() -> None:
    digits = hashlib.sha256(PUBLIC).hexdigest()

    assert fingerprint(PUBLIC).replace(" ", "") == digits
    assert fingerprint(PUBLIC).count(" ") == 15


class TestSignatures:
    def test_own(self) -> None:
        assert is_signed(NOTE, PUBLIC)
        assert verified(NOTE.text, origin=ORIGIN, public_keys=[PUBLIC]) == STATEMENT

    def test_another_key(self) -> None:
        assert not is_signed(NOTE, public_bytes(OTHER_KEY))

    def test_any_byte_changed(self) -> None:
        text = NOTE.text.encode()
        for place in range(len(text)):
            forged = text[:place] + bytes([text[place] ^ 0x01]) + text[place + 1 :]
            with pytest.raises(BadNote):
                verified(forged, origin=ORIGIN, public_keys=[PUBLIC])

    @pytest.mark.parametrize(
        "change", [{"size": 20853}, {"root": bytes(32)}, {"origin": "anlan/x"}], ids=str
    )
    def test_signature_of_another_statement(self, change) -> None:
        forged = Note(replace(STATEMENT, **change), NOTE.signatures)

        assert not is_signed(forged, PUBLIC)

    def test_old_and_new_key(self) -> None:
        both = NOTE.with_signature(sign(STATEMENT, OTHER_KEY))

        assert is_signed(both, PUBLIC)
        assert is_signed(both, public_bytes(OTHER_KEY))
        assert both.with_signature(sign(STATEMENT, KEY)) == both

    def test_nobody_signed(self) -> None:
        other = Note(STATEMENT, (sign(STATEMENT, OTHER_KEY),))

        with pytest.raises(BadNote, match="not signed"):
            verified(other.text, origin=ORIGIN, public_keys=[PUBLIC])
        with pytest.raises(BadNote, match="another chain"):
            verified(NOTE.text, origin="anlan/x", public_keys=[PUBLIC])


class TestWitnesses:
    SECONDS = 1_795_000_000
    WITNESS = cosign(STATEMENT, OTHER_KEY, name="police.example", seconds=SECONDS)
    COSIGNED = NOTE.with_signature(WITNESS)

    def when(self, note: Note, *, name: str = "police.example") -> int | None:
        return cosigned_at(note, public_bytes(OTHER_KEY), name=name)

    def test_when(self) -> None:
        assert self.when(self.COSIGNED) == self.SECONDS
        assert self.when(parse(self.COSIGNED.text)) == self.SECONDS

    def test_never(self) -> None:
        assert self.when(NOTE) is None
        assert self.when(self.COSIGNED, name="other") is None
        assert cosigned_at(self.COSIGNED, PUBLIC, name="police.example") is None

    def test_another_time_or_statement(self) -> None:
        later = (self.SECONDS + 1).to_bytes(8) + self.WITNESS.signed[8:]
        forged = Note(STATEMENT, (replace(self.WITNESS, signed=later),))
        assert self.when(forged) is None

        assert self.when(Note(replace(STATEMENT, size=1), (self.WITNESS,))) is None

    def test_one_cannot_stand_for_the_other(self) -> None:
        """The log's own key, misused as a witness, and the other way round."""
        as_witness = cosign(STATEMENT, KEY, name=ORIGIN, seconds=0)
        assert not is_signed(Note(STATEMENT, (as_witness,)), PUBLIC)

        as_log = Note(STATEMENT, (sign(STATEMENT, KEY),))
        assert cosigned_at(as_log, PUBLIC, name=ORIGIN) is None


class TestMalformed:
    LINE = NOTE.signatures[0].line

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "\n\n",
            STATEMENT.text,
            STATEMENT.text + "\n",
            NOTE.text[:-1],
            NOTE.text + "\n",
            NOTE.text.replace("\n", "\r\n"),
            NOTE.text.replace("20852", "020852"),
            NOTE.text.replace("20852", "-1"),
            NOTE.text.replace("20852", "+1"),
            NOTE.text.replace("20852", "2 0"),
            NOTE.text.replace("20852", "٢"),
            NOTE.text.replace("20852", str(2**63)),
            NOTE.text.replace("20852\n", "20852\nmore\n"),
            NOTE.text.replace(ORIGIN, "with space"),
            NOTE.text.replace(ORIGIN, "plus+"),
            NOTE.text.replace(ORIGIN, "安澜"),
            NOTE.text.replace(ORIGIN, "\x1b[2J"),
            NOTE.text.replace(ORIGIN, ""),
            NOTE.text.replace(ORIGIN, "x" * 161),
            NOTE.text.replace("=\n", "\n"),
            NOTE.text.replace("\N{EM DASH}", "-"),
            NOTE.text + f"\N{EM DASH} name {b64encode(b'abcd').decode()}\n",
            NOTE.text + "\N{EM DASH} name\n",
            NOTE.text + "\N{EM DASH} name  AAAA\n",
            NOTE.text + LINE * 32,
            NOTE.text + "x" * 20_000,
        ],
        ids=range(27),
    )
    def test_refused(self, text) -> None:
        with pytest.raises(BadNote):
            parse(text)
        with pytest.raises(BadNote):
            parse(text.encode())

    def test_not_text(self) -> None:
        with pytest.raises(BadNote):
            parse(b"\xff\xfe")

    @pytest.mark.parametrize(
        ("size", "root"),
        [(-1, ROOT), (2**63, ROOT), (1, b""), (1, ROOT + b"x")],
    )
    def test_no_statement(self, size, root) -> None:
        with pytest.raises(BadNote):
            Statement(ORIGIN, size, root)

    @pytest.mark.parametrize("name", ["", "a b", "a+b", "证人"])
    def test_no_name_of_a_witness(self, name) -> None:
        with pytest.raises(BadNote):
            cosign(STATEMENT, KEY, name=name, seconds=0)
