"""Rows elsewhere whose files are evidence of a case as well: photos, files of reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.cases.events import TaskPhotoReceived
from anlan.cases.models import Case, TaskPhoto, VaultFile
from anlan.evidence.enums import Protection, Source


@dataclass(frozen=True, kw_only=True)
class Origin:
    """Rows whose files are evidence of a case as well.

    ``case`` leads from a row to its case; ``kind`` and ``prefix`` find the entry of its
    arrival, which says who brought it.
    """

    model: type[VaultFile]
    source: Source
    case: str
    kind: str
    prefix: str
    title: Callable[[Any], str] = lambda row: ""

    def rows(self) -> QuerySet[Any]:
        return QuerySet(self.model)


_ORIGINS: list[Origin] = []


def add_origin(origin: Origin) -> None:
    """Enter a kind of rows in the list; once each, at import."""
    if any(origin.model is known.model for known in _ORIGINS):
        raise RuntimeError(f"two origins of {origin.model.__name__}")
    _ORIGINS.append(origin)


def origins() -> tuple[Origin, ...]:
    return tuple(_ORIGINS)


def origin_of(row: VaultFile) -> Origin:
    return next(origin for origin in _ORIGINS if isinstance(row, origin.model))


def named_by_rows(digests: Iterable[str]) -> set[str]:
    """Those of the digests whose file some row speaks of, though it is no exhibit."""
    wanted = list(digests)
    return {
        digest
        for origin in _ORIGINS
        for digest in origin.rows()
        .filter(sha256__in=wanted)
        .values_list("sha256", flat=True)
    }


def cases_of_rows(digests: Iterable[str]) -> dict[str, set[int | None]]:
    """The cases, by their keys, whose rows of these kinds speak of a file; none is no case."""
    wanted, found = list(digests), dict[str, set[int | None]]()
    for origin in _ORIGINS:
        rows = origin.rows().filter(sha256__in=wanted)
        for digest, case in rows.values_list("sha256", origin.case):
            found.setdefault(digest, set()).add(case)
    return found


def protect_rows(case: Case, sha256: str, protection: Protection) -> None:
    """Close the other ways to the bytes of a protected exhibit; closed ones stay so."""
    for origin in _ORIGINS:
        open_ones = origin.rows().filter(sha256=sha256, protection=Protection.NONE)
        open_ones.filter(**{origin.case: case}).update(protection=protection)


def close_rows(case: Case, digests: Iterable[str]) -> None:
    """What was let go is not given out beside its exhibit either."""
    wanted = list(digests)
    for origin in _ORIGINS:
        rows = origin.rows().filter(sha256__in=wanted, **{origin.case: case})
        rows.update(protection=Protection.DELETED)


def title_of_photo(photo: TaskPhoto) -> str:
    return _("任务照片：%s") % photo.task.title


add_origin(
    Origin(
        model=TaskPhoto,
        source=Source.TASK,
        case="task__case",
        kind=TaskPhotoReceived.kind,
        prefix="photo:",
        title=title_of_photo,
    )
)
