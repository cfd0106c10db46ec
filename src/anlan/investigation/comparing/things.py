"""Things in one clause: taken, held, thrown, lying, or at work by themselves."""

from __future__ import annotations

import re
from functools import cache

from anlan.investigation.comparing.cues import (
    is_governed,
    owns,
)
from anlan.investigation.comparing.lexicon import Word, data
from anlan.investigation.comparing.text import Clause

LAID = re.compile(
    "^(?P<thing>[^，我他她你本俺这那人手]{1,5}?)(一直|始终|早就|当时|好好地)(在|挂|放|插|立|靠|锁|揣|夹)[^，]{0,4}[里上着]"
)
_MEASURE = "(?:[一两三几半那这]?(?:把|根|个|只|条|块|本|张|支|瓶|杯|串|卷|截|袋|桶|摞|叠|副|台|部|件|双|盒|枝|束|盘|碗|片|节|段|床))?"
_NAMED = re.compile(
    rf"^(?:[着了过起来]*)(?:[我他她你]的?|自己的?)?(?:手里|手上|桌上|地上|旁边|身边|边上|柜台上|台上|车上|墙边|门口|屋里)*的?{_MEASURE}"
    "(?P<thing>[^，。□朝往向照对冲把给在就是的了着过上下里来去又还想要，砸打敲抽戳捅扔甩泼挡顶撞指]{1,5})"
)
_TOUCHES = frozenset("碰刮蹭划弹擦溅崩")
_SURE = frozenset({"抄起", "举起", "抓起", "操起", "抡起", "拎起", "端起", "捡起"})


def is_by_thing(clause: Clause, before: list[Word], verb: Word) -> bool:
    """圆珠笔划到我: the thing did it, and nobody is said to have held it."""
    if is_flung(clause, before, verb):
        return True
    things = [one for one in before if "object" in one]
    if things and verb.text[:1] in _TOUCHES:
        return (
            not any("taking" in one or "act" in one for one in before)
            and all(
                owns(clause, one, before)
                for one in before
                if "person" in one or "pronoun" in one
            )
            and not handled(clause, things[0])
        )
    return (
        bool(before)
        and "object" in before[-1]
        and _ADVERBS.fullmatch(
            clause.text[before[-1].end - clause.start : verb.start - clause.start]
        )
        is not None
        and not any("taking" in word for word in before)
        and not handled(clause, before[-1])
        and not is_one_blow(clause, before[-1], verb)
    )


_ADVERBS = re.compile("(?:直接|正好|刚好|不小心|一下|一下子|突然|就|都|才|又)*")
_FLUNG = re.compile(
    "(?:反?弹|飞|蹦|跳|滑|滚|荡|晃|崩|滑脱|脱手)(?:起|回|过|出|开|下|了)*(?:来|去)?"
    "(?:才|又|就|正好|刚好|一下|直接|不小心|给)*$"
)


_SWUNG = re.compile("甩(?:起|回|过|出|开|下|了)*(?:来|去)?$")


def is_flung(clause: Clause, before: list[Word], verb: Word) -> bool:
    """弹起来碰到他鼻子, 篮子飞过来打到眼角: the thing came by itself, nobody aimed it."""
    told = clause.text[: verb.start - clause.start]
    if _FLUNG.search(told) is None and not (
        _SWUNG.search(told)
        and any(
            "object" in one and clause.text.startswith("甩", one.end - clause.start)
            for one in before
        )
        and not re.search("[把将拿用]", told)
    ):
        return False
    return all(
        is_governed(clause, one) or owns(clause, one, before)
        for one in before
        if "person" in one or "pronoun" in one
    )


_LEFT = re.compile(
    "没[^，]{0,3}(?:拿|取|掏|摘|拔|举|抽|抄|端|搬|提|拎|抬|解|松|撒|打开|离)"
    "(?:过|出来|下来|起来|开|手|出|下|起)*$"
    "|^在(?:后备[厢箱]|抽屉|仓库|柜子|架子|工具[房间箱]|值班室|办公室|家|车)[^，]{0,3}$"
    "|(?:还|都|就|一直|始终|好好)?(?:地|的)?(?:(?<![磕砸打碰落撞弹扎])在|锁在|搁在|丢在|留在|停在|盖在)[^，]{1,8}(?:里|上|下|内|中|边|旁|旁边|面|头|底|底下|家|充电|充着电)(?:呢|放着|锁着|搁着|挂着|充电|充着电|立着|插着|躺着|没动)*$"
)


@cache
def said_idle() -> re.Pattern[str]:
    """What is said of a thing that nobody used."""
    return re.compile("|".join(map(re.escape, data("objects")["idle"])))


def is_idle(clause: Clause, words: list[Word]) -> bool:
    """挂在腰上没动过: said of a thing, and nobody strikes in the same clause."""
    text = clause.text
    things = [word for word in words if "object" in word]
    rest = text[things[0].end - clause.start :] if things else ""
    if not any("act" in word for word in words) and (
        _LEFT.search(text)
        or re.match("(还|就|一直|都|也|始终|当时|是)*在[^，]{1,10}$", rest)
    ):
        return True
    for word in words:
        if "object" in word:
            text = text.replace(word.text, "□")
    if said_idle().search(text) is None or re.search("一直在[拿用]", text):
        return False
    return not any(
        word.senses.get("act") in {"hit", "poke", "kick", "cut"} for word in words
    )


def is_part_used(word: Word, before: list[Word]) -> bool:
    """Whether 用 or 拿 stand right before a part of the body: the part is what struck."""
    return (
        "part" in word
        and word["part"] in data("objects")["parts"]
        and bool(before)
        and "taking" in before[-1]
        and before[-1].end == word.start
    ) or (
        word.senses.get("part") in {"elbow", "knee"}
        and bool(before)
        and ("person" in before[-1] or "pronoun" in before[-1])
    )


def is_one_blow(clause: Clause, word: Word, verb: Word) -> bool:
    """一酒瓶子砸过来: a thing counted like a blow, right before the verb."""
    before = clause.text[: word.start - clause.start]
    return word.end == verb.start and before.endswith("一")


def is_taken(before: list[Word]) -> bool:
    """Whether a word of taking stands before, and no act between: not 拿脚踹我的轮胎."""
    for word in reversed(before):
        if "taking" in word:
            return True
        if "act" in word:
            return False
    return False


def thing_named(word: Word) -> str:
    if "object" in word:
        return word.text
    if "means" in word:
        return word["means"]
    if word.text.startswith("手掌"):
        return "palm"
    return str(data("objects")["parts"][word["part"]])


_TAKEN = re.compile(
    rf"[把将](?:(?:那|这|我|他|她|自己|手里|手上|桌上)的?)*{_MEASURE}的?(?P<thing>[^，。□把将往朝照给都就一又也还全]{{1,6}})"
    "(?:全|都|就|一把|直接|狠狠|使劲|故意)?(?:往|朝|照|冲|向|对着)?[^，。]{0,8}$"
)
_OWNED = re.compile(
    "^(?:家的?|的)?(?P<thing>[^的一两二三几了着过上下来去好多半不又也还就在倒把给被]{2,4})$"
)


def thing_owned(clause: Clause, after: list[Word]) -> str:
    """打我鸽笼, 踢我家花架: a thing that no list knows, right after whose it is."""
    if len(after) != 1 or not ("person" in after[0] or "pronoun" in after[0]):
        return ""
    found = _OWNED.match(clause.text[after[0].end - clause.start :])
    return found["thing"] if found is not None else ""


def thing_thrown(clause: Clause, before: list[Word], verb: Word) -> str:
    """把零钱扔到我脸上: a thing that no list knows, before a verb of throwing."""
    if verb.senses.get("act") not in {"throw", "splash"} and verb.text[:1] != "砸":
        return ""
    found = _TAKEN.search(clause.text[: verb.start - clause.start])
    if found is None:
        return ""
    start = clause.start + found.start("thing")
    end = clause.start + found.end("thing")
    known = any(
        one.start < end
        and start < one.end
        and ("person" in one or "pronoun" in one or "part" in one)
        for one in before
    )
    return "" if known else found["thing"]


_COUNTED = re.compile("[一二两三四五六七八九十几]+")


def _short_thing(clause: Clause, taking: Word, following: list[Word]) -> Word | None:
    """拿水泼, 用布抽: one character between taking and the act, and no other word."""
    if taking.text not in {"拿", "用", "抄", "使", "拿着", "抄起", "端起", "抓起"}:
        return None
    if not following or "act" not in following[0]:
        return None
    between = clause.text[taking.end - clause.start : following[0].start - clause.start]
    if len(between) != 1 or between in "来去了着过起上下力劲的得在错它":
        return None
    return Word(
        text=between, start=taking.end, end=taking.end + 1, senses={"object": ""}
    )


def with_things(clause: Clause, words: list[Word]) -> list[Word]:
    """The words of a clause, with a thing that no list knows where one was taken up."""
    found = []
    for number, word in enumerate(words):
        found.append(word)
        following = []
        for one in words[number + 1 : number + 4]:
            if "act" in one:
                break
            following.append(one)
        if "taking" not in word or any(
            "object" in one or "means" in one or "part" in one or "nothing" in one
            for one in following
        ):
            continue
        short = _short_thing(clause, word, words[number + 1 :])
        if short is not None:
            found.append(short)
            continue
        named = _NAMED.match(clause.text[word.end - clause.start :])
        if (
            named is None
            or _COUNTED.match(named["thing"])
            or (len(named["thing"]) < 2 and word.text not in _SURE)
        ):
            continue
        start = word.end + named.start("thing")
        end = word.end + named.end("thing")
        if any(
            one.start < end and start < one.end and "worn" not in one
            for one in words[number + 1 :]
        ):
            continue
        found.append(
            Word(text=named["thing"], start=start, end=end, senses={"object": ""})
        )
    return found


def is_only(clause: Clause) -> bool:
    """手里就一串钥匙, 手上只有垃圾袋: whatever else was not there."""
    return (
        re.search(
            "手[里上]头?(就|只|是)|只(拿|带|有|拎|提|攥)了?[一个把根]|只有|除了|没别的|没有别的|[拿用握攥提拎端使]的是",
            clause.text,
        )
        is not None
    )


def handled(clause: Clause, word: Word) -> bool:
    """Whether 把 or 将 stands shortly before a thing: it was taken and used."""
    before = clause.text[: word.start - clause.start][-8:]
    return re.search("[把将][^往朝照冲对向]*$", before) is not None
