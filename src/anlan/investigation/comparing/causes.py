"""What befell a body in one clause, and what it is put down to."""

from __future__ import annotations

import re

from anlan.investigation.comparing.lexicon import Word
from anlan.investigation.comparing.text import Clause

_OWN_END = re.compile(
    "[摔跌碰磕撞绊蹭夹刮滑崴勒划扎切硌挂](出来|破|伤|青|肿|[^，打推踢踹]{0,5}[上下里边])?的$"
)
_NOT_MINE = re.compile(
    "不是[我俺他她被][^，]{0,4}[弄搞整造打抓碰划撞踢伤砸害掐拧推摔][^，]{0,3}的|(跟|和|与)[我俺](没|无|毫无)[有]?关|不关[我俺]的?事|赖不[着到上][我俺]"
)
_BEFORE = re.compile(
    "(早|老早|早先|本来|原来|原先|以前|之前|从前|一直|昨天|前天|头天|头一天|来之前|来的时候|前几天)就(是|有|已经)?"
)
_BY_THING = re.compile(
    "(?<!没)(?<!没有)[撞磕碰刮划勒蹭挂扎夹绊摔硌压](?!着走)[^，]{0,5}的?$"
)
_RESULTS = {
    "破": "skin",
    "裂": "skin",
    "烂": "skin",
    "伤": "any",
    "肿": "swelling",
    "青": "bruise",
    "紫": "bruise",
    "红": "mark",
    "断": "bone",
    "麻": "pain",
    "疼": "pain",
}
_DONE_TO = re.compile(
    "[砸碰烫划磕打扎夹刮蹭摔撞咬抓踩压扭扇抽掐捶踢踹挠捅戳敲捏拧勒割磨崩震掰拽扯]得?"
    "(?:有点|有些|又)?(?P<result>[破裂烂伤肿青紫红断麻疼])"
)
_UNDONE = re.compile(
    "(?:没|没有|未|哪)(?:怎么|真|给)?[砸烫划磕扎夹刮蹭咬压扭伤](?:着|到|破|伤)"
)
_PUT_DOWN_TO = re.compile(
    "(包|伤|口子|血|印子|痕|肿|青)[^，被]{0,2}是[^，被我打推踢抓]{0,8}(撞|磕|碰|刮|摔|蹭|溅|绊)"
)
_ONTO = re.compile(
    "(头|脑袋|脸|嘴|鼻子|手|腿|膝盖|腰)[^，把被我]{0,3}[磕撞碰](到|在)?[^我他她，]{1,7}上了?$"
)
_BEFALLS = frozenset("撞磕碰摔跌蹭扭崴夹刮划擦闪戳按撑杵")
_BUMPS = frozenset("撞磕跌绊崴")


def is_on_person(clause: Clause, verb: Word) -> bool:
    return (
        re.search("[我他她你俺人]|方|先生|女士", clause.text[verb.end - clause.start :])
        is not None
    )


def is_suffered(clause: Clause, before: list[Word], verb: Word) -> bool:
    """我后脑勺撞在墙上, 脚踝扭了: what befell a part of somebody's body is no act of theirs."""
    told = clause.text[: verb.start - clause.start]
    if re.search("[把将用拿]", told):
        return False
    if "被" in told:  # 手指被玻璃划了: by a thing, and nobody is said to have held it
        by = [one for one in before if one.start - clause.start > told.find("被")]
        return bool(by) and all("object" in one or "part" in one for one in by)
    if verb.text[:1] not in _BEFALLS:
        rest = clause.text[verb.end - clause.start :]
        return (
            bool(before)
            and "part" in before[-1]
            and re.match("[得了]*[红肿青紫破疼麻烂肿出]", rest) is not None
            and clause.text[before[-1].end - clause.start : verb.start - clause.start]
            in {"", "都", "也", "就", "给"}
        )
    onto = re.match(
        "[到在上着]*([^我他她你人过来，]{1,6})",
        clause.text[verb.start - clause.start + 1 :],
    )
    if verb.text[:1] in _BUMPS and onto is not None and not is_on_person(clause, verb):
        return True
    rest = clause.text[verb.end - clause.start :]
    part = before[-1] if before else None
    if part is None or "part" not in part or "act" in part:
        return False
    if part.end != verb.start and clause.text[
        part.end - clause.start : verb.start - clause.start
    ] not in {
        "也",
        "都",
        "就",
        "还",
        "正好",
        "又",
        "上",
        "当场",
        "直接",
        "自己",
        "没",
        "没有",
    }:
        return False
    return not re.match("[了在到着上]*[我他她你]", rest)


def injuries_in(clause: Clause, words: list[Word]) -> list[Word]:
    """The words of injuries in a clause, and those that a verb and its result make: 踩肿."""
    has_part = any("part" in word for word in words)
    marks = [
        word
        for word in words
        if ("injury" in word or "unhurt" in word)
        and (has_part or "object" not in word)  # 包 is a bag and a bump
    ]
    for found in _DONE_TO.finditer(clause.text):
        start, end = clause.start + found.start("result"), clause.start + found.end()
        if not any(word.start < end and start < word.end for word in marks):
            senses = {"injury": _RESULTS[found["result"]]}
            marks.append(
                Word(text=found["result"], start=start, end=end, senses=senses)
            )
    undone = _UNDONE.search(clause.text)
    if undone is not None and not marks:
        marks.append(
            Word(
                text=undone.group(),
                start=clause.start + undone.start(),
                end=clause.start + undone.end(),
                senses={"unhurt": "any"},
            )
        )
    return marks


def is_by_self(clause: Clause) -> bool:
    """他自己捏刹车太猛: what follows in the sentence came of that."""
    return re.search("[他她我俺人](自己|自个儿?)(?!的)", clause.text) is not None


def is_not_mine(clause: Clause) -> bool:
    """不是我打的: said of what was told before."""
    return _NOT_MINE.search(clause.text) is not None


def is_own_doing(clause: Clause) -> bool:
    """Whether it is said that nobody else did it, not only how it came about."""
    return (
        re.search(
            "自己|自个|不是[我俺他她被]|踩空|脚下|没站[稳住]|没踩[稳住]|滑|以前|原来|本来|早就|旧伤|老伤|(是|都是).*的$",
            clause.text,
        )
        is not None
    )


def _by_thing(clause: Clause, words: list[Word]) -> bool:
    """被减速带绊倒: by what is no person."""
    passive = clause.text.find("被")
    return (
        passive >= 0
        and re.match("被[^，]{1,7}[绊磕碰刮划夹撞压扎硌滑]", clause.text[passive:])
        is not None
        and re.search("[拿用]|我|他|她|人", clause.text[passive:]) is None
        and not any(
            ("person" in one or "pronoun" in one) and one.start - clause.start > passive
            for one in words
        )
    )


def is_own(clause: Clause, words: list[Word]) -> bool:
    """Whether an injury is put down to the injured, a fall or a thing."""
    if "自己" in clause.text or "自个" in clause.text or _NOT_MINE.search(clause.text):
        return True
    if _BEFORE.search(clause.text):
        return True
    if _PUT_DOWN_TO.search(clause.text) or _ONTO.search(clause.text):
        return True
    if _by_thing(clause, words):
        return True
    if re.search("[磕撞碰刮划砸弹打蹭][到在着了]*[我他她你俺]", clause.text):
        return False  # it came at somebody
    text = clause.text
    for word in words:
        if "own_fault" in word:
            text = text.replace(word.text, "")
    if re.search("[拿用被把]|打|推|踢|踹|抓|挠|砸", text):
        return False
    return (
        any("own_fault" in word for word in words)
        or _OWN_END.search(clause.text) is not None
        or (
            any("harmful" in word for word in words)
            and _BY_THING.search(clause.text) is not None
        )
    )


def is_caused(clause: Clause, words: list[Word]) -> bool:
    """她脖子上是项链刮的: how somebody came by it, and no act against anybody."""
    return is_own(clause, words) and re.search("是.*的$", clause.text) is not None


def is_of_thing(clause: Clause, before: list[Word], mark: Word) -> bool:
    """袋子扯破了, 镜框断了: a thing came to harm, and nobody's body."""
    if "glasses" in mark.senses.values() or re.search("[拿用被]", clause.text):
        return False
    if before and before[0].start == clause.start and "object" in before[0]:
        return not any(
            "part" in one or "person" in one or "pronoun" in one for one in before
        )
    return bool(before) and any(
        ("object" in one or "worn" in one) and mark.start - one.end <= 3
        for one in before[-2:]
    )


def is_looking(clause: Clause, word: Word) -> bool:
    """我看了: who looks is not who was hurt."""
    rest = clause.text[word.end - clause.start :]
    return (
        re.match("[都也还当时特意专门]*(看|没看|觉得|亲眼|瞧|检查|仔细)", rest)
        is not None
    )


_PARTS = {
    "嘴": "mouth",
    "牙": "mouth",
    "脸": "face",
    "鼻": "nose",
    "头": "head",
    "眼": "eye",
    "耳": "ear",
    "手": "hand",
    "脚": "foot",
    "腿": "leg",
    "腰": "back",
}


def part_named(injury: str) -> str:
    """满嘴是血, 鼻血: the part of the body that the word of an injury holds."""
    return next((part for sign, part in _PARTS.items() if sign in injury), "")
