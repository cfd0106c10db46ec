#!/usr/bin/env python3
"""核验安澜证据包 / Check a package of evidence made by Anlan.

用法 usage: python3 verify.py [PACKAGE]      a folder or the .zip itself; nothing is unpacked
            --key HEX       与纸上的公钥指纹比对 / compare with the fingerprint on paper
            --tsa-ca FILE   时间戳机构的证书 / the certificate of the time stamp authority
            --later FILE    同案较新的包，看本包是否已撤回 / a later one: is this withdrawn?
            --keys FILE     单位后来公布的密钥文件 / the keys as published since (meta/keys.json)
            --json          给程序读 / for programs
退出码 exit: 0 完好 intact, 1 有改动 altered, 2 未能全部核验 could not fully check, 3 已撤回
Standard library only, Python 3.6 or newer, no network, changes nothing. The format is in
docs/package-format.md. Take this file from a source you trust, not from the package.
"""

import sys

if __name__ == "__main__" and not sys.flags.isolated:
    sys.path.pop(0)  # a package may bring a hashlib.py of its own

import argparse
import base64
import calendar
import hashlib
import io
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import tempfile
import unicodedata
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

FORMAT, BAGIT, INFO = "1", "bagit.txt", "bag-info.txt"
MANIFEST, TAGMANIFEST = "manifest-sha256.txt", "tagmanifest-sha256.txt"
SIGNATURE, KEY = "signature/tagmanifest.sig", "signature/site.pub.pem"
EVENTS, PROOFS = "ledger/events.jsonl", "ledger/proofs.json"
CHECKPOINT, EXHIBITS = "ledger/checkpoint.txt", "meta/exhibits.json"
TOKEN, TSA, GONE = "ledger/checkpoint.tsr", "ledger/tsa.pem", "meta/withdrawn.json"
KEYS, HANDOVER = "meta/keys.json", "anlan key rotation v1\n%s\n%s\n\n"
REVOCATION = "anlan key revocation v1\n" + 7 * "%s\n" + "\n"
NEEDED = (EVENTS, PROOFS, CHECKPOINT, EXHIBITS, KEY, MANIFEST, BAGIT, INFO)
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# What an operating system leaves; and Word, WPS and macOS beside a file that was opened.
LITTER, BEGINS = {".DS_Store", "Thumbs.db", "desktop.ini"}, ("~$", ".~", "._")
BLOCK, MOST_TEXT, MOST_LINE = 1 << 20, 1 << 28, 1 << 17  # bytes
_PART = r"[A-Za-z0-9_][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*"
_SAFE = re.compile(r"%s(?:/%s)*" % (_PART, _PART))
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)")
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_CODE = re.compile("E-[0-9]{4,}")
_STEP = re.compile(r"step-([1-9][0-9]{0,5})-(giver|receiver|both)\.[a-z0-9]+")
# How fields end that vouch for something; other entries name copies, or what they are of.
VOUCHING = {
    "evidence.received": ("sha256", "digest"),
    "evidence.object_registered": ("code", "digest"),
    "evidence.custody_stepped": ("signature", "digest"),
}
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"
_DAY, _TIME = rb"(\w{3}) +(\d+)", rb"(\d\d):(\d\d):(\d\d)(?:\.\d+)?"
_CLOCK = re.compile(rb"(?m)^Time stamp: %s %s (\d{4}) GMT\r?$" % (_DAY, _TIME))
_FAILED = b"Verification: FAILED"
_DER = bytes.fromhex("302a300506032b6570032100")  # what comes before an Ed25519 key
GOOD, TOLD, UNSURE = "[  ok  ]", "[ 说明 ]", "[未核验]"
ALTERED, RECALLED = "[有改动]", "[已撤回]"
NEAR = "时间戳未核验：openssl 在当前文件夹里或包旁边，不用；请换个文件夹运行"
NEAR += " / not checked: openssl lies here or by the package, run this elsewhere"
TEXTS = {
    "files": (GOOD, "{} 个文件与清单一致 / files are as listed"),
    "signed": (GOOD, "签名与包内公钥相符 / signed with the key in the package"),
    "state": (GOOD, "检查点的签名有效，条数 / the checkpoint is signed, entries: {}"),
    "entries": (GOOD, "{} 条记录都在台账内，未披露的 / in the ledger, withheld: {}"),
    "listed": (GOOD, "{} 件证据都有台账记录 / exhibits are on the record"),
    "stamped": (GOOD, "时间戳有效 / the time stamp holds: {}"),
    "own-clock": (TOLD, "时间戳只用包内证书验证，请另核根证书 / ask for its root: {}"),
    "case": (TOLD, "案件在台账中的标识 / the case, as the ledger names it: {}"),
    "litter": (TOLD, "系统或办公软件留下的，不属于本包 / litter, not of the package"),
    "no-stamp": (TOLD, "没有第三方时间戳 / no time stamp of a third party"),
    "others": (TOLD, "本案已撤回的包 / packages of the case that are withdrawn: {}"),
    "ended": (
        TOLD,
        "已作废的密钥，只认到第几条 / a revoked key, and up to where: {} {}",
    ),
    "continued": (GOOD, "密钥后来作废，本包在先 / of before its key was revoked"),
    "unproven": (
        UNSURE,
        "密钥已作废，请索取较新的包 / key revoked, ask for a later package",
    ),
    "keys": (UNSURE, "密钥文件不可靠，没有比对 / the file of keys is not sound"),
    "later": (UNSURE, "较新的包不可靠，没有比对 / the later package is not sound"),
    "withdrawn": (RECALLED, "本包已被撤回 / this package is withdrawn"),
    "newer": (UNSURE, "格式较新，请用较新的 verify.py / a newer format"),
    "no-openssl": (UNSURE, "时间戳未核验：没有 openssl / not checked: no openssl"),
    "near-openssl": (UNSURE, NEAR),
    "unasked": (UNSURE, "时间戳未核验：openssl 没有给出结论 / no answer of openssl"),
    "unreadable": (ALTERED, "打不开或读不出 / cannot be opened or read"),
    "format": (ALTERED, "格式不对 / not in the format"),
    "special": (ALTERED, "链接、压缩或特殊文件 / a link or compressed, not opened"),
    "unsafe": (ALTERED, "路径不安全，未打开 / an unsafe path, not opened"),
    "twice": (ALTERED, "名称重复 / the name occurs twice"),
    "unlisted": (ALTERED, "多出的文件 / a file that no manifest lists"),
    "not-listed": (ALTERED, "清单没有列出 / no manifest lists it"),
    "missing": (ALTERED, "文件缺失 / the file is missing"),
    "changed": (ALTERED, "内容已被改动 / the content was altered"),
    "oxum": (ALTERED, "总字节数不符 / Payload-Oxum differs"),
    "signature": (ALTERED, "签名不对 / the signature is wrong"),
    "key": (ALTERED, "公钥不是纸上的那一个 / not the key on paper"),
    "revoked": (ALTERED, "密钥作废以后签的 / signed after its key was revoked"),
    "forked": (ALTERED, "密钥已作废，又与台账不合 / key revoked, and another ledger"),
    "origin": (ALTERED, "属于另一本台账或案件 / of another ledger or case"),
    "unsigned": (ALTERED, "没有本台账的签名 / not signed by the site"),
    "order": (ALTERED, "顺序不对 / not in order"),
    "proof": (ALTERED, "包含证明不成立 / the proof does not hold"),
    "link": (ALTERED, "与上一条不相连 / not linked to the entry before"),
    "data": (ALTERED, "记录内容已被改动 / the data of the entry was altered"),
    "count": (ALTERED, "证明与记录的数目不符 / not one proof for each entry"),
    "unnamed": (ALTERED, "没有记录提到它 / no entry names it"),
    "words": (ALTERED, "文字与台账不符 / the words differ from the ledger"),
    "stamp": (ALTERED, "时间戳不对 / the time stamp is wrong"),
}
UNASKED = {"no-openssl", "near-openssl", "unasked"}


class Refused(Exception):
    """A code of ``TEXTS``, and the place; whatever else is raised is a bad format as well."""


class Findings:
    """What was found, in order; the worst of it is the verdict."""

    def __init__(self) -> None:
        self.all: List[Tuple[str, str, str]] = []  # code, place, words
        self.about: Dict[str, str] = {}
        self.fingerprint = ""

    def add(self, code: str, place: str = "", *values: Any) -> None:
        self.all.append((code, place, TEXTS[code][1].format(*values)))

    @property
    def exit(self) -> int:
        levels = {TEXTS[code][0] for code, _place, _words in self.all}
        codes = {ALTERED: 1, RECALLED: 3, UNSURE: 2}
        return next((code for level, code in codes.items() if level in levels), 0)


class Item(NamedTuple):
    name: str
    size: int
    is_plain: bool
    path: str  # of the file that holds its bytes
    start: int = 0  # where in it they begin

    def blocks(self) -> Iterator[memoryview]:
        left, buffer = self.size, memoryview(bytearray(BLOCK))
        with open(self.path, "rb", buffering=0) as file:
            file.seek(self.start)
            while left:
                count = file.readinto(buffer[: min(left, BLOCK)])
                if not count:
                    raise Refused("unreadable", self.name)
                left -= count
                yield buffer[:count]


class Folder:
    """A package that was unpacked; links are never followed."""

    def __init__(self, root: str) -> None:
        self.root = root

    def items(self) -> Iterator[Item]:
        for folder, folders, files in os.walk(self.root):
            for name in folders + files:
                path = os.path.join(folder, name)
                mode, size = os.lstat(path).st_mode, os.lstat(path).st_size
                inside = os.path.relpath(path, self.root).replace(os.sep, "/")
                if not stat.S_ISDIR(mode):
                    yield Item(inside, size, stat.S_ISREG(mode), path)


class Archive:
    """A package as it was handed over; entries are read where they lie, uncompressed."""

    def __init__(self, path: str) -> None:
        self.path = path
        with zipfile.ZipFile(path) as archive:
            self.infos = archive.infolist()
        tops = {info.orig_filename.partition("/")[0] for info in self.infos}
        self.top = tops.pop() + "/" if len(tops) == 1 else ""

    def items(self) -> Iterator[Item]:
        with open(self.path, "rb") as file:
            for info in self.infos:
                name, size = info.orig_filename, info.file_size
                kind = stat.S_IFDIR if name.endswith("/") else stat.S_IFREG
                is_plain = (
                    stat.S_IFMT(info.external_attr >> 16) in (0, kind)
                    and not (info.compress_type or info.flag_bits)
                    and name.startswith(self.top)
                    and is_safe(self.top[:-1] or "x")
                )
                start, name = self.start_of(info, file), name[len(self.top) :]
                yield Item(name, size, is_plain and start > 0, self.path, start)

    def start_of(self, info: zipfile.ZipInfo, file: Any) -> int:
        """Where its bytes are; 0 unless the header before them repeats the directory."""
        file.seek(info.header_offset)
        head, size = file.read(30).ljust(30), info.file_size
        mark, flags, way, *sizes, named, more = struct.unpack("<4s2xHH8xIIHH", head)
        name, long = file.read(named), struct.pack("<HHQQ", 1, 16, size, size)
        if sizes == [0xFFFFFFFF] * 2 and file.read(more)[:20] == long:
            sizes = [size, size]
        said = (mark, flags, way, name.decode("latin-1"), [info.compress_size, *sizes])
        is_same = said == (b"PK\3\4", 0, 0, info.orig_filename, [size] * 3)
        return info.header_offset + 30 + named + more if is_same else 0


P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)
Point = Tuple[int, int, int, int]


def _add(a: Point, b: Point) -> Point:
    p, q = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    r, s = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % P, g * h % P, f * g % P, e * h % P


def _times(count: int, point: Point) -> Point:
    result = (0, 1, 1, 0)
    while count:
        if count & 1:
            result = _add(result, point)
        point, count = _add(point, point), count >> 1
    return result


def _point(text: bytes) -> Optional[Point]:
    whole = int.from_bytes(text, "little")
    y, sign = whole & ((1 << 255) - 1), whole >> 255
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - square) % P or (x == 0 and sign):
        return None
    x = P - x if x & 1 != sign else x
    return x, y, 1, x * y % P


def _text(point: Point) -> bytes:
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


BASE = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))


def ed25519_verify(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the signature is good, as OpenSSL decides it."""
    a = _point(key) if len(key) == 32 and len(signature) == 64 else None
    if a is None or BASE is None or _text(_times(8, a)) == _text((0, 1, 1, 0)):
        return False
    s = int.from_bytes(signature[32:], "little")
    if s >= L:
        return False
    digest = hashlib.sha512(signature[:32] + key + message).digest()
    h = int.from_bytes(digest, "little") % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    return _text(_add(_times(s, BASE), _times(h, minus_a))) == signature[:32]


def sha256(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaf: bytes, index: int, size: int, path: List[bytes]) -> Optional[bytes]:
    """The root that a leaf of the tree of RFC 6962 and its path lead to (RFC 9162, 2.1.3.2)."""
    number, last, result = index, size - 1, leaf
    if not 0 <= index < size:
        return None
    for node in path:
        if last == 0 or len(node) != 32:
            return None
        if number & 1 or number == last:
            result = sha256(b"\1", node, result)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            result = sha256(b"\1", result, node)
        number, last = number >> 1, last >> 1
    return result if last == 0 else None


def continues(
    old: int, new: int, old_root: bytes, new_root: bytes, path: List[bytes]
) -> bool:
    """Whether the tree of ``new`` leaves begins with that of ``old`` (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not path and old_root == new_root
    path = path if old & (old - 1) else [old_root, *path]
    if not 0 < old < new or not path or any(len(node) != 32 for node in path):
        return False
    number, last = old - 1, new - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    made_old = made_new = path[0]
    for node in path[1:]:
        if last == 0:
            return False
        if number & 1 or number == last:
            made_old, made_new = (
                sha256(b"\1", node, made_old),
                sha256(b"\1", node, made_new),
            )
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            made_new = sha256(b"\1", made_new, node)
        number, last = number >> 1, last >> 1
    return last == 0 and (made_old, made_new) == (old_root, new_root)


def keys_before(
    said: Dict[str, Any], wanted: bytes, origin: str
) -> Tuple[List[bytes], Dict[bytes, Dict[str, Any]]]:
    """Keys that led to the key ``wanted``, and those that it or one of them ended."""
    keys: List[bytes] = []
    ended: Dict[bytes, Dict[str, Any]] = {}
    trusted = [wanted]
    for row in reversed(said["rotations"]):
        old, new = bytes.fromhex(row["old"]), bytes.fromhex(row["new"])
        text = (HANDOVER % (old.hex(), new.hex())).encode()
        for key, signed in ((old, row["by_old"]), (new, row["by_new"])):
            if not ed25519_verify(key, text, bytes.fromhex(signed)):
                raise Refused("signature", KEYS)
        if new != wanted:
            raise Refused("signature", KEYS)
        keys.append(old)
        wanted = old
    for row in said.get("revocations", []):
        key, by = bytes.fromhex(row["key"]), bytes.fromhex(row["by"])
        lines = [origin, key.hex(), by.hex(), row["size"], row["root"]]
        text = (REVOCATION % (*lines, row["seconds"], row["reason"])).encode()
        both = [(by, row["by_new"])] + [(key, row["by_old"])] * bool(row["by_old"])
        for who, signed in both:
            if not ed25519_verify(who, text, bytes.fromhex(signed)):
                raise Refused("signature", KEYS)
        if by not in trusted + keys or by == key or type(row["size"]) is not int:
            raise Refused("signature", KEYS)
        if key in ended or row["origin"] != origin:
            raise Refused("origin", KEYS)
        ended[key] = row
    return keys, ended


class Check:
    """One package, step by step; each step says what it found, and the next one goes on."""

    def __init__(self, path: str, key: str = "", tsa: str = "") -> None:
        self.package: Any = Folder(path) if os.path.isdir(path) else Archive(path)
        self.found, self.on_paper, self.tsa = Findings(), key, tsa
        self.files: Dict[str, Item] = {}
        self.sums: Dict[str, str] = {}
        self.key, self.root, self.size, self.case = b"", b"", 0, ""
        self.named: Dict[str, Set[Tuple[str, str]]] = {}  # what they vouch for, by code
        # Signatures by exhibit, entry and field.
        self.signed: Dict[Tuple[str, int, str], str] = {}
        self.gone: Set[str] = set()  # other packages, that were withdrawn
        self.before: List[bytes] = []  # keys that were in use before this one
        self.ended: Dict[bytes, Dict[str, Any]] = {}  # keys that were revoked

    def run(self) -> Findings:
        for step in (self.paths, self.lists, self.contents, self.about, self.signature):
            self.take(step)
        if self.found.about.get("Anlan-Format", FORMAT) == FORMAT:
            for step in (self.checkpoint, self.ledger, self.exhibits, self.others):
                self.take(step)
            self.take(self.handovers)
        self.take(self.token)
        return self.found

    def take(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Refused as refusal:
            self.found.add(*refusal.args)
        except Exception:
            self.found.add("format", step.__name__)

    def paths(self) -> None:
        """(1) Nothing leads out of the package, and no two names are one somewhere."""
        folded: Set[str] = set()
        for item in self.package.items():
            above, slash, last = item.name.rpartition("/")
            is_litter = last in LITTER or last.startswith(BEGINS)
            is_aside = not last or is_litter  # a folder alone, or litter in one
            if not is_safe(above + slash + ("x" if is_aside else last)):
                self.found.add("unsafe", item.name)
            elif not item.is_plain or (item.size and not last):
                self.found.add("special", item.name)
            elif is_litter:
                self.found.add("litter", item.name)
            elif item.name.lower() in folded:
                self.found.add("twice", item.name)
            elif last:
                self.files[item.name] = item
                folded.add(item.name.lower())

    def lists(self) -> None:
        """(2) What is listed is there, and what is there is listed."""
        for manifest in (MANIFEST, TAGMANIFEST):
            for line in self.lines(manifest):
                match = _LINE.fullmatch(line)
                digest, name = match.groups() if match else ("", "")
                belongs = name.startswith("data/") == (manifest == MANIFEST)
                if not is_safe(name) or not belongs or name in (TAGMANIFEST, SIGNATURE):
                    raise Refused("format", manifest)
                if name in self.sums:
                    raise Refused("twice", name)
                self.sums[name] = digest
        for name in sorted(set(NEEDED) - set(self.sums)):
            self.found.add("not-listed", name)
        for name in sorted(set(self.files) - set(self.sums) - {TAGMANIFEST, SIGNATURE}):
            self.found.add("unlisted", name)

    def contents(self) -> None:
        """(3) Every byte of every file."""
        names = sorted(self.sums)
        with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
            codes = list(pool.map(self.judge, names))
        for name, code in zip(names, codes):
            if code:
                self.found.add(code, name)
        if names and not any(codes):
            self.found.add("files", "", len(names))

    def judge(self, name: str) -> str:
        if name not in self.files:
            return "missing"
        whole = hashlib.sha256()
        try:
            for block in self.files[name].blocks():
                whole.update(block)
        except Exception:
            return "unreadable"
        return "" if whole.hexdigest() == self.sums[name] else "changed"

    def about(self) -> None:
        """(4) The bag says what it is, and how much."""
        if self.read(BAGIT) != DECLARATION:
            raise Refused("format", BAGIT)
        pairs = [line.split(": ", 1) for line in self.lines(INFO)]
        self.found.about = about = dict(pairs)
        if len(about) != len(pairs):
            raise Refused("twice", INFO)
        sizes = [i.size for name, i in self.files.items() if name.startswith("data/")]
        if about["Payload-Oxum"] != "%d.%d" % (sum(sizes), len(sizes)):
            self.found.add("oxum", INFO)
        if about["Anlan-Format"] != FORMAT:
            self.found.add("newer", INFO)

    def signature(self) -> None:
        """(5) The site signed the list of all files."""
        self.key = key_of(self.read(KEY, most=4096))
        self.found.fingerprint = fingerprint_of(self.key)
        listed, signed = self.read(TAGMANIFEST), self.read(SIGNATURE, most=64)
        if not ed25519_verify(self.key, listed, signed):
            raise Refused("signature", SIGNATURE)
        self.found.add("signed")
        if self.on_paper and paper(self.on_paper) != self.found.fingerprint:
            raise Refused("key", KEY)

    def checkpoint(self) -> None:
        """(6) The site signed the state of its whole ledger."""
        text, _blank, signatures = self.read(CHECKPOINT).decode().partition("\n\n")
        origin, size, root = text.split("\n")[:3]
        if origin != self.found.about["Anlan-Origin"]:
            raise Refused("origin", CHECKPOINT)
        if not re.fullmatch("[1-9][0-9]{0,15}", size):
            raise Refused("format", CHECKPOINT)
        self.size, self.root = int(size), base64.b64decode(root, validate=True)
        mine, good = sha256(origin.encode() + b"\n\1" + self.key)[:4], 0
        for line in signatures.rstrip("\n").split("\n"):
            dash, name, encoded = line.split(" ")
            raw = base64.b64decode(encoded, validate=True)
            if dash == "\u2014" and name == origin and raw[:4] == mine:
                good += 1
                if not ed25519_verify(self.key, (text + "\n").encode(), raw[4:]):
                    raise Refused("signature", CHECKPOINT)
        if not good or len(self.root) != 32:
            raise Refused("unsigned", CHECKPOINT)
        self.found.add("state", "", size)

    def ledger(self) -> None:
        """(7) Each entry is the one that was counted, and nobody rewrote it."""
        proofs = json.loads(self.read(PROOFS).decode())
        if proofs["size"] != self.size or not self.root:
            raise Refused("origin", PROOFS)
        count = withheld = last_seq = 0
        last_leaf, chain = b"", None
        for line in self.lines(EVENTS, MOST_LINE):
            row = json.loads(line)
            body, leaf = json.loads(row["body"]), sha256(b"\0", row["body"].encode())
            seq, place = body["seq"], "%s #%s" % (EVENTS, body["seq"])
            if type(seq) is not int or seq <= last_seq:
                raise Refused("order", place)
            whose = (body["org"], body["site"], body["subject"])
            if whose != (chain or whose):
                raise Refused("origin", place)
            path = [bytes.fromhex(node) for node in proofs["paths"][str(seq)]]
            if root_of(leaf, seq - 1, self.size, path) != self.root:
                raise Refused("proof", place)
            if seq == last_seq + 1 and body["prev"] != (last_leaf or bytes(32)).hex():
                raise Refused("link", place)
            withheld += self.withheld(row, body, place)
            last_seq, last_leaf, chain, self.case = seq, leaf, whose, whose[2]
            count += 1
        if not count or len(proofs["paths"]) != count:
            raise Refused("count", PROOFS)
        self.found.add("entries", "", count, withheld)
        self.found.add("case", "", plain_text(self.case))

    def withheld(self, row: Dict[str, Any], body: Dict[str, Any], place: str) -> int:
        """Whether the facts of an entry are not disclosed; those that are must be its own."""
        if body["v"] != 1:
            self.found.add("newer", place)
            return 1
        if row["data"] is None:
            return 1
        salt, data = bytes.fromhex(row["salt"]), row["data"].encode()
        if sha256(salt, data).hex() != body["data"]:
            raise Refused("data", place)
        facts = json.loads(row["data"])
        for field, value in facts.items():
            about = field.rpartition("_")[2]
            if about in VOUCHING.get(body["kind"], ()):
                self.named.setdefault(facts["code"], set()).add((about, value))
            if about == "signature":
                self.signed[facts["code"], body["seq"], field] = value
        return 0

    def exhibits(self) -> None:
        """(8) Each file is named by an entry, and the list says what the entries say."""
        listed = json.loads(self.read(EXHIBITS).decode())["exhibits"]
        files = sorted(name for row in listed for name in row["files"])
        if files != sorted(name for name in self.sums if name.startswith("data/")):
            raise Refused("unlisted", EXHIBITS)
        codes = [row["code"] for row in listed]
        for code in sorted({code for code in codes if codes.count(code) > 1}):
            self.found.add("twice", code)
        for row in listed:
            self.exhibit(row)
        self.found.add("listed", "", len(listed))

    def exhibit(self, row: Dict[str, Any]) -> None:
        code, digest, stem = row["code"], row["sha256"], "data/%s." % row["code"]
        itself = ("sha256", digest) if digest else ("code", code)
        named = self.named.get(code, set())
        if itself not in named or not _CODE.fullmatch(code):
            raise Refused("unnamed", code)
        files = {itself}
        if any(name.startswith(stem + "part-") for name in row["files"]):
            said = json.loads(self.read(stem + "json").decode())  # of a recorder
            files.update(("part", one["sha256"]) for one in said["files"])
        for name in row["files"]:
            kind = name[len(stem) :][:5]
            said_of = ("part" if kind == "part-" else "sha256", self.sums[name])
            is_named = (
                said_of in files if kind != "step-" else self.is_of_step(row, name)
            )
            if not name.startswith(stem) or not is_named:
                self.found.add("unnamed", name)
        for said in [row] + row["steps"]:
            for text in said["words"].values():
                plain = unicodedata.normalize("NFC", text).encode()
                whole = sha256(bytes.fromhex(said["salt"]), plain).hex()
                if ("digest", whole) not in named:
                    raise Refused("words", code)

    def is_of_step(self, row: Dict[str, Any], name: str) -> bool:
        """Whether somebody signed that very step with it, and on that side of it."""
        said = _STEP.fullmatch(name[len("data/%s." % row["code"]) :])
        if not said or int(said.group(1)) > len(row["steps"]):
            return False
        side = "giver" if said.group(2) == "both" else said.group(2)
        step = row["steps"][int(said.group(1)) - 1]
        key = (row["code"], step["seq"], side + "_signature")
        return self.signed.get(key) == self.sums[name]

    def others(self) -> None:
        """(9) Packages that were given before and are not to be relied on."""
        if GONE in self.sums:
            said = json.loads(self.read(GONE).decode())
            self.gone = {row["package"] for row in said["packages"]}
            self.found.add("others", "", len(self.gone))

    def handovers(self) -> None:
        """(10) Each key handed over to the next, up to this one, and both signed that."""
        if KEYS not in self.sums:
            return
        said, origin = json.loads(self.read(KEYS).decode()), self.found.about
        self.before, self.ended = keys_before(said, self.key, origin["Anlan-Origin"])
        for key, row in self.ended.items():
            self.found.add("ended", "", fingerprint_of(key), row["size"])
        if self.key in self.ended:
            raise Refused("revoked", KEYS)

    def of_before(
        self, ended: Dict[bytes, Dict[str, Any]], by: bytes, place: str
    ) -> None:
        """(13) Signed with a key that ended: good where the ledger of then goes on."""
        if self.on_paper and paper(self.on_paper) == fingerprint_of(by):  # of today
            self.found.all = [one for one in self.found.all if one[0] != "key"]
        row = ended.get(self.key)
        if row is None:
            return
        path = [] if self.size == row["size"] else row["paths"].get(str(self.size))
        if self.size > row["size"]:
            raise Refused("revoked", place)
        if path is None:
            raise Refused("unproven", place)
        root, steps = bytes.fromhex(row["root"]), [bytes.fromhex(one) for one in path]
        is_so = continues(self.size, row["size"], self.root, root, steps)
        self.found.add("continued" if is_so else "forked", place)

    def ask_keys(self, path: str) -> None:
        """What was published since; the key that says it must be the one on paper."""
        with open(path, "rb") as file:
            said = json.loads(file.read(MOST_TEXT).decode())
        newest = [row["new"] for row in said["rotations"][-1:]]
        newest += [row["by"] for row in said.get("revocations", [])[-1:]]
        wanted, origin = bytes.fromhex(newest[0]), self.found.about["Anlan-Origin"]
        before, ended = keys_before(said, wanted, origin)
        is_known = self.key in (wanted, *before, *ended)
        if fingerprint_of(wanted) != paper(self.on_paper) or not is_known:
            raise Refused("keys", "--keys")
        self.of_before(ended, wanted, "--keys")

    def compare(self, later: "Check") -> None:
        """(12) Whether a later package of the same case says that this one is withdrawn."""
        codes = {code for code, _place, _words in later.run().all} - UNASKED
        is_sound = {TEXTS[code][0] for code in codes} <= {GOOD, TOLD}
        known = [later.key, *later.before, *later.ended]
        if not (is_sound and self.key in known and later.case == self.case):
            self.found.add("later", "--later")
            return
        if self.key != later.key:
            self.take(lambda: self.of_before(later.ended, later.key, "--later"))
        if self.found.about.get("Anlan-Package") in later.gone:
            self.found.add("withdrawn", "--later")

    def token(self) -> None:
        """(11) Somebody else's clock, where a token is there and OpenSSL too."""
        if TOKEN not in self.sums:
            self.found.add("no-stamp")
            return
        openssl = shutil.which("openssl") or ""
        if not openssl:
            raise Refused("no-openssl", TOKEN)
        if not os.path.isabs(openssl) or is_near(openssl, self.package):
            raise Refused("near-openssl", TOKEN)
        try:
            when = self.stamped_at(openssl)
        except OSError:  # a program that does not start, no room
            raise Refused("unasked", TOKEN) from None
        self.found.add("stamped", "", when)
        if not self.tsa:
            self.found.add("own-clock", "", first_of(self.read(TSA)))

    def stamped_at(self, openssl: str) -> str:
        """When, if OpenSSL believes it; that nobody could ask it is no word against it."""
        with tempfile.TemporaryDirectory() as folder:
            for name in (CHECKPOINT, TOKEN) + (() if self.tsa else (TSA,)):
                with open(os.path.join(folder, name[7:]), "wb") as file:
                    file.write(self.read(name))
            # The text around a token is signed by nobody: only the token is looked at.
            reply = [openssl, "ts", "-reply", "-in", "checkpoint.tsr", "-token_out"]
            ask([*reply, "-out", "token"], folder)
            text = [openssl, "ts", "-reply", "-token_in", "-in", "token", "-text"]
            when = _CLOCK.search(ask(text, folder))
            # Certificates end; what was signed before that stays good.
            known = self.tsa or "tsa.pem"  # whose own certificate a token may leave out
            command = [openssl, "ts", "-verify", "-data", "checkpoint.txt"]
            command += ["-CAfile", known, "-untrusted", known, "-in"]
            told = b""
            if when is None:  # what it cannot read it may still call FAILED
                command += ["checkpoint.tsr"]
            else:
                command += ["token", "-token_in"]
                told = ask([*command, "-attime", str(epoch_of(when))], folder)
            if b"Verification:" not in told:  # LibreSSL and old ones know no -attime
                told = ask(command, folder)
                if b"expired" in told:  # now, which says nothing of then
                    raise Refused("unasked", TOKEN)
        if when is None or _FAILED in told or b"Verification: OK" not in told:
            raise Refused("stamp" if _FAILED in told else "unasked", TOKEN)
        return when.group(0)[12:].decode().strip()

    def read(self, name: str, most: int = MOST_TEXT) -> bytes:
        item = self.files.get(name)
        if item is None or item.size > most:
            raise Refused("format" if item else "missing", name)
        return b"".join(bytes(block) for block in item.blocks())

    def lines(self, name: str, most: int = 4096) -> Iterator[str]:
        for line in io.BytesIO(self.read(name)):
            if len(line) > most or b"\r" in line or line[-1:] != b"\n":
                raise Refused("format", name)
            yield line[:-1].decode()


def is_safe(name: str) -> bool:
    """Of plain letters, below the package, and a name on every system."""
    is_reserved = any(_RESERVED.match(part) for part in name.split("/"))
    return len(name) <= 200 and not is_reserved and bool(_SAFE.fullmatch(name))


def is_near(program: str, package: Any) -> bool:
    """Whether a program lies in the package, beside it, or where one works."""
    near = [os.getcwd(), getattr(package, "root", "") or os.path.dirname(package.path)]
    folder = os.path.realpath(os.path.dirname(program)) + os.sep
    return any(folder.startswith(os.path.realpath(place) + os.sep) for place in near)


def ask(command: List[str], folder: str) -> bytes:
    """All that it says: its exit status is 1 for tampering and for an unknown option."""
    pipe, both = subprocess.PIPE, subprocess.STDOUT
    process = subprocess.Popen(command, cwd=folder, stdout=pipe, stderr=both)
    return process.communicate()[0]


def epoch_of(when: "re.Match[bytes]") -> int:
    """Seconds since 1970 of what OpenSSL prints, ``Nov 23 06:02:31 2026 GMT``."""
    month, day, hour, minute, second, year = (part.decode() for part in when.groups())
    day_of = (int(year), _MONTHS.index(month) // 3 + 1, int(day))
    return calendar.timegm((*day_of, int(hour), int(minute), int(second), 0, 0, 0))


def first_of(pem: bytes) -> str:
    """SHA-256 of the first certificate, as ``openssl x509 -fingerprint -sha256`` has it."""
    body = pem.split(b"-----BEGIN CERTIFICATE-----")[1].split(b"-----END")[0]
    return hashlib.sha256(base64.b64decode(body)).hexdigest()


def key_of(pem: bytes) -> bytes:
    first, middle, last, rest = pem.decode("ascii").split("\n")
    der = base64.b64decode(middle, validate=True)
    is_pem = (first, last) == ("-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----")
    if not is_pem or rest or der[:12] != _DER or len(der) != 44:
        raise Refused("format", KEY)
    return der[12:]


def fingerprint_of(key: bytes) -> str:
    """``openssl pkey -pubin -in site.pub.pem -outform DER | tail -c 32 | sha256sum``."""
    return hashlib.sha256(key).hexdigest()


def paper(typed: str) -> str:
    return re.sub("[^0-9a-f]", "", typed.lower())


VERDICTS = ["完好 / INTACT", "有改动 / ALTERED", "未能全部核验 / COULD NOT FULLY CHECK"]
VERDICTS += ["文件完好，但已撤回 / INTACT, BUT WITHDRAWN"]
PAPER = """
公钥指纹 / FINGERPRINT OF THE KEY
    %s
    %s
请与管理处安装单、公示或回执上的指纹逐字比对：包内的公钥只能证明包内前后一致。
Compare it with the one on paper: the key in here proves only that all agrees with it."""


def plain_text(text: str) -> str:
    """Without what moves the cursor of a terminal."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:300])


def tell(found: Findings, say: Callable[[str], None]) -> None:
    for label, value in found.about.items():
        say("%s: %s" % (plain_text(label), plain_text(value)))
    for code, place, words in found.all:
        where = plain_text(place) + ": " if place else ""
        say("%s %s%s" % (TEXTS[code][0], where, words))
    if found.fingerprint:
        groups = [found.fingerprint[i : i + 4] for i in range(0, 64, 4)]
        say(PAPER % ("  ".join(groups[:8]), "  ".join(groups[8:])))
    say("\n结论 / VERDICT: %s" % VERDICTS[found.exit])


def check(
    path: str, key: str = "", tsa: str = "", later: str = "", keys: str = ""
) -> Findings:
    """Check a folder or a .zip; never raises for what is wrong with it."""
    found, place = Findings(), path
    try:
        one = Check(path, key, tsa)
        found, place = one.run(), later
        if later:
            one.compare(Check(later, "", tsa))  # the key on paper is that of this one
        if keys:
            try:
                one.ask_keys(keys)
            except Refused as refusal:
                code = refusal.args[0]
                is_word = code in ("revoked", "unproven")  # of a file that is sound
                found.add(code if is_word else "keys", "--keys")
            except Exception:
                found.add("keys", "--keys")
    except Exception:
        found.add("unreadable" if place == path else "later", place)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="check a package of evidence")
    here = os.path.dirname(os.path.abspath(__file__))
    parser.add_argument("package", nargs="?", default=here)
    parser.add_argument("--key", default="")
    parser.add_argument("--tsa-ca", type=os.path.abspath)
    parser.add_argument("--later", default="")
    parser.add_argument("--keys", default="")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    if asked.tsa_ca and not os.path.isfile(asked.tsa_ca):
        parser.error("--tsa-ca: no such file")
    more = (asked.tsa_ca or "", asked.later, asked.keys)
    found = check(asked.package, asked.key, *more)
    with io.TextIOWrapper(sys.stdout.buffer, sys.stdout.encoding, "replace") as out:
        if asked.json:
            said = {"exit": found.exit, "fingerprint": found.fingerprint}
            out.write(json.dumps(dict(said, findings=found.all)) + "\n")
        else:
            tell(found, lambda line: print(line, file=out))
        if os.name == "nt" and len(sys.argv) == 1 and sys.stdin.isatty():
            print("\n按回车键关闭 / Enter closes the window", file=out, flush=True)
            sys.stdin.readline()  # a double click made it
    return found.exit


if __name__ == "__main__":
    sys.exit(main())
