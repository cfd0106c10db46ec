"""Files become exhibits: in the vault first, then on the list and the record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import stores, vault
from anlan.base.bucket import Bucket
from anlan.base.lines import typed
from anlan.base.stores import Store
from anlan.base.vault import Kept
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import permissions, policies
from anlan.evidence.enums import (
    CopyState,
    ExhibitKind,
    ExhibitState,
    Protection,
    Reading,
    Source,
)
from anlan.evidence.events import (
    ExhibitProtected,
    ExhibitReceived,
    ExhibitReceivedAgain,
    FootageUnsaid,
)
from anlan.evidence.models import (
    Blob,
    Copy,
    Exhibit,
    FootageCorrection,
    PlayingCopy,
    Recording,
)
from anlan.evidence.reading import reading_of
from anlan.evidence.selectors.recordings import is_of_recording
from anlan.evidence.services.origins import protect_rows
from anlan.ledger import services as ledger
from anlan.ledger.events import Actor

MOST_TITLE, MOST_REASON = 120, 300  # characters
PLAYED = ("audio/", "video/")  # of which a copy to play is made
_ON_ONE_DISK = {stores.Disks.ONE: 1, stores.Disks.TWO: 0, stores.Disks.UNKNOWN: 2}
SOON = timedelta(hours=1)  # a new file is read again: a bad disk shows early


def add_file(
    *,
    case: Case,
    chunks: Iterable[bytes],
    by: Actor,
    at: datetime,
    title: str = "",
    file_name: str = "",
    how: str = "",
    happened: datetime | None = None,
    is_footage: bool = False,
    brought_for: Recording | None = None,
    via: str = "",
) -> Exhibit:
    """Keep a small file that comes in one request as an exhibit of a case.

    Args:
        is_footage: it came out of a CCTV recorder, whether it is placed or not.
        brought_for: the recording that it is an export of.

    Raises:
        InvalidInput: empty, or of a type that cannot be read, or the recording is of
            another case.
        TooLarge: more than ``vault.MOST_BYTES``; such a file is uploaded in parts.
    """
    permissions.check_can_add(by, case)
    policies.check_is_recording_of(case, brought_for)
    kept = vault.keep_file(chunks, path="file")
    return add_exhibit(
        case=case,
        kept=kept,
        source=Source.UPLOAD,
        reading=reading_of(kept),
        by=by,
        at=at,
        title=title,
        file_name=file_name,
        how=how,
        happened=happened,
        is_footage=is_footage,
        brought_for=brought_for,
        via=via,
    )


def unsay_footage(
    *, exhibit: Exhibit, reason: str, by: User, at: datetime, via: str = ""
) -> Exhibit:
    """Correct that a file was said to come out of a CCTV recorder: it does not.

    What was brought for a recording, or stands in one, stays footage.

    Raises:
        NotAllowed: they brought it themselves.
        Conflict: it is not said to be footage, or is more than said.
        InvalidInput: no reason.
    """
    permissions.check_can_unsay_footage(by, exhibit)
    reason = typed(
        reason,
        path="reason",
        most=MOST_REASON,
        refusal=_("请写明为什么不是监控录像"),
    )
    with ledger.recording():
        case = cases.lock_case(exhibit.case)
        fresh = Exhibit.objects.select_for_update(of=("self",)).get(pk=exhibit.pk)
        policies.check_is_footage_by_word_alone(
            fresh, is_of_recording=is_of_recording(fresh)
        )
        fresh.is_footage = False
        fresh.save(update_fields=["is_footage"])
        made = FootageCorrection.objects.create(
            exhibit=fresh, at=at, by=by, reason=reason
        )
        cases.record(
            FootageUnsaid(code=fresh.code, reason_digest=made.digest_of("reason")),
            case,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
    fresh.case = case
    return fresh


def add_exhibit(
    *,
    case: Case,
    kept: Kept,
    source: Source,
    reading: Reading,
    by: Actor,
    at: datetime,
    source_uid: UUID | None = None,
    received_from: str = "",
    kind: ExhibitKind | None = None,
    title: str = "",
    file_name: str = "",
    how: str = "",
    happened: datetime | None = None,
    via: str = "",
    protection: Protection = Protection.NONE,
    derived_from: Exhibit | None = None,
    is_footage: bool = False,
    brought_for: Recording | None = None,
) -> Exhibit:
    """Put a file that lies in the vault on the list of evidence of a case.

    Whoever calls has asked whether ``by`` may. The same bytes again for the same case
    are the exhibit that is there, and an entry that says so.

    Args:
        reading: what reading it to its end said; of what was made here, that it is whole.
        source_uid: the row that it came with: an upload, a photo, an attachment.
        received_from: the key of who brought it, where the program acts for them.
        protection: who alone sees it; an exhibit that is there already gets it, too.
        kind: what it is to people, if its bytes do not say so.
        derived_from: the exhibit that it was made from.
        is_footage, brought_for: it came out of a CCTV recorder, and of which recording it
            is an export. One that is there already is so from now on if whoever says it
            brought that one too, or keeps the evidence; others only say it on the record.
    """
    kind = kind or ExhibitKind.of(kept.media_type)
    footage = brought_for.code if brought_for else "said" if is_footage else None
    with ledger.recording():
        case = cases.lock_case(case)
        blob = take_blob(kept, at=at)
        there = (
            case.exhibits.filter(blob=blob).exclude(state=ExhibitState.DELETED).first()
        )
        if there is not None:
            there.blob = blob
            _take_again(
                there,
                protection=protection,
                footage=footage,
                brought_for=brought_for,
                brought_by=received_from or by.actor_key,
                happened=happened,
                by=by,
                at=at,
                via=via,
            )
            return there
        exhibit = Exhibit.objects.create(
            case=case,
            number=next_number(case),
            kind=kind,
            title=title.strip()[:MOST_TITLE] or str(kind.label),
            file_name=file_name,
            how=how.strip(),
            source=source,
            source_uid=source_uid,
            blob=blob,
            reading=reading,
            happened_at=happened,
            received_at=at,
            received_from=received_from or by.actor_key,
            protection=protection,
            derived_from=derived_from,
            is_footage=footage is not None,
            brought_for=brought_for,
        )
        if kept.media_type.startswith(PLAYED):
            PlayingCopy.objects.get_or_create(original=blob, defaults={"wanted_at": at})
        cases.record(
            ExhibitReceived(
                code=exhibit.code,
                exhibit_kind=exhibit.kind,
                source=source,
                media_type=kept.media_type,
                bytes_count=kept.size,
                sha256=kept.sha256,
                reading=reading,
                copies=blob.copies.filter(state=CopyState.PRESENT).count(),
                on_one_disk=_ON_ONE_DISK[stores.disks()],
                title_digest=exhibit.digest_of("title"),
                file_name_digest=exhibit.digest_of("file_name"),
                how_digest=exhibit.digest_of("how"),
                footage=footage,
            ),
            case,
            thing=exhibit.key,
            by=by,
            at=at,
            happened=happened,
            via=via,
        )
        close_other_ways(exhibit)
    return exhibit


def _take_again(
    there: Exhibit,
    *,
    protection: Protection,
    footage: str | None,
    brought_for: Recording | None,
    brought_by: str,
    happened: datetime | None,
    by: Actor,
    at: datetime,
    via: str,
) -> None:
    """An exhibit that is there came once more: on the record, with what is new about it."""
    cases.record(
        ExhibitReceivedAgain(
            code=there.code, sha256=there.file.sha256, footage=footage
        ),
        there.case,
        thing=there.key,
        by=by,
        at=at,
        happened=happened,
        via=via,
    )
    if protection:
        protect(there, protection, there.case, by=by, at=at, via=via)
    if footage is not None and permissions.can_say_footage(
        by, there, brought_by=brought_by
    ):
        there.is_footage = True
        there.brought_for = there.brought_for or brought_for
        there.save(update_fields=["is_footage", "brought_for"])
    close_other_ways(there)


def close_other_ways(exhibit: Exhibit) -> None:
    """The same bytes may have come with a report or a task, before this or since."""
    if exhibit.protection:
        protect_rows(exhibit.case, exhibit.file.sha256, Protection(exhibit.protection))


def protect(
    exhibit: Exhibit,
    protection: Protection,
    case: Case,
    *,
    by: Actor,
    at: datetime,
    via: str = "",
) -> None:
    """Let only those see an exhibit who need it; what is protected stays as it is."""
    made_of_it = Exhibit.objects.filter(
        Q(derived_from=exhibit) | Q(still__segment__exhibit=exhibit)
    )
    for made in made_of_it.filter(protection=Protection.NONE).order_by("pk").distinct():
        protect(made, protection, case, by=by, at=at, via=via)
        close_other_ways(made)
    if exhibit.protection:
        return
    exhibit.protection = protection
    exhibit.save(update_fields=["protection"])
    cases.record(
        ExhibitProtected(code=exhibit.code, protection=protection),
        case,
        thing=exhibit.key,
        by=by,
        at=at,
        via=via,
    )


def take_blob(kept: Kept, *, at: datetime) -> Blob:
    """The rows of a file in the vault: one for the bytes, one for each copy.

    Locks those of bytes that are there: a deletion of the same waits, or came first, and
    then they are as new. The others are read soon: what came again may mend them.
    """
    blob, is_new = Blob.objects.select_for_update().get_or_create(
        sha256=kept.sha256,
        defaults={"size": kept.size, "media_type": kept.media_type, "kept_at": at},
    )
    if is_new:
        Copy.objects.bulk_create(
            Copy(blob=blob, store=store.name, **_as_found(store, kept.sha256, at))
            for store in stores.stores()
        )
    elif blob.is_deleted:
        blob.deleted_at, blob.kept_at = None, at
        blob.save(update_fields=["deleted_at", "kept_at"])
        for store in stores.stores():
            found = _as_found(store, kept.sha256, at)
            Copy.objects.filter(blob=blob, store=store.name).update(
                **found,
                rehashed_at=None,
                tries=0,
                retry_at=None,
                locked_until=None,
                is_lock_held=False,
                lock_due_at=None,
            )
        # What was made of it to be played went with it.
        PlayingCopy.objects.filter(original=blob).update(
            blob=None, made_at=None, held_until=None, wanted_at=at
        )
    else:
        Copy.objects.filter(blob=blob).update(due_at=at, tries=0, retry_at=None)
    return blob


def _as_found(store: Store | Bucket, digest: str, at: datetime) -> dict[str, Any]:
    # Nobody waits for a bucket here: the worker writes it, or finds it there.
    is_there = not store.is_written_later and store.has(digest)
    return {
        "state": CopyState.PRESENT if is_there else CopyState.WAITING,
        "seen_at": at if is_there else None,
        "due_at": at + SOON,
    }


def next_number(case: Case) -> int:
    """Call it under the lock of the case."""
    last: int | None = case.exhibits.aggregate(last=Max("number"))["last"]
    return (last or 0) + 1
