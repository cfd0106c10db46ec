"""Times of day in Chinese: 下午两点十分左右, 差五分三点, 14:05, 三点三刻, and 过了一刻钟.

A time is read as the minutes between which it may lie. Where the part of the day is not said,
九点 may be in the morning or in the evening: ``is_half`` says so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from anlan.investigation.comparing.lexicon import data
from anlan.investigation.comparing.numerals import number_of
from anlan.investigation.comparing.text import Clause, Sentence, clauses_of

DAY = 24 * 60
AROUND = 10  # minutes that 左右 gives either way
NEARLY = 15  # minutes that 快 and 不到 give
ALMOST = 5  # more than this apart and the times differ, where one is 左右
APART = 10  # the same where both are exact

_N = "[0-9０-９零〇一二两三四五六七八九十]"
_CLOCK = re.compile(
    rf"[差缺欠](?P<to>{_N}{{1,3}}分|一刻)钟?到?(?P<of>{_N}{{1,3}})点"
    rf"|(?P<digital>[0-9０-９]{{1,2}})[:：](?P<minutes>[0-9０-９]{{2}})"
    rf"|(?P<hour>{_N}{{1,3}})(?:点钟|点|时(?!间|候|常|不时|刻|代|段))"
    rf"(?P<less>[差缺欠]一刻|[差缺欠]{_N}{{1,3}}分?)?"
    rf"(?P<part>过?(?:半|[一1１]刻|[三3３]刻|零几分?|{_N}{{1,3}}几分?|{_N}{{1,3}}(?![来多]?[分秒个]钟)))?"
    rf"(?P<ten>来分|多分?)?(?:分)?"
)
_ONES = "一二三四五六七八九"
_TO = re.compile(rf"^到(?P<part>半|{_N}{{1,3}}(?!点|时))分?之?间?")
_LENGTH = re.compile(
    rf"(?:(?P<minutes>{_N}{{1,3}})(?:来|多|几)?分钟|(?P<quarter>一刻|三刻)钟"
    rf"|(?P<half>半)个?[来多]?(?:小时|钟头)|(?P<hours>{_N}{{1,3}})个?(?:小时|钟头))"
)
_LATER = re.compile(
    r"过了|用了|开了|迟到|以后|之后|后|过去|等了|进去没|没几|才|就吵|就出事"
)


# Rooms whose names hold a word that would make a time another one's.
_POSTS = re.compile("(?:值班|监控|接待|交接|营业|巡逻)(?=[室亭房厅台岗点中])")
_STILL = re.compile("点[^，]{0,6}还(?:没|大)?(?:开|关|锁|亮|黑)")  # 七点半门还开着
_MAYBE = re.compile("可能|好像|也许|不是|没到|记不")
_NOT_THEN = re.compile(
    "(?:不是|并非|哪是|哪有|绝非|哪会是)[早晚上下中凌夜里午晨]{0,3}$"
)


@dataclass(frozen=True, kw_only=True)
class Clock:
    """Between two minutes of a day. ``weight`` tells the matter's time from others."""

    start: int
    end: int
    earliest: int
    latest: int
    is_half: bool
    is_exact: bool
    weight: float
    sentence: Sentence

    def apart(self, other: Clock) -> int:
        """How many minutes at least lie between the two."""
        turn = DAY // 2 if self.is_half or other.is_half else DAY
        return min(
            max(
                self.earliest - other.latest - shift,
                other.earliest - self.latest + shift,
                0,
            )
            for shift in range(-2 * DAY, 2 * DAY + 1, turn)
        )

    def differs(self, other: Clock) -> bool:
        both = self.is_exact and other.is_exact
        return self.apart(other) > (APART if both else ALMOST)


def clocks_of(text: str) -> list[Clock]:
    """Every time of day in the text, in order, and those that follow from a length of time."""
    found: list[Clock] = []
    sentence, part = None, ""
    for clause in clauses_of(text):
        if clause.sentence is not sentence:
            sentence, part = clause.sentence, ""
        part = _part_of(clause.text) or part
        here = _in_clause(clause, part)
        if not here and found and found[-1].sentence is clause.sentence:
            here = _later(clause, found[-1])
        elif here:
            here += _later_within(clause, here[-1])
        found += here
    found += _known(text)
    if any(clock.weight > 0 for clock in found):
        return found
    return found + _vague(text)[:1]


def _vague(text: str) -> list[Clock]:
    """日头快落山: a part of the day alone, where no time of the matter is told."""
    clocks = []
    for clause in clauses_of(text):
        for word, (first, last) in data("times")["vague"].items():
            at = clause.text.find(word)
            if (
                at >= 0
                and _weight(clause) > 0
                and not _MAYBE.search(clause.sentence.text)
            ):
                clocks.append(
                    Clock(
                        start=clause.start + at,
                        end=clause.start + at + len(word),
                        earliest=first * 60,
                        latest=last * 60,
                        is_half=False,
                        is_exact=False,
                        weight=0.5,
                        sentence=clause.sentence,
                    )
                )
    return sorted(clocks, key=lambda clock: clock.start)


def _in_clause(clause: Clause, part: str) -> list[Clock]:
    clocks = []
    first = clause.start - clause.sentence.start
    for match in _CLOCK.finditer(clause.sentence.text, first, first + len(clause.text)):
        at = clause.sentence.start + match.start()
        minute = _minute(match)
        before = clause.text[: at - clause.start]
        if (
            minute is not None
            and not _is_a_little(match, clause, before)
            and not _NOT_THEN.search(before)
        ):
            clocks.append(
                _clock(clause, match, minute, _part_of(before) or part, before)
            )
    return _spans(clause, clocks)


def _spans(clause: Clause, clocks: list[Clock]) -> list[Clock]:
    """五点到五点半之间 is one time; 从七点跳到八点 says how long something else was."""
    if len(clocks) != 2:
        return clocks
    first, last = clocks
    between = clause.text[first.end - clause.start : last.start - clause.start]
    if "到" not in between:
        return clocks
    if "之间" in clause.text:
        return [replace(first, end=last.end, latest=last.latest, is_exact=False)]
    return [replace(clock, weight=-1.0) for clock in clocks]


def _minute(match: re.Match[str]) -> tuple[int, int] | None:
    """The earliest and the latest minute that the figures alone say."""
    if match["of"]:
        hour, less = number_of(match["of"]), _spoken(match["to"])
        return _checked(hour, -less, -less)
    if match["digital"]:
        minutes = number_of(match["minutes"]) or 0
        return _checked(number_of(match["digital"]), minutes, minutes)
    between = _two_hours(match["hour"])
    if between is not None and not (match["less"] or match["part"]):
        return between[0] * 60, between[1] * 60 + 30
    hour = number_of(match["hour"])
    if match["less"]:
        less = _spoken(match["less"][1:])
        return _checked(hour, -less, -less)
    part = (match["part"] or "").removeprefix("过")
    if not part:
        return _checked(hour, 0, 59 if match["ten"] else 0)
    if "几" in part:
        tens = number_of(part.split("几")[0]) or 0
        return _checked(hour, tens + 1, tens + 9)
    minutes = _spoken(part)
    if match["ten"]:
        return _checked(hour, minutes - 1, minutes + (9 if "多" in match["ten"] else 5))
    return _checked(hour, minutes, minutes)


def _two_hours(words: str) -> tuple[int, int] | None:
    """六七点 and 十一二点: between the one and the other."""
    first, second = words[-2:-1], words[-1:]
    if first not in _ONES or second not in _ONES or words[:-2] not in {"", "十"}:
        return None
    ten = 10 if words[:-2] else 0
    one, other = ten + _ONES.index(first) + 1, ten + _ONES.index(second) + 1
    return (one, other) if first and other == one + 1 else None


def _is_a_little(match: re.Match[str], clause: Clause, before: str) -> bool:
    """一点事没有 is no time; 下午一点 and 一点左右 are."""
    if match.group() != "一点" or _part_of(before):
        return False
    after = clause.text[len(before) + 2 :]
    words = data("times")
    told = (*words["around"], *words["after"], "整", "钟")
    return not after.startswith(told) and not any(
        before.endswith(word)
        for word in (*words["around"], *words["before"], "在", "是")
    )


def _checked(hour: int | None, earliest: int, latest: int) -> tuple[int, int] | None:
    if hour is None or hour > 24 or latest > 59:
        return None
    return hour * 60 + earliest, hour * 60 + latest


def _spoken(words: str) -> int:
    if "半" in words:
        return 30
    if "刻" in words:
        return 45 if any(three in words for three in "三3３") else 15
    return number_of(words.rstrip("分钟")) or 0


def _clock(
    clause: Clause,
    match: re.Match[str],
    minute: tuple[int, int],
    part: str,
    before: str,
) -> Clock:
    words = data("times")
    earliest, latest = minute
    end = clause.sentence.start + match.end()
    after = clause.text[end - clause.start :]
    until = _TO.match(after)
    if until and _spoken(until["part"]) > latest % 60:
        latest = latest - latest % 60 + _spoken(until["part"])
    near = after[:5]
    said_before = before[-6:]
    nearly = False
    if any(near.startswith(word) for word in words["after"]):
        latest += AROUND
        nearly = True
    elif any(near.startswith(word) for word in words["before"]) or any(
        said_before.endswith(word) for word in words["before"]
    ):
        earliest -= NEARLY
        nearly = True
    elif said_before.endswith(tuple(words["since"])):
        latest += AROUND
        nearly = True
    exact = earliest == latest and not nearly
    if not nearly and any(
        word in said_before or word in near for word in words["around"]
    ):
        earliest, latest, exact = earliest - AROUND, latest + AROUND, False
    hour = minute[0] // 60
    shift, half = _shift(hour, part)
    return Clock(
        start=clause.sentence.start + match.start(),
        end=end,
        earliest=earliest + shift,
        latest=latest + shift,
        is_half=half,
        is_exact=exact,
        weight=_weight(clause),
        sentence=clause.sentence,
    )


def _shift(hour: int, part: str) -> tuple[int, bool]:
    """How many minutes the part of the day adds, and whether noon and midnight stay open."""
    if hour > 12 or hour == 0:
        return 0, False
    if not part:
        return 0, True
    first, last = data("times")["parts"][part]
    for turn in (0, 12, 24, -12):
        if first <= hour + turn <= last:
            return turn * 60, False
    return 0, True


def _part_of(text: str) -> str:
    """The part of the day that was named last."""
    parts = data("times")["parts"]
    at, found = -1, ""
    for part in parts:
        here = text.rfind(part)
        if here > at or (here == at and here >= 0 and len(part) > len(found)):
            at, found = here, part
    return found


def _weight(clause: Clause) -> float:
    """Below nought for a time of something else: a shift, a report, a rule."""
    words = data("times")
    text = _POSTS.sub("", clause.text)
    is_other = any(word in text for word in words["elsewhere"]) or _STILL.search(text)
    return -1.0 if is_other else 1.0


def _length(text: str) -> int | None:
    found = _LENGTH.search(text)
    if found is None:
        return None
    if found["quarter"]:
        return _spoken(found["quarter"])
    if found["half"]:
        return 30
    if found["hours"]:
        return (number_of(found["hours"]) or 0) * 60
    return number_of(found["minutes"])


def _later(clause: Clause, since: Clock) -> list[Clock]:
    """A time that is told by how long after another it was."""
    length = _length(clause.text)
    if length is None or not _LATER.search(clause.text) or length > 6 * 60:
        return []
    upto = 0 if "没" in clause.text else length
    return [
        replace(
            since,
            start=clause.start,
            end=clause.end,
            earliest=since.earliest + upto - 5,
            latest=since.latest + length + 5,
            is_exact=False,
            weight=2.0,
        )
    ]


def _later_within(clause: Clause, since: Clock) -> list[Clock]:
    rest = clause.text[since.end - clause.start :]
    if _length(rest) is None or not _LATER.search(rest):
        return []
    return _later(replace(clause, text=rest, start=since.end), since)


def _known(text: str) -> list[Clock]:
    """What is broadcast at a time that everybody knows."""
    clocks = []
    for name, minute in data("times")["known"].items():
        for clause in clauses_of(text):
            at = clause.text.find(name)
            if at >= 0 and re.search(r"刚|开始|正放", clause.text):
                clocks.append(
                    Clock(
                        start=clause.start + at,
                        end=clause.start + at + len(name),
                        earliest=minute - 5,
                        latest=minute + 15,
                        is_half=False,
                        is_exact=False,
                        weight=1.0,
                        sentence=clause.sentence,
                    )
                )
    return clocks
