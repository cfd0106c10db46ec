"""Who did what to whom, in one clause."""

from __future__ import annotations

import re
from dataclasses import replace

from anlan.investigation.comparing.causes import (
    is_caused,
    is_suffered,
)
from anlan.investigation.comparing.cues import (
    KIN,
    given,
    is_aimed,
    is_away,
    is_by_oneself,
    is_denied,
    is_governed,
    is_mutual,
    is_not_so,
    is_struck,
    is_told,
    is_whether,
    kin_in,
    owns,
    part_in,
    times,
)
from anlan.investigation.comparing.facts import Act, Injury
from anlan.investigation.comparing.lexicon import Word, parts_touch
from anlan.investigation.comparing.speaking import Speaking, Told
from anlan.investigation.comparing.text import Clause
from anlan.investigation.comparing.things import (
    handled,
    is_by_thing,
    is_flung,
    is_one_blow,
    is_part_used,
    thing_named,
    thing_owned,
    thing_thrown,
)

_ALL_OF_IT = re.compile("(?:全都?|都|也|就|给|被)*")  # 花全踏烂了
_BESIDE = re.compile(  # 拍到我面前: beside somebody
    "(?:到|在|了)*(?:[我他她俺]|那[^，]{1,4})的?(?:面前|跟前|前面|脚边|脚下|脚跟前|旁边|身边)"
)
_HELD_ON = re.compile("[着住]?(?:不放|不松|不撒|不让|不给|不走)")  # 拽着不放: a thing
_MERELY = re.compile(
    "(?:是|在|就在|就是|应该是|好像是|也就是)?(?:上|那儿|那里|这儿|的位置)?"
)
_HIT = re.compile(".?[打碰砸磕撞蹭刮弹敲划](?:到|在|着|中|了)")
_FLEW = re.compile(
    "(?:弹|飞|蹦|跳|滑|滚|甩|脱手)(?:起|回|过|出|开|下|脱)(?:来|去)[，,]$"
)


def _is_held(verb: Word, before: list[Word], after: list[Word]) -> bool:
    """手机我攥着的: held in a hand, and nobody was seized."""
    return (
        verb.text in {"攥着", "捏着", "抓着", "攥", "拽着"}
        and not after
        and any("object" in word for word in before)
    )


def _part_hit(before: list[Word], after: list[Word]) -> tuple[str, str]:
    """What of the body was hit, and on which side; 用手 before the verb is a means."""
    part, side = part_in(after)
    if part:
        return part, side
    return part_in(
        [
            word
            for number, word in enumerate(before)
            if ("part" in word or "side" in word)
            and not is_part_used(word, before[:number])
        ]
    )


class Striking(Speaking):
    """Reads acts and words."""

    def _acts(self, told: Told) -> None:
        if is_caused(told.clause, told.words):
            return
        verbs = [word for word in told.words if "act" in word] or given(told.clause)
        verbs = verbs[:1] + [word for word in verbs[1:] if "means" not in word]
        for number, verb in enumerate(verbs):
            stop = (
                verbs[number + 1].start if number + 1 < len(verbs) else told.clause.end
            )
            self._act(told, verb, stop)
        for word in told.words:
            if "untouched" in word:
                self._untouched(told.clause, word, told.subject)
            if "word" in word and word["word"] in {"insult", "apology"}:
                self._word(told, word)

    def _more_exactly(self, told: Told) -> None:
        """掰了一下，右手小指: where the act told just before was."""
        part, side = part_in(told.words)
        last = self._reading.acts[-1:]
        said = "".join(word.text for word in told.words)
        rest = told.clause.text.replace(said, "", 1)
        if (
            part
            and last
            and last[0].sentence is told.clause.sentence
            and not last[0].is_denied
            and all("part" in word or "side" in word for word in told.words)
            and _MERELY.fullmatch(rest.strip())
            and (not last[0].part or parts_touch(last[0].part, part))
        ):
            self._reading.acts[-1] = replace(last[0], part=part, side=side)

    def _mutual(self, act: Act) -> None:
        """双方互相推了几把: each did it to the other."""
        me, other = self._naming.speaker, self._opponent
        self._reading.acts[-1:] = [
            replace(act, agent=me, patient=other),
            replace(act, agent=other, patient=me),
        ]

    def _elsewhere(self, clause: Clause) -> None:
        """我踢的是货架，不是人: the act just told was not against a person."""
        last = self._reading.acts[-1:]
        if (
            last
            and last[0].sentence is clause.sentence
            and not last[0].is_denied
            and re.match(
                "(并|可)?(不是|没有?|又没|并没有?)(朝|冲|对|向|照)?着?(人|[他她]|[他她]本?人|人去|人打)$",
                clause.text,
            )
        ):
            denied = replace(last[0], is_denied=True, thing="", part="", times=None)
            self._reading.acts[-1] = replace(last[0], patient="")
            self._reading.acts.append(denied)

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

    def _act(self, told: Told, verb: Word, stop: int) -> None:
        """One verb of a clause, up to ``stop``: an act, a thing that struck, or nothing."""
        before = [word for word in told.words if word.end <= verb.start]
        after = [word for word in told.words if verb.end <= word.start < stop]
        if any("not_done" in word for word in before[-3:]):
            return
        if is_suffered(told.clause, before, verb) or _is_held(verb, before, after):
            return
        if self._is_of_thing(told, before, verb):
            self._struck(told, before, verb, after)
            if not any(
                word.end <= verb.start and not owns(told.clause, word, told.words)
                for word in told.free
            ):
                return
        if is_told(before) or not is_aimed(told.clause, verb, after):
            return
        if told.clause.is_asked and any("rhetorical" in word for word in before):
            return
        kin = kin_in(told.clause, verb)
        if kin == "agent":
            return
        asked = is_whether(told.clause, verb)
        if asked and not self._is_answered_no(told.clause):
            return
        agent, patient = self._sides(told, before, after, verb)
        patient = self._patient(told, agent, KIN if kin else patient, verb, after)
        part, side = _part_hit(before, after)
        denied = bool(asked) or is_denied(told.clause, before, verb)
        if denied and agent == self._naming.speaker and after:
            patient = self._opponent_meant(after[0], patient)
        means, thing = self._means_and_thing(
            told, agent, before, verb, after, part=part, is_denied=denied
        )
        act = Act(
            agent=agent,
            patient=patient,
            kind="hit"
            if means in {"palm", "fist"} and verb["act"] not in {"push", "pull"}
            else verb["act"],
            verb=verb.text,
            sentence=told.clause.sentence,
            start=verb.start,
            is_denied=denied,
            is_other=denied and is_not_so(before),
            is_first=verb.text.startswith("先")
            or any("first" in word for word in before + after),
            is_reply=any("reply" in word for word in before) or verb["act"] == "back",
            part=part,
            side=side,
            means=means,
            thing=thing,
            times=times(told.clause.text),
        )
        self._reading.acts.append(act)
        if is_mutual(told.clause):
            self._mutual(act)
        if not act.is_denied:
            self._part = (part, side) if part else self._part

    def _is_of_thing(self, told: Told, before: list[Word], verb: Word) -> bool:
        """热汤溅到我手上: nobody's hand did it."""
        return (
            is_by_thing(told.clause, before, verb)
            or verb.text[:1] in "溅崩"
            or self._has_flown(told, verb)
        )

    def _patient(
        self, told: Told, agent: str, patient: str, verb: Word, after: list[Word]
    ) -> str:
        """To whom it was done, if the clause does not say so; nobody beside or held on."""
        clause = told.clause
        if not (patient or is_by_oneself(clause, verb) or is_away(clause, verb)):
            patient = self._implied_patient(agent, clause)
        if not patient and self._comes_at_me(clause, agent, verb):
            patient = self._naming.speaker
        rest = clause.text[verb.end - clause.start :]
        if not after and _HELD_ON.match(rest):
            patient = ""
        if verb["act"] == "hit" and _BESIDE.match(rest):
            patient = ""
        return patient

    def _means_and_thing(
        self,
        told: Told,
        agent: str,
        before: list[Word],
        verb: Word,
        after: list[Word],
        *,
        part: str,
        is_denied: bool,
    ) -> tuple[str, str]:
        """With what it was done, and to what; 抡起凳子 is with it, and not to it."""
        means = self._means(
            told.clause, agent, before, verb, is_denied=is_denied
        ) or next((word["means"] for word in after if "means" in word), "")
        thing = self._thing(told.clause, before, after, on_body=bool(part))
        if not means and not is_denied and verb.text[:1] in "抡挥扔丢摔泼甩举抛掷撇":
            means, thing = thing, ""
        aimed = any(told.persons.get(word.start) for word in after)
        if is_denied and verb["act"] == "touch" and not (part or thing or aimed):
            thing = self._left_lying(told.clause)
        return means, thing

    def _opponent_meant(self, word: Word, patient: str) -> str:
        """我没推他: of whom a party denies it, that is the other party."""
        is_party = self._account.role != "witness"
        if (
            is_party
            and "pronoun" in word
            and self._naming.may_be(self._opponent, word.text)
        ):
            return self._opponent
        return patient

    def _comes_at_me(self, clause: Clause, agent: str, verb: Word) -> bool:
        """一巴掌扇过来: told by a party of another, it came at the one who tells."""
        rest = clause.text[verb.start - clause.start :]
        return (
            self._account.role != "witness"
            and agent not in {"", self._naming.speaker}
            and re.match("[^，]{1,4}(过来|上来|来了)", rest) is not None
        )

    def _has_flown(self, told: Told, verb: Word) -> bool:
        """篮子飞过来，打到右眼角: what flew in the clause before is what hit."""
        at = told.clause.start - told.clause.sentence.start
        before = told.clause.sentence.text[:at]
        return (
            _HIT.match(told.clause.text) is not None
            and verb.start - told.clause.start <= 1
            and _FLEW.search(before) is not None
        )

    def _is_answered_no(self, clause: Clause) -> bool:
        """我推没推他？没有。"""
        after = self._account.text[clause.end : clause.end + 6]
        return re.match("[？?，。]*(没|当然没|绝对没|肯定没)", after) is not None

    def _struck(
        self, told: Told, before: list[Word], verb: Word, after: list[Word]
    ) -> None:
        """拍框弹起来打到我左眼: where a thing struck somebody."""
        part, side = part_in(after)
        thing = next((one.text for one in before if "object" in one), "")
        whose = [told.persons[one.start] for one in after if told.persons[one.start]]
        denied = is_denied(told.clause, before, verb)
        if denied or (whose and (part or is_flung(told.clause, before, verb))):
            self._reading.injuries.append(
                Injury(
                    person=whose[0] if whose else "",
                    kind="struck",
                    sentence=told.clause.sentence,
                    is_denied=denied,
                    part=part,
                    side=side,
                    clause=told.clause.text,
                    thing=thing,
                )
            )

    def _sides(
        self, told: Told, before: list[Word], after: list[Word], verb: Word
    ) -> tuple[str, str]:
        """Who did it and to whom."""
        passive = told.clause.text.find("被")
        mine = [word for word in told.free if word.end <= verb.start]
        mine = mine[:1] + [
            word for word in mine[1:] if not owns(told.clause, word, told.words)
        ]
        mine = [word for word in mine if not is_struck(told.clause, word, before)]
        agent = told.persons[mine[-1].start] if mine else told.subject
        governed = [
            told.persons[word.start]
            for word in before
            if told.persons.get(word.start) and is_governed(told.clause, word)
        ]
        said_after = [
            told.persons[word.start] for word in after if told.persons.get(word.start)
        ]
        if 0 <= passive < verb.start - told.clause.start:
            by = [
                told.persons[word.start]
                for word in before
                if told.persons.get(word.start)
                and word.start - told.clause.start > passive
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

    def _thing(
        self, clause: Clause, before: list[Word], after: list[Word], *, on_body: bool
    ) -> str:
        if on_body:
            return ""
        for word in before:
            if "object" in word and handled(clause, word):
                return word.text
        if (
            before
            and not after
            and before[0].start == clause.start
            and "object" in before[0]
            and _ALL_OF_IT.fullmatch(
                clause.text, before[0].end - clause.start, before[-1].end - clause.start
            )
        ):
            return before[0].text
        for word in after:
            at = word.start - clause.start
            if ("worn" in word or "object" in word) and clause.text[
                at - 1
            ] not in "出进往朝向":
                return word.text
        return thing_owned(clause, after)

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
            if is_part_used(word, before[:number]):
                return thing_named(word)
            if "object" in word and any("taking" in one for one in before[:number]):
                return word.text
            if (
                "object" in word
                and verb["act"] not in {"pull", "kick"}
                and (handled(clause, word) or is_one_blow(clause, word, verb))
            ):
                return word.text
        thrown = thing_thrown(clause, before, verb)
        if thrown:
            return thrown
        who, what, sentence = self._taken
        if (
            what
            and not is_denied
            and who == agent
            and sentence == clause.sentence.number
        ):
            return what
        return ""

    def _word(self, told: Told, word: Word) -> None:
        before = [one for one in told.words if one.end <= word.start]
        after = [one for one in told.words if one.start >= word.end]
        if any("not_done" in one for one in before):
            return
        agent, patient = self._sides(told, before, after, word)
        self._reading.words.append(
            Act(
                agent=agent,
                patient=patient,
                kind=word["word"],
                verb=word.text,
                sentence=told.clause.sentence,
                start=word.start,
                is_denied=is_denied(told.clause, before, word),
            )
        )
