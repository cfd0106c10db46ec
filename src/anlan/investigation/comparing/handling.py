"""What was in whose hand, used, lying, or not there at all."""

from __future__ import annotations

import re
from dataclasses import replace

from anlan.investigation.comparing.cues import (
    is_denied,
    is_governed,
)
from anlan.investigation.comparing.facts import BARE, SEIZED, Holding
from anlan.investigation.comparing.hurting import Hurting
from anlan.investigation.comparing.lexicon import Word
from anlan.investigation.comparing.speaking import Told
from anlan.investigation.comparing.text import Clause
from anlan.investigation.comparing.things import (
    LAID,
    handled,
    is_idle,
    is_only,
    is_part_used,
    is_taken,
    said_idle,
    thing_named,
)

# 那根棍子是他的，我没拿: of the thing that was spoken of just before.
_NOT_TAKEN = re.compile(
    "[我俺](?:并|根本|压根|从来|也|可|就)*没有?(?:去)?(?:拿|用|抄|举|使)过?"
)


class Handling(Hurting):
    """Reads things."""

    def _holdings(self, told: Told) -> None:
        verbs = [word for word in told.words if "act" in word]
        self._lying(told.clause, told.words)
        self._lacking(told.clause, told.subject)
        for word in told.words:
            if "nothing" in word:
                self._reading.holdings.append(
                    Holding(
                        person=told.subject,
                        thing="",
                        sentence=told.clause.sentence,
                        is_denied=True,
                    )
                )
        idle = is_idle(told.clause, told.words)
        for number, word in enumerate(told.words):
            before = told.words[:number]
            used = is_part_used(word, before)
            if "object" not in word and "means" not in word and not used:
                continue
            if "injury" in word and any("part" in one for one in before):
                continue
            taking = is_taken(before)
            mine = [
                told.persons[one.start]
                for one in before
                if told.persons[one.start] and not is_governed(told.clause, one)
            ]
            who = mine[-1] if mine else told.subject
            lacks = bool(before) and (
                "negation" in before[-1] and before[-1].end == word.start
            )
            if not (
                taking or idle or lacks or "means" in word or handled(told.clause, word)
            ):
                continue
            denied = is_denied(told.clause, before, word)
            self._reading.holdings.append(
                Holding(
                    person=who,
                    thing=thing_named(word),
                    sentence=told.clause.sentence,
                    is_denied=denied,
                    is_used=bool(verbs)
                    and verbs[-1]["act"] != "block"
                    and not (
                        verbs[-1]["act"] == "pull"
                        and verbs[-1].text[:1] not in SEIZED
                        and handled(told.clause, word)
                    )
                    and verbs[-1].start >= word.start,
                    is_idle=idle,
                    is_only=is_only(told.clause),
                )
            )
            if (
                "object" in word
                and not denied
                and not idle
                and not (verbs and verbs[-1]["act"] in {"pull", "kick"})
            ):
                self._taken = (who, word.text, told.clause.sentence.number)

    def _lying(self, clause: Clause, words: list[Word]) -> None:
        """拎着没动, said of the thing of the clause before."""
        named = LAID.match(clause.text)
        if named is not None and not any("object" in word for word in words):
            self._reading.holdings.append(
                Holding(
                    person="",
                    thing=named["thing"],
                    sentence=clause.sentence,
                    is_idle=True,
                )
            )
        topic, sentence = self._topic
        if (
            topic
            and sentence == clause.sentence.number
            and _NOT_TAKEN.fullmatch(clause.text)
        ):
            self._reading.holdings.append(
                Holding(
                    person=self._naming.speaker,
                    thing=topic,
                    sentence=clause.sentence,
                    is_denied=True,
                )
            )
        for word in words:
            if "object" in word:
                self._topic = (word.text, clause.sentence.number)
        last = self._reading.holdings[-1:]
        idle = said_idle().search(clause.text) is not None
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
            "[手身][里上](?:并|根本|压根)?没有?(?P<thing>[^，任什别东家]{1,5})$"
            "|^(?:并|根本)?没有?什么(?P<other>[^，东家别]{1,4})$",
            clause.text,
        )
        if found is not None:
            self._reading.holdings.append(
                Holding(
                    person=subject,
                    thing=found["thing"] or found["other"],
                    sentence=clause.sentence,
                    is_denied=True,
                )
            )
