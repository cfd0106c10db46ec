"""The guide of a statement: what is asked of whom, as data, in two languages."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from django.utils.translation import get_language
from pydantic import BaseModel, ConfigDict

from anlan.evidence.enums import StatementRole

_DATA = Path(__file__).with_name("data") / "questions.yaml"


class Question(BaseModel):
    """A question of the guide; ``key`` never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    roles: tuple[str, ...]
    zh: str
    en: str

    @property
    def words(self) -> str:
        """In the language of whoever asks."""
        return self.en if (get_language() or "zh")[:2] == "en" else self.zh


@cache
def all_questions() -> tuple[Question, ...]:
    rows = yaml.safe_load(_DATA.read_text(encoding="utf-8"))
    return tuple(Question.model_validate(row) for row in rows)


def questions_for(role: str) -> tuple[Question, ...]:
    """What is asked of somebody in this role, in order."""
    wanted = {"*", StatementRole(role).value}
    return tuple(q for q in all_questions() if wanted & set(q.roles))
