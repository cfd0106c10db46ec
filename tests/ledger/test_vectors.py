"""The format of the ledger is frozen: vectors, and a second implementation of it.

The first half knows nothing of Anlan: it recomputes the vectors with what every Python
has. Whoever holds a copy of a chain can do the same.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from anlan.base.digest import canonical_json, sha256, text_digest
from anlan.ledger.events import Queued
from anlan.ledger.services import link
from tests.ledger.vector_events import Fact

VECTORS = json.loads((Path(__file__).parent / "vectors.json").read_text("utf-8"))


def by_name(kind: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "vector", VECTORS[kind], ids=lambda vector: vector["name"].replace(" ", "-")
    )


def canonical(value: dict[str, Any]) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def instant(text: str) -> str:
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def hexdigest(*parts: bytes) -> str:
    return hashlib.sha256(b"".join(parts)).hexdigest()


@by_name("canonical")
def test_canonical_vectors_are_plain_json(vector: dict[str, Any]) -> None:
    assert canonical(vector["value"]).hex() == vector["bytes_hex"]
    assert hexdigest(bytes.fromhex(vector["bytes_hex"])) == vector["sha256"]


@by_name("texts")
def test_text_vectors_are_salted_digests(vector: dict[str, Any]) -> None:
    salt = bytes.fromhex(vector["salt"])

    assert hexdigest(salt, vector["composed"].encode()) == vector["digest"]


@by_name("entries")
def test_entry_vectors_follow_from_their_facts(vector: dict[str, Any]) -> None:
    queued = vector["queued"]
    data = canonical(vector["facts"])
    said = {
        "v": 1,
        "org": queued["organisation_id"],
        "site": queued["site_id"],
        "seq": vector["seq"],
        "prev": vector["prev"],
        "kind": "vector.fact",
        "subject": queued["subject"],
        "object": queued["object"] or None,
        "actor": queued["actor"],
        "for": queued["on_behalf_of"] or None,
        "via": queued["via"] or None,
        "happened": instant(queued["happened_at"]),
        "recorded": instant(queued["recorded_at"]),
        "exercise": 1 if queued["exercise"] else None,
        "data": hexdigest(bytes.fromhex(vector["salt"]), data),
    }
    body = canonical({name: value for name, value in said.items() if value is not None})

    assert data.decode() == vector["data"]
    assert body.decode() == vector["body"]
    assert hexdigest(b"\x00", body) == vector["digest"]


def test_entry_vectors_make_a_chain() -> None:
    entries = VECTORS["entries"]

    assert entries[0]["prev"] == "00" * 32
    assert [e["prev"] for e in entries[1:]] == [e["digest"] for e in entries[:-1]]


@by_name("canonical")
def test_canonical_json_makes_the_vectors(vector: dict[str, Any]) -> None:
    made = canonical_json(vector["value"])

    assert made.hex() == vector["bytes_hex"]
    assert sha256(made).hex() == vector["sha256"]


@by_name("texts")
def test_text_digest_makes_the_vectors(vector: dict[str, Any]) -> None:
    assert (
        text_digest(bytes.fromhex(vector["salt"]), vector["text"]) == (vector["digest"])
    )


@by_name("entries")
def test_link_makes_the_vectors(
    vector: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    salt = bytes.fromhex(vector["salt"])
    monkeypatch.setattr("secrets.token_bytes", lambda _count: salt)
    queued = dict(vector["queued"])
    for name in ("happened_at", "recorded_at"):
        queued[name] = datetime.fromisoformat(queued[name])

    entry = link(
        Queued(event=Fact(**vector["facts"]), **queued),
        seq=vector["seq"],
        prev=bytes.fromhex(vector["prev"]),
    )

    assert bytes(entry.body).decode() == vector["body"]
    assert bytes(entry.data or b"").decode() == vector["data"]
    assert bytes(entry.salt or b"") == salt
    assert bytes(entry.digest).hex() == vector["digest"]
