"""Telephone numbers: read as people write them, kept as E.164, shown masked."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

import phonenumbers
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput

_EXTENSION_WORD = re.compile(
    r"(?:转接|转|分机号?|extension|;?ext[.=]?|[x#])[:\s]*(?P<extension>\d{1,8})$",
    re.IGNORECASE | re.ASCII,
)
_EXTENSION_DASH = re.compile(r"-\s*(?P<extension>\d{1,6})$", re.ASCII)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣", "-"))
_ALLOWED = re.compile(r"\+?[\d\s().\-/]+", re.ASCII)
# Wider than the library's table of prefixes, which lags behind newly opened ones: a
# struck person's number is not refused because it is new.
_CN_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_LOCAL_ONLY = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_STORED = re.compile(r"(?P<number>\+\d{5,15})(?:;ext=\d{1,8})?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Phone:
    """A number in E.164 and the extension behind it, if there is one."""

    number: str
    extension: str = ""

    def __str__(self) -> str:
        """Return the text that is stored and indexed: ``+86…`` or ``+86…;ext=801``."""
        return f"{self.number};ext={self.extension}" if self.extension else self.number

    @property
    def uri(self) -> str:
        """The link that dials it (RFC 3966)."""
        return f"tel:{self}"

    @property
    def is_chinese_mobile(self) -> bool:
        """Whether a text message can be sent to it in mainland China."""
        return (
            self.number.startswith("+86")
            and _CN_MOBILE.fullmatch(self.number[3:]) is not None
        )


def parse_phone(text: str, *, area_code: str = "", path: str = "phone") -> Phone:
    """Read a number; without a country code it is one of mainland China.

    Mobile numbers, land lines, 400 and 800 numbers, full-width digits, brackets, any
    dash, ``转801`` / ``分机801`` / ``ext 801`` / ``-801`` behind a land line. A land
    line without its area code is completed with ``area_code`` (``0755``), if given.

    Raises:
        InvalidInput: if nobody can be reached under it; short numbers such as 110 are
            no person's and are refused too.
    """
    typed = unicodedata.normalize("NFKC", text.translate(_DASHES)).strip()
    main, extension = _cut_extension(typed)
    number = _read(main, area_code)
    if number is None and not extension and (match := _EXTENSION_DASH.search(typed)):
        number = _read(typed[: match.start()], area_code)
        extension = match["extension"]
    if number is None:
        if _LOCAL_ONLY.fullmatch(re.sub(r"\D", "", main)):
            raise InvalidInput(_("固定电话请加区号，例如 0755-12345678。"), path=path)
        raise InvalidInput(_("电话号码无效。"), path=path)
    return Phone(number, extension)


def normalise_phone(text: str, *, area_code: str = "", path: str = "phone") -> str:
    """Return the one text of a number, for storing and for the blind index."""
    return str(parse_phone(text, area_code=area_code, path=path))


def mask_phone(text: str) -> str:
    """Show enough of a stored number to recognise it: ``138****6620``.

    Takes what ``normalise_phone`` returned. An extension is not shown; a text that is
    no number is hidden whole rather than shown.
    """
    match = _STORED.fullmatch(text)
    if not match:
        return "****"
    number = match["number"]
    if not number.startswith("+86"):
        return f"{number[:3]}****{number[-2:]}"
    national = number[3:]
    if _CN_MOBILE.fullmatch(national):
        return f"{national[:3]}****{national[-4:]}"
    parsed = phonenumbers.parse(number)
    area = phonenumbers.length_of_geographical_area_code(parsed)
    prefix = f"0{national[:area]}" if area else national[:3]
    return f"{prefix}****{national[-3:]}"


def _cut_extension(typed: str) -> tuple[str, str]:
    match = _EXTENSION_WORD.search(typed)
    return (typed[: match.start()], match["extension"]) if match else (typed, "")


def _read(text: str, area_code: str) -> str | None:
    """Return the E.164 form of a number without extension, or None."""
    text = text.strip()
    if not _ALLOWED.fullmatch(text):
        return None
    digits = re.sub(r"\D", "", text)
    if area_code and _LOCAL_ONLY.fullmatch(digits):
        text = area_code + digits
    try:
        parsed = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None
    national = phonenumbers.national_significant_number(parsed)
    new_mobile = parsed.country_code == 86 and _CN_MOBILE.fullmatch(national)
    if not new_mobile and not phonenumbers.is_valid_number(parsed):
        return None
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
