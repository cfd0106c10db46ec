"""The neutral set of questions about self-defence, as data, in two languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from anlan.law.book import in_language

_DATA = Path(__file__).with_name("data") / "self_defence.yaml"


class DefenceQuestion(BaseModel):
    """What is asked of every source; ``sources`` is why the answer matters."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    zh: str
    en: str
    sources: tuple[str, ...]

    @property
    def words(self) -> str:
        return in_language(self.zh, self.en)


@cache
def defence_questions() -> tuple[DefenceQuestion, ...]:
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return tuple(DefenceQuestion.model_validate(row) for row in rows)
