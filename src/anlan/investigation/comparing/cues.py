"""What the words of one clause tell by where they stand: whose, denied, how often, at whom."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from anlan.investigation.comparing.facts import PHYSICAL, Act
from anlan.investigation.comparing.lexicon import Word, data
from anlan.investigation.comparing.numerals import CHARACTERS
from anlan.investigation.comparing.text import Clause

_KIN = "(?:小?孩子?|儿子|女儿|闺女|姑娘家|小子家|娃娃?|孙子|孙女|宝宝|老公|老婆|媳妇|丈夫|妻子|爱人|小?狗)"
KIN = "家里人"  # of one of the parties, and none of them
_OWNERS = "(?:我们?|俺|他们?|她们?|人家|对方|自己)?(?:家|的)*"
_AT_KIN = re.compile(
    f"[把将给对朝冲]{_OWNERS}{_KIN}|(?:抱|拽|拉|扯|推|打)(?:着|住)?{_OWNERS}{_KIN}的?[^，]{{0,4}}$"
)
_BY_KIN = re.compile(
    f"^[^，]{{0,6}}?{_OWNERS}{_KIN}(?:先|就|又|也|还|上去|上来|过来|冲|把|用|拿|一)*$|^{_OWNERS}{_KIN}(?!的)[^，]{{0,8}}[把用拿]"
)
_AFTER_KIN = re.compile(f"[了着过住到]*{_OWNERS}{_KIN}")


def kin_in(clause: Clause, verb: Word) -> str:
    """Whether a child, a wife or a dog did it or had it done to them."""
    told = clause.text[: verb.start - clause.start]
    if _AFTER_KIN.match(clause.text[verb.end - clause.start :]) or _AT_KIN.search(told):
        return "patient"
    return "agent" if _BY_KIN.search(told) else ""


def is_mutual(clause: Clause) -> bool:
    return (
        re.search(
            "互相|相互|互推|互殴|对推|对打|[我他]们俩?.{0,4}(扭|撕|厮)", clause.text
        )
        is not None
    )


def is_whether(clause: Clause, verb: Word) -> bool:
    """推没推, 有没有推: asked, not told."""
    rest = clause.text[verb.end - clause.start :]
    told = clause.text[: verb.start - clause.start]
    first = verb.text[:1]
    return re.match(f"[没不]{first}", rest) is not None or told.endswith(
        (f"{first}没", f"{first}不", f"{first}没有")
    )


def is_told(before: list[Word]) -> bool:
    """Whether it stands after 说: then somebody else is only said to say so."""
    return any(word.text in {"说", "讲", "称", "非说", "说是"} for word in before)


def is_by_oneself(clause: Clause, verb: Word) -> bool:
    """他自己踢翻的: to nobody else."""
    return re.search("自(己|个)", clause.text[: verb.start - clause.start]) is not None


_AWAY = "[地桌台柜墙门水盆架窗椅盘]|旁|一边|垃圾|沙发"


def is_away(clause: Clause, verb: Word) -> bool:
    """往桌上一摔, 扔在地上: thrown, and not at anybody."""
    if verb["act"] != "throw":
        return False
    told, rest = (
        clause.text[: verb.start - clause.start],
        clause.text[verb.end - clause.start :],
    )
    return (
        re.search(f"[往朝向]({_AWAY})[^我他她你]{{0,4}}$", told) is not None
        or re.match(f"[了]?(在|到|向)?({_AWAY})", rest) is not None
    )


def is_aimed(clause: Clause, verb: Word, after: list[Word]) -> bool:
    """点 is a blow where a person or a part of the body comes next."""
    if verb.text not in data("acts")["aimed"]:
        return True
    told = clause.text[: verb.start - clause.start]
    if verb.text[:1] == "点" and told[-1:] in CHARACTERS:
        return False  # 快九点我去问
    if re.search("[往朝照冲对给向](着|准)?[我他她你俺][^，]{0,4}$", told):
        return True
    if not after:
        return False
    between = clause.text[verb.end - clause.start : after[0].start - clause.start]
    return between.strip("了到在着过") == "" and any(
        kind in after[0] for kind in ("person", "pronoun", "part")
    )


def is_governed(clause: Clause, word: Word) -> bool:
    """Whether 把, 朝, 给 or their like stand right before: it is not who does it."""
    before = clause.text[: word.start - clause.start]
    before = before.removesuffix("着").removesuffix("了")
    return any(before.endswith(one) for one in data("saying")["governing"])


def is_struck(clause: Clause, word: Word, before: list[Word]) -> bool:
    """掐住我往门上顶: whom an earlier verb of the clause was about."""
    return any(
        ("act" in verb or "word" in verb)
        and verb.end <= word.start
        and clause.text[verb.end - clause.start : word.start - clause.start].strip(
            "了着住到过"
        )
        == ""
        for verb in before
    )


def owns(clause: Clause, word: Word, words: list[Word]) -> bool:
    """我的扳手, 我领子: whose thing it is, not who does something."""
    if clause.text[word.end - clause.start :].startswith("的"):
        return True
    return any(
        one.start == word.end and ("part" in one or "object" in one or "worn" in one)
        for one in words
    )


def given(clause: Clause) -> list[Word]:
    """给了他一下: a blow without a verb."""
    found = re.search("给了?.{0,4}?(一下|两下|几下)", clause.text)
    if found is None:
        return []
    return [
        Word(
            text=found[1],
            start=clause.start + found.start(1),
            end=clause.start + found.end(1),
            senses={"act": "hit"},
        )
    ]


def is_not_so(before: list[Word]) -> bool:
    """不是踢: nobody stands between, so it is how, not who, that is denied."""
    marks = [n for n, word in enumerate(before) if word.text == "不是"]
    return bool(marks) and not any(
        "person" in word or "pronoun" in word for word in before[marks[-1] :]
    )


def firsts(acts: list[Act]) -> list[Act]:
    """我才推他: what the other did before that was first, where nobody says who was."""
    if any(act.is_first and not act.is_denied for act in acts):
        return acts
    told = [act for act in acts if not act.is_denied and act.kind in PHYSICAL]
    for before, act in pairwise(told):
        if act.is_reply and before.agent != act.agent:
            return [
                replace(one, is_first=True, is_inferred=True) if one is before else one
                for one in acts
            ]
    return acts


def is_denied(clause: Clause, before: list[Word], word: Word) -> bool:
    """Whether it is said not to have been: 没 before it with no 就 or 是 between."""
    rest = clause.text[word.end - clause.start :]
    if re.match("[子儿]?.{0,2}?[都也](没|不|未)", rest):
        return True
    if clause.is_asked and re.search("[拿用](什么|啥)", clause.text):
        return True
    if clause.is_asked and re.search(
        "能(?:咋|怎么)|[能会敢](?!不)[^，]*([吗么谁]|哪儿?|哪里)$", clause.text.rstrip()
    ):
        return True
    denied = clause.is_asked and (
        clause.text.rstrip().endswith(("干什么", "干嘛", "干啥", "做什么", "干吗"))
        or clause.text[: word.start - clause.start].endswith("谁")
    )
    for one in before:
        if "negation" in one:
            denied = (
                one.text not in {"怎么", "哪里", "哪儿"}
                or clause.is_asked
                or ("过" in rest or "呀" in rest)
            )
        elif (
            "affirming" in one and denied and one.start != word.start
        ) or "ended" in one:
            denied = False
    return denied


def times(text: str) -> int | None:
    """How many blows a clause counts: 一下, 两拳, 三次."""
    for number, words in enumerate(("一", "两二", "三", "四", "五"), start=1):
        for one in words:
            if any(
                f"{one}{unit}" in text
                for unit in ("下", "拳", "巴掌", "脚", "次", "耳光", "记")
            ):
                return number
    return None


def part_in(words: list[Word]) -> tuple[str, str]:
    """The last part of the body in a row of them, with its side: 右手食指 is a finger."""
    part, side, found = "", "", False
    for word in words:
        if "side" in word and not found:
            side = word["side"]
        elif "part" in word:
            part, found = word["part"], True
        elif found:
            break
    return part, side if part else ""
