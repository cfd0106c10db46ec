"""Who is meant: the names of an account, and the words that stand for somebody."""

from __future__ import annotations

import re

from anlan.investigation.comparing.accounts import Account, Person, Scene
from anlan.investigation.comparing.lexicon import data, general

_POINTED = re.compile("[那这该一两](?:个|位|名)([^的]{2,})$")


class Naming:
    """How one account names the persons of the matter.

    Besides the names that somebody entered, it knows 李先生 and 李某 for 李建军, and a role
    where one person alone has it.
    """

    def __init__(self, account: Account, scene: Scene) -> None:
        self.speaker = scene.speaker_of(account)
        self.others = tuple(
            person.name for person in scene.persons if person.name != self.speaker
        )
        words = data("persons")
        self._pronouns = {*words["self"], "他", "她", "伊", "佢"}
        self._sexes = {person.name: _sex_of(person) for person in scene.persons}
        self.vocabulary = general().copy()
        self.vocabulary.replace(words["self"], "person", self.speaker)
        for person in scene.persons:
            for form in self._forms(person, account, scene):
                self.vocabulary.replace([form], "person", person.name)

    def may_be(self, name: str, pronoun: str) -> bool:
        """Whether 他 or 她 may stand for this person, by what everybody calls them."""
        said = {"他": "male", "她": "female"}.get(pronoun[:1], "")
        return not said or self._sexes.get(name, "") in {"", said}

    def _forms(self, person: Person, account: Account, scene: Scene) -> set[str]:
        forms = {*person.called.get(account.key, ()), person.name}
        forms |= {head for form in forms if (head := self._head(form, account, scene))}
        surname = person.name[:1]
        if sum(one.name.startswith(surname) for one in scene.persons) == 1:
            forms |= {f"{surname}{title}" for title in data("persons")["titles"]}
            forms |= {f"老{surname}", f"小{surname}", f"姓{surname}的"}
        if person.name != self.speaker:
            forms |= {
                role
                for role in person.roles
                if sum(role in one.roles for one in scene.persons) == 1
            }
        return {form for form in forms if form and form not in self._pronouns}

    def _head(self, form: str, account: Account, scene: Scene) -> str:
        """戴帽子的年轻人 and 那个年轻人 are 年轻人 from then on, where nobody else is called so."""
        pointed = _POINTED.search(form)
        head = pointed[1] if pointed is not None else form.rpartition("的")[2]
        named = [
            name
            for person in scene.persons
            for name in person.called.get(account.key, ())
        ]
        alone = sum(head in name for name in named) == 1
        return head if alone and 2 <= len(head) < len(form) else ""


def _sex_of(person: Person) -> str:
    """What the names of a person tell; nothing where they tell both or neither."""
    names = [
        person.name[1:],
        *(one for forms in person.called.values() for one in forms),
    ]
    told = {
        sex
        for sex in ("female", "male")
        if any(mark in name for mark in data("persons")[sex] for name in names)
    }
    return told.pop() if len(told) == 1 else ""


def opponent_of(account: Account, scene: Scene, others: dict[str, str]) -> str:
    """Whom 他 means before anybody was named: the other party rather than a witness.

    Args:
        others: the role of whoever made another account, by name.
    """
    speaker = scene.speaker_of(account)
    names = [person.name for person in scene.persons if person.name != speaker]
    for name in names:
        if others.get(name) in {"aggressor", "victim", "guard"}:
            return name
    return names[0] if names else ""
