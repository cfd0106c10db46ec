"""Room on the disks of the vault: of each a part is left, so that the record can go on."""

from __future__ import annotations

import errno

from django.utils.translation import gettext as _

from anlan.base import stores
from anlan.base.errors import DomainError

RESERVE_BYTES = 1024**3  # of each disk


class NoRoom(DomainError):
    """The disks are too full for this file."""

    code = "no_room"
    status = 507


def has_room(more: int, *, promised: int = 0) -> bool:
    """Whether both disks have room for ``more`` bytes beside those that are promised.

    A second store that is away does not count: the file then comes with one copy. Nor
    does a bucket, which has room for as much as is paid for.

    Raises:
        OSError: the first store cannot be reached.
    """
    wanted = more + promised + RESERVE_BYTES
    first, *others = stores.folders()
    if first.free_bytes() < wanted:
        return False
    try:
        return all(other.free_bytes() >= wanted for other in others)
    except OSError:
        return True


def check_has_room(more: int, *, promised: int = 0) -> None:
    """Before the first byte of what somebody sends.

    Raises:
        NoRoom: what is left is for the record.
    """
    if not has_room(more, promised=promised):
        raise NoRoom(_("服务器的磁盘放不下这个文件，请联系管理员"))


def keep_reserve(more: int = 0) -> None:
    """Before what a job fetches or makes is written; it tries again.

    Raises:
        OSError: as a full disk says it.
    """
    if not has_room(more):
        raise OSError(errno.ENOSPC, "what is left is for the record")
