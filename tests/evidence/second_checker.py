"""A second checker of packages, written from ``docs/package-format.md`` alone.

It shares no line with ``verify.py``: everything is read into memory at once, signatures are
checked by OpenSSL, paths of the tree by its recursive definition, and each rule is a
question of its own that knows nothing of the others.
"""

from __future__ import annotations

import base64
import collections
import hashlib
import io
import json
import string
import unicodedata
import zipfile
from collections.abc import Iterator
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

LETTERS = set(string.ascii_letters + string.digits + "._-")
DEVICES = {"con", "prn", "aux", "nul"} | {
    f"{stem}{digit}" for stem in ("com", "lpt") for digit in range(10)
}
LITTER = {".DS_Store", "Thumbs.db", "desktop.ini"}
LEFT_OPEN = {"~$", ".~", "._"}  # how names begin of what programs lay beside a file
BESIDE = {"tagmanifest-sha256.txt", "signature/tagmanifest.sig"}
ALWAYS = {
    "bagit.txt",
    "bag-info.txt",
    "manifest-sha256.txt",
    "ledger/events.jsonl",
    "ledger/proofs.json",
    "ledger/checkpoint.txt",
    "meta/exhibits.json",
    "signature/site.pub.pem",
}
RECEIVED, REGISTERED, STEPPED = (
    f"evidence.{kind}" for kind in ("received", "object_registered", "custody_stepped")
)


class Wrong(Exception):
    """The package is not what it says."""


def is_intact(content: bytes) -> bool:
    """Whether everything in the zip holds together."""
    try:
        files = unzipped(content)
        for question in QUESTIONS:
            question(files)
    except Exception:  # noqa: BLE001 -- whatever it is, it is not intact
        return False
    return True


def unzipped(content: bytes) -> dict[str, bytes]:
    """By their path in the package; what cannot be trusted to be a plain file is wrong."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        infos = archive.infolist()
    tops = {info.orig_filename.split("/")[0] for info in infos}
    prefix = f"{next(iter(tops))}/" if len(tops) == 1 else ""
    if prefix and not is_portable(prefix[:-1]):
        raise Wrong("folder")
    found: dict[str, bytes] = {}
    for info in infos:
        text = raw_entry(content, info)
        *above, last = info.orig_filename.split("/")[1 if prefix else 0 :]
        is_folder = not last
        if kind_of(info) not in ({0, 4} if is_folder else {0, 8}):
            raise Wrong("not plain")
        if is_folder or last in LITTER or last[:2] in LEFT_OPEN:
            if text and is_folder:
                raise Wrong("a folder with bytes")
            if not is_portable("/".join([*above, "x"])):
                raise Wrong("a folder elsewhere")
            continue
        name = "/".join([*above, last])
        if not is_portable(name):
            raise Wrong(name)
        if name.lower() in {other.lower() for other in found}:
            raise Wrong("twice")
        found[name] = text
    return found


def kind_of(info: zipfile.ZipInfo) -> int:
    """As Unix has it: 8 is a file, 4 a folder, 0 where nobody said."""
    return info.external_attr >> 28


def raw_entry(content: bytes, info: zipfile.ZipInfo) -> bytes:
    """The bytes behind the local header, which must say what the directory says."""
    if info.flag_bits or info.compress_type or info.compress_size != info.file_size:
        raise Wrong("stored otherwise")
    at = info.header_offset
    flags, method = number(content, at + 6, 2), number(content, at + 8, 2)
    if content[at : at + 4] != b"PK\x03\x04" or flags or method:
        raise Wrong("header")
    long, extra = number(content, at + 26, 2), number(content, at + 28, 2)
    if content[at + 30 : at + 30 + long].decode() != info.orig_filename:
        raise Wrong("two names")
    begin = at + 30 + long + extra
    sizes = [number(content, at + 18, 4), number(content, at + 22, 4)]
    if sizes == [0xFFFFFFFF, 0xFFFFFFFF]:
        further = begin - extra
        field = (number(content, further, 2), number(content, further + 2, 2))
        if extra < 20 or field != (1, 16):
            raise Wrong("no sizes")
        sizes = [number(content, further + 4, 8), number(content, further + 12, 8)]
    if sizes != [info.file_size] * 2:
        raise Wrong("sizes")
    if begin + info.file_size > len(content):
        raise Wrong("breaks off")
    return content[begin : begin + info.file_size]


def number(content: bytes, at: int, size: int) -> int:
    return int.from_bytes(content[at : at + size], "little")


def is_portable(name: str) -> bool:
    return len(name) <= 200 and all(is_portable_part(part) for part in name.split("/"))


def is_portable_part(part: str) -> bool:
    pieces = part.split(".")
    return (
        set(part) <= LETTERS
        and all(pieces)
        and not part.startswith("-")
        and pieces[0].lower() not in DEVICES
    )


def lines_of(text: bytes, most: int = 4096) -> Iterator[str]:
    if text and not text.endswith(b"\n"):
        raise Wrong("last line")
    for line in text.split(b"\n")[:-1]:
        if len(line) + 1 > most or b"\r" in line:
            raise Wrong("line")
        yield line.decode()


def listed_in(text: bytes) -> dict[str, str]:
    pairs = []
    for line in lines_of(text):
        digest, gap, name = line[:64], line[64:66], line[66:]
        is_hex = len(digest) == 64 and set(digest) <= set("0123456789abcdef")
        if not is_hex or gap != "  " or not is_portable(name):
            raise Wrong("manifest")
        pairs.append((name, digest))
    if len({name for name, _digest in pairs}) != len(pairs):
        raise Wrong("listed twice")
    return dict(pairs)


def ask_lists(files: dict[str, bytes]) -> None:
    payload = listed_in(files["manifest-sha256.txt"])
    around = listed_in(files["tagmanifest-sha256.txt"])
    if not all(name.startswith("data/") for name in payload):
        raise Wrong("manifest")
    if any(name.startswith("data/") or name in BESIDE for name in around):
        raise Wrong("tagmanifest")
    if not set(around) >= ALWAYS:
        raise Wrong("something is never listed")
    if set(files) - BESIDE != {**payload, **around}.keys():
        raise Wrong("the lists and the files differ")
    for name, digest in {**payload, **around}.items():
        if hashlib.sha256(files[name]).hexdigest() != digest:
            raise Wrong(name)


def ask_bag(files: dict[str, bytes]) -> None:
    declared = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
    sizes = [len(files[name]) for name in files if name.startswith("data/")]
    info = info_of(files)
    if files["bagit.txt"] != declared or info["Anlan-Format"] != "1":
        raise Wrong("not this format")
    if info["Payload-Oxum"] != f"{sum(sizes)}.{len(sizes)}":
        raise Wrong("oxum")


def info_of(files: dict[str, bytes]) -> dict[str, str]:
    lines = list(lines_of(files["bag-info.txt"]))
    if not all(": " in line for line in lines):
        raise Wrong("label")
    info = {line[: line.index(": ")]: line[line.index(": ") + 2 :] for line in lines}
    if len(info) != len(lines):
        raise Wrong("label twice")
    return info


def ask_signature(files: dict[str, bytes]) -> None:
    try:
        key_of(files).verify(
            files["signature/tagmanifest.sig"], files["tagmanifest-sha256.txt"]
        )
    except InvalidSignature:
        raise Wrong("signature") from None


def key_of(files: dict[str, bytes]) -> Ed25519PublicKey:
    pem = files["signature/site.pub.pem"]
    key = load_pem_public_key(pem)
    if not isinstance(key, Ed25519PublicKey) or pem.count(b"\n") != 3:
        raise Wrong("key")
    return key


def checkpoint_of(files: dict[str, bytes]) -> tuple[int, bytes]:
    note = files["ledger/checkpoint.txt"].decode()
    body, signatures = note.split("\n\n", 1)
    origin, size, root = body.split("\n")[:3]
    if origin != info_of(files)["Anlan-Origin"]:
        raise Wrong("origin")
    if not (size.isascii() and size.isdigit() and len(size) <= 16 and size[0] != "0"):
        raise Wrong("size")
    key = key_of(files)
    raw = key.public_bytes_raw()
    hint = hashlib.sha256(f"{origin}\n".encode() + b"\x01" + raw).digest()[:4]
    mine = []
    for line in signatures.rstrip("\n").split("\n"):
        dash, name, blob = line.split(" ")
        decoded = base64.b64decode(blob, validate=True)
        if (dash, name, decoded[:4]) == ("—", origin, hint):
            mine.append(decoded[4:])
    for signature in mine:
        key.verify(signature, f"{body}\n".encode())
    decoded_root = base64.b64decode(root, validate=True)
    if not mine or len(decoded_root) != 32:
        raise Wrong("not signed by the site")
    return int(size), decoded_root


def climbed(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    """The root by the definition of a path: the last node is the sibling of the top."""
    if size == 1:
        if path:
            raise Wrong("a path that is too long")
        return leaf
    left = 1
    while left * 2 < size:
        left *= 2
    *below, sibling = path
    if len(sibling) != 32:
        raise Wrong("node")
    if index < left:
        pair = climbed(index, left, leaf, below) + sibling
    else:
        pair = sibling + climbed(index - left, size - left, leaf, below)
    return hashlib.sha256(b"\x01" + pair).digest()


def ask_record(files: dict[str, bytes]) -> None:
    size, root = checkpoint_of(files)
    proofs = json.loads(files["ledger/proofs.json"])
    if proofs["size"] != size:
        raise Wrong("size")
    rows = rows_of(files)
    seqs = [body["seq"] for body, _row in rows]
    if not rows or sorted(set(seqs)) != seqs or {type(seq) for seq in seqs} != {int}:
        raise Wrong("order")
    if set(proofs["paths"]) != set(map(str, seqs)) or not 1 <= seqs[0] <= size:
        raise Wrong("count")
    whose = {(body["org"], body["site"], body["subject"]) for body, _row in rows}
    if seqs[-1] > size or len(whose) != 1:
        raise Wrong("of another ledger or case")
    leaves = {0: bytes(32)}
    for body, row in rows:
        seq = body["seq"]
        leaf = hashlib.sha256(b"\x00" + row["body"].encode()).digest()
        path = [bytes.fromhex(node) for node in proofs["paths"][str(seq)]]
        if climbed(seq - 1, size, leaf, path) != root:
            raise Wrong("proof")
        if leaves.get(seq - 1, bytes.fromhex(body["prev"])).hex() != body["prev"]:
            raise Wrong("link")
        leaves[seq] = leaf


def rows_of(files: dict[str, bytes]) -> list[tuple[Any, Any]]:
    rows = []
    for line in lines_of(files["ledger/events.jsonl"], 1 << 17):
        row = json.loads(line)
        body = json.loads(row["body"])
        if body["v"] != 1:
            raise Wrong("a version that this program does not know")
        if row["data"] is not None:
            salted = bytes.fromhex(row["salt"]) + row["data"].encode()
            if hashlib.sha256(salted).hexdigest() != body["data"]:
                raise Wrong("data")
        rows.append((body, row))
    return rows


def ask_exhibits(files: dict[str, bytes]) -> None:
    digests = {
        name: hashlib.sha256(files[name]).hexdigest()
        for name in files
        if name.startswith("data/")
    }
    things, originals, signatures, words = vouched(files)
    claimed = []
    rows = json.loads(files["meta/exhibits.json"])["exhibits"]
    if len({row["code"] for row in rows}) < len(rows):
        raise Wrong("two rows of one code")
    for exhibit in rows:
        code, digest = exhibit["code"], exhibit["sha256"]
        if code[:2] != "E-" or len(code) < 6 or not set(code[2:]) <= set(string.digits):
            raise Wrong("no code")
        if digest not in originals[code] if digest else code not in things:
            raise Wrong("the record does not know it")
        for name in exhibit["files"]:
            folder, _slash, rest = name.partition("/")
            of, _dot, ending = rest.partition(".")
            if (folder, of) != ("data", code):
                raise Wrong("a file of another exhibit")
            if ending.startswith("step-"):
                _step, place, side = ending.partition(".")[0].split("-")
                if place[:1] not in set("123456789"):
                    raise Wrong("no step")
                step = exhibit["steps"][int(place) - 1]
                whose = {"both": "giver"}.get(side, side)
                good = signatures[f"{code} {step['seq']} {whose}_signature"]
            elif ending.startswith("part-"):
                listed = json.loads(files[f"data/{code}.json"])["files"]
                good = {file["sha256"] for file in listed}
            else:
                good = {digest}
            if digests[name] not in good:
                raise Wrong("nothing names it")
        for holder in (exhibit, *exhibit["steps"]):
            for text in holder["words"].values():
                salted = bytes.fromhex(holder["salt"])
                salted += unicodedata.normalize("NFC", text).encode()
                if hashlib.sha256(salted).hexdigest() not in words[code]:
                    raise Wrong("words")
        claimed += exhibit["files"]
    if collections.Counter(claimed) != collections.Counter(list(digests)):
        raise Wrong("files")


Said = dict[str, set[Any]]


def vouched(files: dict[str, bytes]) -> tuple[set[str], Said, Said, Said]:
    """Things by their codes; by code, digests of originals and of words; signatures.

    Those by code, entry and field.
    """
    things: set[str] = set()
    originals: Said = collections.defaultdict(set)
    signatures: Said = collections.defaultdict(set)
    words: Said = collections.defaultdict(set)
    for body, row in rows_of(files):
        if row["data"] is None:
            continue
        facts, kind = json.loads(row["data"]), body["kind"]
        if kind not in {RECEIVED, REGISTERED, STEPPED}:
            continue
        code = facts["code"]
        if kind == RECEIVED:
            originals[code].add(facts["sha256"])
        if kind == REGISTERED:
            things.add(code)
        for field, value in facts.items():
            if field.endswith("_digest"):
                words[code].add(value)
            if kind == STEPPED and field.endswith("_signature"):
                signatures[f"{code} {body['seq']} {field}"].add(value)
    return things, originals, signatures, words


def ask_withdrawn(files: dict[str, bytes]) -> None:
    """Only that it can be read: it speaks of other packages."""
    if "meta/withdrawn.json" in files:
        rows = json.loads(files["meta/withdrawn.json"])["packages"]
        collections.Counter(row["package"] for row in rows)


def ask_handovers(files: dict[str, bytes]) -> None:
    """Every key signed that it hands over, and the next that it takes over."""
    if "meta/keys.json" not in files:
        return
    listed = json.loads(files["meta/keys.json"])
    rows = listed["rotations"]
    keys = [row["old"] for row in rows] + [key_of(files).public_bytes_raw().hex()]
    for row, following in zip(rows, keys[1:], strict=True):
        said = "".join(
            f"{line}\n"
            for line in ("anlan key rotation v1", row["old"].lower(), following, "")
        ).encode()
        if row["new"].lower() != following.lower():
            raise Wrong("handed over to another key")
        for key, signature in (("old", "by_old"), ("new", "by_new")):
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(row[key]))
            try:
                public.verify(bytes.fromhex(row[signature]), said)
            except InvalidSignature:
                raise Wrong("handover") from None
    ask_revocations(files, listed.get("revocations", []), {key.lower() for key in keys})


def ask_revocations(
    files: dict[str, bytes], rows: list[Any], trusted: set[str]
) -> None:
    """Each key is ended once, by one that led to this one, and not this one."""
    ended = {row["key"].lower() for row in rows}
    if len(ended) < len(rows) or key_of(files).public_bytes_raw().hex() in ended:
        raise Wrong("revoked")
    for row in rows:
        if row["by"].lower() not in trusted - {row["key"].lower()}:
            raise Wrong("revoked by another")
        if row["origin"] != info_of(files)["Anlan-Origin"]:
            raise Wrong("revoked elsewhere")
        if not isinstance(row["size"], int) or isinstance(row["size"], bool):
            raise Wrong("revoked nowhere")
        names = ("origin", "key", "by", "size", "root", "seconds", "reason")
        keys = {"key", "by"}
        lines = [str(row[n]).lower() if n in keys else str(row[n]) for n in names]
        text = "\n".join(["anlan key revocation v1", *lines, "", ""]).encode()
        signatures = [("by", "by_new")] + [("key", "by_old")] * bool(row["by_old"])
        for key, signature in signatures:
            public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(row[key]))
            try:
                public.verify(bytes.fromhex(row[signature]), text)
            except InvalidSignature:
                raise Wrong("revocation") from None


QUESTIONS = (
    *(ask_lists, ask_bag, ask_signature, ask_record, ask_exhibits),
    *(ask_withdrawn, ask_handovers),
)
