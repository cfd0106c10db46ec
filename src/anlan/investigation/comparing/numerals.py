"""Chinese numerals up to 9999, and digits of either width."""

from __future__ import annotations

DIGITS = {"零": 0, "〇": 0, "两": 2} | {
    digit: value for value, digit in enumerate("一二三四五六七八九", start=1)
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_SPOKEN = "零一二三四五六七八九"
CHARACTERS = "0123456789０１２３４５６７８９零〇一二两三四五六七八九十百千"


def number_of(words: str) -> int | None:
    """What 十二, 二十, 一百零三, 二〇, 12 or １２ is; nothing if it is no number at all.

    A row of digits without units is read as digits: 二〇 is 20.
    """
    if not words or any(sign not in CHARACTERS for sign in words):
        return None
    if words.isdecimal():
        return int(words)
    if any(sign.isdecimal() for sign in words):
        return None  # 1十: nobody writes that
    if not any(sign in _UNITS for sign in words):
        return int("".join(str(DIGITS[sign]) for sign in words))
    total, digit = 0, None
    for sign in words:
        if sign in _UNITS:
            total += (1 if digit is None else digit) * _UNITS[sign]
            digit = None
        else:
            digit = DIGITS[sign] or None
    return total + (digit or 0)


def words_of(number: int) -> str:
    """As it is written in Chinese, from 0 to 9999: 12 is 十二.

    Raises:
        ValueError: below or above.
    """
    if not 0 <= number <= 9999:
        raise ValueError(number)
    if number < 10:
        return _SPOKEN[number]
    said, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            said += ("零" if gap else "") + _SPOKEN[digit] + unit
            gap = False
        elif said:
            gap = True
    return said.removeprefix("一") if 10 <= number < 20 else said
