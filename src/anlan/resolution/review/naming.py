"""How a report names people: by the part they play, for it goes through many hands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from anlan.base.errors import InvalidInput
from anlan.cases.enums import Private, Role, Side
from anlan.cases.joined import of_one_case, one_case, somebody
from anlan.cases.models import Case, Party
from anlan.cases.selectors import full_name, leaks_of, roles_by_party
from anlan.cases.selectors.leaks import Leak

# In the order in which one of several parts gives the name; neutral words (G15).
NAMES = {
    Role.VICTIM: gettext_lazy("受害人"),
    Role.AGGRESSOR: gettext_lazy("行为人"),
    Role.INVOLVED: gettext_lazy("涉事人"),
    Role.GUARDIAN: gettext_lazy("监护人"),
    Role.WITNESS: gettext_lazy("证人"),
    Role.STAFF: gettext_lazy("工作人员"),
}
BETWEEN = "\n\x1e\n"  # no text has it, and no name reaches over it
_STEMS = "甲乙丙丁戊己庚辛壬癸"
# Medical words belong into a report; who somebody is, and where they live, does not.
_NOT_WRITTEN = {Private.NAME, Private.PHONE, Private.IDENTITY, Private.ADDRESS}


def roles_of_people(case: Case) -> list[tuple[list[Party], list[str]]]:
    """Everybody with the parts they play, in this case and in those that are one with it.

    Whoever is a party of several is one person, with all that they are in any of them.
    """
    people: dict[tuple[str, int], tuple[list[Party], list[str]]] = {}
    for one in one_case(case):
        for party, roles in roles_by_party(one).items():
            parties, parts = people.setdefault(somebody(party), ([], []))
            parties.append(party)
            parts += [role for role in roles if role not in parts]
    return list(people.values())


def names_of(case: Case) -> dict[int, str]:
    """Of every party by its key: 受害人甲, 受害人乙, 行为人; alone in a part, no letter."""
    parts: dict[Role, list[list[int]]] = defaultdict(list)
    for parties, roles in roles_of_people(case):
        part = next((role for role in NAMES if role in roles), Role.INVOLVED)
        parts[part].append(sorted(party.pk for party in parties))
    return {
        key: _numbered(str(NAMES[part]), place, alone=len(people) == 1)
        for part, people in parts.items()
        for place, keys in enumerate(sorted(people))
        for key in keys
    }


def covered(text: str, case: Case) -> str:
    """The same words with people by their part, and nothing that says where they live."""
    names = names_of(case)
    for found in reversed(_private(text, case)):
        cover = (
            names.get(found.party.pk, _("某人"))
            if found.kind == Private.NAME
            else _("（略）")
        )
        text = f"{text[: found.start]}{cover}{text[found.end :]}"
    # Colleagues who only act for the office are no secret, but a report is of parts too.
    people = Party.objects.filter(of_one_case(case), removed_at=None)
    for party in people.select_related("user", "person"):
        name = full_name(party)
        if name and party.pk in names:
            text = text.replace(name, names[party.pk])
    return text


def covered_all(texts: Sequence[str], case: Case) -> list[str]:
    """Each of them covered, looked through at once: who the people are is read once."""
    whole = covered(BETWEEN.join(texts), case).split(BETWEEN)
    if len(whole) == len(texts):
        return whole
    return [covered(one, case) for one in texts]


def check_names_nobody(text: str, case: Case, *, path: str) -> None:
    """
    Raises:
        InvalidInput: it has a party's full name, telephone, identity number or room.
    """
    found = _private(text, case)
    if found:
        kinds = dict.fromkeys(str(one.kind.label) for one in found)
        raise InvalidInput(
            _("报告会在内部传阅，只写称呼（如“受害人甲”），不写当事人的%s")
            % _("、").join(kinds),
            path=path,
        )


def _private(text: str, case: Case) -> list[Leak]:
    """What says who somebody is, of either side, each place once, in its order."""
    found = [
        leak
        for side in Side
        for leak in leaks_of(text, case=case, side=side)
        if leak.kind in _NOT_WRITTEN
    ]
    apart: list[Leak] = []
    for leak in sorted(found, key=lambda one: (one.start, -one.end)):
        if not apart or leak.start >= apart[-1].end:
            apart.append(leak)
    return apart


def _numbered(name: str, place: int, *, alone: bool) -> str:
    if alone:
        return name
    return f"{name}{_STEMS[place] if place < len(_STEMS) else place + 1}"
