"""The facts of one account: everything that the readers of this package find in it."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.investigation.comparing.accounts import Account, Scene
from anlan.investigation.comparing.facts import Act, Holding, Injury, Stance
from anlan.investigation.comparing.persons import opponent_of
from anlan.investigation.comparing.places import Gazetteer, Mention
from anlan.investigation.comparing.reading import read
from anlan.investigation.comparing.text import Sentence
from anlan.investigation.comparing.times import Clock, clocks_of

# Of each kind of fact: who writes more than that in one account is read up to there.
MOST = 150


@dataclass(frozen=True, kw_only=True)
class FactTable:
    account: Account
    clocks: tuple[Clock, ...]
    places: tuple[Mention, ...]
    acts: tuple[Act, ...]
    injuries: tuple[Injury, ...]
    holdings: tuple[Holding, ...]
    words: tuple[Act, ...]
    absent: tuple[tuple[str, Sentence], ...]
    present: tuple[tuple[str, Sentence], ...]
    stances: tuple[Stance, ...]


def facts_of(account: Account, scene: Scene, roles: dict[str, str]) -> FactTable:
    """What one account says.

    Args:
        roles: as what those who made an account were there, by name.
    """
    return table_of(account, scene, opponent_of(account, scene, roles))


def table_of(account: Account, scene: Scene, opponent: str) -> FactTable:
    """The same, where it is known whom 他 means before anybody was named."""
    reading = read(account, scene, opponent)
    return FactTable(
        account=account,
        clocks=tuple(clocks_of(account.text)[:MOST]),
        places=tuple(
            Gazetteer(scene.places).mentions(
                account.text, is_witness=account.role == "witness"
            )[:MOST]
        ),
        acts=tuple(reading.acts[:MOST]),
        injuries=tuple(reading.injuries[:MOST]),
        holdings=tuple(reading.holdings[:MOST]),
        words=tuple(reading.words[:MOST]),
        absent=tuple(reading.absent[:MOST]),
        present=tuple(reading.present[:MOST]),
        stances=tuple(reading.stances[:MOST]),
    )
