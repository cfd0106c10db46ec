"""What an account says, clause by clause: acts, injuries, things in hands.

No grammar is written down here. A clause is a row of words; who did it stands before the verb,
to whom after it or after 把, 朝 and their like; a clause without a person goes on with the one
before. That reads plain accounts well and involved ones badly, and a person looks at the result.
"""

from __future__ import annotations

import re
from itertools import pairwise
from dataclasses import dataclass, field, replace

from anlan.investigation.comparing.accounts import Account, Scene
from anlan.investigation.comparing.lexicon import Word, data
from anlan.investigation.comparing.persons import Naming
from anlan.investigation.comparing.text import Clause, Sentence, clauses_of

_HANDLED = {"把", "将"}
PHYSICAL = frozenset(data("acts")["kinds"]) - {"block", "burn"}

_ABSENT = re.compile(
    "才(上来|过来|来|到|赶到|出来|赶来|下来)的?$|来的时候.{0,6}(完|停|结束)|到的时候.{0,4}已经|(没在|不在|没有在)(?:场|跟前|旁边|现场|那儿|那里)?$|不在场|没在场|没在跟前"
)
_PRESENT = re.compile(
    "在跟前|在旁边|(?<!是)在场(?!里|地)|亲眼|在边上|看得真真|从头到尾都?在|全程都?在|一直在(旁边|边上|跟前|现场)"
)
# Means that are no things; none named is one of them.
BARE = frozenset({"", *data("objects")["own"], *data("objects")["parts"].values()})


@dataclass(frozen=True, kw_only=True)
class Act:
    """Somebody did something to somebody, or says that it was not done."""

    agent: str
    patient: str
    kind: str
    verb: str
    sentence: Sentence
    start: int
    is_denied: bool = False
    is_other: bool = False  # denied by 不是: it was something else
    is_first: bool = False
    is_reply: bool = False
    part: str = ""
    side: str = ""
    means: str = ""
    thing: str = ""
    times: int | None = None

    @property
    def is_on_thing(self) -> bool:
        """Whether a thing was struck that nobody wears: a door, a table, a car."""
        return (
            bool(self.thing)
            and not self.part
            and self.thing != self.means
            and self.thing not in data("objects")["on_body"]
        )


@dataclass(frozen=True, kw_only=True)
class Injury:
    """``kind`` is what is to be seen; an unhurt person has a denied one of kind any."""

    person: str
    kind: str
    sentence: Sentence
    is_denied: bool = False
    part: str = ""
    side: str = ""
    is_own_fault: bool = False


@dataclass(frozen=True, kw_only=True)
class Holding:
    """A thing in somebody's hand. Denied without a thing: the hands were empty."""

    person: str
    thing: str
    sentence: Sentence
    is_denied: bool = False
    is_used: bool = False
    is_idle: bool = False
    is_only: bool = False  # nothing else


@dataclass
class Reading:
    """All that was read of one account, in order."""

    acts: list[Act] = field(default_factory=list)
    injuries: list[Injury] = field(default_factory=list)
    holdings: list[Holding] = field(default_factory=list)
    words: list[Act] = field(default_factory=list)
    absent: list[tuple[str, Sentence]] = field(default_factory=list)
    present: list[tuple[str, Sentence]] = field(default_factory=list)


def read(account: Account, scene: Scene, opponent: str) -> Reading:
    """Read an account; ``opponent`` is whom 他 means before anybody was named."""
    return _Reader(account, scene, opponent).read()


class _Reader:
    """Goes through the clauses and remembers whom they were about."""

    def __init__(self, account: Account, scene: Scene, opponent: str) -> None:
        self._account = account
        self._naming = Naming(account, scene)
        self._opponent = opponent
        self._subject = self._naming.speaker
        self._other = opponent
        self._patient = ""
        self._part = ("", "")
        self._named: list[str] = []
        self._limb = ("", "", "", -1)  # a part of whose body, without an injury yet
        self._hurt = ("", -1)  # whose injury was told last, in which sentence
        self._taken = ("", "", -1)  # who, what, in which sentence
        self._reading = Reading()

    def read(self) -> Reading:
        for clause in clauses_of(self._account.text):
            self._clause(clause)
        self._reading.acts = _firsts(self._reading.acts)
        return self._reading

    def _clause(self, clause: Clause) -> None:
        words = _with_things(
            clause, list(self._naming.vocabulary.words_in(clause.text, clause.start))
        )
        persons = {word.start: self._who(word) for word in words}
        self._turned(words, persons)
        free = [
            word
            for word in words
            if persons[word.start] and not _is_governed(clause, word)
        ]
        seen = next((word for word in words if "seeing" in word), None)
        if seen is not None and any(word.start > seen.start for word in free):
            free = [word for word in free if word.start > seen.start]
        verb = next((word.start for word in words if "act" in word), clause.end)
        leading = [word for word in free if word.start < verb]
        subject = persons[leading[0].start] if leading else self._subject
        if leading or not any("other" in word for word in words[:1]):
            self._presence(clause, subject)
        if any("unknown" in word for word in words):
            self._remember(subject, persons, words)
            return
        if not self._is_hearsay(words, free):
            self._holdings(clause, words, persons, subject)
            self._acts(clause, words, persons, subject, free)
            self._injuries(clause, words, persons, subject)
        self._remember(subject, persons, words)

    def _turned(self, words: list[Word], persons: dict[int, str]) -> None:
        """人家才顶他, told by a witness after somebody pushed another: that other answers."""
        if len(self._naming.others) < 2 or not self._reading.acts:
            return
        last = self._reading.acts[-1]
        pronouns = [word for word in words if "pronoun" in word]
        if not pronouns or any("person" in word for word in words) or not last.patient:
            return
        if any("reply" in word or "next" in word for word in words):
            persons[pronouns[0].start] = last.patient
            for word in pronouns[1:]:
                persons[word.start] = last.agent

    def _who(self, word: Word) -> str:
        if "person" in word:
            return word["person"]
        if "pronoun" in word:
            return self._other
        return ""

    def _remember(
        self, subject: str, persons: dict[int, str], words: list[Word]
    ) -> None:
        self._subject = subject
        self._named += [persons[word.start] for word in words if "person" in word]
        named = [
            persons[word.start]
            for word in words
            if "person" in word and persons[word.start] != self._naming.speaker
        ]
        if subject != self._naming.speaker:
            self._other = subject
        elif named:
            self._other = named[0]

    def _is_hearsay(self, words: list[Word], free: list[Word]) -> bool:
        """Whether another is only said to have said it."""
        if any(
            word.text in {"听说", "据说", "听他说", "听她说", "说是"} for word in words
        ):
            return True
        return False

    def _presence(self, clause: Clause, subject: str) -> None:
        if _ABSENT.search(clause.text):
            self._reading.absent.append((subject, clause.sentence))
        elif _PRESENT.search(clause.text):
            self._reading.present.append((subject, clause.sentence))

    # Acts

    def _acts(
        self,
        clause: Clause,
        words: list[Word],
        persons: dict[int, str],
        subject: str,
        free: list[Word],
    ) -> None:
        verbs = [word for word in words if "act" in word] or _given(clause)
        verbs = verbs[:1] + [word for word in verbs[1:] if "means" not in word]
        for number, verb in enumerate(verbs):
            stop = verbs[number + 1].start if number + 1 < len(verbs) else clause.end
            self._act(clause, words, persons, subject, free, verb, stop)
        for word in words:
            if "untouched" in word:
                self._untouched(clause, word, subject)
            if "word" in word and word["word"] in {"insult", "apology"}:
                self._word(clause, words, persons, subject, free, word)

    def _untouched(self, clause: Clause, word: Word, subject: str) -> None:
        self._reading.acts.append(
            Act(
                agent=subject,
                patient="",
                kind="hands",
                verb=word.text,
                sentence=clause.sentence,
                start=word.start,
                is_denied=True,
            )
        )

    def _act(
        self,
        clause: Clause,
        words: list[Word],
        persons: dict[int, str],
        subject: str,
        free: list[Word],
        verb: Word,
        stop: int,
    ) -> None:
        before = [word for word in words if word.end <= verb.start]
        after = [word for word in words if verb.end <= word.start < stop]
        if any("not_done" in word for word in before[-3:]):
            return
        if _is_told(before) or (verb.text == "点" and not _is_aimed(verb, after)):
            return
        if clause.is_asked and any("rhetorical" in word for word in before):
            return
        agent, patient = self._sides(
            clause, words, before, after, persons, subject, free, verb
        )
        if not patient:
            patient = self._implied_patient(agent, clause)
        part, side = self._part_in(after)
        if not part:
            part, side = self._part_in(
                [
                    word
                    for number, word in enumerate(before)
                    if ("part" in word or "side" in word)
                    and not _is_part_used(word, before[:number])
                ]
            )
        denied = _is_denied(clause, before, after, verb)
        means = self._means(clause, agent, before, verb, is_denied=denied) or next(
            (word["means"] for word in after if "means" in word), ""
        )
        thing = self._thing(clause, before, after, bool(part))
        if not means and verb.text[:1] in "抡挥扔丢摔泼甩举抛掷撇":
            means, thing = thing, ""
        if denied and verb["act"] == "touch" and not part and not thing:
            thing = self._left_lying(clause)
        act = Act(
            agent=agent,
            patient=patient,
            kind="hit" if means in {"palm", "fist"} else verb["act"],
            verb=verb.text,
            sentence=clause.sentence,
            start=verb.start,
            is_denied=denied,
            is_other=denied and _is_not_so(before),
            is_first=any("first" in word for word in before + after),
            is_reply=any("reply" in word for word in before) or verb["act"] == "back",
            part=part,
            side=side,
            means=means,
            thing=thing,
            times=_times(clause.text),
        )
        self._reading.acts.append(act)
        if not act.is_denied:
            self._patient = patient or self._patient
            self._part = (part, side) if part else self._part

    def _sides(
        self,
        clause: Clause,
        words: list[Word],
        before: list[Word],
        after: list[Word],
        persons: dict[int, str],
        subject: str,
        free: list[Word],
        verb: Word,
    ) -> tuple[str, str]:
        """Who did it and to whom."""
        passive = clause.text.find("被")
        mine = [word for word in free if word.end <= verb.start]
        mine = mine[:1] + [word for word in mine[1:] if not _owns(clause, word, words)]
        agent = persons[mine[-1].start] if mine else subject
        governed = [
            persons[word.start]
            for word in before
            if persons.get(word.start) and _is_governed(clause, word)
        ]
        said_after = [persons[word.start] for word in after if persons.get(word.start)]
        if 0 <= passive < verb.start - clause.start:
            by = [
                persons[word.start]
                for word in before
                if persons.get(word.start) and word.start - clause.start > passive
            ]
            return (by[0] if by else ""), agent
        patient = (said_after or governed[-1:] or [""])[0]
        if patient and patient == agent:
            if len(self._naming.others) > 1 and agent != self._naming.speaker:
                patient = self._recent_but(agent)
            elif not mine:
                agent = self._another(patient)
            else:
                patient = self._another(agent)
        return agent, patient

    def _recent_but(self, name: str) -> str:
        """Who was named last beside this one and the speaker."""
        return next(
            (
                other
                for other in reversed(self._named)
                if other not in {name, self._naming.speaker}
            ),
            self._another(name),
        )

    def _implied_patient(self, agent: str, clause: Clause) -> str:
        """With two persons there is but one other; else the one of the act before."""
        if len(self._naming.others) == 1:
            return self._another(agent)
        last = self._reading.acts[-1] if self._reading.acts else None
        if last is not None and last.sentence is clause.sentence:
            return last.patient if last.agent == agent else ""
        return ""

    def _another(self, name: str) -> str:
        if name == self._naming.speaker:
            return self._opponent if self._opponent != name else ""
        if self._account.role in {"aggressor", "victim", "guard"}:
            return self._naming.speaker
        rest = [other for other in self._naming.others if other != name]
        return rest[0] if rest else ""

    def _part_in(self, words: list[Word]) -> tuple[str, str]:
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

    def _thing(
        self, clause: Clause, before: list[Word], after: list[Word], on_body: bool
    ) -> str:
        if on_body:
            return ""
        for word in before:
            if "object" in word and _handled(clause, word):
                return word.text
        for word in after:
            if "worn" in word or "object" in word:
                return word.text
        return ""

    def _left_lying(self, clause: Clause) -> str:
        """浮板放在架子上，我没碰: the thing of the clause before is what was not touched."""
        last = self._reading.holdings[-1:]
        idle = last and last[0].is_idle and last[0].sentence is clause.sentence
        return last[0].thing if idle else ""

    def _means(
        self,
        clause: Clause,
        agent: str,
        before: list[Word],
        verb: Word,
        *,
        is_denied: bool,
    ) -> str:
        if "means" in verb:
            return verb["means"]
        for number, word in enumerate(before):
            if "means" in word:
                return word["means"]
            if _is_part_used(word, before[:number]):
                return str(data("objects")["parts"][word["part"]])
            if "object" in word and any("taking" in one for one in before[:number]):
                return word.text
            if (
                "object" in word
                and verb["act"] != "pull"
                and (_handled(clause, word) or _is_one_blow(clause, word, verb))
            ):
                return word.text
        who, what, sentence = self._taken
        if (
            what
            and not is_denied
            and who == agent
            and sentence == clause.sentence.number
        ):
            return what
        return ""

    def _word(
        self,
        clause: Clause,
        words: list[Word],
        persons: dict[int, str],
        subject: str,
        free: list[Word],
        word: Word,
    ) -> None:
        before = [one for one in words if one.end <= word.start]
        after = [one for one in words if one.start >= word.end]
        if any("not_done" in one for one in before):
            return
        agent, patient = self._sides(
            clause, words, before, after, persons, subject, free, word
        )
        self._reading.words.append(
            Act(
                agent=agent,
                patient=patient,
                kind=word["word"],
                verb=word.text,
                sentence=clause.sentence,
                start=word.start,
                is_denied=_is_denied(clause, before, after, word),
            )
        )

    # Injuries

    def _injuries(
        self, clause: Clause, words: list[Word], persons: dict[int, str], subject: str
    ) -> None:
        marks = [word for word in words if "injury" in word or "unhurt" in word]
        self._explained(clause, words)
        if not marks:
            self._hurt_alone(clause, words, persons, subject)
            return
        part, side = self._part_in(words)
        own = any("own_fault" in word for word in words)
        for word in marks:
            before = [one for one in words if one.end <= word.start]
            after = [one for one in words if one.start >= word.end]
            here = part
            unhurt = "unhurt" in word
            if (
                word.senses.get("injury") == "glasses"
                and "镜" not in clause.sentence.text
            ):
                continue
            if word.senses.get("injury") == "any" and any(
                "many" in one for one in after
            ):
                continue
            if (
                unhurt
                and "injury" not in word
                and not self._is_about_bodies(word, here)
            ):
                continue
            denied = (
                unhurt
                or _is_denied(clause, before, after, word)
                or word.text.startswith("没")
            )
            person = self._injured(clause, words, persons, subject, has_part=bool(here))
            self._hurt = (person, clause.sentence.number)
            self._reading.injuries.append(
                Injury(
                    person=person,
                    kind="any" if unhurt else word["injury"],
                    sentence=clause.sentence,
                    is_denied=denied,
                    part=here or ("" if denied else self._part[0]),
                    side=side if here else ("" if denied else self._part[1]),
                    is_own_fault=own,
                )
            )

    def _explained(self, clause: Clause, words: list[Word]) -> None:
        """那是她戴镯子勒的: the injury told just before was not done by anybody."""
        last = self._reading.injuries[-1:]
        if not last or last[0].sentence is not clause.sentence or last[0].is_denied:
            return
        own = any("own_fault" in word for word in words)
        if own and re.match("(那|这|都)*是", clause.text):
            self._reading.injuries[-1] = replace(last[0], is_own_fault=True)

    def _hurt_alone(
        self, clause: Clause, words: list[Word], persons: dict[int, str], subject: str
    ) -> None:
        """后脑勺自己磕在柱子上, 他膝盖那块皮，是摔倒蹭的: hurt, and by nobody."""
        part, side = self._part_in(words)
        own = any("own_fault" in word for word in words)
        if part and not any("act" in word for word in words):
            person = self._injured(clause, words, persons, subject, has_part=True)
            self._limb = (person, part, side, clause.sentence.number)
        person, part, side, sentence = self._limb
        if own and part and sentence == clause.sentence.number:
            self._reading.injuries.append(
                Injury(
                    person=person,
                    kind="any",
                    sentence=clause.sentence,
                    part=part,
                    side=side,
                    is_own_fault=True,
                )
            )

    def _is_about_bodies(self, word: Word, part: str) -> bool:
        """什么都没有 is said of hands and pockets too; only beside a part is it of a body."""
        return bool(part) or word.text not in {
            "什么都没有",
            "什么也没有",
            "啥都没有",
            "啥也没有",
            "正常",
            "没啥",
        }

    def _injured(
        self,
        clause: Clause,
        words: list[Word],
        persons: dict[int, str],
        subject: str,
        *,
        has_part: bool,
    ) -> str:
        here = [
            persons[word.start]
            for word in words
            if persons[word.start] and not _is_looking(clause, word)
        ]
        acts = [
            act
            for act in self._reading.acts
            if not act.is_denied and act.patient and act.kind in PHYSICAL
        ]
        last = acts[-1] if acts else None
        if here:
            if last is not None and last.sentence.start == words[0].start:
                return here[-1]
            return here[-1] if len(here) > 1 and not has_part else here[0]
        person, sentence = self._hurt
        if sentence == clause.sentence.number and person:
            return person
        if last is not None:
            return last.patient
        return subject

    # Things in hands

    def _lying(self, clause: Clause, words: list[Word]) -> None:
        """拎着没动, said of the thing of the clause before."""
        last = self._reading.holdings[-1:]
        idle = any(word in clause.text for word in data("objects")["idle"])
        if (
            idle
            and last
            and last[0].thing not in BARE
            and last[0].sentence is clause.sentence
            and not any("object" in word or "act" in word for word in words)
        ):
            self._reading.holdings[-1] = replace(last[0], is_idle=True)

    def _lacking(self, clause: Clause, subject: str) -> None:
        """手上没有叉子, for things that no list knows."""
        found = re.search(
            "[手身][里上](?:并|根本|压根)?没有?(?P<thing>[^，任什别东家]{1,5})$",
            clause.text,
        )
        if found is not None:
            self._reading.holdings.append(
                Holding(
                    person=subject,
                    thing=found["thing"],
                    sentence=clause.sentence,
                    is_denied=True,
                )
            )

    def _holdings(
        self, clause: Clause, words: list[Word], persons: dict[int, str], subject: str
    ) -> None:
        verbs = [word for word in words if "act" in word]
        self._lying(clause, words)
        self._lacking(clause, subject)
        for word in words:
            if "nothing" in word:
                self._reading.holdings.append(
                    Holding(
                        person=subject,
                        thing="",
                        sentence=clause.sentence,
                        is_denied=True,
                    )
                )
        idle = any(word in clause.text for word in data("objects")["idle"])
        for number, word in enumerate(words):
            before = words[:number]
            used = _is_part_used(word, before)
            if "object" not in word and "means" not in word and not used:
                continue
            taking = [one for one in before if "taking" in one]
            mine = [
                persons[one.start]
                for one in before
                if persons[one.start] and not _is_governed(clause, one)
            ]
            who = mine[-1] if mine else subject
            lacks = bool(before) and (
                "negation" in before[-1] and before[-1].end == word.start
            )
            if not (
                taking or idle or lacks or "means" in word or _handled(clause, word)
            ):
                continue
            denied = _is_denied(clause, before, words[number + 1 :], word)
            self._reading.holdings.append(
                Holding(
                    person=who,
                    thing=_thing_named(word),
                    sentence=clause.sentence,
                    is_denied=denied,
                    is_used=bool(verbs)
                    and verbs[-1]["act"] != "block"
                    and verbs[-1].start >= word.start,
                    is_idle=idle,
                    is_only=_is_only(clause),
                )
            )
            if "object" in word and not denied and not idle:
                self._taken = (who, word.text, clause.sentence.number)


def _is_told(before: list[Word]) -> bool:
    """Whether it stands after 说: then somebody else is only said to say so."""
    return any(word.text in {"说", "讲", "称", "非说", "说是"} for word in before)


def _is_aimed(verb: Word, after: list[Word]) -> bool:
    """点 is a blow where a person or a part of the body comes next."""
    return (
        bool(after)
        and after[0].start == verb.end
        and ("person" in after[0] or "pronoun" in after[0] or "part" in after[0])
    )


def _is_governed(clause: Clause, word: Word) -> bool:
    """Whether 把, 朝, 给 or their like stand right before: it is not who does it."""
    before = clause.text[: word.start - clause.start]
    before = before.removesuffix("着").removesuffix("了")
    return any(before.endswith(one) for one in data("saying")["governing"])


def _owns(clause: Clause, word: Word, words: list[Word]) -> bool:
    """我的扳手, 我领子: whose thing it is, not who does something."""
    if clause.text[word.end - clause.start :].startswith("的"):
        return True
    return any(
        one.start == word.end and ("part" in one or "object" in one or "worn" in one)
        for one in words
    )


def _is_looking(clause: Clause, word: Word) -> bool:
    """我看了: who looks is not who was hurt."""
    return clause.text[word.end - clause.start :].startswith(
        ("看", "没看", "觉得", "亲眼", "瞧", "检查", "仔细")
    )


def _is_part_used(word: Word, before: list[Word]) -> bool:
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


def _is_one_blow(clause: Clause, word: Word, verb: Word) -> bool:
    """一酒瓶子砸过来: a thing counted like a blow, right before the verb."""
    before = clause.text[: word.start - clause.start]
    return word.end == verb.start and before.endswith("一")


def _thing_named(word: Word) -> str:
    if "object" in word:
        return word.text
    if "means" in word:
        return word["means"]
    return str(data("objects")["parts"][word["part"]])


def _given(clause: Clause) -> list[Word]:
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


def _is_not_so(before: list[Word]) -> bool:
    """不是踢: nobody stands between, so it is how, not who, that is denied."""
    marks = [n for n, word in enumerate(before) if word.text == "不是"]
    return bool(marks) and not any(
        "person" in word or "pronoun" in word for word in before[marks[-1] :]
    )


def _firsts(acts: list[Act]) -> list[Act]:
    """我才推他: what the other did before that was first, where nobody says who was."""
    if any(act.is_first and not act.is_denied for act in acts):
        return acts
    told = [act for act in acts if not act.is_denied and act.kind in PHYSICAL]
    for before, act in pairwise(told):
        if act.is_reply and before.agent != act.agent:
            return [
                replace(one, is_first=True) if one is before else one for one in acts
            ]
    return acts


_MEASURE = "(?:[一两三几半那这]?(?:把|根|个|只|条|块|本|张|支|瓶|杯|串|卷|截|袋|桶|摞|叠|副|台|部|件|双|盒|枝|束|盘|碗|片|节|段|床))?"
_NAMED = re.compile(
    rf"^(?:[着了过起来]*)(?:[我他她你]的?|自己的?)?(?:手里|手上|桌上|地上|旁边|身边|边上|柜台上|台上|车上|墙边|门口|屋里)*的?{_MEASURE}"
    "(?P<thing>[^，。□朝往向照对冲把给在就是的了着过上下里来去又还想要，砸打敲抽戳捅扔甩泼挡顶撞指]{1,5})"
)


def _with_things(clause: Clause, words: list[Word]) -> list[Word]:
    """The words of a clause, with a thing that no list knows where one was taken up."""
    found = []
    for number, word in enumerate(words):
        found.append(word)
        following = words[number + 1 : number + 4]
        if "taking" not in word or any(
            "object" in one or "means" in one or "part" in one or "nothing" in one
            for one in following
        ):
            continue
        named = _NAMED.match(clause.text[word.end - clause.start :])
        if named is None or len(named["thing"]) < 2 and word.text not in _SURE:
            continue
        start = word.end + named.start("thing")
        end = word.end + named.end("thing")
        if any(one.start < end and start < one.end for one in words[number + 1 :]):
            continue
        found.append(
            Word(text=named["thing"], start=start, end=end, senses={"object": ""})
        )
    return found


_SURE = frozenset({"抄起", "举起", "抓起", "操起", "抡起", "拎起", "端起", "捡起"})


def _is_only(clause: Clause) -> bool:
    """手里就一串钥匙, 手上只有垃圾袋: whatever else was not there."""
    return (
        re.search("手[里上](就|只|是)|只有|除了|没别的|没有别的", clause.text)
        is not None
    )


def _handled(clause: Clause, word: Word) -> bool:
    """Whether 把 or 将 stands shortly before a thing: it was taken and used."""
    before = clause.text[: word.start - clause.start][-8:]
    return any(one in before for one in _HANDLED)


def _is_denied(
    clause: Clause, before: list[Word], after: list[Word], word: Word
) -> bool:
    """Whether it is said not to have been: 没 before it with no 就 or 是 between."""
    rest = clause.text[word.end - clause.start :]
    if re.match("[子儿]?.{0,2}?[都也](没|不|未)", rest):
        return True
    if clause.is_asked and re.search("[拿用](什么|啥)", clause.text):
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


def _times(text: str) -> int | None:
    """How many blows a clause counts: 一下, 两拳, 三次."""
    for number, words in enumerate(("一", "两二", "三", "四", "五"), start=1):
        for one in words:
            if any(
                f"{one}{unit}" in text
                for unit in ("下", "拳", "巴掌", "脚", "次", "耳光", "记")
            ):
                return number
    return None


def without_part(injury: Injury) -> Injury:
    return replace(injury, part="", side="")
