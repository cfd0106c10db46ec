"""Ways to damage a copy as a disk, a thief or a hurried administrator would."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from anlan.base.stores import Store


def flip_a_bit(path: Path) -> None:
    """One bit, and the file's times are as before."""
    before = path.stat()
    path.chmod(0o640)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    _restore(path, before)


def truncate(path: Path) -> None:
    before = path.stat()
    path.chmod(0o640)
    with path.open("r+b") as file:
        file.truncate(before.st_size - 1)
    _restore(path, before)


def delete(path: Path) -> None:
    path.unlink()


def replace(path: Path) -> None:
    """Another file under the same name, of the same size and age."""
    before = path.stat()
    path.unlink()
    path.write_bytes(b"\0" * before.st_size)
    _restore(path, before)


def put_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def remove_store(store: Store) -> None:
    shutil.rmtree(store.root)


DAMAGES: dict[str, Callable[[Path], None]] = {
    "flip": flip_a_bit,
    "truncate": truncate,
    "delete": delete,
    "replace": replace,
    "folder": put_a_folder,
}


def _restore(path: Path, before: os.stat_result) -> None:
    path.chmod(before.st_mode)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
