"""What is known of bodies, for the check of papers that one side is given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.utils.translation import override

from anlan.base.traces import clauses
from anlan.cases.enums import Private
from anlan.cases.joined import of_one_case
from anlan.cases.models import Case
from anlan.cases.selectors import Secret, add_secrets
from anlan.evidence.enums import AppraisedLevel, InjuryKind, Region
from anlan.evidence.models import Injury, MedicalPaper


def medical_words(case: Case) -> Iterator[Secret]:
    """Part of the body, kind and words of each injury, and the level of an appraisal.

    Those that were written down wrongly too. The words of the lists are told in each
    language in which a paper may be written.
    """
    for injury in Injury.objects.filter(of_one_case(case)).exclude(region=""):
        told = [injury.words, *_in_each_language(Region(injury.region))]
        if injury.kind != InjuryKind.OTHER:
            told += _in_each_language(InjuryKind(injury.kind))
        yield from _secrets(injury.party_id, told)
    papers = MedicalPaper.objects.filter(of_one_case(case, "party__case"))
    for paper in papers.exclude(level=""):
        yield from _secrets(
            paper.party_id, _in_each_language(AppraisedLevel(paper.level))
        )


def _secrets(party: int, told: Iterable[str]) -> Iterator[Secret]:
    for text in told:
        for words in clauses(text):
            yield Secret(party=party, kind=Private.MEDICAL, words=words)


def _in_each_language(code: Region | InjuryKind | AppraisedLevel) -> list[str]:
    labels = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            labels.append(str(code.label))
    return labels


add_secrets(medical_words)
