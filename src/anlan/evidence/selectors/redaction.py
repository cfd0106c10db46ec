"""Masked copies and their drafts, as their reader may know them."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import NotFound
from anlan.cases.models import Case
from anlan.cases.selectors import case_for
from anlan.evidence.enums import Source
from anlan.evidence.models import Exhibit, Redaction
from anlan.evidence.selectors.exhibits import exhibits_in, exhibits_of


def masked_copies_of(exhibit: Exhibit, reader: User) -> list[Exhibit]:
    """Those that the reader may know, in the order in which they were made."""
    return list(
        exhibits_of(exhibit.case, reader).filter(
            derived_from=exhibit, source=Source.MASKED
        )
    )


def newest_masked_copies(
    case: Case, reader: User, originals: Iterable[Exhibit]
) -> dict[int, list[Exhibit]]:
    """Of each original that has some, by its key, the copy that was made last.

    Of a recording that is one for each of its films that was masked; of the whole and of
    each part one.
    """
    keys = [exhibit.pk for exhibit in originals]
    copies = exhibits_of(case, reader).filter(
        derived_from__in=keys, source=Source.MASKED
    )
    made = Redaction.objects.filter(result__in=copies).order_by("pk")
    films = dict(made.values_list("result", "film"))
    parts = parts_shown(copies)
    newest = {
        (copy.derived_from_id, films.get(copy.pk), parts.get(copy.pk)): copy
        for copy in copies
    }
    found: dict[int, list[Exhibit]] = {}
    for (original, _film, _part), copy in newest.items():
        if original is not None:
            found.setdefault(original, []).append(copy)
    return found


def parts_shown(copies: Iterable[Exhibit]) -> dict[int, tuple[int, int]]:
    """Of masked copies, by their key, from and to in milliseconds; not of whole ones."""
    keys = [copy.pk for copy in copies]
    made = Redaction.objects.filter(result__in=keys).values_list("result", "plan")
    return {
        key: (plan["part"][0], plan["part"][1])
        for key, plan in made
        if plan.get("part")
    }


def original_of(exhibit: Exhibit, reader: User) -> Exhibit | None:
    """What it was made from, if the reader may know that."""
    if exhibit.derived_from_id is None:
        return None
    return exhibits_of(exhibit.case, reader).filter(pk=exhibit.derived_from_id).first()


def redactions_in(cases: QuerySet[Case], reader: User) -> QuerySet[Redaction]:
    """Of originals that the reader may know."""
    return _with(Redaction.objects.filter(exhibit__in=exhibits_in(cases, reader)))


def redaction_for(user: User, number: str, uid: UUID) -> Redaction:
    """One of a case and of an original that the reader may see.

    Raises:
        NotFound: unknown, of another case, or not the reader's; all answer alike.
    """
    case = case_for(user, number)
    found = redactions_in(Case.objects.filter(pk=case.pk), user).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这份打码草稿"))
    return found


def _with(rows: QuerySet[Redaction]) -> QuerySet[Redaction]:
    return rows.select_related(
        *("case__site", "exhibit__case__site", "exhibit__blob", "result"),
        *("changed_by", "asked_by"),
        *("film__blob", "film__recording__case__site", "film__recording__camera"),
    )
