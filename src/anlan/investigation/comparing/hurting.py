"""Who was hurt where, or was not, or did it themselves."""

from __future__ import annotations

import re
from dataclasses import replace

from anlan.investigation.comparing.causes import (
    injuries_in,
    is_by_self,
    is_looking,
    is_not_mine,
    is_of_thing,
    is_own,
    is_own_doing,
    part_named,
)
from anlan.investigation.comparing.cues import (
    is_denied,
    part_in,
)
from anlan.investigation.comparing.facts import PHYSICAL, Injury
from anlan.investigation.comparing.lexicon import Word
from anlan.investigation.comparing.speaking import Told
from anlan.investigation.comparing.striking import Striking
from anlan.investigation.comparing.text import Clause

_FALLEN = re.compile("[摔跌滑绊崴]|踩空|站稳|一屁股|躺|坐[到在]?地|倒")
# How many acts back an injury may come from.
_BACK = 12


class Hurting(Striking):
    """Reads injuries; who was struck last is who was hurt."""

    def _injuries(self, told: Told) -> None:
        marks = injuries_in(told.clause, told.words)
        if is_by_self(told.clause):
            self._by_self = told.clause.sentence.number
        self._explained(told.clause, told.words)
        if not marks:
            self._hurt_alone(told)
            return
        part, side = part_in(told.words)
        own = is_own(told.clause, told.words) and (
            is_own_doing(told.clause) or not self._was_struck(told.clause)
        )
        own = own or (
            self._by_self == told.clause.sentence.number
            and not self._was_struck(told.clause)
            and not re.search("[把被]", told.clause.text)
        )
        for word in marks:
            before = [one for one in told.words if one.end <= word.start]
            after = [one for one in told.words if one.start >= word.end]
            here = part
            if not here and "injury" in word and word["injury"] not in {"head", "pain"}:
                here = part_named(word.text)
            if not here and self._limb[3] == told.clause.sentence.number:
                here, side = self._limb[1], self._limb[2]
            unhurt = "unhurt" in word
            if (
                word.senses.get("injury") == "glasses"
                and "镜" not in told.clause.sentence.text
            ):
                continue
            if word.senses.get("injury") == "any" and any(
                "many" in one for one in after
            ):
                continue
            if (
                unhurt
                and "injury" not in word
                and not self._is_about_bodies(told.clause, word, here)
            ):
                continue
            if not here and not unhurt and is_of_thing(told.clause, before, word):
                continue
            denied = (
                unhurt
                or is_denied(told.clause, before, word)
                or word.text.startswith("没")
            )
            person = self._injured(told, has_part=bool(here))
            last = self._reading.injuries[-1:]
            if (
                not (here or denied)
                and last
                and last[0].sentence is told.clause.sentence
                and last[0].person == person
            ):
                here, side = last[0].part, last[0].side
            self._hurt = (person, told.clause.sentence.number)
            self._reading.injuries.append(
                Injury(
                    person=person,
                    kind="any" if unhurt else word["injury"],
                    sentence=told.clause.sentence,
                    is_denied=denied,
                    part=here or ("" if denied else self._part[0]),
                    side=side if here else ("" if denied else self._part[1]),
                    is_own_fault=own,
                    clause=told.clause.text,
                )
            )

    def _hurt_alone(self, told: Told) -> None:
        """后脑勺自己磕在柱子上, 他膝盖那块皮，是摔倒蹭的: hurt, and by nobody."""
        part, side = part_in(told.words)
        own = (
            is_own(told.clause, told.words)
            and not is_not_mine(told.clause)
            and (is_own_doing(told.clause) or not self._was_struck(told.clause))
        )
        if part and (own or not any("act" in word for word in told.words)):
            person = self._injured(told, has_part=True)
            self._limb = (person, part, side, told.clause.sentence.number)
        person, part, side, sentence = self._limb
        if own and part and sentence == told.clause.sentence.number:
            self._reading.injuries.append(
                Injury(
                    person=person,
                    kind="any",
                    sentence=told.clause.sentence,
                    part=part,
                    side=side,
                    is_own_fault=True,
                )
            )
        elif (
            own
            and not part
            and is_own_doing(told.clause)
            and (
                any(told.persons[word.start] for word in told.words)
                or not any("object" in word for word in told.words)
            )
            and _FALLEN.search(told.clause.text)
        ):
            self._reading.injuries.append(
                Injury(
                    person=self._injured(told, has_part=False),
                    kind="fall",
                    sentence=told.clause.sentence,
                    is_own_fault=True,
                    clause=told.clause.text,
                )
            )

    def _explained(self, clause: Clause, words: list[Word]) -> None:
        """那是她戴镯子勒的: the injury told just before was not done by anybody."""
        last = self._reading.injuries[-1:]
        if not last or last[0].sentence is not clause.sentence or last[0].is_denied:
            return
        own = is_own(clause, words)
        if own and re.match("(那|这|都)*(是|不是|跟|和|与)", clause.text):
            self._reading.injuries[-1] = replace(last[0], is_own_fault=True)

    def _was_struck(self, clause: Clause) -> bool:
        """Whether an act that may have done it was told in the same sentence."""
        return any(
            act.sentence is clause.sentence and not act.is_denied and act.patient
            for act in self._reading.acts[-_BACK:]
            if act.kind in PHYSICAL
        )

    def _is_about_bodies(self, clause: Clause, word: Word, part: str) -> bool:
        """什么都没有 is said of hands and pockets too; only beside a part is it of a body."""
        if re.search("查|医院|拍片|片子|CT|验伤", clause.sentence.text):
            return True
        return bool(part) or word.text not in {
            "什么都没有",
            "什么也没有",
            "啥都没有",
            "啥也没有",
            "正常",
            "没啥",
        }

    def _injured(self, told: Told, *, has_part: bool) -> str:
        owner = self._owner(told)
        if owner:
            return owner
        passive = told.clause.text.find("被")
        here = [
            told.persons[word.start]
            for word in told.words
            if told.persons[word.start]
            and not is_looking(told.clause, word)
            and not 0 <= passive < word.start - told.clause.start
        ]
        if passive >= 0 and not here:
            return told.subject
        looked = any(
            told.persons[word.start] and is_looking(told.clause, word)
            for word in told.words
        )
        if looked and not here and self._hurt[1] >= told.clause.sentence.number - 1:
            return self._hurt[0]
        last = next(
            (
                act
                for act in reversed(self._reading.acts[-_BACK:])
                if not act.is_denied and act.patient and act.kind in PHYSICAL
            ),
            None,
        )
        if here:
            if last is not None and last.sentence.start == told.words[0].start:
                return here[-1]
            return here[-1] if len(here) > 1 and not has_part else here[0]
        person, _, _, sentence = self._limb
        if sentence == told.clause.sentence.number and person and not has_part:
            return person
        person, sentence = self._hurt
        if sentence == told.clause.sentence.number and person:
            return person
        if last is not None:
            return last.patient
        return told.subject

    def _owner(self, told: Told) -> str:
        """Whose part of the body it is: 我胳膊, 她左手腕, 赵队长的嘴."""
        for number, word in enumerate(told.words[1:], start=1):
            if "part" not in word:
                continue
            at, before = word.start, told.words[number - 1]
            if "side" in before and number > 1:
                at, before = before.start, told.words[number - 2]
            between = told.clause.text[
                before.end - told.clause.start : at - told.clause.start
            ]
            if told.persons.get(before.start) and between in {"", "的"}:
                return told.persons[before.start]
        return ""
