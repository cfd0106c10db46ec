"""What the words of one clause tell by where they stand: whose, denied, how often, with what."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from anlan.investigation.comparing.facts import PHYSICAL, Act
from anlan.investigation.comparing.lexicon import Word, data
from anlan.investigation.comparing.text import Clause

_HANDLED = {"把", "将"}
LAID = re.compile(
    "^(?P<thing>[^，我他她你本俺这那人手]{1,5}?)(一直|始终|早就|当时|好好地)(在|挂|放|插|立|靠|锁|揣|夹)[^，]{0,4}[里上着]"
)
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
_MEASURE = "(?:[一两三几半那这]?(?:把|根|个|只|条|块|本|张|支|瓶|杯|串|卷|截|袋|桶|摞|叠|副|台|部|件|双|盒|枝|束|盘|碗|片|节|段|床))?"
_NAMED = re.compile(
    rf"^(?:[着了过起来]*)(?:[我他她你]的?|自己的?)?(?:手里|手上|桌上|地上|旁边|身边|边上|柜台上|台上|车上|墙边|门口|屋里)*的?{_MEASURE}"
    "(?P<thing>[^，。□朝往向照对冲把给在就是的了着过上下里来去又还想要，砸打敲抽戳捅扔甩泼挡顶撞指]{1,5})"
)
_BEFALLS = frozenset("撞磕碰摔跌蹭扭崴夹刮划擦闪戳按撑杵")
_TOUCHES = frozenset("碰刮蹭划弹擦溅崩")
_BUMPS = frozenset("撞磕跌绊崴")
_SURE = frozenset({"抄起", "举起", "抓起", "操起", "抡起", "拎起", "端起", "捡起"})


def is_by_thing(clause: Clause, before: list[Word], verb: Word) -> bool:
    """圆珠笔划到我: the thing did it, and nobody is said to have held it."""
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
        and before[-1].end == verb.start
        and not any("taking" in word for word in before)
        and not handled(clause, before[-1])
        and not is_one_blow(clause, before[-1], verb)
    )


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
    if re.search("[往朝照冲对给向](着|准)?[我他她你俺][^，]{0,4}$", told):
        return True
    if not after:
        return False
    between = clause.text[verb.end - clause.start : after[0].start - clause.start]
    return between.strip("了到在着过") == "" and any(
        kind in after[0] for kind in ("person", "pronoun", "part")
    )


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


_LEFT = re.compile(
    "没[^，]{0,3}(?:拿|取|掏|摘|拔|举|抽|抄|端|搬|提|拎|抬|解|松|撒|打开|离)"
    "(?:过|出来|下来|起来|开|手|出|下|起)*$"
    "|^在(?:后备[厢箱]|抽屉|仓库|柜子|架子|工具[房间箱]|值班室|办公室|家|车)[^，]{0,3}$"
    "|(?:还|都|就|一直|始终|好好)?(?:地|的)?(?:(?<![磕砸打碰落撞弹扎])在|锁在|搁在|丢在|留在|停在|盖在)[^，]{1,8}(?:里|上|下|内|中|边|旁|旁边|面|头|底|底下|家|充电|充着电)(?:呢|放着|锁着|搁着|挂着|充电|充着电|立着|插着|躺着|没动)*$"
)


def is_caused(clause: Clause, words: list[Word]) -> bool:
    """她脖子上是项链刮的: how somebody came by it, and no act against anybody."""
    return is_own(clause, words) and re.search("是.*的$", clause.text) is not None


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
    if not any(word in text for word in data("objects")["idle"]):
        return False
    return not any(
        word.senses.get("act") in {"hit", "poke", "kick", "cut"} for word in words
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


def is_of_thing(clause: Clause, before: list[Word], mark: Word) -> bool:
    """袋子扯破了, 镜框断了: a thing came to harm, and nobody's body."""
    if "glasses" in mark.senses.values() or re.search("[拿用被]", clause.text):
        return False
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
    return str(data("objects")["parts"][word["part"]])


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
            "手[里上](就|只|是)|只有|除了|没别的|没有别的|[拿用握攥提拎端使]的是",
            clause.text,
        )
        is not None
    )


def handled(clause: Clause, word: Word) -> bool:
    """Whether 把 or 将 stands shortly before a thing: it was taken and used."""
    before = clause.text[: word.start - clause.start][-8:]
    return re.search("[把将][^往朝照冲对向]*$", before) is not None


def is_denied(clause: Clause, before: list[Word], word: Word) -> bool:
    """Whether it is said not to have been: 没 before it with no 就 or 是 between."""
    rest = clause.text[word.end - clause.start :]
    if re.match("[子儿]?.{0,2}?[都也](没|不|未)", rest):
        return True
    if clause.is_asked and re.search("[拿用](什么|啥)", clause.text):
        return True
    if clause.is_asked and re.search(
        "[能会敢](?!不)[^，]*([吗么谁]|哪儿?|哪里)$", clause.text.rstrip()
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
