"""A key on paper: groups of characters that are read back as they were written."""

from __future__ import annotations

from hashlib import sha256

KEY_BYTES = 32
# Crockford's base32: no I, L, O, U, so that paper is read back as it was written.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_GROUP = 4  # characters, and a fifth that checks them and their place
_DATA_GROUPS = 13  # 52 characters: 256 bits and four of nothing
_CHECK_GROUPS = 1  # 20 bits over the whole
GROUPS = _DATA_GROUPS + _CHECK_GROUPS


class Misread(Exception):
    """What was typed is not what the paper says.

    ``group`` is the number of the first one that was misread; 0 where all are good and do
    not belong together, or there are too few or too many.
    """

    def __init__(self, sentence: str, *, group: int = 0) -> None:
        super().__init__(sentence)
        self.group = group


def written(content: bytes) -> list[str]:
    """32 bytes as fourteen groups of five characters.

    The fifth of each checks the group and its place; the last group checks the whole.
    """
    digits = _digits(int.from_bytes(content) << 4, _DATA_GROUPS * _GROUP)
    digits += _whole_check(content)
    groups = [digits[i : i + _GROUP] for i in range(0, len(digits), _GROUP)]
    return [group + _group_check(place, group) for place, group in enumerate(groups)]


def read(text: str) -> bytes:
    """The bytes from what somebody typed; spaces, dashes and small letters do not matter.

    Raises:
        Misread: with the number of the first group that was misread.
    """
    kept = "".join(c for c in text.upper() if c.isalnum()).translate(_ALIKE)
    wide = _GROUP + 1
    groups = [kept[i : i + wide] for i in range(0, len(kept), wide)]
    for place, group in enumerate(groups[:GROUPS]):
        if set(group) - set(_ALPHABET) or group[_GROUP:] != _group_check(
            place, group[:_GROUP]
        ):
            raise Misread(f"group {place + 1} was misread: {group}", group=place + 1)
    if len(kept) != wide * GROUPS:
        raise Misread(f"{GROUPS} groups of {wide} characters are needed")
    digits = "".join(group[:_GROUP] for group in groups[:_DATA_GROUPS])
    number = 0
    for digit in digits:
        number = number << 5 | _ALPHABET.index(digit)
    content = (number >> 4).to_bytes(KEY_BYTES)
    if number & 15 or groups[-1][:_GROUP] != _whole_check(content):
        raise Misread("the groups do not belong together")
    return content


def _digits(number: int, count: int) -> str:
    return "".join(_ALPHABET[number >> 5 * i & 31] for i in reversed(range(count)))


def _group_check(place: int, group: str) -> str:
    digest = sha256(f"anlan group {place} {group}".encode()).digest()
    return _ALPHABET[digest[0] & 31]


def _whole_check(content: bytes) -> str:
    digest = sha256(b"anlan key on paper" + content).digest()
    return _digits(int.from_bytes(digest[:3]) >> 4, _GROUP * _CHECK_GROUPS)
