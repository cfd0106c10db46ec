"""Which articles an item rests on, as data beside the law's own."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from anlan.resolution.enums import Item

_FILE = Path(__file__).parents[1] / "data" / "compensation.yaml"


class Basis(BaseModel):
    """Ids of sources: of each item, and of what holds beside it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items: dict[Item, str]
    part_of_another: str
    residence: str
    last_year: str
    criminal: tuple[str, ...]
    of_a_kind: str
    claim: str
    victim_fault: str
    manager: str

    @property
    def sources(self) -> tuple[str, ...]:
        """All of them, each once, in one order."""
        beside = (
            *(self.part_of_another, self.residence, self.last_year),
            *(*self.criminal, self.of_a_kind),
            *(self.claim, self.victim_fault, self.manager),
        )
        return tuple(dict.fromkeys([*self.items.values(), *beside]))


@cache
def basis() -> Basis:
    return Basis.model_validate(yaml.safe_load(_FILE.read_text(encoding="utf-8")))
