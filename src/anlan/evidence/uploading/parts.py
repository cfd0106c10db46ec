"""What one request adds to an upload: written, counted, and taken back if it is wrong."""

from __future__ import annotations

import hashlib
import logging

from django.utils.translation import gettext as _

from anlan.evidence.drafts import Draft
from anlan.evidence.uploading.tus import CHECKSUM_MISMATCH, Checksum, TakenBack

log = logging.getLogger(__name__)


class Running:
    """SHA-256 of a draft, carried along while one process writes all of it.

    ``stamp`` is the draft's when it was last added to; a draft with another one was
    written by somebody else, and is then read to know its digest.
    """

    def __init__(self) -> None:
        self.whole = hashlib.sha256()
        self.stamp: tuple[int, int, int] | None = None

    def copy(self) -> Running:
        made = Running()
        made.whole, made.stamp = self.whole.copy(), self.stamp
        return made


class Part:
    """The bytes of one request; the two ways they go may be gone at the same time."""

    def __init__(
        self,
        draft: Draft,
        *,
        left: int,
        checksum: Checksum | None,
        running: Running | None,
    ) -> None:
        self.draft = draft
        self.running = running
        self._begin = draft.size
        self._left = left
        self._checksum = checksum
        self._sum = checksum.begin() if checksum else None

    @property
    def digest(self) -> str:
        """Of the whole draft; empty if that is not known without reading it."""
        return self.running.whole.hexdigest() if self.running else ""

    def write(self, block: bytearray) -> None:
        """Put a block on the disks.

        Raises:
            TakenBack: it is more than was announced, or the disk is full.
        """
        self._left -= len(block)
        if self._left < 0:
            raise TakenBack(413, "more than Upload-Length")
        try:
            self.draft.write(block)
        except OSError as error:
            raise _no_room(error) from error

    def count(self, block: bytearray) -> None:
        """Let the digests know of a block."""
        if self.running is not None:
            self.running.whole.update(block)
        if self._sum is not None:
            self._sum.update(block)

    def check(self) -> None:
        """The whole request is here.

        Raises:
            TakenBack: its bytes are not those of the checksum.
        """
        if self._sum is None or self._checksum is None:
            return
        if self._sum.digest() != self._checksum.digest:
            raise TakenBack(CHECKSUM_MISMATCH, "the bytes differ from their checksum")

    def settle(self) -> None:
        """See to it that what was written is on the disks.

        Raises:
            TakenBack: it cannot be; nothing of it stays.
        """
        try:
            self.draft.sync()
        except OSError as error:
            self.take_back()
            raise _no_room(error) from error
        if self.running is not None:
            self.running.stamp = self.draft.stamp

    def take_back(self) -> None:
        """As if the request had not come."""
        self.running = None
        self.draft.cut(self._begin)
        self.draft.sync()


def _no_room(error: OSError) -> TakenBack:
    log.warning("an upload cannot be written: %s", type(error).__name__)
    return TakenBack(507, _("服务器的磁盘暂时不能写入，请稍后再试"))
