"""Ways in which somebody may have changed a package, each from one seed.

A stranger without the key flips, cuts, adds and renames. A forger writes all lists anew,
and signs with a key of their own. The careless do to a zip what programs do to zips.
"""

from __future__ import annotations

import io
import json
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from anlan.evidence.packaging import bag as bags
from anlan.evidence.packaging.record import EVENTS, PROOFS
from tests.evidence.packages import (
    FILES,
    SEQS,
    Chain,
    made_chain,
    pem,
    sha,
    signed_note,
    small_bag,
    tree_path,
    zipped,
)

Files = dict[str, bytes]
FORGER = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
TOP = "YQ-IN-20261123-001-P-01"
NAMES = (
    *("x.txt", "data/E-0009.jpg", "../x", "a/../b", "a\\b", "C:/x", "/x", "CON"),
    *("data/e-0001.jpg", "verify.pyc", "a//b", "x.", "-x", "data/E-0001.jpg ", ""),
    *(".DS_Store", "data/Thumbs.db", "meta/desktop.ini", "ledger/../bagit.txt"),
    *("../../.DS_Store", "/Thumbs.db", "a/../desktop.ini", "data/", "../x/", "con/"),
    *("data/~$E-0001.docx", "documents/.~x.docx", "._verify.py", "../._x", "~x", ".~"),
)


def files_of(content: bytes) -> Files:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_of(files: Files, **more: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            mode = 0o40755 if name.endswith("/") else 0o100644
            info.external_attr = mode << 16
            for key, value in more.items():
                setattr(info, key, value)
            archive.writestr(info, content, compress_type=info.compress_type)
    return file.getvalue()


def sealed_anew(files: Files, key: Ed25519PrivateKey = FORGER) -> Files:
    """All lists and signatures follow what is there now: the forger's work, well done."""
    top = next(iter(files)).partition("/")[0]
    made = {name.partition("/")[2]: content for name, content in files.items()}
    payload = {n: sha(c).hex() for n, c in made.items() if n.startswith("data/")}
    oxum = f"{sum(len(made[name]) for name in payload)}.{len(payload)}"
    note = made["ledger/checkpoint.txt"].decode().partition("\n\n")[0]
    made |= {
        "bag-info.txt": re.sub(
            rb"(?m)^Payload-Oxum: .*$",
            f"Payload-Oxum: {oxum}".encode(),
            made["bag-info.txt"],
        ),
        "ledger/checkpoint.txt": signed_note(f"{note}\n", key),
        "signature/site.pub.pem": pem(key),
        bags.MANIFEST: bags.manifest(payload),
    }
    around = set(made) - set(payload) - {bags.TAGMANIFEST, bags.SIGNATURE}
    listed = bags.manifest({name: sha(made[name]).hex() for name in around})
    made |= {bags.TAGMANIFEST: listed, bags.SIGNATURE: key.sign(listed)}
    return {f"{top}/{name}": content for name, content in made.items()}


def flip_in_zip(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    """One bit anywhere in the zip, in its own structures as well."""
    at = chance.randrange(len(content))
    flipped = bytes([content[at] ^ 1 << chance.randrange(8)])
    return content[:at] + flipped + content[at + 1 :]


def flip_in_file(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    files = files_of(content)
    name = chance.choice(sorted(files))
    at = chance.randrange(len(files[name]))
    changed = bytearray(files[name])
    changed[at] ^= 1 << chance.randrange(8)
    return zip_of({**files, name: bytes(changed)})


def cut(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    return content[: chance.randrange(len(content))]


def shorten(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    files = files_of(content)
    name = chance.choice(sorted(files))
    return zip_of({**files, name: files[name][: chance.randrange(len(files[name]))]})


def drop(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    files = files_of(content)
    del files[chance.choice(sorted(files))]
    return zip_of(files)


def add(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    inside = chance.choice(NAMES)
    text = b"" if inside.endswith("/") else b"x"
    return zip_of({**files_of(content), f"{TOP}/{inside}": text})


def swap(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    files = files_of(content)
    one, other = chance.sample(sorted(files), 2)
    return zip_of({**files, one: files[other], other: files[one]})


def reorder(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    """No change at all: the order of entries and what is in their headers mean nothing."""
    files = list(files_of(content).items())
    chance.shuffle(files)
    return zip_of(dict(files), create_system=chance.choice([0, 3]))


def disguise(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    """As a link, as a device, or compressed."""
    more = chance.choice(
        [{"external_attr": 0o120777 << 16}, {"compress_type": zipfile.ZIP_DEFLATED}]
    )
    return zip_of(files_of(content), **more)


def lines_changed(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    """A line of a list or of the record twice, gone, or exchanged."""
    files = files_of(content)
    name = chance.choice(
        [n for n in sorted(files) if n.endswith((".txt", ".jsonl", ".json"))]
    )
    lines = files[name].split(b"\n")
    at = chance.randrange(len(lines))
    changed = chance.choice(
        [
            [*lines[:at], *lines[at + 1 :]],
            [*lines[:at], lines[at], *lines[at:]],
            [*lines[:at], lines[at] + b"\r", *lines[at + 1 :]],
            lines[::-1],
        ]
    )
    return zip_of({**files, name: b"\n".join(changed)})


def forged(content: bytes, chance: random.Random, folder: Path) -> bytes:
    """One tag was changed, and everything sealed anew with a key of the forger."""
    files = files_of(content)
    name = chance.choice([EVENTS, PROOFS, "meta/exhibits.json", "README.txt"])
    before = files[f"{TOP}/{name}"]
    at = chance.randrange(len(before))
    changed = before[:at] + bytes([chance.randrange(32, 127)]) + before[at + 1 :]
    return zipped(small_bag(folder, key=FORGER, change={name: changed}))


def forged_event(content: bytes, chance: random.Random, folder: Path) -> bytes:
    """A fact was changed, and all of the record, the tree and the seal made to follow."""
    chain = made_chain()
    kept = list(chain.rows)
    again = Chain()
    for number, (body, data) in enumerate(kept):
        said = json.loads(body)
        facts = json.loads(data)
        if number == chance.randrange(len(kept)):
            facts["sha256"] = "0" * 64
        again.add(said["kind"], facts, said["subject"])
    return zipped(small_bag(folder, chain=again, key=FORGER))


def wrong_proof(content: bytes, chance: random.Random, folder: Path) -> bytes:
    """The path of one entry is changed, lengthened, shortened, or that of another."""
    leaves = made_chain().leaves
    paths = {seq: tree_path(seq - 1, leaves) for seq in SEQS}
    seq = chance.choice(SEQS)
    path = paths[seq]
    node = bytes(chance.randrange(256) for _n in range(32))
    at = chance.randrange(len(path))
    paths[seq] = chance.choice(
        [
            [*path, node],
            [node, *path],
            path[:-1],
            path[1:],
            path[::-1],
            [*path[:at], node, *path[at + 1 :]],
            [*path[:at], path[at][:-1], *path[at + 1 :]],
            paths[chance.choice(SEQS)],
            [],
        ]
    )
    size = chance.choice([len(leaves), len(leaves), 8, 10])
    said = {
        "size": size,
        "paths": {str(s): [n.hex() for n in path] for s, path in paths.items()},
    }
    change = {PROOFS: json.dumps(said).encode() + b"\n"}
    return zipped(small_bag(folder, change=change))


def wrong_record(content: bytes, chance: random.Random, folder: Path) -> bytes:
    """Lines of the record are changed by somebody who has the key, and sealed again."""
    bag = small_bag(folder)
    rows = [json.loads(line) for line in bag.tags[EVENTS].splitlines()]
    at = chance.randrange(len(rows))
    kind = chance.randrange(6)
    if kind == 0:
        del rows[at]
    elif kind == 1:
        rows.insert(at, rows[at])
    elif kind == 2:
        rows[at]["salt"] = "00" * 16
    elif kind == 3:
        rows[at]["data"] = None
    elif kind == 4:
        rows[at]["body"] = rows[at]["body"].replace('"v":1', '"v": 1')
    else:
        chance.shuffle(rows)
    text = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
    return zipped(small_bag(folder, change={EVENTS: text}))


def wrong_list(content: bytes, chance: random.Random, folder: Path) -> bytes:
    """The list of exhibits says something else, in a package that is sealed rightly."""
    bag = small_bag(folder)
    said = json.loads(bag.tags["meta/exhibits.json"])
    exhibit = chance.choice(said["exhibits"])
    kind = chance.randrange(5)
    if kind == 0:
        exhibit["sha256"] = "0" * 64
    elif kind == 1:
        exhibit["files"] = [*exhibit["files"], *exhibit["files"]]
    elif kind == 2:
        exhibit["words"] = {"title": "另一个名称"}
    elif kind == 3:
        exhibit["code"] = "E-0009"
    else:
        said["exhibits"].remove(exhibit)
    text = json.dumps(said).encode()
    return zipped(small_bag(folder, change={"meta/exhibits.json": text}))


def wrong_file(content: bytes, chance: random.Random, folder: Path) -> bytes:
    """Another file under the name of an original or a signature, and an entry about it."""
    text = bytes(chance.randrange(256) for _n in range(20))
    code = chance.choice(["E-0001", "E-0002", "E-0003"])
    kind = chance.choice(
        ["received", "opened", "redaction_made", "custody_stepped", "object_registered"]
    )
    field = chance.choice(["sha256", "original_sha256", "giver_signature"])
    chain = made_chain()
    chain.add(
        f"evidence.{kind}",
        {"code": code, field: sha(text).hex()},
        chance.choice(["case:a", "case:a", "case:other-canary"]),
    )
    said = json.loads(small_bag(folder).tags["meta/exhibits.json"])
    rows = {row["code"]: row for row in said["exhibits"]}
    name = chance.choice([n for n in FILES if code in n])
    if chance.random() < 0.7:
        rows[code]["sha256"] = sha(text).hex()
    if chance.random() < 0.2:
        other = chance.choice(list(rows.values()))
        other["files"].append(rows[code]["files"].pop())
    return zipped(
        small_bag(
            folder,
            chain=chain,
            seqs=(*SEQS, 11),
            data={**FILES, name: text},
            change={"meta/exhibits.json": json.dumps(said).encode()},
        )
    )


def wrong_part(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    """A file of a recorder that its list does not name, or by a list that no entry names."""
    files = files_of(content)
    part, listed = f"{TOP}/data/E-0003.part-00001.ts", f"{TOP}/data/E-0003.json"
    change = chance.randrange(4)
    if change == 0:
        files[part] += b"x"
    elif change == 1:
        files[part] += b"x"
        said = {"files": [{"sha256": sha(files[part]).hex()}]}
        files[listed] = json.dumps(said).encode()
    elif change == 2:
        files[f"{TOP}/data/E-0001.part-00001.ts"] = files.pop(part)
    else:
        del files[listed]
    return zip_of(sealed_anew(files))


def two_entries(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    """A name that occurs twice, or one whose two headers differ."""
    files = files_of(content)
    name = chance.choice(sorted(files))
    file = io.BytesIO(content)
    if chance.random() < 0.5:
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(_quietly(name.upper()), files[name])
        return file.getvalue()
    other = name[:-1] + "~"
    return content.replace(name.encode(), other.encode(), 1)


def wrong_header(content: bytes, chance: random.Random, _folder: Path) -> bytes:
    """What stands before the bytes of an entry is not what the directory says of it."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        begin = chance.choice(archive.infolist()).header_offset
    at = begin + chance.choice([4, 6, 7, 8, 9, 10, *range(18, 30)])
    flipped = bytes([content[at] ^ 1 << chance.randrange(8)])
    return content[:at] + flipped + content[at + 1 :]


def _quietly(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o100644 << 16
    return info


MUTATIONS: list[Callable[[bytes, random.Random, Path], bytes]] = [
    flip_in_zip,
    flip_in_file,
    cut,
    shorten,
    drop,
    add,
    swap,
    reorder,
    disguise,
    lines_changed,
    forged,
    forged_event,
    wrong_proof,
    wrong_record,
    wrong_list,
    wrong_file,
    wrong_part,
    two_entries,
    wrong_header,
]
