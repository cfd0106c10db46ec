"""Where it was: the places of the site and the common parts of one, under their names.

What counts is where somebody is said to have been, in, at or in front of; where a person came
from or went to afterwards says nothing about where it happened.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

from anlan.investigation.comparing.lexicon import Vocabulary, data
from anlan.investigation.comparing.numerals import CHARACTERS, number_of
from anlan.investigation.comparing.text import Clause, Sentence, clauses_of

_HEAD = re.compile(
    r"^(?:\d+号楼|[一二三四五六七八九十]+号楼|商场|会所|幼儿园|小区|车库|B\d车库"
    r"|(?:地下)?[一二三四五六七八九十]层|B\d|地下[一二三四]层|负[一二三四]层|\d+单元"
    r"|[东南西北]门外?|物业|门外|顶层|地面|地下停车场|访客|人行|单元)"
)
_TAIL = re.compile("(区|处|旁|边|内|里|口|前|门口|旁边|附近|一侧)$")
_PUT = re.compile(r"放(\w{1,3})的(架|柜|棚|箱|车)")


@dataclass(frozen=True, kw_only=True)
class Mention:
    """A place in an account; ``strength`` is how surely it is where the matter was."""

    spot: str
    text: str
    strength: float
    is_denied: bool
    start: int
    sentence: Sentence
    is_floor: bool = False  # and nothing more exact
    floor: str = ""  # 三楼, 2号楼, as it stands right before
    full: frozenset[str] = frozenset()  # the places of the site that are named with it

    def may_be(self, other: Mention) -> bool:
        """Whether both may mean one spot: the same, a part of it, or two names of one."""
        if _is_elsewhere(self.floor, other.floor):
            return False
        if self.is_floor or other.is_floor:
            return True
        return (
            self.spot == other.spot
            or self.spot in other.text
            or other.spot in self.text
            or bool(self.full & other.full)
            or (not (self.full and other.full) and _is_within(self, other))
        )


_FLOOR = re.compile(
    r"((?:负|地下|B)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:号楼|楼|层|栋|幢|单元))的?$"
)


_FLOOR_WITHIN = re.compile(
    r"((?:负|地下|B)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})(?:号楼|楼|层|栋|幢|单元))"
)


def _is_elsewhere(one: str, other: str) -> bool:
    """三楼 against 五楼; 三楼 against 2号楼 tells nothing."""
    return (
        one != other
        and one[-1:].replace("层", "楼") == other[-1:].replace("层", "楼")
        and ("号" in one) == ("号" in other)
        and _number(one) != _number(other)
    )


def _number(floor: str) -> int:
    sign = -1 if floor.startswith(("负", "地下", "B")) else 1
    return sign * (number_of("".join(s for s in floor if s in CHARACTERS)) or 0)


def _is_within(one: Mention, other: Mention) -> bool:
    """Whether one is a part of the other, as 前台 is of a 大堂."""
    within: dict[str, list[str]] = data("places")["within"]
    return any(
        larger.spot.endswith(whole) and any(part.spot.endswith(end) for end in parts)
        for whole, parts in within.items()
        for part, larger in ((one, other), (other, one))
    )


@cache
def _things() -> frozenset[str]:
    groups: dict[str, list[str]] = data("objects")["groups"]
    return frozenset(word for words in groups.values() for word in words)


_LIES = re.compile(
    r"(\w{1,6}?)(?:还|就|一直|都|也|当时|始终|好好地?)*[在放挂锁搁插靠丢停摆](?:在|着)?$"
)


def _is_of_thing(before: str) -> bool:
    """对讲机在前台充电: where a thing was, not where it happened."""
    said = _LIES.search(before[-12:])
    return said is not None and any(
        said[1][at:] in _things() for at in range(len(said[1]))
    )


def names_of(place: str) -> set[str]:
    """A place of the list, and what is left of it without building, floor and gate."""
    names, rest = {place}, place
    while True:
        shorter = _HEAD.sub("", rest)
        if shorter == rest or len(shorter) < 2:
            return names
        names.add(shorter)
        rest = shorter


class Gazetteer:
    """The spots that this site knows by name."""

    def __init__(self, places: Collection[str]) -> None:
        self._places = tuple(places)
        self._words = Vocabulary()
        self._words.add(data("places")["other_senses"], "other", "")
        for line in data("places")["spots"]:
            self._words.add(line, "spot", line[0])
        for zone in data("places")["zones"]:
            self._words.add([zone], "spot", zone)
        for place in places:
            for name in names_of(place):
                known = self._known(name)
                self._words.add([name], "spot", known or _shortest(place))
        self._shortened(list(places))

    def _shortened(self, places: list[str]) -> None:
        """What is left of a name without its beginning or its last 处, where it is of one place."""
        ends: dict[str, set[str]] = {}
        for place in places:
            for name in {place, _TAIL.sub("", place)}:
                for at in range(len(name) - 1):
                    ends.setdefault(name[at:], set()).add(place)
        for end, of in ends.items():
            if len(of) == 1 and len(end) >= 2:
                place = next(iter(of))
                self._words.add([end], "spot", self._known(place) or _shortest(place))

    def _known(self, name: str) -> str:
        """The common word at the end of a name of the site: 前台 in 1号楼前台."""
        last = ""
        for word in self._words.words_in(name):
            if "spot" in word and word.end == len(name):
                last = word["spot"]
        return last

    def mentions(self, text: str, *, is_witness: bool = False) -> list[Mention]:
        """Every place that somebody is said to have been at, or not to have been at."""
        found = []
        for clause in clauses_of(_joined(text)):
            found += self._in_clause(clause, is_witness=is_witness)
        return found

    def _in_clause(self, clause: Clause, *, is_witness: bool) -> list[Mention]:
        words = data("places")
        found = []
        for word in self._words.words_in(clause.text, clause.start):
            if "spot" not in word:
                continue
            before = clause.text[: word.start - clause.start]
            after = clause.text[word.end - clause.start :]
            strength = 0.5
            if _near(before, words["at"]):
                strength = 2.0
            elif any(after.startswith(one) for one in words["after"]) or not after:
                strength = 1.5
            if not before.strip() and not after.strip(" 里上内"):
                strength = 2.5  # 十点四十左右，茶水间
            if _is_of_thing(before):
                strength = 0.25
            if re.search(
                "[推摔滚掉踢扔绊跌][下到在进][了]?$|[撞磕碰摔倒][在到]$", before
            ):
                strength = 0.25  # where somebody fell or was pushed to
            if _near(before, words["from_or_to"]) or re.match(
                "过来|架|桌|柜子|架子|台面|抽屉|的门", after
            ):
                strength = 0.25
            if re.search(r"(完了|后来|之后|然后|随后).{0,4}[去回]", before):
                strength = 0.25
            if re.search("从[^，]{0,7}$", before) and re.match(
                "[进闯过冲硬出挤]", after
            ):
                strength = 1.5
            if is_witness and re.search("[我俺](当时|正好|正|刚好|那时)?在", before):
                strength = min(strength, 1.0)
            if re.search(r"地点|就在|地方|位置|是在|发生|事发|出事", before):
                strength = 3.0
            denied = bool(
                re.search(
                    r"(没有|没|未|不)(是|曾)?(在|到|去|离开|进|往|靠近|踏进|走进|上|下)[^在到，]{0,4}$"
                    r"|不是[^在到，]{0,3}$",
                    before,
                )
                or re.search(r"(一步|都|从来)?(没|未)(有)?(进|去|到)", after)
                or re.match(
                    "(里|里面|那边|那儿|内|上|外)?(根本|压根|并|都|也|就)?(没有?|未)(发生|出过?事|动手|打|吵|闹)",
                    after,
                )
            )
            if "离开" in before and denied:
                denied, strength = False, 3.0
            found.append(
                Mention(
                    spot=word["spot"],
                    text=word.text,
                    strength=strength,
                    is_denied=denied,
                    start=word.start,
                    sentence=clause.sentence,
                    floor=_floor_in(before, word.text),
                    full=frozenset(
                        place for place in self._places if word.text in place
                    ),
                )
            )
        return found or _floors_in(clause)


_AT_FLOOR = re.compile(
    r"(?:在|到了?|是)((?:负|地下|B)?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[楼层])(?!的?(?:住|人|业主|邻居|那家|上班|办))"
)


def _floors_in(clause: Clause) -> list[Mention]:
    """在三楼, with no spot beside it."""
    return [
        Mention(
            spot=found[1],
            text=found[1],
            strength=1.0,
            is_denied=clause.text[: found.start()].endswith(("不", "没", "没有")),
            start=clause.start + found.start(1),
            sentence=clause.sentence,
            floor=found[1],
            is_floor=True,
        )
        for found in _AT_FLOOR.finditer(clause.text)
        if "住" not in clause.text[: found.start()]
    ]


def _floor_in(before: str, text: str) -> str:
    within = _FLOOR_WITHIN.findall(text)
    if within:
        return str(within[-1])
    found = _FLOOR.search(before)
    return found[1] if found else ""


def _near(before: str, words: Iterable[str]) -> bool:
    """Whether one of the words stands before, with at most a building's name between."""
    tail = before[-9:]
    return any(
        re.search(rf"{word}(?:[^的了，等坐乘按]{{0,7}})$", tail) is not None
        for word in words
    )


def _joined(text: str) -> str:
    """放快递的柜子 is the 快递柜: the same length, so that places stay where they are."""
    return _PUT.sub(
        lambda found: f"{found[1]}{found[2]}".ljust(len(found[0]), "　"), text
    )


def _shortest(place: str) -> str:
    return min(names_of(place), key=len)
