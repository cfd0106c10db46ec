"""``verify.py`` says of each package whether it is intact, and names what is not."""

from __future__ import annotations

import ast
import io
import json
import os
import random
import shlex
import shutil
import subprocess
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import mypy
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils import timezone

from anlan.evidence.packaging import bag as bags
from anlan.evidence.packaging.record import EVENTS
from anlan.evidence.verifier import verify
from anlan.ledger.checkpoints import Statement
from anlan.ledger.signer.keys import rotation_text
from anlan.ledger.signer.revocations import Revocation
from anlan.ledger.stamps import authority_of, question
from anlan.ledger.tree import Leaves, consistency_proof, root_at
from tests.evidence.mutations import FORGER, MUTATIONS, files_of, flip_in_file, zip_of
from tests.evidence.packages import (
    FILES,
    KEY,
    ORIGIN,
    PHOTO,
    SEQS,
    VERIFIER,
    Chain,
    chain_of_length,
    made_chain,
    pem,
    public,
    sha,
    small_bag,
    word,
    zipped,
)
from tests.evidence.second_checker import is_intact
from tests.ledger.stampers import Stamper

TOP = "YQ-IN-20261123-001-P-01"
SOURCE = Path(verify.__file__)
FINGERPRINT = verify.fingerprint_of(public())
Change = Callable[[dict[str, Any]], object]
ROUNDS = 1008  # in the gate; the bench makes five times as many

# RFC 8032, 7.1: public key, message, signature.
RFC_8032 = (
    """
    d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a
    -
    e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155
    5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b
    """,
    """
    3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c
    72
    92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da
    085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00
    """,
    """
    fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025
    af82
    6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac
    18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a
    """,
)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A sealed package with everything in it, as it is handed over."""
    made = small_bag(tmp_path, papers_too=True, change={"verify.py": VERIFIER})
    path = tmp_path / "package.zip"
    path.write_bytes(zipped(made))
    return path


@pytest.fixture
def folder(package: Path, tmp_path: Path) -> Path:
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "unpacked")
    return tmp_path / "unpacked" / TOP


def run(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", SOURCE, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        **more,
    )


def codes(path: Path, **more: str) -> set[tuple[str, str]]:
    """What is wrong, and where."""
    found = verify.check(str(path), **more)
    return {
        (code, place)
        for code, place, _words in found.all
        if verify.TEXTS[code][0] in {verify.ALTERED, verify.UNSURE}
    }


def repacked(path: Path, change: Callable[[dict[str, bytes]], object]) -> Path:
    files = files_of(path.read_bytes())
    change(files)
    path.write_bytes(zip_of(files))
    return path


def test_one_file_of_the_standard_library() -> None:
    tree = ast.parse(VERIFIER, feature_version=(3, 6))

    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    assert {name for name in imported if came_with(name) > (3, 6)} == set()
    assert names_in(tree) & NEWER == set()
    assert "__future__" not in imported  # annotations came with 3.7
    assert len(VERIFIER.splitlines()) <= 855  # somebody reads it in an evening


# Names and arguments that came after 3.6 and that such a program might have wanted.
NEWER = {
    *("removeprefix", "removesuffix", "is_relative_to", "with_stem", "readlink"),
    *("time_ns", "perf_counter_ns", "monotonic_ns", "file_digest", "isascii"),
    *("reconfigure", "capture_output", "missing_ok", "dirs_exist_ok"),
    *("prod", "comb", "cache", "cached_property", "batched", "pairwise"),
    *("bit_count", "fromisoformat", "unlink_missing", "breakpoint", "strict"),
    *("hardlink_to", "walk_up", "is_junction", "TypedDict", "Literal", "Final"),
    *("Protocol", "Annotated", "ParamSpec", "Self", "TypeAlias", "cast_to"),
}


def names_in(tree: ast.AST) -> set[str]:
    """Attributes, names and keyword arguments of a program."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(attr=name) | ast.Name(id=name) | ast.keyword(arg=name):
                found.add(name)
            case ast.alias(name=name):
                found.add(name)
    return {name for name in found if name}


def came_with(module: str) -> tuple[int, int]:
    """The first Python that has a module of the standard library, as typeshed says."""
    said = Path(mypy.__file__).parent / "typeshed" / "stdlib" / "VERSIONS"
    for line in said.read_text().splitlines():
        name, _colon, versions = line.partition("#")[0].partition(":")
        if name == module:
            major, minor = versions.strip().split("-")[0].split(".")
            return int(major), int(minor)
    raise AssertionError(f"typeshed does not know {module}")


def test_the_lists_of_what_is_newer_are_not_empty() -> None:
    assert came_with("dataclasses") == (3, 7)
    assert came_with("tomllib") == (3, 11)
    assert names_in(ast.parse("a.removeprefix(missing_ok=1)")) & NEWER == {
        "removeprefix",
        "missing_ok",
    }


@pytest.mark.parametrize("vector", RFC_8032)
def test_signatures_of_rfc_8032(vector: str) -> None:
    key, message, *signature = vector.replace("-", "").split("\n")[1:-1]
    parts = [bytes.fromhex(part) for part in (key, message, "".join(signature))]

    assert verify.ed25519_verify(*parts)
    for number in range(64):
        wrong = bytearray(parts[2])
        wrong[number] ^= 1
        assert not verify.ed25519_verify(parts[0], parts[1], bytes(wrong))
    assert not verify.ed25519_verify(parts[0], parts[1] + b"x", parts[2])


def test_signatures_that_are_no_signatures() -> None:
    key, signed = public(), pem()

    order = verify.L.to_bytes(32, "little")
    assert not verify.ed25519_verify(key, b"", bytes(64))
    assert not verify.ed25519_verify(key, b"", bytes(32) + order)
    assert not verify.ed25519_verify(b"\1" + bytes(31), b"", b"\1" + bytes(63))
    assert not verify.ed25519_verify(b"\xff" * 32, b"", signed[:64])
    assert not verify.ed25519_verify(key[:31], b"", bytes(64))


def test_intact_package_as_zip_and_as_folder(package: Path, folder: Path) -> None:
    for path in (package, folder):
        answer = run(path)

        assert (answer.returncode, answer.stderr) == (0, "")
        assert "完好 / INTACT" in answer.stdout
        assert "未披露的 / in the ledger, withheld: 1" in answer.stdout
        assert "没有第三方时间戳" in answer.stdout
        printed = answer.stdout.replace(" ", "").replace("\n", "")
        assert FINGERPRINT in printed


def test_run_from_inside_the_package_without_arguments(folder: Path) -> None:
    answer = subprocess.run(
        [sys.executable, folder / "verify.py", "--json"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert json.loads(answer.stdout)["exit"] == answer.returncode == 0


def test_package_cannot_bring_modules_of_its_own(folder: Path) -> None:
    (folder / "hashlib.py").write_text("raise SystemExit(0)")

    answer = subprocess.run(
        [sys.executable, folder / "verify.py"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 1
    assert "[有改动] hashlib.py: 多出的文件" in answer.stdout


def test_key_on_paper_is_compared(package: Path) -> None:
    spaced = " ".join(FINGERPRINT[i : i + 4] for i in range(0, 64, 4)).upper()

    assert codes(package, key=spaced) == set()
    assert codes(package, key="0" + FINGERPRINT[1:]) == {("key", verify.KEY)}
    assert codes(package, key="?") == {("key", verify.KEY)}


def test_package_that_was_written_anew_is_caught_by_the_key(
    package: Path, tmp_path: Path
) -> None:
    """bagit.py calls it valid, and so do sha256sum and openssl: only paper knows."""
    package.write_bytes(zipped(small_bag(tmp_path, key=FORGER)))

    assert codes(package) == set()
    assert codes(package, key=FINGERPRINT) == {("key", verify.KEY)}


def test_each_altered_file_is_named(package: Path, tmp_path: Path) -> None:
    names = [
        name for name in files_of(package.read_bytes()) if "tagmanifest" not in name
    ]
    content = package.read_bytes()
    changed = tmp_path / "changed.zip"
    for name in names:
        files = files_of(content)
        files[name] = files[name][:-1] + bytes([files[name][-1] ^ 1])
        changed.write_bytes(zip_of(files))

        places = {place for _code, place in codes(changed)}
        assert name.removeprefix(f"{TOP}/") in places


def test_missing_and_further_files_are_named(package: Path) -> None:
    repacked(package, lambda files: files.pop(f"{TOP}/data/E-0001.jpg"))
    repacked(package, lambda files: files.update({f"{TOP}/data/E-0009.jpg": b"x"}))

    found = codes(package)

    assert {("missing", "data/E-0001.jpg"), ("unlisted", "data/E-0009.jpg")} <= found


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/passwd",
        "a\\b",
        "C:/x",
        "a//b",
        "./a",
        "a/./b",
        "CON.txt",
        "data/lpt1",
        "x ",
        "x.",
        ".hidden",
        "-x",
        "名称",
        "x\n",
        "x\x1b[2J",
        "x" * 201,
    ],
)
def test_unsafe_paths_are_named_and_never_opened(package: Path, name: str) -> None:
    repacked(package, lambda files: files.update({f"{TOP}/{name}": b"x"}))

    answer = run(package)

    assert ("unsafe", name) in codes(package)
    assert answer.returncode == 1
    assert "\x1b" not in answer.stdout


def test_names_that_are_one_on_windows(package: Path) -> None:
    repacked(package, lambda files: files.update({f"{TOP}/DATA/e-0001.JPG": b"x"}))

    found = codes(package)

    assert {code for code, _place in found} & {"twice", "unsafe"}


class TestHeaders:
    """What programs that unpack a zip believe is what was looked at."""

    @pytest.mark.parametrize(
        "name", ["../../.DS_Store", "/Thumbs.db", "../outside/", "CON/", "a/../", "/"]
    )
    def test_unsafe_paths_of_litter_and_of_folders(
        self, package: Path, name: str
    ) -> None:
        content = b"x" * (not name.endswith("/"))
        repacked(package, lambda files: files.update({f"{TOP}/{name}": content}))

        assert codes(package) == {("unsafe", name)}
        assert not is_intact(package.read_bytes())

    @pytest.mark.parametrize(
        ("at", "name"),
        [
            *((at, "data/E-0001.jpg") for at in (6, 8, 18, 22, 30)),
            *((30, inside) for inside in ("data/.DS_Store", "meta/")),
        ],
        ids=["flags", "method", "packed", "size", "name", "litter", "folder"],
    )
    def test_local_header_is_that_of_the_directory(
        self, package: Path, at: int, name: str
    ) -> None:
        added = {f"{TOP}/data/.DS_Store": b"x", f"{TOP}/meta/": b""}
        repacked(package, lambda files: files.update(added))
        content = bytearray(package.read_bytes())
        assert codes(package) == set()
        with zipfile.ZipFile(package) as archive:
            begin = archive.getinfo(f"{TOP}/{name}").header_offset

        content[begin + at] ^= 8
        package.write_bytes(content)

        assert ("special", name) in codes(package)
        assert not is_intact(bytes(content))

    @pytest.mark.parametrize(
        ("name", "content"), [("meta/", b"x"), ("", b"x"), ("meta/", None)]
    )
    def test_folders_that_are_none(
        self, package: Path, name: str, content: bytes | None
    ) -> None:
        with zipfile.ZipFile(package, "a") as archive:
            info = zipfile.ZipInfo(f"{TOP}/{name}")
            info.external_attr = (0o120777 if content is None else 0o40755) << 16
            archive.writestr(info, content or b"")

        assert codes(package) == {("special", name)}
        assert not is_intact(package.read_bytes())

    def test_file_where_the_folder_at_the_top_should_be(self, package: Path) -> None:
        repacked(package, lambda files: files.update({TOP: b"x"}))

        assert {code for code, _place in codes(package)} == {"special"}
        assert not is_intact(package.read_bytes())

    def test_folders_with_entries_of_their_own(self, package: Path) -> None:
        folders = {f"{TOP}/{name}": b"" for name in ("", "data/", "meta/empty/")}
        repacked(package, lambda files: files.update(folders))

        assert codes(package) == set()
        assert is_intact(package.read_bytes())

    def test_large_files_say_their_size_further_on(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bags, "_ZIP64_FROM", 0)
        path = tmp_path / "large.zip"
        content = zipped(small_bag(tmp_path))
        path.write_bytes(content)
        assert codes(path) == set()
        assert is_intact(content)

        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(f"{TOP}/data/E-0001.jpg")
        at = info.header_offset + 30 + len(info.orig_filename) + 4
        assert content[at : at + 8] == info.file_size.to_bytes(8, "little")
        sizes = info.header_offset + 18
        for place in (at - 4, at, at + 8) * (content[sizes] == 0xFF):
            changed = bytearray(content)
            changed[place] ^= 1
            path.write_bytes(changed)
            assert ("special", "data/E-0001.jpg") in codes(path)
            assert not is_intact(bytes(changed))


def test_links_and_devices_are_not_followed(folder: Path, tmp_path: Path) -> None:
    photo = folder / "data" / "E-0001.jpg"
    moved = tmp_path / "moved.jpg"
    photo.rename(moved)
    photo.symlink_to(moved)
    os.mkfifo(folder / "README")
    (folder / "elsewhere").symlink_to(tmp_path)

    assert codes(folder) >= {
        ("special", "data/E-0001.jpg"),
        ("missing", "data/E-0001.jpg"),
        ("special", "README"),
        ("special", "elsewhere"),
    }


def test_bomb_is_not_opened(package: Path) -> None:
    content = files_of(package.read_bytes())
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(name, text, compress_type=zipfile.ZIP_STORED)
        archive.writestr(f"{TOP}/data/E-0009.bin", bytes(64 * 1024 * 1024))

    answer = run(package, preexec_fn=_no_memory)

    assert answer.returncode == 1
    assert "data/E-0009.bin: 链接、压缩或特殊文件" in answer.stdout


def _no_memory() -> None:
    import resource  # noqa: PLC0415 -- in the child alone

    resource.setrlimit(resource.RLIMIT_AS, (400 << 20, 400 << 20))


@pytest.mark.parametrize(
    "text",
    [
        b"\n",
        b"0" * 200_000 + b"\n",
        b'{"body":' + b"[" * 100_000 + b"\n",
        b'{"body":"{}","data":null}\n',
        b"[]\n",
        b"\xff\n",
        b"",
    ],
)
def test_record_that_is_none(package: Path, tmp_path: Path, text: bytes) -> None:
    package.write_bytes(zipped(small_bag(tmp_path, change={EVENTS: text})))

    found = codes(package)

    assert {code for code, _place in found} <= {"format", "count", "unnamed", "proof"}
    assert found
    assert not is_intact(package.read_bytes())


def with_later_entry() -> Chain:
    """The first entry is of a version that nobody here knows."""
    body, data = made_chain().rows[0]
    return chain_of_length(10, first=(body.replace(b'"v":1', b'"v":2'), data))


def test_entry_of_a_later_version_is_not_fully_checked(
    package: Path, tmp_path: Path
) -> None:
    package.write_bytes(zipped(small_bag(tmp_path, chain=with_later_entry())))

    assert codes(package) == {("newer", f"{EVENTS} #1")}
    assert run(package).returncode == 2


def test_what_an_operating_system_leaves_does_no_harm(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "data" / "Thumbs.db").write_bytes(b"x")

    answer = run(folder)

    assert answer.returncode == 0
    assert "系统或办公软件留下的" in answer.stdout


@pytest.mark.parametrize(
    "name",
    [
        "documents/~$hibit-list.docx",  # Word, as long as the paper is open
        "documents/.~exhibit-list.docx",  # WPS
        "._verify.py",  # macOS, on a disk that knows no attributes
        "data/._E-0001.jpg",
    ],
)
def test_what_other_programs_leave_is_named_and_does_no_harm(
    folder: Path, name: str
) -> None:
    (folder / name).write_bytes(b"x")

    found = verify.check(str(folder))

    assert found.exit == 0
    assert ("litter", name) in {(code, place) for code, place, _words in found.all}
    files = {
        f"{TOP}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert is_intact(zip_of(files))


def test_litter_hides_no_file_that_is_listed(folder: Path) -> None:
    photo = folder / "data" / "E-0001.jpg"
    photo.rename(photo.with_name("._E-0001.jpg"))
    (folder / "data" / "~$link").symlink_to(folder)

    assert codes(folder) == {
        ("missing", "data/E-0001.jpg"),
        ("special", "data/~$link"),
        ("oxum", "bag-info.txt"),
    }


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip at all" * 100])
def test_what_is_no_package(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(content)

    assert codes(path) == {("unreadable", str(path))}
    assert run(path).returncode == 1


def test_prints_where_only_another_code_is_known(package: Path) -> None:
    for code in ("ascii", "gbk", "cp936"):
        answer = subprocess.run(
            [sys.executable, SOURCE, package],
            capture_output=True,
            check=False,
            env={"PYTHONIOENCODING": code, "PATH": os.environ["PATH"]},
        )

        assert (answer.returncode, answer.stderr) == (0, b"")
        assert b"INTACT" in answer.stdout


# As a console of Windows, or a bare system, that knows nothing but ASCII.
BARE = {
    "LC_ALL": "C",
    "PYTHONUTF8": "0",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONIOENCODING": "ascii",
    "PATH": os.environ["PATH"],
}


def bare(*arguments: object) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, str(SOURCE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, env=BARE)


def test_runs_where_there_is_no_utf_8(package: Path, tmp_path: Path) -> None:
    named = tmp_path / "证据 包.zip"
    shutil.copy(package, named)
    broken = tmp_path / "损坏.zip"
    broken.write_bytes(b"x")

    for path in (named, package):
        answer = bare(path)
        assert (answer.returncode, answer.stderr) == (0, b"")
    for more in ([], ["--json"]):
        answer = bare(broken, *more)
        assert (answer.returncode, answer.stderr) == (1, b"")
        answer.stdout.decode("ascii")
    assert bare(tmp_path / "没有.zip").returncode == 1
    shown = bare("--help")
    assert (shown.returncode, shown.stderr) == (0, b"")
    wrong = bare("--钥匙")
    assert wrong.returncode == 2
    assert b"usage" in wrong.stderr


def test_paths_of_windows(package: Path, tmp_path: Path) -> None:
    """With backslashes between folders, what is below is named as in the manifest."""
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path / "out")
    folder = str(tmp_path / "out" / TOP)
    program = (
        f"import os, sys; sys.path.insert(0, {str(SOURCE.parent)!r}); import verify\n"
        "real, walk = os.path.relpath, os.walk\n"
        "os.path.relpath = lambda *a: real(*a).replace('/', chr(92))\n"
        "os.sep = chr(92)\n"
        f"print(verify.check({folder!r}).exit)"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )

    assert (answer.stdout, answer.stderr) == ("0\n", "")


OTHER = b"\xff\xd8\xff\xe0 another photo, or a copy of one \xff\xd9"
PHOTO_NAME = "data/E-0001.jpg"


class TestWrongFile:
    """Sealed with the true key by a program that somebody took over: another file, or list.

    All that such a program cannot do is to change entries that are already counted.
    """

    def sealed(self, folder: Path, change: Change | None = None, **more: Any) -> Path:
        """With the list of exhibits as ``change`` leaves its rows, by their codes."""
        said = json.loads(small_bag(folder).tags[verify.EXHIBITS])
        rows = {row["code"]: row for row in said["exhibits"]}
        if change:
            change(rows)
        said["exhibits"] = list(rows.values())
        tags = {verify.EXHIBITS: json.dumps(said).encode()}
        path = folder / "sealed.zip"
        path.write_bytes(zipped(small_bag(folder, change=tags, **more)))
        return path

    def with_other(self, folder: Path, chain: Chain, *, digest: str = "") -> Path:
        """As E-0001, with all entries that are of the case or were added to the chain."""
        digest = digest or sha(OTHER).hex()
        return self.sealed(
            folder,
            lambda rows: rows["E-0001"].update(sha256=digest),
            chain=chain,
            seqs=(*SEQS, *range(11, len(chain.rows) + 1)),
            data={**FILES, PHOTO_NAME: OTHER},
        )

    def found(self, path: Path) -> set[tuple[str, str]]:
        """By the first program; the second must not find it intact either."""
        found = codes(path)
        assert is_intact(path.read_bytes()) == (not found)
        return found

    def test_the_lists_alone_are_good(self, tmp_path: Path) -> None:
        assert self.found(self.sealed(tmp_path)) == set()

    def test_received_is_good(self, tmp_path: Path) -> None:
        chain = made_chain()
        chain.add("evidence.received", {"code": "E-0001", "sha256": sha(OTHER).hex()})

        assert self.found(self.with_other(tmp_path, chain)) == set()

    def test_of_another_case(self, tmp_path: Path) -> None:
        chain = made_chain()
        facts = {"code": "E-0001", "sha256": sha(OTHER).hex()}
        chain.add("evidence.received", facts, subject="case:other-canary")

        found = self.found(self.with_other(tmp_path, chain))

        assert ("origin", f"{EVENTS} #11") in found

    @pytest.mark.parametrize(
        ("kind", "field"),
        [
            ("evidence.opened", "sha256"),
            ("evidence.playing_copy_made", "sha256"),
            ("evidence.redaction_begun", "sha256"),
            ("evidence.redaction_made", "sha256"),
            ("evidence.still_taken", "original_sha256"),
            ("evidence.custody_stepped", "giver_signature"),
            ("evidence.custody_stepped", "sha256"),
            ("evidence.received", "title_digest"),
            ("evidence.received", "derived_sha256x"),
        ],
    )
    def test_named_by_an_entry_that_does_not_vouch_for_it(
        self, tmp_path: Path, kind: str, field: str
    ) -> None:
        chain = made_chain()
        chain.add(kind, {"code": "E-0001", field: sha(OTHER).hex()})

        found = self.found(self.with_other(tmp_path, chain))

        assert ("unnamed", "E-0001") in found

    def test_listed_under_the_digest_of_the_original(self, tmp_path: Path) -> None:
        chain = made_chain()
        facts = {"code": "E-0001", "sha256": sha(OTHER).hex()}
        for kind in ("evidence.received", "evidence.opened"):
            chain.add(kind, facts)
        path = self.with_other(tmp_path, chain, digest=sha(PHOTO).hex())

        assert self.found(path) == {("unnamed", PHOTO_NAME)}

    def test_original_in_place_of_a_signature(self, tmp_path: Path) -> None:
        name = "data/E-0002.step-1-giver.png"
        chain = made_chain()
        chain.add("evidence.opened", {"code": "E-0002", "sha256": sha(OTHER).hex()})
        path = self.sealed(
            tmp_path, chain=chain, seqs=(*SEQS, 11), data={**FILES, name: OTHER}
        )

        assert self.found(path) == {("unnamed", name)}

    @pytest.mark.parametrize(
        ("name", "seq"),
        [
            ("data/E-0002.step-2-giver.png", 11),  # of the step before
            ("data/E-0002.step-1-receiver.png", 6),  # of the other side
            ("data/E-0002.step-9-giver.png", 6),  # of none
            ("data/E-0002.step-01-giver.png", 6),
        ],
    )
    def test_signature_of_another_step(
        self, tmp_path: Path, name: str, seq: int
    ) -> None:
        """The same hand signed that the thing was handed on, and never that it came."""
        chain = made_chain()
        facts = {"code": "E-0002", "giver_signature": sha(OTHER).hex()}
        chain.add("evidence.custody_stepped", facts)
        data = {n: text for n, text in FILES.items() if "step" not in n}

        def change(rows: dict[str, Any]) -> None:
            (step,) = rows["E-0002"]["steps"]
            rows["E-0002"]["steps"].append({**step, "seq": 11})
            rows["E-0002"]["files"] = [name]

        data[name] = FILES["data/E-0002.step-1-giver.png"]
        path = self.sealed(tmp_path, change, chain=chain, seqs=(*SEQS, 11), data=data)

        assert self.found(path) == {("unnamed", name)}

    def test_each_step_has_its_own_signature(self, tmp_path: Path) -> None:
        chain = made_chain()
        facts = {"code": "E-0002", "receiver_signature": sha(OTHER).hex()}
        chain.add("evidence.custody_stepped", facts)
        name = "data/E-0002.step-2-receiver.png"

        def change(rows: dict[str, Any]) -> None:
            (step,) = rows["E-0002"]["steps"]
            rows["E-0002"]["steps"].append({**step, "seq": 11})
            rows["E-0002"]["files"].append(name)

        path = self.sealed(
            tmp_path,
            change,
            chain=chain,
            seqs=(*SEQS, 11),
            data={**FILES, name: OTHER},
        )

        assert self.found(path) == set()

    def test_two_rows_of_one_code(self, tmp_path: Path) -> None:
        """One with the file, and one that says something else of it."""

        def change(rows: dict[str, Any]) -> None:
            rows["again"] = {**rows["E-0001"], "files": [], "received_at": "earlier"}

        assert self.found(self.sealed(tmp_path, change)) == {("twice", "E-0001")}

    def test_words_that_are_a_signature(self, tmp_path: Path) -> None:
        """Whose digest is of any text that somebody cared to sign."""
        chain = made_chain()
        facts = {"code": "E-0001", "giver_signature": word("another title")}
        chain.add("evidence.custody_stepped", facts)
        path = self.sealed(
            tmp_path,
            lambda rows: rows["E-0001"]["words"].update(title="another title"),
            chain=chain,
            seqs=(*SEQS, 11),
        )

        assert self.found(path) == {("words", "E-0001")}

    def test_listed_with_another_exhibit(self, tmp_path: Path) -> None:
        def change(rows: dict[str, Any]) -> None:
            rows["E-0001"]["files"], rows["E-0002"]["files"] = (
                rows["E-0002"]["files"],
                rows["E-0001"]["files"],
            )

        assert self.found(self.sealed(tmp_path, change)) == {
            ("unnamed", PHOTO_NAME),
            ("unnamed", "data/E-0002.step-1-giver.png"),
        }

    def test_list_without_its_digest(self, tmp_path: Path) -> None:
        path = self.sealed(tmp_path, lambda rows: rows["E-0001"].update(sha256=""))

        assert ("unnamed", "E-0001") in self.found(path)

    def test_thing_that_the_record_does_not_know(self, tmp_path: Path) -> None:
        def change(rows: dict[str, Any]) -> None:
            rows["E-0077"] = {**rows["E-0002"], "code": "E-0077", "files": []}
            rows["E-0077"] |= {"words": {}, "steps": []}

        assert self.found(self.sealed(tmp_path, change)) == {("unnamed", "E-0077")}

    @pytest.mark.parametrize("code", ["E-1", "E-0001.step-1", "X-0001", "E-００01"])
    def test_code_that_is_none(self, tmp_path: Path, code: str) -> None:
        def change(rows: dict[str, Any]) -> None:
            rows["E-0002"] |= {"code": code, "words": {}, "steps": [], "files": []}

        chain = made_chain()
        chain.add("evidence.object_registered", {"code": code})
        data = {n: text for n, text in FILES.items() if "E-0002" not in n}
        path = self.sealed(tmp_path, change, chain=chain, seqs=(*SEQS, 11), data=data)

        assert self.found(path) == {("unnamed", code)}

    def test_case_is_printed_and_moves_no_cursor(self, tmp_path: Path) -> None:
        assert "as the ledger names it: case:a\n" in run(self.sealed(tmp_path)).stdout
        chain = Chain()
        for body, data in made_chain().rows:
            chain.add(json.loads(body)["kind"], json.loads(data), "case:\x1b[2J")

        answer = run(self.sealed(tmp_path, chain=chain))

        assert answer.returncode == 0
        assert "as the ledger names it: case:\\x1b[2J\n" in answer.stdout


def handed_over(
    old: Ed25519PrivateKey,
    new: Ed25519PrivateKey,
    *,
    signers: tuple[Ed25519PrivateKey, ...] = (),
) -> dict[str, str]:
    keys = [key.public_key().public_bytes_raw() for key in (old, new)]
    text = rotation_text(*keys)
    parts = [*keys, *(key.sign(text) for key in signers or (old, new))]
    names = ("old", "new", "by_old", "by_new")
    return {name: part.hex() for name, part in zip(names, parts, strict=True)}


class TestWithdrawn:
    """A later package of the case says that an earlier one is not to be relied on."""

    UID = "6f2d3c1e-0000-4000-8000-0000000000aa"

    def later(self, folder: Path, uids: list[str], **more: Any) -> Path:
        rows = [{"package": uid, "code": "P-01"} for uid in uids]
        said = json.dumps({"case": "x", "packages": rows}).encode()
        path = folder / "later.zip"
        change = {verify.GONE: said, **more.pop("change", {})}
        path.write_bytes(zipped(small_bag(folder, change=change, **more)))
        return path

    @pytest.fixture
    def earlier(self, tmp_path: Path) -> Path:
        path = tmp_path / "earlier.zip"
        path.write_bytes(zipped(small_bag(tmp_path, uid=self.UID)))
        return path

    def test_is_named(self, earlier: Path, tmp_path: Path) -> None:
        later = self.later(tmp_path, ["other", self.UID])

        answer = run(earlier, "--later", later, "--key", FINGERPRINT)

        assert answer.returncode == 3
        assert (
            "[已撤回] --later: 本包已被撤回 / this package is withdrawn"
            in answer.stdout
        )
        assert "已撤回 / INTACT, BUT WITHDRAWN" in answer.stdout
        assert run(earlier).returncode == 0  # nobody told it

    @pytest.mark.parametrize(
        ("fault", "code"),
        [
            ("", 3),
            ("none", 2),
            ("not the next", 2),
            ("not by the old one", 2),
            ("not by the new one", 2),
            ("of others", 2),
        ],
    )
    def test_key_was_handed_over_meanwhile(
        self, earlier: Path, tmp_path: Path, fault: str, code: int
    ) -> None:
        middle, new, other = (Ed25519PrivateKey.generate() for _key in range(3))
        steps = [handed_over(KEY, middle), handed_over(middle, new)]
        if fault == "not the next":
            steps = steps[:1]
        if fault == "not by the old one":
            steps[0] = handed_over(KEY, middle, signers=(other, middle))
        if fault == "not by the new one":
            steps[1] = handed_over(middle, new, signers=(middle, other))
        if fault == "of others":
            steps = [handed_over(other, new)]
        said = {verify.KEYS: json.dumps({"rotations": steps}).encode()}
        later = self.later(
            tmp_path, [self.UID], key=new, change={} if fault == "none" else said
        )

        answer = run(earlier, "--later", later, "--key", FINGERPRINT)

        assert answer.returncode == code
        is_good = fault in {"", "none", "of others"}
        assert run(later).returncode == (0 if is_good else 1)
        assert is_intact(later.read_bytes()) is is_good

    def test_says_how_many_others_are(self, tmp_path: Path) -> None:
        answer = run(self.later(tmp_path, ["other", self.UID]))

        assert answer.returncode == 0
        assert "packages of the case that are withdrawn: 2" in answer.stdout

    def test_others_are_not(self, earlier: Path, tmp_path: Path) -> None:
        later = self.later(tmp_path, ["other"])

        assert run(earlier, "--later", later).returncode == 0
        assert run(earlier, "--later", earlier).returncode == 0

    def test_one_that_was_altered_is_altered_first(
        self, earlier: Path, tmp_path: Path
    ) -> None:
        later = self.later(tmp_path, [self.UID])
        repacked(earlier, lambda files: files.update({f"{TOP}/x.txt": b"x"}))

        assert run(earlier, "--later", later).returncode == 1

    @pytest.mark.parametrize("fault", ["key", "altered", "no package", "nothing"])
    def test_nobody_else_can_withdraw_it(
        self, earlier: Path, tmp_path: Path, fault: str
    ) -> None:
        more = {"key": FORGER} if fault == "key" else {}
        later = self.later(tmp_path, [self.UID], **more)
        if fault == "altered":
            repacked(later, lambda files: files.update({f"{TOP}/x.txt": b"x"}))
        if fault == "no package":
            later.write_bytes(b"x")
        if fault == "nothing":
            later.unlink()

        answer = run(earlier, "--later", later)

        assert answer.returncode == 2
        assert "较新的包不可靠" in answer.stdout

    @pytest.mark.parametrize("what", ["package", "entry"])
    def test_a_later_format_says_nothing_that_is_understood(
        self, earlier: Path, tmp_path: Path, what: str
    ) -> None:
        more: dict[str, Any] = {"format_number": "2"}
        if what == "entry":
            more = {"chain": with_later_entry()}
        later = self.later(tmp_path, [self.UID], **more)
        assert run(later).returncode == 2

        assert codes(earlier, later=str(later)) == {("later", "--later")}
        assert run(earlier, "--later", later).returncode == 2

    def test_one_of_another_case_says_nothing(
        self, earlier: Path, tmp_path: Path
    ) -> None:
        chain = Chain()
        for body, data in made_chain().rows:
            chain.add(json.loads(body)["kind"], json.loads(data), "case:b")
        later = self.later(tmp_path, ["other"], chain=chain)
        assert run(later).returncode == 0

        assert codes(earlier, later=str(later)) == {("later", "--later")}

    def test_is_named_where_nobody_can_look_at_the_stamp(
        self, earlier: Path, tmp_path: Path
    ) -> None:
        tags = {verify.TOKEN: b"x", verify.TSA: b"x"}
        later = self.later(tmp_path, [self.UID], change=tags)

        answer = run(earlier, "--later", later, env={"PATH": ""})

        assert run(later, env={"PATH": ""}).returncode == 2
        assert answer.returncode == 3

    @pytest.mark.parametrize("said", [b"", b"[]", b"{}", b'{"packages": [1]}', b"\xff"])
    def test_a_list_that_is_none(self, tmp_path: Path, said: bytes) -> None:
        path = tmp_path / "x.zip"
        path.write_bytes(zipped(small_bag(tmp_path, change={verify.GONE: said})))

        assert codes(path) == {("format", "others")}
        assert not is_intact(path.read_bytes())


def ended(
    chain: Chain,
    new: Ed25519PrivateKey,
    *,
    size: int,
    sizes: tuple[int, ...] = (),
    old: Ed25519PrivateKey = KEY,
    **more: Any,
) -> dict[str, Any]:
    """The key that sealed the earlier packages counts up to the size; with proofs."""
    nodes = Leaves(chain.leaves)
    said = Revocation(
        public(old),
        public(new),
        Statement(ORIGIN, size, root_at(nodes, size)),
        1_795_400_000,
        "备份盘失窃",
        b"",
    )
    by_old, by_new = old.sign(said.text), new.sign(said.text)
    paths = {
        str(one): [step.hex() for step in consistency_proof(nodes, one, size)]
        for one in sizes
    }
    return {
        **replace(said, by_old=by_old, by_new=by_new).as_json(),
        "paths": paths,
        **more,
    }


class TestRevoked:
    """The key of an earlier package was known to others, and was revoked."""

    NEW = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))

    @pytest.fixture
    def chain(self) -> Chain:
        """The record of today: of the ten entries of then, and four more."""
        chain = made_chain()
        for number in range(4):
            chain.add("evidence.opened", {"code": "E-0001", "way": f"{number}"})
        return chain

    @pytest.fixture
    def earlier(self, tmp_path: Path) -> Path:
        """Sealed at ten entries with the key of then."""
        path = tmp_path / "earlier.zip"
        path.write_bytes(zipped(small_bag(tmp_path)))
        return path

    def keys(self, *rows: dict[str, Any]) -> bytes:
        said = {"rotations": [handed_over(KEY, self.NEW)], "revocations": list(rows)}
        return json.dumps(said).encode()

    def later(self, folder: Path, chain: Chain, said: bytes) -> Path:
        path = folder / "later.zip"
        change = {verify.KEYS: said}
        made = small_bag(folder, chain=chain, key=self.NEW, change=change)
        path.write_bytes(zipped(made))
        return path

    @property
    def paper(self) -> str:
        return verify.fingerprint_of(public(self.NEW))

    @pytest.mark.parametrize("way", ["later", "keys"])
    def test_earlier_package_stays_good(self, earlier, chain, tmp_path, way) -> None:
        said = self.keys(ended(chain, self.NEW, size=12, sizes=(10,)))
        (tmp_path / "keys.json").write_bytes(said)
        paths = {
            "later": self.later(tmp_path, chain, said),
            "keys": tmp_path / "keys.json",
        }

        answer = run(earlier, f"--{way}", paths[way], "--key", self.paper)

        assert "of before its key was revoked" in answer.stdout
        assert answer.returncode == 0
        assert run(earlier, "--key", self.paper).returncode == 1
        told = run(paths["later"], "--key", self.paper)
        assert told.returncode == 0
        assert f"{FINGERPRINT} 12" in told.stdout
        assert is_intact(paths["later"].read_bytes())

    def test_one_of_exactly_then_needs_no_proof(self, earlier, chain, tmp_path) -> None:
        later = self.later(tmp_path, chain, self.keys(ended(chain, self.NEW, size=10)))

        assert codes(earlier, later=str(later), key=self.paper) == set()

    @pytest.mark.parametrize(
        ("size", "sizes", "code"),
        [
            (9, (), "revoked"),  # it was sealed after that
            (12, (), "unproven"),  # of before, if somebody proved it
            (12, (9,), "unproven"),
        ],
    )
    @pytest.mark.parametrize("way", ["later", "keys"])
    def test_one_that_is_not_proven(
        self, earlier, chain, tmp_path, way, size, sizes, code
    ) -> None:
        said = self.keys(ended(chain, self.NEW, size=size, sizes=sizes))
        (tmp_path / "keys.json").write_bytes(said)
        paths = {
            "later": self.later(tmp_path, chain, said),
            "keys": tmp_path / "keys.json",
        }

        found = codes(earlier, key=self.paper, **{way: str(paths[way])})

        assert found == {(code, f"--{way}")}

    @pytest.mark.parametrize("number", [10, 12, 13])
    def test_forged_with_the_leaked_key(self, chain, tmp_path, number) -> None:
        """Another history, before, at and after the size that counts."""
        body, data = made_chain().rows[0]
        forgery = chain_of_length(10, first=(body.replace(b"user:1", b"user:2"), data))
        for one in range(number - 10):
            forgery.add("evidence.opened", {"code": "E-0001", "way": f"x{one}"})
        path = tmp_path / "forged.zip"
        path.write_bytes(zipped(small_bag(tmp_path, chain=forgery)))
        assert verify.check(str(path), FINGERPRINT).exit == 0  # nobody told it yet
        said = self.keys(ended(chain, self.NEW, size=12, sizes=(10, 11)))
        later = self.later(tmp_path, chain, said)

        found = codes(path, later=str(later), key=self.paper)

        code = "revoked" if number == 13 else "forked"
        assert found == {(code, "--later")}
        assert run(path, "--later", later).returncode == 1

    @pytest.mark.parametrize(
        "fault",
        [
            "size",
            "root",
            "reason",
            "by_new",
            "by_old",
            "origin",
            "by the thief",
            "twice",
        ],
    )
    def test_what_is_not_so_signed_is_no_revocation(
        self, earlier, chain, tmp_path, fault
    ) -> None:
        row = ended(chain, self.NEW, size=12, sizes=(10,))
        rows = [row]
        match fault:
            case "size":
                row["size"] = 10
            case "root":
                row["root"] = chain.leaves[0].hex()
            case "reason":
                row["reason"] = "x"
            case "by_new" | "by_old":
                row[fault] = FORGER.sign(b"x").hex()
            case "origin":
                row["origin"] = "anlan/6b1f/0000"
            case "by the thief":
                rows = [ended(chain, FORGER, size=12)]
            case "twice":
                rows = [row, row]
        said = self.keys(*rows)
        later = self.later(tmp_path, chain, said)
        (tmp_path / "keys.json").write_bytes(said)

        found = [
            codes(earlier, later=str(later)),
            codes(earlier, keys=str(tmp_path / "keys.json"), key=self.paper),
        ]

        assert found[0] == {("later", "--later")}
        assert found[1] == {("keys", "--keys"), ("key", verify.KEY)}
        assert run(later).returncode == 1
        assert not is_intact(later.read_bytes())

    def test_file_of_keys_of_another_key_than_on_paper_says_nothing(
        self, earlier, chain, tmp_path
    ) -> None:
        path = tmp_path / "keys.json"
        path.write_bytes(self.keys(ended(chain, self.NEW, size=9)))

        for paper in (FINGERPRINT, ""):
            found = codes(earlier, keys=str(path), key=paper)
            assert found == {("keys", "--keys")}
        for said in (b"", b"[]", b"{}", b'{"rotations": []}'):
            path.write_bytes(said)
            assert ("keys", "--keys") in codes(earlier, keys=str(path))
        assert ("keys", "--keys") in codes(earlier, keys=str(tmp_path / "none"))

    def test_no_package_is_sealed_with_a_key_that_it_calls_revoked(
        self, chain, tmp_path
    ) -> None:
        row = ended(chain, KEY, size=12, old=self.NEW)
        said = {"rotations": [handed_over(KEY, self.NEW)], "revocations": [row]}
        path = self.later(tmp_path, chain, json.dumps(said).encode())

        assert codes(path) == {("revoked", verify.KEYS)}
        assert not is_intact(path.read_bytes())


def test_consistency_is_decided_as_by_the_ledger() -> None:
    nodes = Leaves([sha(b"%d" % number) for number in range(24)])
    for new in range(1, 25):
        for old in range(1, new + 1):
            roots = root_at(nodes, old), root_at(nodes, new)
            proof = consistency_proof(nodes, old, new)
            assert verify.continues(old, new, *roots, proof)
            assert not verify.continues(old, new, bytes(32), roots[1], proof)
            assert not verify.continues(old, new, *roots, [*proof, bytes(32)])
            if proof:
                assert not verify.continues(old, new, *roots, proof[:-1])
                assert not verify.continues(old, new, *roots, [b"", *proof[1:]])


def test_standard_tools_agree(folder: Path) -> None:
    """sha256sum, bagit.py and openssl, with no program of ours."""
    assert all(call(folder, command) for command in STANDARD)
    (folder / "data" / "E-0001.jpg").write_bytes(b"another photo")
    assert [call(folder, command) for command in STANDARD] == [
        False,
        True,
        False,
        True,
    ]
    (folder / "tagmanifest-sha256.txt").write_bytes(b"")
    assert not call(folder, STANDARD[3])


STANDARD = (
    ["sha256sum", "--strict", "-c", "manifest-sha256.txt"],
    ["sha256sum", "--strict", "-c", "tagmanifest-sha256.txt"],
    [sys.executable, "-m", "bagit", "--validate", "."],
    shlex.split(
        "openssl pkeyutl -verify -rawin -pubin -inkey signature/site.pub.pem"
        " -sigfile signature/tagmanifest.sig -in tagmanifest-sha256.txt"
    ),
)


def call(folder: Path, command: list[str]) -> bool:
    answer = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return answer.returncode == 0


def test_fingerprint_is_what_openssl_says(folder: Path) -> None:
    der = subprocess.run(
        shlex.split("openssl pkey -pubin -in signature/site.pub.pem -outform DER"),
        cwd=folder,
        capture_output=True,
        check=True,
    ).stdout

    assert verify.fingerprint_of(der[-32:]) == FINGERPRINT


def test_time_stamp_is_checked_with_openssl(tmp_path: Path) -> None:
    tsa = stamping_authority(tmp_path)
    checkpoint = small_bag(tmp_path).tags[verify.CHECKPOINT]
    token = stamp(tmp_path, checkpoint)
    stamped = {verify.TOKEN: token, verify.TSA: tsa}
    path = tmp_path / "stamped.zip"

    path.write_bytes(zipped(small_bag(tmp_path, change=stamped)))
    assert codes(path) == set()
    assert "时间戳有效" in run(path).stdout
    assert run(path, "--tsa-ca", tmp_path / "ca.pem").returncode == 0
    assert run(path, env={"PATH": ""}).returncode == 2

    # Around the token stands text that nobody signs.
    call(tmp_path, shlex.split("openssl ts -reply -in answer.tsr -token_out -out only"))
    said = der(0x0C, b"x\nTime stamp: Jan  1 00:00:00 2020 GMT")
    status = der(0x30, b"\x02\x01\x00" + der(0x30, said))
    stamped[verify.TOKEN] = der(0x30, status + (tmp_path / "only").read_bytes())
    path.write_bytes(zipped(small_bag(tmp_path, change=stamped)))
    assert codes(path) == set()
    assert "2020" not in run(path).stdout

    stamped[verify.TOKEN] = stamp(tmp_path, checkpoint + b"x")
    path.write_bytes(zipped(small_bag(tmp_path, change=stamped)))
    assert codes(path) == {("stamp", verify.TOKEN)}


class TestOpenSsl:
    """Whatever it cannot do is no word against the package."""

    @pytest.fixture
    def stamped(self, tmp_path: Path) -> Path:
        authority = tmp_path / "authority"
        authority.mkdir()
        tsa = stamping_authority(authority)
        token = stamp(authority, small_bag(tmp_path).tags[verify.CHECKPOINT])
        return self.sealed(tmp_path, {verify.TOKEN: token, verify.TSA: tsa})

    def sealed(self, folder: Path, tags: dict[str, bytes]) -> Path:
        path = folder / "package" / "stamped.zip"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(zipped(small_bag(folder, change=tags)))
        return path

    def checked_with(
        self, package: Path, text: str, where: str = "bin"
    ) -> subprocess.CompletedProcess[str]:
        """By a program that stands in for OpenSSL, and may ask the true one."""
        program = package.parent.parent / where / "openssl"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(text.replace("TRUE", str(shutil.which("openssl"))))
        program.chmod(0o755)
        return run(package, env={"PATH": f"{program.parent}:/usr/bin:/bin"})

    WINDOWS = """#!/bin/sh
TRUE "$@" >out.txt 2>err.txt; code=$?
case "$*" in *-out*) ;; *) sed 's/$/\\r/' out.txt ;; esac
sed 's/$/\\r/' err.txt >&2; exit $code
"""
    LIBRE = """#!/bin/sh
case "$*" in *-attime*) echo "usage: ts ..." >&2; exit 1 ;; esac
exec TRUE "$@"
"""

    @pytest.mark.parametrize("program", [WINDOWS, LIBRE])
    def test_of_another_system_answers_as_well(
        self, stamped: Path, tmp_path: Path, program: str
    ) -> None:
        good = self.checked_with(stamped, program)
        token = stamp(tmp_path / "authority", b"something else")
        tsa = (tmp_path / "authority" / "ca.pem").read_bytes()
        other = self.sealed(tmp_path, {verify.TOKEN: token, verify.TSA: tsa})
        bad = self.checked_with(other, program)

        assert "时间戳有效" in good.stdout
        assert "\r" not in good.stdout
        assert (good.returncode, bad.returncode) == (0, 1)
        assert "时间戳不对" in bad.stdout

    @pytest.mark.parametrize(
        "program",
        [
            "#!/bin/sh\nexit 1\n",
            "#!/bin/sh\necho 'Library not loaded' >&2; exit 134\n",
            "#!/nowhere/at/all\n",  # does not even start
            """#!/bin/sh
case "$*" in *-attime*) exit 1 ;; *-verify*)
echo "Verification: FAILED"; echo "Verify error:certificate has expired" >&2; exit 1 ;;
esac
exec TRUE "$@"
""",
            """#!/bin/sh
case "$*" in *-token_out*) echo "no space left on device" >&2; exit 1 ;; esac
exec TRUE "$@"
""",
        ],
    )
    def test_that_gives_no_answer_is_not_checked(
        self, stamped: Path, program: str
    ) -> None:
        answer = self.checked_with(stamped, program)

        assert answer.returncode == 2
        assert "openssl 没有给出结论" in answer.stdout

    def test_token_that_nobody_can_read_is_altered(self, tmp_path: Path) -> None:
        path = self.sealed(tmp_path, {verify.TOKEN: b"x", verify.TSA: b"x"})

        assert codes(path) == {("stamp", verify.TOKEN)}

    def test_beside_the_package_is_not_used_and_said(self, stamped: Path) -> None:
        answer = self.checked_with(stamped, "#!/bin/sh\nexit 0\n", "package/bin")

        assert answer.returncode == 2
        assert "换个文件夹" in answer.stdout
        assert "没有 openssl" not in answer.stdout

    def test_file_of_certificates_that_is_not_there_is_a_mistake_of_the_call(
        self, stamped: Path, tmp_path: Path
    ) -> None:
        answer = run(stamped, "--tsa-ca", tmp_path / "nothing.pem")

        assert answer.returncode == 2
        assert "--tsa-ca" in answer.stderr


def test_window_of_a_double_click_stays_open(folder: Path) -> None:
    shutil.copy(SOURCE, folder / "verify.py")
    program = (
        "import os, sys, io, runpy\n"
        "class Console(io.StringIO):\n"
        "    def isatty(self): return True\n"
        "    def readline(self): print('waited', file=sys.stderr); return ''\n"
        "import tempfile, subprocess, shutil, zipfile\n"
        "sys.stdin, sys.argv = Console(), sys.argv[1:]\n"
        "os.name = 'nt'\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )

    for more, waited in ([], "waited\n"), (["--json"], ""):
        answer = subprocess.run(
            [sys.executable, "-I", "-c", program, folder / "verify.py", *more],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (answer.returncode, answer.stderr) == (0, waited)
        assert ("按回车键关闭" in answer.stdout) is bool(waited)


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    short = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + short + content


def test_stamp_outlives_the_certificate_of_who_gave_it(tmp_path: Path) -> None:
    stamper = Stamper(tmp_path / "authority")
    end = stamper.end_in(timedelta(seconds=3))
    checkpoint = small_bag(tmp_path).tags[verify.CHECKPOINT]
    asked = question(checkpoint, authority=authority_of(stamper.root.read_bytes()))
    stamped = {
        verify.TOKEN: stamper.answer(asked.body),
        verify.TSA: stamper.root.read_bytes(),
    }
    path = tmp_path / "stamped.zip"
    path.write_bytes(zipped(small_bag(tmp_path, change=stamped)))
    while timezone.now() <= end + timedelta(seconds=1):
        time.sleep(0.1)  # OpenSSL has no clock but the machine's

    assert codes(path) == set()


def stamping_authority(folder: Path) -> bytes:
    """A root that stamps, good for a test and nothing else."""
    (folder / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\nx509_extensions=ext\nprompt=no\n"
        "[dn]\nCN=Test TSA\n"
        "[ext]\nextendedKeyUsage=critical,timeStamping\nbasicConstraints=CA:TRUE\n"
        "[tsa]\ndefault_tsa=one\n"
        "[one]\nserial=serial\nsigner_cert=ca.pem\nsigner_key=key.pem\n"
        "signer_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\n"
    )
    make = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        " -days 3650 -keyout key.pem -out ca.pem -config tsa.cnf"
    )
    subprocess.run(shlex.split(make), cwd=folder, capture_output=True, check=True)
    return (folder / "ca.pem").read_bytes()


def stamp(folder: Path, content: bytes) -> bytes:
    (folder / "stamped").write_bytes(content)
    for command in (
        "openssl ts -query -data stamped -sha256 -cert -out ask.tsq",
        "openssl ts -reply -config tsa.cnf -queryfile ask.tsq -out answer.tsr",
    ):
        subprocess.run(
            shlex.split(command), cwd=folder, capture_output=True, check=True
        )
    return (folder / "answer.tsr").read_bytes()


def test_checkers_agree_on_some_changed_packages(tmp_path: Path) -> None:
    """The gate's part of the thousand below: each kind of change, with other seeds."""
    content = zipped(small_bag(tmp_path))
    path = tmp_path / "changed.zip"
    found: Counter[bool] = Counter()
    for place, change in enumerate(MUTATIONS):
        for seed in (ROUNDS + place, 2 * ROUNDS + place):
            changed = change(content, random.Random(seed), tmp_path)  # noqa: S311 -- a seed
            path.write_bytes(changed)

            first, second = verify.check(str(path)).exit == 0, is_intact(changed)

            assert first == second, (change.__name__, seed)
            found[first] += 1
    assert found[False] > len(MUTATIONS)


@pytest.mark.slow
@pytest.mark.deep
def test_two_checkers_agree_on_a_thousand_changed_packages(tmp_path: Path) -> None:
    content = zipped(small_bag(tmp_path))
    path = tmp_path / "changed.zip"
    verdicts: Counter[bool] = Counter()
    for seed in range(ROUNDS):
        change = MUTATIONS[seed % len(MUTATIONS)]
        changed = change(content, random.Random(seed), tmp_path)  # noqa: S311 -- a seed
        path.write_bytes(changed)

        first, second = verify.check(str(path)).exit == 0, is_intact(changed)

        assert first == second, (change.__name__, seed)
        verdicts[first] += 1
    assert verdicts[True] > 50
    assert verdicts[False] > 700


@pytest.mark.parametrize("seed", range(3))
def test_other_programs_see_a_change_too(tmp_path: Path, seed: int) -> None:
    """sha256sum, bagit.py and openssl, on packages in which one file was changed."""
    content = zipped(small_bag(tmp_path))
    changed = flip_in_file(content, random.Random(seed), tmp_path)  # noqa: S311
    with zipfile.ZipFile(io.BytesIO(changed)) as archive:
        archive.extractall(tmp_path / "unpacked")

    folder = tmp_path / "unpacked" / TOP
    assert not all(call(folder, command) for command in STANDARD)


def test_named_is_the_file_that_was_changed(tmp_path: Path) -> None:
    content = zipped(small_bag(tmp_path))
    path = tmp_path / "changed.zip"
    for seed in range(100):
        changed = flip_in_file(content, random.Random(seed), tmp_path)  # noqa: S311
        path.write_bytes(changed)
        before, after = files_of(content), files_of(changed)
        (name,) = [n for n in before if before[n] != after[n]]

        places = {place for _code, place in codes(path)}

        inside = name.removeprefix(f"{TOP}/")
        is_list = inside.endswith("manifest-sha256.txt")
        assert inside in places or (is_list and places), (seed, name, places)


def test_copied_verifier_is_the_one_of_the_source(folder: Path) -> None:
    shutil.copy(SOURCE, folder / "verify.py")

    assert codes(folder) == set()
