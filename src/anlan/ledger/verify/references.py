"""References: whether the index holds exactly what the entries speak of."""

from __future__ import annotations

from collections.abc import Iterable

from anlan.ledger.models import Entry, EntryRef
from anlan.ledger.references import Speaking, references
from anlan.ledger.verify.findings import Finding, Stretch


def check_references(
    stretch: Stretch,
    last: int,
    entries: Iterable[Speaking],
    unsure: set[int],
    finding: Finding,
) -> None:
    """Compare the references of a stretch with what its entries speak of.

    Args:
        stretch: the first one also has the numbers below 1, the last one those beyond.
        last: the number of the last entry that was read; newer ones are left alone.
        entries: those of it that may refer to something.
        unsure: numbers of entries that cannot be relied on, and are wrong anyway.
        finding: where to say what is wrong.
    """
    present = EntryRef.objects.filter(
        organisation_id=stretch.organisation_id, site_id=stretch.site_id
    )
    if stretch.after > 0:
        present = present.filter(seq__gt=stretch.after)
    if not stretch.is_last:
        present = present.filter(seq__lte=stretch.upto)
    found = set(present.values_list("seq", "ref"))
    if stretch.is_last:
        new = Entry.objects.filter(
            organisation_id=stretch.organisation_id,
            site_id=stretch.site_id,
            seq__gt=last,
        )
        unsure = unsure | set(new.values_list("seq", flat=True))
    right = references(entries)
    for seq, ref in found ^ right:
        if seq in unsure:
            continue
        missing = (seq, ref) in right
        sentence = "is missing" if missing else "is not what the entry speaks of"
        finding.say(seq, "reference", f"{ref} {sentence}; see rebuild_references")
