"""Amounts of money: whole 分 (fen) as ``int``, read, shown and written out.

A float never holds money here, and nothing is rounded: a third decimal is refused.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput

# Below 2**53, so that every reader of the ledger's JSON can hold any amount, and below
# 壹拾万亿 yuan, so that the written-out form needs no further unit.
LARGEST_FEN: Final = 999_999_999_999_999

_AMOUNT = re.compile(
    r"(?P<minus>-?)(?:¥|CNY|RMB|人民币)?(?P<minus_after>-?)"
    r"(?P<whole>\d+|\d{1,3}(?:,\d{3})+)(?:\.(?P<decimals>\d+))?"
    r"(?P<unit>元|圆|块|万元|万)?",
    re.ASCII | re.IGNORECASE,
)
_PLACES = {"万": 6, "万元": 6}  # decimal places down to a fen; 2 for yuan


def parse_fen(text: str, *, path: str = "amount") -> int:
    """Read an amount as people type it: ``1,234.5``, ``￥12``, ``12 元``, ``1.2万``.

    Full-width characters and white space are accepted. Commas must group by three.
    ``path`` names the field in the refusal.

    Raises:
        InvalidInput: if it is no amount, too large, or finer than one fen.
    """
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    typed = typed.replace("−", "-")
    match = _AMOUNT.fullmatch(typed)
    if not match or (match["minus"] and match["minus_after"]):
        raise InvalidInput(_("请输入金额，例如 1,234.50。"), path=path)
    places = _PLACES.get(match["unit"] or "", 2)
    decimals = (match["decimals"] or "").rstrip("0")
    if len(decimals) > places:
        raise InvalidInput(_("金额最多精确到分。"), path=path)
    digits = match["whole"].replace(",", "") + decimals.ljust(places, "0")
    if len(digits.lstrip("0")) > len(str(LARGEST_FEN)):
        raise InvalidInput(_("金额过大。"), path=path)
    negative = match["minus"] or match["minus_after"]
    return -int(digits) if negative else int(digits)


def format_fen(fen: int) -> str:
    """Return ``¥1,234.50``; a minus stands before the sign: ``-¥0.01``."""
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}¥{yuan:,}.{rest:02d}"


_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_IN_SECTION = ("仟", "佰", "拾", "")


def chinese_capitals(fen: int) -> str:
    """Write an amount out in capitals: ``人民币壹仟肆佰零玖元伍角``.

    Follows 正确填写票据和结算凭证的基本规定 (annex 1 of 支付结算办法, 银发〔1997〕393号),
    rules 1 to 4: 整 after 元 only; one 零 for a run of zeros inside; where a 零 before
    角 may be written or left out (元位 is 0, 角位 is not) it is written, as in the first
    of the two examples given there.

    Raises:
        ValueError: beyond ``LARGEST_FEN``.
    """
    if abs(fen) > LARGEST_FEN:
        raise ValueError("an amount beyond LARGEST_FEN")
    yuan, rest = divmod(abs(fen), 100)
    jiao, single = divmod(rest, 10)
    words = f"{_whole_number(yuan)}元" if yuan or not rest else ""
    if yuan and rest and (jiao == 0 or yuan % 10 == 0):
        words += "零"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    if single:
        words += f"{_DIGITS[single]}分"
    return f"人民币{'负' if fen < 0 else ''}{words}{'' if rest else '整'}"


def _whole_number(number: int) -> str:
    """Write a number in sections of four digits: (a 万 b) 亿 (c 万 d)."""
    if number == 0:
        return "零"
    digits = f"{number:016d}"
    words = ""
    skipped = False  # a section of four zeros went by
    for index, name in enumerate(("万", "", "万", "")):
        section = digits[4 * index : 4 * index + 4]
        if section != "0000":
            # 107,000: a 万 place of 0 before a 仟 that is not 0 needs no 零.
            zero_before = bool(words) and (skipped or section[0] == "0")
            words += ("零" if zero_before else "") + _section(section) + name
        skipped = section == "0000"
        if index == 1 and words:
            words += "亿"
    return words


def _section(digits: str) -> str:
    """Write one to four digits, not all zero: one 零 for each run of zeros inside."""
    words = ""
    for digit, unit in zip(digits, _IN_SECTION, strict=True):
        words += "零" if digit == "0" else _DIGITS[int(digit)] + unit
    return re.sub("零+", "零", words).strip("零")
