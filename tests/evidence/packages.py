"""A package made of nothing but facts, and a tree of its own to prove its entries with."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from anlan.base.digest import canonical_json
from anlan.evidence.packaging import bag as bags
from anlan.evidence.packaging import papers as module
from anlan.evidence.packaging.bag import Bag, Payload
from anlan.evidence.packaging.facts import (
    ExhibitFacts,
    PackageFacts,
    PartFacts,
    StepFacts,
    SystemFacts,
    Words,
)
from anlan.evidence.packaging.papers import papers
from anlan.evidence.packaging.record import (
    EVENTS,
    PROOFS,
    Link,
    events_text,
    proofs_text,
)
from anlan.evidence.verifier import verify

AT = datetime(2026, 11, 23, 6, 2, 31, tzinfo=UTC)
ORIGIN = "anlan/6b1f/9c2e"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
SALT = bytes(range(16))
PHOTO = b"\xff\xd8\xff\xe0 a photo of the garage \xff\xd9"
SIGNED = b"\x89PNG a signature"
FILM = b"G@ ten seconds of a garage"
LIST = json.dumps(
    {
        "format": "anlan-recording-1",
        "files": [
            {
                "name": "20261123-140200.ts",
                "sha256": hashlib.sha256(FILM).hexdigest(),
            }
        ],
    }
).encode()
TITLE, HOW = "3 号楼 B1 车库照片", "值班手机拍摄"
VERIFIER = Path(verify.__file__).read_bytes()


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def word(text: str, salt: bytes = SALT) -> str:
    return sha(salt, unicodedata.normalize("NFC", text).encode()).hex()


def public(key: Ed25519PrivateKey = KEY) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def pem(key: Ed25519PrivateKey = KEY) -> bytes:
    return key.public_key().public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo
    )


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha(b"\1", tree_root(leaves[:split]), tree_root(leaves[split:]))


def tree_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*tree_path(index, leaves[:split]), tree_root(leaves[split:])]
    return [*tree_path(index - split, leaves[split:]), tree_root(leaves[:split])]


def signed_note(text: str, key: Ed25519PrivateKey = KEY) -> bytes:
    """C2SP signed-note: the text, a blank line, and who signed it."""
    name = text.partition("\n")[0]
    key_id = sha(name.encode() + b"\n\1" + public(key))[:4]
    line = base64.b64encode(key_id + key.sign(text.encode())).decode()
    return f"{text}\n— {name} {line}\n".encode()


@dataclass
class Chain:
    """Entries of one site, of which some are of the case."""

    rows: list[tuple[bytes, bytes]] = field(default_factory=list)  # body, data
    prev: bytes = bytes(32)

    def add(self, kind: str, data: Mapping[str, Any], subject: str = "case:a") -> int:
        facts = canonical_json(dict(data))
        body = canonical_json(
            {
                "v": 1,
                "org": 1,
                "site": 2,
                "seq": len(self.rows) + 1,
                "prev": self.prev.hex(),
                "kind": kind,
                "subject": subject,
                "actor": "user:1",
                "data": sha(SALT, facts).hex(),
            }
        )
        self.rows.append((body, facts))
        self.prev = sha(b"\0", body)
        return len(self.rows)

    @property
    def leaves(self) -> list[bytes]:
        return [sha(b"\0", body) for body, _data in self.rows]

    def link(self, seq: int, *, disclosed: bool = True) -> Link:
        body, data = self.rows[seq - 1]
        if not disclosed:
            return Link(seq=seq, body=body)
        return Link(seq=seq, body=body, data=data, salt=SALT)

    def checkpoint(self, key: Ed25519PrivateKey = KEY) -> bytes:
        root = base64.b64encode(tree_root(self.leaves)).decode()
        return signed_note(f"{ORIGIN}\n{len(self.rows)}\n{root}\n", key)


def package_facts(**more: Any) -> PackageFacts:
    step = StepFacts(
        at="2026-11-23 14:05:00",
        kind="交接",
        by="周敏",
        giver="周敏",
        receiver="王建国",
        seal="YQ-0001",
        seal_state="完好",
        where="值班室保险柜",
        words="",
        gaps=["当时的保管人没有签字"],
        seq=6,
        covered=Words(salt=SALT.hex(), texts={"kept_where": "值班室保险柜"}),
        files=["data/E-0002.step-1-giver.png"],
    )
    common: dict[str, Any] = {
        "file_name": "=IMG(1).jpg",
        "how": HOW,
        "source": "上传",
        "received_at": "2026-11-23 14:03:00",
        "received_from": "周敏",
        "happened_at": "",
        "reading": "完整可读",
        "state": "保管中",
        "copies": 2,
        "digest": "",
    }
    covered = Words(salt=SALT.hex(), texts={"title": TITLE, "how": HOW})
    photo = ExhibitFacts(
        code="E-0001",
        kind="照片",
        title=TITLE,
        media_type="image/jpeg",
        size=len(PHOTO),
        sha256=sha(PHOTO).hex(),
        seq=2,
        file="data/E-0001.jpg",
        covered=covered,
        steps=[],
        **common,
    )
    thing = ExhibitFacts(
        code="E-0002",
        kind="实物",
        title="黑色长柄伞",
        media_type="",
        size=None,
        sha256="",
        seq=5,
        file="",
        covered=Words(),
        steps=[step],
        **common,
    )
    part = PartFacts(
        file="data/E-0003.part-00001.ts",
        name="20261123-140200.ts",
        is_written=False,
        recorder_begin="2026-11-23 14:02:00",
        recorder_end="2026-11-23 14:02:10",
        true_begin="2026-11-23 14:01:58",
        kept_at="2026-11-23 14:03:00",
        size=len(FILM),
        sha256=sha(FILM).hex(),
    )
    recording = ExhibitFacts(
        code="E-0003",
        kind="视频",
        title="录像 R-01：CAM-07",
        media_type="application/json",
        size=len(LIST),
        sha256=sha(LIST).hex(),
        seq=10,
        file="data/E-0003.json",
        covered=Words(),
        steps=[],
        parts=[part],
        **common,
    )
    return PackageFacts(
        **{
            "uid": "0f0e",
            "code": "P-01",
            "number": "YQ-IN-20261123-001",
            "organisation": "澜庭物业",
            "site": "云栖花园",
            "purpose": "报案",
            "masking": "不遮盖",
            "recipient": "云栖派出所",
            "identity": "民警 012345",
            "document_number": "云公调证字〔2026〕1 号",
            "made_at": AT,
            "made_by": "何涛",
            "expires_at": "2026-12-23",
            "gaps": ["两份副本在同一块硬盘上"],
            "acknowledged": "第二块硬盘正在采购",
            "exhibits": [photo, thing, recording],
            "system": SystemFacts(
                software="安澜 0.1.0",
                share_a_disk=True,
                quick_at="2026-11-23 14:00",
                deep_at="—",
                damaged=0,
                repaired=0,
            ),
            **more,
        }
    )


def made_chain() -> Chain:
    """Ten entries, of which the fourth, seventh and ninth are of another case."""
    chain = Chain()
    chain.add("incident.reported", {"severity": 3})
    chain.add(
        "evidence.received",
        {
            "code": "E-0001",
            "sha256": sha(PHOTO).hex(),
            "title_digest": word(TITLE),
            "how_digest": word(HOW),
        },
    )
    chain.add("evidence.opened", {"code": "E-0001", "way": "viewed"})
    chain.add("incident.reported", {"severity": 1}, subject="case:other-canary")
    chain.add("evidence.object_registered", {"code": "E-0002"})
    chain.add(
        "evidence.custody_stepped",
        {
            "code": "E-0002",
            "giver_signature": sha(SIGNED).hex(),
            "where_digest": word("值班室保险柜"),
        },
    )
    chain.add("incident.reported", {"severity": 2}, subject="case:other-canary")
    chain.add("evidence.package_asked", {"code": "P-01"})
    chain.add("case.closed", {"by": "canary"}, subject="case:other-canary")
    chain.add("evidence.received", {"code": "E-0003", "sha256": sha(LIST).hex()})
    return chain


def chain_of_length(count: int, *, first: tuple[bytes, bytes]) -> Chain:
    """The same chain with another first entry, linked anew."""
    made, chain = made_chain(), Chain(rows=[first], prev=sha(b"\0", first[0]))
    for body, data in made.rows[1:count]:
        said = json.loads(body)
        chain.add(said["kind"], json.loads(data), said["subject"])
    return chain


FILES = {
    "data/E-0001.jpg": PHOTO,
    "data/E-0002.step-1-giver.png": SIGNED,
    "data/E-0003.json": LIST,
    "data/E-0003.part-00001.ts": FILM,
}
SEQS = (1, 2, 3, 5, 6, 8, 10)  # of the case
WITHHELD = (1,)


def small_bag(
    folder: Path,
    *,
    chain: Chain | None = None,
    key: Ed25519PrivateKey = KEY,
    papers_too: bool = False,
    uid: str = "",
    format_number: str = "1",
    seqs: Sequence[int] = (),
    data: Mapping[str, bytes] | None = None,
    change: Mapping[str, bytes] | None = None,
) -> Bag:
    """The bag of that chain; ``change`` replaces tags before the bag is sealed.

    Args:
        seqs: of the entries that it has, in place of those of the case.
        data: files in place of those that the case has.
    """
    chain, seqs = chain or made_chain(), seqs or SEQS
    facts = package_facts()
    leaves = chain.leaves
    written = papers(facts) if papers_too else {"README.txt": b"read me\n"}
    if not papers_too:
        written["meta/exhibits.json"] = _EXHIBITS
    links = [chain.link(seq, disclosed=seq not in WITHHELD) for seq in seqs]
    tags = {
        **written,
        EVENTS: events_text(links),
        PROOFS: proofs_text(
            len(leaves), {seq: tree_path(seq - 1, leaves) for seq in seqs}
        ),
        "ledger/checkpoint.txt": chain.checkpoint(key),
        "signature/site.pub.pem": pem(key),
        **(change or {}),
    }
    payload = []
    for name, content in (data or FILES).items():
        path = folder / name.rpartition("/")[2]
        path.write_bytes(content)
        payload.append(
            Payload(name=name, path=path, sha256=sha(content).hex(), size=len(content))
        )
    info = [
        ("Anlan-Format", format_number),
        ("Anlan-Origin", ORIGIN),
        ("External-Identifier", "YQ-IN-20261123-001 P-01"),
        *([("Anlan-Package", uid)] if uid else []),
    ]
    made = Bag(top="YQ-IN-20261123-001-P-01", payload=payload, tags=tags)
    return bags.sealed(made, info=info, sign=key.sign)


def zipped(bag: Bag) -> bytes:
    file = io.BytesIO()
    bags.write(bag, file, at=AT, tell=lambda count: None)
    return file.getvalue()


_EXHIBITS = module._json(package_facts())
