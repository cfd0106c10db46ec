"""Packages: what they are for, how much they show, how far they are."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a package is for; it is scoped by it."""

    POLICE = "police", _("公安机关办案")
    COURT = "court", _("人民法院诉讼")
    ORGAN = "organ", _("其他国家机关依法调取")
    INSURER = "insurer", _("保险理赔")
    PARTY = "party", _("交当事人")
    INTERNAL = "internal", _("公司内部复核")

    @property
    def needs_document(self) -> bool:
        """An authority says by which paper it asks (law notes G13)."""
        return self in {Purpose.POLICE, Purpose.COURT, Purpose.ORGAN}

    @property
    def needs_approval(self) -> bool:
        """Statements go there when somebody besides the packer agreed (G13).

        A court has them of whoever sues or is sued, which the house decides by itself.
        """
        return self in {Purpose.POLICE, Purpose.ORGAN}

    @property
    def may_have_originals(self) -> bool:
        """Copies go to police and courts; others learn that the files exist (§4.1)."""
        return self not in {Purpose.INSURER, Purpose.PARTY}

    @property
    def sees_whole_case(self) -> bool:
        """Whether entries beside those of the exhibits are proven, their facts withheld."""
        return self.may_have_originals


class Masking(models.TextChoices):
    """How much of others' data is in a package."""

    NONE = "none", _("不遮盖：原件、姓名与文字齐全")
    WORDS = "words", _("遮盖姓名与文字：只给原件和校验值")
    LIST = "list", _("只给清单与证明：不含原件")

    @property
    def has_files(self) -> bool:
        return self != Masking.LIST

    @property
    def has_words(self) -> bool:
        return self == Masking.NONE


class PackageState(models.TextChoices):
    MAKING = "making", _("正在制作")
    READY = "ready", _("已制成")
    HANDED_OVER = "handed_over", _("已交付")
    EXPIRED = "expired", _("已过期，文件已删除")
    WITHDRAWN = "withdrawn", _("已撤回")
    FAILED = "failed", _("没有制成")

    @property
    def was_made(self) -> bool:
        """Somebody may have it, whether our own file is still there or not."""
        return self not in {PackageState.MAKING, PackageState.FAILED}


class Gap(StrEnum):
    """What is not as it should be when a package is asked for."""

    ONE_COPY = "one_copy"
    ONE_DISK = "one_disk"
    DISKS_UNKNOWN = "disks_unknown"
    UNREAD = "unread"
    BROKEN_SEAL = "broken_seal"
    INFECTED = "infected"

    @property
    def words(self) -> Promise:
        return _GAP_WORDS[self]

    @property
    def good_words(self) -> Promise:
        return _GOOD_WORDS[self]

    @property
    def is_amber(self) -> bool:
        """Known to be second best, not wrong."""
        return self in {Gap.ONE_DISK, Gap.DISKS_UNKNOWN, Gap.UNREAD}


_GAP_WORDS: dict[Gap, Promise] = {
    Gap.ONE_COPY: _("完好的副本不足两份"),
    Gap.ONE_DISK: _("两份副本在同一块硬盘上"),
    Gap.DISKS_UNKNOWN: _("不能确定两份副本在两块硬盘上"),
    Gap.UNREAD: _("未能完整读取，按原样保存"),
    Gap.BROKEN_SEAL: _("封条已破损"),
    Gap.INFECTED: _("含有病毒"),
}


_GOOD_WORDS: dict[Gap, Promise] = {
    Gap.ONE_COPY: _("每个文件有两份完好的副本"),
    Gap.ONE_DISK: _("两份副本在两块硬盘上"),
    Gap.DISKS_UNKNOWN: _("两份副本在两块硬盘上"),
    Gap.UNREAD: _("每个文件都完整读取过"),
    Gap.BROKEN_SEAL: _("封条完好"),
    Gap.INFECTED: _("没有发现含有病毒的文件"),
}


class Failure(models.TextChoices):
    """Why a package was not made; each with what to do about it."""

    NO_ROOM = "no_room", _("磁盘空间不足，请清理后重新制作")
    DAMAGED = "damaged", _("有文件没有完好的副本，请打开“证据安全”查看")
    NO_SEAL = "no_seal", _("签名程序没有运行，请启动后重新制作")
    BROKEN = "broken", _("制作程序多次中断，请联系系统管理员")
