"""Identity numbers, names and licence plates: checked, and shown masked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_NUMBER = re.compile(r"\d{17}[\dX]", re.ASCII)
_OLD_NUMBER = re.compile(r"\d{15}", re.ASCII)
# GB/T 2260: 81–83 are the residence permits of Hong Kong, Macau and Taiwan residents.
_PROVINCE = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]", re.ASCII)
_PLATE = re.compile(r"(?P<area>[一-鿿][A-Z])(?P<rest>[A-Z0-9一-鿿]{4,6})")
_PLATE_MARKS = re.compile(r"[·•・.\-\s]")


@dataclass(frozen=True, slots=True)
class IdentityNumber:
    """An 18-character identity number whose check character is right."""

    text: str
    born_date: date

    def __repr__(self) -> str:
        return f"IdentityNumber({mask_identity_number(self.text)!r})"

    def __str__(self) -> str:
        return self.text


def parse_identity_number(
    text: str, *, path: str = "identity_number"
) -> IdentityNumber:
    """Read a mainland identity number (GB 11643) and check all that can be checked.

    Spaces, full-width digits and a small ``x`` are accepted. The 15 digits valid until
    2012 are completed to 18. The foreigner's permanent residence card of 2023 (first
    digit 9, then the province) has the same build and check character.

    Raises:
        InvalidInput: with a sentence that does not repeat the number.
    """
    typed = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if _OLD_NUMBER.fullmatch(typed):
        typed = f"{typed[:6]}19{typed[6:]}"
        typed += _check_character(typed)
    if not _NUMBER.fullmatch(typed):
        raise InvalidInput(_("身份证号码应为 18 位。"), path=path)
    if typed[-1] != _check_character(typed):
        raise InvalidInput(_("身份证号码校验位不符，请核对。"), path=path)
    province = typed[1:3] if typed[0] == "9" else typed[:2]
    if not _PROVINCE.fullmatch(province):
        raise InvalidInput(_("身份证号码的地区代码不存在，请核对。"), path=path)
    born_date: date | None
    try:
        born_date = date(int(typed[6:10]), int(typed[10:12]), int(typed[12:14]))
    except ValueError:
        born_date = None
    if born_date is None:  # outside the handler, whose error would quote the digits
        raise InvalidInput(_("身份证号码的出生日期不存在，请核对。"), path=path)
    return IdentityNumber(typed, born_date)


def _check_character(number: str) -> str:
    """Return the 18th character by ISO 7064 MOD 11-2."""
    total = sum(int(d) * w for d, w in zip(number[:17], _WEIGHTS, strict=True))
    return _CHECK_CHARACTERS[total % 11]


def mask_identity_number(text: str) -> str:
    """Show ``4401**********2468``; of a passport or other paper the ends only."""
    if len(text) in {15, 18}:
        return f"{text[:4]}{'*' * (len(text) - 8)}{text[-4:]}"
    if len(text) >= 6:
        return f"{text[:1]}{'*' * (len(text) - 3)}{text[-2:]}"
    return "*" * len(text)


def mask_name(name: str) -> str:
    """Show ``陈*雯``, ``刘*``, ``欧**娜``; of a name in letters each first letter."""
    name = name.strip()
    if name.isascii():
        return " ".join(f"{word[0]}***" for word in name.split())
    if len(name) == 1:
        return "*"
    if len(name) == 2:
        return f"{name[0]}*"
    return f"{name[0]}{'*' * (len(name) - 2)}{name[-1]}"


def normalise_plate(text: str) -> str:
    """Return a licence plate without dots and spaces, in capitals: ``粤B00012``."""
    return _PLATE_MARKS.sub("", unicodedata.normalize("NFKC", text)).upper()


def mask_plate(text: str) -> str:
    """Show ``粤B·***12``; of anything that is no mainland plate the last two only."""
    plate = normalise_plate(text)
    match = _PLATE.fullmatch(plate)
    if match:
        rest = match["rest"]
        return f"{match['area']}·{'*' * (len(rest) - 2)}{rest[-2:]}"
    if len(plate) <= 3:
        return "*" * len(plate)
    return f"{'*' * (len(plate) - 2)}{plate[-2:]}"
