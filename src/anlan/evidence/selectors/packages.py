"""Packages of a case as their reader may see them, and the facts a package is made of."""

from __future__ import annotations

import os
import platform
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import orjson
from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base import stores
from anlan.base.clock import local_time
from anlan.base.errors import NotFound
from anlan.base.identity import mask_name
from anlan.cases.about import CONFIDENTIAL
from anlan.cases.models import Case
from anlan.cases.selectors import case_for, entries_about
from anlan.evidence import permissions
from anlan.evidence.enums import (
    CheckKind,
    ExhibitState,
    Gap,
    Masking,
    PackageState,
    Purpose,
    Reading,
)
from anlan.evidence.events import (
    CopyDamaged,
    CopyRepaired,
    ExhibitReceived,
    ObjectRegistered,
    PackageAsked,
)
from anlan.evidence.models import (
    Blob,
    CheckRun,
    CustodyStep,
    Exhibit,
    Package,
    PackageFile,
    PackageReceipt,
    PackageWithdrawal,
    Segment,
)
from anlan.evidence.packaging.facts import (
    ExhibitFacts,
    PackageFacts,
    PartFacts,
    StepFacts,
    SystemFacts,
    WithdrawnFacts,
    Words,
)
from anlan.evidence.packaging.record import Link
from anlan.evidence.selectors.custody import (
    Chapter,
    custody_story,
    entries_of_steps,
    steps_of,
)
from anlan.evidence.selectors.exhibits import every_exhibit_of
from anlan.ledger.models import Entry, TimeStamp
from anlan.ledger.sentences import names_for

_ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/heic": "heic",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "video/mp4": "mp4",
    "video/mp2t": "ts",
    "application/json": "json",
    "application/pdf": "pdf",
}
_CHUNK = 400  # keys of one query
VERSION = "0.1.0"  # of the program, as the papers name it


def packages_of(case: Case) -> QuerySet[Package]:
    """The packages of a case, the newest first."""
    return (
        Package.objects.filter(case=case)
        .select_related("case__site__organisation", "asked_by")
        .select_related("withdrawal__replacement")
        .order_by("-number")
    )


def package_for(user: User, number: str, uid: UUID) -> Package:
    """One package of a case that the reader may see.

    Raises:
        NotFound: unknown, of another case, or of one that is not the reader's.
        NotAllowed: the reader sees the case, and not what is given away of it.
    """
    found = packages_of(case_for(user, number)).filter(uid=uid).first()
    if found is None:
        raise NotFound(_("没有这个证据包"))
    permissions.check_can_hand_over_package(user, found.case)
    return found


def withdrawal_of(package: Package) -> PackageWithdrawal | None:
    rows = PackageWithdrawal.objects.select_related("by", "replacement")
    return rows.filter(package=package).first()


def replacements_for(package: Package) -> QuerySet[Package]:
    """The packages of the case that can stand in the place of this one."""
    states = [PackageState.READY, PackageState.HANDED_OVER]
    return packages_of(package.case).filter(state__in=states).exclude(pk=package.pk)


def withdrawn_before(package: Package) -> list[WithdrawnFacts]:
    """The packages of the case that were withdrawn when this one was asked for.

    Why is for whoever has it to know: said to the same recipient alone.
    """
    rows = PackageWithdrawal.objects.filter(
        package__case=package.case, at__lte=package.asked_at
    ).exclude(package=package)
    has_words = Masking(package.masking).has_words
    return [
        WithdrawnFacts(
            uid=str(row.package.uid),
            code=row.package.code,
            sha256=row.package.sha256,
            at=_moment(row.at),
            replaced_by=str(row.replacement.uid) if row.replacement else "",
            reason=(
                row.reason
                if has_words and row.package.recipient == package.recipient
                else ""
            ),
        )
        for row in rows.select_related("package", "replacement").order_by(
            "package__number"
        )
    ]


def receipts_of(package: Package) -> QuerySet[PackageReceipt]:
    return package.receipts.select_related("by").order_by("pk")


@dataclass(frozen=True, kw_only=True)
class Check:
    """One line of what must be so before evidence is handed over."""

    gap: Gap
    codes: Sequence[str]  # of the exhibits for which it is not so

    @property
    def is_good(self) -> bool:
        return not self.codes


def checks_of(
    exhibits: Iterable[Exhibit], segments: Iterable[Segment] = ()
) -> list[Check]:
    """Whether these are ready to be handed over, line by line.

    Two sound copies on two disks, read to the end, seals whole, no malware.

    Args:
        segments: files of recorders that go along; what is wrong with one of them is
            said of the list that names it.
    """
    exhibits, segments = list(exhibits), list(segments)
    broken = _broken_seals(exhibits)
    files = [exhibit for exhibit in exhibits if exhibit.blob is not None]
    single = {s.recording.exhibit_id for s in segments if not s.blob.has_two_copies}
    infected = {s.recording.exhibit_id for s in segments if s.blob.is_infected}
    wrong: dict[Gap, list[Exhibit]] = {
        Gap.ONE_COPY: [
            e for e in files if e.pk in single or (e.blob and not e.blob.has_two_copies)
        ],
        **_disks_gap(files),
        Gap.UNREAD: [e for e in files if e.reading not in {"", Reading.READABLE}],
        Gap.BROKEN_SEAL: [e for e in exhibits if e.pk in broken],
        Gap.INFECTED: [
            e for e in files if e.pk in infected or (e.blob and e.blob.is_infected)
        ],
    }
    return [
        Check(gap=gap, codes=[exhibit.code for exhibit in some])
        for gap, some in wrong.items()
    ]


def _disks_gap(files: list[Exhibit]) -> dict[Gap, list[Exhibit]]:
    where = stores.disks()
    if where == stores.Disks.UNKNOWN:
        return {Gap.DISKS_UNKNOWN: files}
    return {Gap.ONE_DISK: files if where == stores.Disks.ONE else []}


def _broken_seals(exhibits: Sequence[Exhibit]) -> set[int]:
    """Those of which the last that was said about the seal is that it is broken."""
    things = [e.pk for e in exhibits if e.is_object and e.state == ExhibitState.KEPT]
    said = CustodyStep.objects.filter(
        exhibit__in=things, seal_is_whole__isnull=False
    ).order_by("pk")
    last = dict(said.values_list("exhibit", "seal_is_whole"))
    return {key for key, is_whole in last.items() if is_whole is False}


def links_of(package: Package, *, upto: int) -> list[Link]:
    """The entries of the case that the package proves, in their order.

    Disclosed are the facts about its exhibits and about the package itself; of all else
    the purpose decides whether it is proven with its facts withheld, or left out. Of
    what is confidential by itself there is nothing, for a body says what happened.

    Args:
        upto: the number of the last entry that belongs to it.
    """
    disclosed = _keys_of(package)
    sees_all = Purpose(package.purpose).sees_whole_case
    rows = (
        entries_about({package.case.subject})
        .filter(seq__lte=upto)
        .order_by("seq")
        .values_list("seq", "body", "data", "salt", "object", "kind")
    )
    links = []
    for seq, body, data, salt, key, kind in rows:
        if kind.startswith(CONFIDENTIAL):
            continue
        if key in disclosed and data is not None and salt is not None:
            link = Link(seq=seq, body=bytes(body), data=bytes(data), salt=bytes(salt))
        elif sees_all or key in disclosed:
            link = Link(seq=seq, body=bytes(body))
        else:
            continue
        links.append(link)
    return links


def asked_seq(package: Package) -> int:
    """The number of the entry by which it was asked for: nothing later is in it."""
    entry = entries_about({package.case.subject}).get(
        kind=PackageAsked.kind, object=package.key
    )
    return entry.seq


def _keys_of(package: Package) -> set[str]:
    exhibits = package.exhibits.all()
    steps = CustodyStep.objects.filter(exhibit__in=exhibits)
    return {
        package.key,
        *(f"exhibit:{uid}" for uid in exhibits.values_list("uid", flat=True)),
        *(f"custody:{uid}" for uid in steps.values_list("uid", flat=True)),
    }


def facts_of(package: Package) -> PackageFacts:
    """All that the papers of a package say, as it was when it was asked for."""
    masking = Masking(package.masking)
    exhibits = list(
        every_exhibit_of(package.case).filter(pk__in=package.exhibits.values("pk"))
    )
    arrivals = _arrivals(package.case, exhibits)
    parts = _parts(package)
    upto = asked_seq(package)
    approvers = [one["by"] for one in package.approvals]
    names = _Names(
        masking, [*(exhibit.received_from for exhibit in exhibits), *approvers]
    )
    site = package.case.site
    return PackageFacts(
        uid=str(package.uid),
        code=package.code,
        number=package.case.number,
        organisation=site.organisation.name,
        site=site.name,
        purpose=str(package.get_purpose_display()),
        masking=str(package.get_masking_display()),
        recipient=package.recipient,
        identity=package.identity,
        document_number=package.document_number,
        made_at=package.asked_at,
        made_by=package.asked_by.name,
        expires_at=_day(package.expires_at),
        gaps=[f"{gap.words}: {', '.join(codes)}" for gap, codes in package.known_gaps],
        acknowledged=package.acknowledged,
        exhibits=[
            _exhibit_facts(
                exhibit,
                package,
                arrivals.get(exhibit.key),
                names,
                parts.get(exhibit.pk, []),
                upto,
            )
            for exhibit in exhibits
        ],
        system=_system_facts(package, exhibits),
        withdrawn=withdrawn_before(package),
        approvals=_approval_lines(package, names),
        has_files=masking.has_files,
    )


def _approval_lines(package: Package, names: _Names) -> list[str]:
    """By which list or application, who, when, and which statements."""
    return [
        _("%(codes)s 按 %(ground)s 交出，%(name)s %(at)s 批准")
        % {
            "codes": _("、").join(one["exhibits"]),
            "ground": one["code"],
            "name": names.of(one["by"]),
            "at": _moment(datetime.fromisoformat(one["at"])),
        }
        for one in package.approvals
    ]


def stamp_words(stamp: TimeStamp | None) -> str:
    """Who put a time on the checkpoint, and which."""
    if stamp is None:
        return ""
    at = f"{local_time(stamp.stamped_at):%Y-%m-%d %H:%M:%S}"
    return _("%(signer)s，%(at)s") % {"signer": stamp.signer, "at": at}


class _Names:
    """Names as the recipient may know them."""

    def __init__(self, masking: Masking, keys: Iterable[str]) -> None:
        self._has_words = masking.has_words
        self._known = names_for(set(keys))

    def of(self, key: str) -> str:
        return self.shown(self._known.get(key, _("系统") if key == "system" else ""))

    def shown(self, name: str) -> str:
        return name if self._has_words or not name else mask_name(name)


def _arrivals(case: Case, exhibits: Sequence[Exhibit]) -> dict[str, Entry]:
    found = {}
    keys = [exhibit.key for exhibit in exhibits]
    for start in range(0, len(keys), _CHUNK):
        entries = entries_about({case.subject}).filter(
            kind__in=[ExhibitReceived.kind, ObjectRegistered.kind],
            object__in=keys[start : start + _CHUNK],
        )
        found.update({entry.object: entry for entry in entries})
    return found


def _exhibit_facts(
    exhibit: Exhibit,
    package: Package,
    arrival: Entry | None,
    names: _Names,
    parts: Sequence[PartFacts],
    upto: int,
) -> ExhibitFacts:
    masking = Masking(package.masking)
    blob = exhibit.blob
    has_words = masking.has_words
    covered = ("title", "how") if exhibit.is_object else ("title", "file_name", "how")
    return ExhibitFacts(
        code=exhibit.code,
        kind=str(exhibit.get_kind_display()),
        title=(has_words and exhibit.title) or str(exhibit.get_kind_display()),
        file_name=exhibit.file_name if has_words else "",
        how=exhibit.how if has_words else "",
        source=str(exhibit.get_source_display()),
        received_at=_moment(exhibit.received_at),
        received_from=names.of(exhibit.received_from),
        happened_at=_moment(exhibit.happened_at),
        media_type=blob.media_type if blob else "",
        size=blob.size if blob else None,
        sha256=blob.sha256 if blob else "",
        reading=str(exhibit.get_reading_display()) if exhibit.reading else "",
        state=str(exhibit.get_state_display()),
        copies=len(blob.copies.all()) if blob else 0,
        first_copies=_first_copies(arrival) if blob else None,
        seq=arrival.seq if arrival else None,
        digest=bytes(arrival.digest).hex() if arrival else "",
        file=file_name(exhibit) if blob and masking.has_files else "",
        covered=_words(exhibit, covered, has_words=has_words),
        steps=_steps(exhibit, package, names, upto) if exhibit.is_object else [],
        derived_from=exhibit.derived_from.code if exhibit.derived_from else "",
        parts=parts,
    )


def _first_copies(arrival: Entry | None) -> int | None:
    """How many copies there were when whoever brought it was told that it is kept."""
    if arrival is None or arrival.data is None:
        return None
    said: int | None = orjson.loads(bytes(arrival.data)).get("copies")
    return said


def file_name(exhibit: Exhibit) -> str:
    """What an original is called in a package: plain letters, whatever its name was."""
    return f"data/{exhibit.code}.{_ENDINGS.get(exhibit.file.media_type, 'bin')}"


def recorder_files(package: Package) -> list[tuple[PackageFile, str]]:
    """Files of recorders that go with a package, in a fixed order, and their names in it."""
    counted: dict[int, int] = defaultdict(int)
    found = []
    rows = package.files.select_related(
        "exhibit", "segment__blob", "segment__recording__camera__recorder"
    ).order_by("exhibit__number", "segment__begin", "segment__pk")
    for row in rows:
        counted[row.exhibit_id] += 1
        ending = _ENDINGS.get(row.segment.blob.media_type, "bin")
        number = f"{counted[row.exhibit_id]:05}"
        found.append((row, f"data/{row.exhibit.code}.part-{number}.{ending}"))
    return found


def _parts(package: Package) -> dict[int, list[PartFacts]]:
    """By the key of the list that names them."""
    parts: dict[int, list[PartFacts]] = defaultdict(list)
    for row, name in recorder_files(package):
        segment = row.segment
        parts[row.exhibit_id].append(
            PartFacts(
                is_written=bool(segment.recipe),
                file=name,
                name=segment.name,
                recorder_begin=_moment(segment.begin),
                recorder_end=_moment(segment.end),
                true_begin=_moment(segment.recording.as_true(segment.begin)),
                kept_at=_moment(segment.kept_at),
                size=segment.blob.size,
                sha256=segment.blob.sha256,
            )
        )
    return parts


def signature_name(exhibit: Exhibit, place: int, side: str, media_type: str) -> str:
    """What the signature of a step of custody is called there."""
    ending = _ENDINGS.get(media_type, "bin")
    return f"data/{exhibit.code}.step-{place}-{side}.{ending}"


def _words(
    row: Exhibit | CustodyStep, fields: Iterable[str], *, has_words: bool
) -> Words:
    if not has_words or not row.text_salt:
        return Words()
    texts = {field: str(getattr(row, field)) for field in fields}
    return Words(salt=bytes(row.text_salt).hex(), texts=texts)


def _steps(
    exhibit: Exhibit, package: Package, names: _Names, upto: int
) -> list[StepFacts]:
    story = custody_story(exhibit, package.asked_by)
    told = [one for one in story.chapters if one.seq is not None and one.seq <= upto]
    return [
        _step_facts(chapter, exhibit, package, names, place)
        for place, chapter in enumerate(told, 1)
    ]


def _step_facts(
    chapter: Chapter, exhibit: Exhibit, package: Package, names: _Names, place: int
) -> StepFacts:
    step, masking = chapter.step, Masking(package.masking)
    seal_state = {None: "", True: _("完好"), False: _("已破损")}[step.seal_is_whole]
    return StepFacts(
        at=_moment(step.at),
        kind=str(step.get_kind_display()),
        by=names.shown(chapter.by),
        giver=names.shown(chapter.giver),
        receiver=names.shown(chapter.receiver),
        seal=step.seal_number,
        seal_state=seal_state,
        where=step.kept_where if masking.has_words else "",
        words=step.words if masking.has_words else "",
        gaps=chapter.gaps if masking.has_words else (),
        seq=chapter.seq,
        covered=_words(step, ("words", "kept_where"), has_words=masking.has_words),
        files=[
            signature_name(exhibit, place, side, blob.media_type)
            for side, blob in signatures_of(step)
            if masking.has_files
        ],
    )


def signatures_of(step: CustodyStep) -> list[tuple[str, Blob]]:
    """Both sides, or the one paper that both signed."""
    sides = [("giver", step.giver_signature), ("receiver", step.receiver_signature)]
    if step.is_on_paper:
        sides = [("both", step.giver_signature)]
    return [(side, blob) for side, blob in sides if blob is not None]


def signed_steps(exhibit: Exhibit, *, upto: int) -> list[tuple[int, CustodyStep]]:
    """The steps that were there when a package was asked for, with their places.

    By their entries, as those that are proven are chosen: of a step at the same moment
    the clock does not say which of the two was first.

    Args:
        upto: the number of the last entry that belongs to the package.
    """
    steps = list(steps_of(exhibit))
    entries = entries_of_steps(exhibit, steps)
    there = [one for one in steps if one.key in entries and entries[one.key][0] <= upto]
    return list(enumerate(there, 1))


def _system_facts(package: Package, exhibits: Sequence[Exhibit]) -> SystemFacts:
    counted: dict[str, int] = defaultdict(int)
    keys = Q(object__in=[exhibit.key for exhibit in exhibits])
    entries = entries_about({package.case.subject}).filter(
        kind__in=[CopyDamaged.kind, CopyRepaired.kind],
        recorded_at__lte=package.asked_at,
    )
    for kind in entries.filter(keys).values_list("kind", flat=True):
        counted[kind] += 1
    gaps = dict(package.known_gaps)
    return SystemFacts(
        software=f"Anlan {VERSION} ({platform.system()}, Python {platform.python_version()})",
        share_a_disk=Gap.ONE_DISK in gaps,
        are_disks_known=Gap.DISKS_UNKNOWN not in gaps,
        quick_at=_last_run(CheckKind.QUICK, package.asked_at),
        deep_at=_last_run(CheckKind.DEEP, package.asked_at),
        damaged=counted[CopyDamaged.kind],
        repaired=counted[CopyRepaired.kind],
        is_signer_apart=is_signer_apart(),
        one_copy=gaps.get(Gap.ONE_COPY, ()),
    )


def is_signer_apart() -> bool:
    """Whether the signer is another system user's; ``./anlan up`` runs it as our own.

    One that is away proves nothing, and neither does it to a process that may read all.
    """
    try:
        owner = Path(settings.SIGNER_SOCKET).stat().st_uid
    except OSError:
        return False
    return owner != os.getuid() != 0


def _last_run(kind: CheckKind, upto: datetime) -> str:
    run = (
        CheckRun.objects.filter(kind=kind, ended_at__lte=upto)
        .order_by("-ended_at", "-pk")
        .first()
    )
    return _moment(run.ended_at) if run else _("尚未进行")


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else ""


def _day(at: datetime) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}"
