"""Packages are asked for, given out on the record, signed for, and run out."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.clock import local_day
from anlan.base.digest import sha256
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.base.lines import typed
from anlan.cases import services as cases
from anlan.cases.models import Case
from anlan.evidence import permissions, policies
from anlan.evidence.enums import FootageWay, Gap, Masking, PackageState, Purpose
from anlan.evidence.events import (
    PackageAsked,
    PackageDownloaded,
    PackageExpired,
    PackageHandedOver,
    PackageWithdrawn,
)
from anlan.evidence.models import (
    Exhibit,
    FootageApplication,
    Package,
    PackageFile,
    PackageReceipt,
    PackageWithdrawal,
    Segment,
)
from anlan.evidence.selectors.applications import (
    beyond_scope,
    files_in_windows,
    has_footage,
    is_masked_copy,
)
from anlan.evidence.selectors.approvals import (
    Approval,
    approvals_for,
    roles_that_pack,
    statements_among,
)
from anlan.evidence.selectors.exhibits import exhibits_of, kept_of
from anlan.evidence.selectors.packages import checks_of
from anlan.evidence.selectors.redaction import newest_masked_copies
from anlan.evidence.services.applications import note_handed_over
from anlan.evidence.services.opening import Opened, good_path
from anlan.evidence.services.receiving import take_blob
from anlan.evidence.services.signing import Signed, keep_signatures
from anlan.law import guardrails as law
from anlan.ledger import checkpointing
from anlan.ledger import services as ledger
from anlan.ledger.checkpoints import parse
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Checkpoint, Departure

KEPT_FOR = timedelta(days=30)
LONGEST_KEPT = timedelta(days=180)
MOST_EXHIBITS = 2_000  # of one package
MOST_FILES = 20_000  # of recorders: two days of one camera in files of ten seconds
MOST_NAME, MOST_NUMBER, MOST_REASON, MOST_WAY = 120, 80, 300, 200  # characters
EXPIRED_AT_ONCE = 20  # files of one round of the worker


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is to have it: for an authority also who they are and by which paper they ask."""

    name: str
    identity: str = ""
    document_number: str = ""


def ask_package(
    *,
    case: Case,
    exhibits: Iterable[Exhibit],
    purpose: Purpose,
    masking: Masking,
    recipient: Recipient,
    by: User,
    at: datetime,
    acknowledged: str = "",
    kept_for: timedelta = KEPT_FOR,
    keeps_originals: bool = False,
    application: FootageApplication | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> Package:
    """Fix what a package is to hold; the worker makes it.

    Files for anybody but an authority are masked copies where there are some (G11). An
    authority with an approved application gets, beside the list of a recording, the files
    that were read from the recorder, as far as they show the windows that it asked for.

    Args:
        keeps_originals: give the originals all the same, for a reason.
        application: the approved one that somebody made for footage: whoever asks for
            files of recorders has one, and gets no more than it says (G10, G13).
        exhibits: those of the case that its purpose needs, and no others.
        acknowledged: why it is made although not all is as it should be; the reason
            stands in the package.

    Raises:
        InvalidInput: nothing is chosen, an authority does not say by which paper it
            asks, originals would go to who may not have them, statements would go to
            the police or another organ with nobody else's approval (G13), or something
            is not as it should be and nobody says why it is made all the same.
    """
    permissions.check_can_make_package(by, case)
    recipient = _checked(recipient, purpose)
    if not timedelta(0) < kept_for <= LONGEST_KEPT:
        raise InvalidInput(_("保存 1 到 180 天"), path="days")
    acknowledged = typed(acknowledged, path="acknowledged", most=MOST_REASON)
    asked = _chosen(case, exhibits, by)
    chosen = asked
    if masking.has_files and not purpose.needs_document:
        chosen = _masked_instead(case, asked, by)
    if keeps_originals and chosen != asked:
        if not acknowledged:
            raise InvalidInput(
                _("有打码副本的证据，给原件请写明理由"), path="acknowledged"
            )
        chosen = asked
    _check_masking(purpose, masking, chosen, at=at)
    _check_application(application, case, chosen, purpose, masking, at=at)
    files = _recorder_files(application, chosen) if masking.has_files else []
    codes = [exhibit.code for exhibit in chosen]
    content = {
        "package": sha256("\n".join(one.code for one in asked).encode()).hex(),
        **({"originals": True} if keeps_originals else {}),
        "purpose": purpose.value,
        "masking": masking.value,
        "recipient": sha256(repr(recipient).encode()).hex(),
        "acknowledged": sha256(acknowledged.encode()).hex(),
        "by": by.actor_key,
        **({"application": str(application.uid)} if application else {}),
    }
    with ledger.recording():
        case = cases.lock_case(case)
        earlier = cases.made_before(
            Package.objects.select_related("case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        approvals = _approvals(
            application, case, chosen, purpose, masking, packer=by, at=at
        )
        checks = checks_of(chosen, files)
        gaps = [(c.gap.value, list(c.codes)) for c in checks if c.codes]
        has_malware = any(kind == Gap.INFECTED for kind, _codes in gaps)
        needs_reason = has_malware or (gaps and purpose.needs_document)
        if needs_reason and not acknowledged:
            raise InvalidInput(
                _("还有不齐备的地方，请写明为什么仍要制作"), path="acknowledged"
            )
        package = Package.objects.create(
            case=case,
            number=_next_number(case),
            purpose=purpose,
            masking=masking,
            recipient=recipient.name,
            identity=recipient.identity,
            document_number=recipient.document_number,
            approvals=approvals,
            gaps=gaps,
            acknowledged=acknowledged,
            asked_at=at,
            asked_by=by,
            expires_at=_expiry(at + kept_for, application),
            application=application,
        )
        package.exhibits.set(chosen)
        PackageFile.objects.bulk_create(
            PackageFile(package=package, exhibit=file.recording.exhibit, segment=file)
            for file in files
        )
        cases.record(
            PackageAsked(
                code=package.code,
                purpose=purpose,
                masking=masking,
                exhibits=len(chosen),
                exhibits_digest=sha256("\n".join(codes).encode()).hex(),
                gaps=len(gaps),
                approved=package.approved_under or None,
                recipient_digest=package.digest_of("recipient"),
                identity_digest=package.digest_of("identity"),
                document_number_digest=package.digest_of("document_number"),
                acknowledged_digest=package.digest_of("acknowledged"),
            ),
            case,
            thing=package.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            package.uid, case=case, request_id=request_id, content=content, at=at
        )
    return package


def path_of(package: Package) -> Path:
    """Where the file of a package lies, or would lie."""
    return folder() / f"{package.uid}.zip"


def files_left_of(package: Package) -> list[Path]:
    """Its file, and what a worker that was killed left of it; each may be gone."""
    return [path_of(package), *folder().glob(f"{package.uid}.*.part")]


def folder() -> Path:
    return Path(settings.DATA) / "packages"


def open_package(
    *,
    package: Package,
    by: User,
    at: datetime,
    first: int = 0,
    last: int | None = None,
    via: str = "",
) -> Opened:
    """Say on the record who takes which bytes, then say where they are.

    Raises:
        Conflict: it is not made, or has run out.
        NotAllowed: something in it is protected from them.
    """
    permissions.check_can_take_package(by, package.case)
    _check_sees_all(package, by)
    _check_is_there(package, at=at)
    size = package.size or 0
    end = size - 1 if last is None else min(last, size - 1)
    with ledger.recording():
        cases.record(
            PackageDownloaded(
                code=package.code, first=first, last=end, sha256=package.sha256
            ),
            package.case,
            thing=package.key,
            by=by,
            at=at,
            via=via,
        )
    return Opened(path_of(package), first, end)


def hand_over_package(
    *,
    package: Package,
    receiver: str,
    way: str,
    signed: Signed,
    by: User,
    at: datetime,
    identity: str = "",
    request_id: UUID | None = None,
    via: str = "",
) -> PackageReceipt:
    """Give it to somebody who signs for it; it may be given more than once.

    Args:
        receiver: who took it, of the recipient.
        way: on which medium, by whose hand or post.

    Raises:
        Conflict: there is no file.
        InvalidInput: a word or a signature is missing.
        NotAllowed: something in it is protected from them.
    """
    permissions.check_can_hand_over_package(by, package.case)
    _check_sees_all(package, by)
    receiver = typed(
        receiver, path="receiver", most=MOST_NAME, refusal=_("请写明由谁接收")
    )
    identity = typed(identity, path="identity", most=MOST_NAME)
    if Purpose(package.purpose).needs_document and not identity:
        raise InvalidInput(_("请写明接收人的证件或警号"), path="identity")
    way = typed(way, path="way", most=MOST_WAY, refusal=_("请写明怎样交付"))
    _check_is_there(package, at=at)
    signatures = keep_signatures(signed)
    content = {
        "receipt": str(package.uid),
        "said": sha256(f"{receiver}\n{identity}\n{way}".encode()).hex(),
        "by": by.actor_key,
        **signatures.content,
    }
    with ledger.recording():
        case = cases.lock_case(package.case)
        earlier = cases.made_before(
            PackageReceipt.objects.select_related("package__case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        package = Package.objects.get(pk=package.pk)
        _check_is_there(package, at=at)
        receipt = PackageReceipt.objects.create(
            package=package,
            at=at,
            by=by,
            receiver=receiver,
            identity=identity,
            way=way,
            giver_signature=take_blob(signatures.giver, at=at),
            receiver_signature=take_blob(signatures.receiver, at=at),
        )
        package.state = PackageState.HANDED_OVER
        package.save(update_fields=["state"])
        note_handed_over(package=package, by=by, at=at)
        _note_departure(package, case, at=at)
        cases.record(
            PackageHandedOver(
                code=package.code,
                sha256=package.sha256,
                giver_signature=signatures.giver.sha256,
                receiver_signature=signatures.receiver.sha256,
                receiver_digest=receipt.digest_of("receiver"),
                identity_digest=receipt.digest_of("identity"),
                way_digest=receipt.digest_of("way"),
            ),
            case,
            thing=receipt.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            receipt.uid, case=case, request_id=request_id, content=content, at=at
        )
    return receipt


def withdraw_package(
    *,
    package: Package,
    reason: str,
    by: User,
    at: datetime,
    replacement: Package | None = None,
    request_id: UUID | None = None,
    via: str = "",
) -> PackageWithdrawal:
    """Say that a package is not to be relied on; the next of its case carry that.

    Our own file goes with the worker's next round; who signed for it stays known.

    Args:
        replacement: another package of the case, to be used instead.

    Raises:
        Conflict: it was not made, or is withdrawn already.
        InvalidInput: no reason, or what is to replace it does not.
    """
    permissions.check_can_make_package(by, package.case)
    reason = typed(
        reason, path="reason", most=MOST_REASON, refusal=_("请写明为什么撤回")
    )
    content = {
        "withdrawal": str(package.uid),
        "reason": sha256(reason.encode()).hex(),
        "by": by.actor_key,
        **({"replacement": str(replacement.uid)} if replacement else {}),
    }
    with ledger.recording():
        case = cases.lock_case(package.case)
        earlier = cases.made_before(
            PackageWithdrawal.objects.select_related("package__case__site"),
            case=case,
            request_id=request_id,
            content=content,
        )
        if earlier is not None:
            return earlier
        package = Package.objects.get(pk=package.pk)
        policies.check_can_be_withdrawn(package)
        if replacement is not None:
            replacement = Package.objects.get(pk=replacement.pk)
            policies.check_can_replace(replacement, package)
        made = PackageWithdrawal.objects.create(
            package=package, at=at, by=by, reason=reason, replacement=replacement
        )
        package.state = PackageState.WITHDRAWN
        package.save(update_fields=["state"])
        cases.record(
            PackageWithdrawn(
                code=package.code,
                sha256=package.sha256,
                replacement=replacement.code if replacement else "",
                reason_digest=made.digest_of("reason"),
            ),
            case,
            thing=made.key,
            by=by,
            at=at,
            via=via,
        )
        cases.remember_made(
            made.uid, case=case, request_id=request_id, content=content, at=at
        )
    return made


def _note_departure(package: Package, case: Case, *, at: datetime) -> None:
    """Its checkpoint is now with somebody whom nobody here can make forget it."""
    size = parse(package.checkpoint).statement.size
    found = Checkpoint.objects.filter(
        organisation_id=case.organisation_id, site_id=case.site_id, size=size
    ).first()
    if found is not None:
        checkpointing.note_departure(found, way=Departure.Way.EXPORT, at=at)


def expire_packages(*, at: datetime) -> int:
    """Say on the record that packages ran out, then remove their files.

    Those of withdrawn ones are removed as well.

    Killed in between, the row says that it ran out and the file is removed later.
    """
    done = 0
    for package in _run_out(at)[:EXPIRED_AT_ONCE]:
        with ledger.recording():
            case = cases.lock_case(package.case)
            changed = (
                Package.objects.filter(pk=package.pk)
                .filter(state__in=[PackageState.READY, PackageState.HANDED_OVER])
                .update(state=PackageState.EXPIRED)
            )
            if changed:
                cases.record(
                    PackageExpired(code=package.code, sha256=package.sha256),
                    case,
                    thing=package.key,
                    by=SYSTEM,
                    at=at,
                )
        done += 1
    gone = [PackageState.EXPIRED, PackageState.WITHDRAWN]
    left = Package.objects.filter(state__in=gone, removed_at=None)
    for package in left[:EXPIRED_AT_ONCE]:
        path_of(package).unlink(missing_ok=True)
        Package.objects.filter(pk=package.pk).update(removed_at=at)
    return done


def next_package_expiry() -> datetime | None:
    withdrawn = PackageWithdrawal.objects.filter(package__removed_at=None)
    first = withdrawn.order_by("at").values_list("at", flat=True).first()
    if first is not None:
        return first
    states = [PackageState.READY, PackageState.HANDED_OVER]
    found = Package.objects.filter(state__in=states).order_by("expires_at")
    return found.values_list("expires_at", flat=True).first()


def _run_out(at: datetime) -> list[Package]:
    return list(
        Package.objects.filter(
            state__in=[PackageState.READY, PackageState.HANDED_OVER],
            expires_at__lte=at,
        )
        .select_related("case__site")
        .order_by("expires_at", "pk")
    )


def _check_is_there(package: Package, *, at: datetime) -> None:
    """Whether it may leave: what is over for good is said before what can be mended."""
    if not package.is_there:
        raise Conflict(_("证据包%s，没有文件可以交付") % package.get_state_display())
    if package.application is not None:
        policies.check_application_holds(package.application, at=at)
    if package.expires_at <= at:
        raise Conflict(_("证据包已经过期，请重新制作"))
    _check_still_approved(package, at=at)
    if not path_of(package).is_file():
        raise Conflict(_("证据包的文件不见了，请重新制作，并告诉系统管理员"))


def _checked(recipient: Recipient, purpose: Purpose) -> Recipient:
    name = typed(
        recipient.name,
        path="recipient",
        most=MOST_NAME,
        refusal=_("请写明交给哪个单位或哪个人"),
    )
    needs = purpose.needs_document
    identity = typed(
        recipient.identity,
        path="identity",
        most=MOST_NAME,
        refusal=_("请写明承办人姓名和证件号（警号）") if needs else "",
    )
    number = typed(
        recipient.document_number,
        path="document_number",
        most=MOST_NUMBER,
        refusal=_("请填写调取证据通知书等文书的编号") if needs else "",
    )
    return Recipient(name=name, identity=identity, document_number=number)


def _check_masking(
    purpose: Purpose, masking: Masking, chosen: list[Exhibit], *, at: datetime
) -> None:
    """Originals go to authorities alone; masked copies may go to anybody (G11)."""
    if not masking.has_files or purpose.may_have_originals:
        return
    law.check_footage_copy(
        is_authority=False,
        unmasked=[exhibit.code for exhibit in chosen if not is_masked_copy(exhibit)],
        act_on=local_day(at),
    )


def _check_application(
    application: FootageApplication | None,
    case: Case,
    chosen: list[Exhibit],
    purpose: Purpose,
    masking: Masking,
    *,
    at: datetime,
) -> None:
    """Files of recorders leave under an approved application, within its scope."""
    if application is None:
        if masking.has_files:
            law.check_footage_look(
                is_registered=not has_footage(chosen),
                act_on=local_day(at),
                sentence=_("里面有录像文件：请先受理调取申请，批准后再制作"),
            )
        return
    policies.check_application_holds(application, at=at)
    if application.case_id != case.pk:
        raise InvalidInput(_("申请不属于本案"), path="application")
    if application.way != FootageWay.COPY:
        raise Conflict(_("批准的是现场查阅，不能复制"))
    if application.kind.package_purpose != purpose:
        raise InvalidInput(_("用途与申请不符"), path="purpose")
    law.check_authority_request(
        is_authority=application.kind.is_authority,
        papers=[application.unit, application.document_number, application.officers],
        beyond=beyond_scope(application, chosen),
        act_on=local_day(at),
    )


def _approvals(
    application: FootageApplication | None,
    case: Case,
    chosen: list[Exhibit],
    purpose: Purpose,
    masking: Masking,
    *,
    packer: User,
    at: datetime,
    lapsed: Collection[dict[str, Any]] = (),
) -> list[dict[str, object]]:
    """Who besides the packer agreed that statements among these go there.

    Args:
        lapsed: under what the package was made, of which some may hold no more.

    Raises:
        InvalidInput: of some of them nobody did.
    """
    if not purpose.needs_approval or not masking.has_files:
        return []
    spoken = statements_among(chosen)
    if not spoken:
        return []
    known = approvals_for(case, application, purpose=purpose)
    others = [one for one in known if one.by.pk != packer.pk]
    missing = [one for one in spoken if not any(each.covers(one) for each in others)]
    law.check_statements_for_police(
        unapproved=[one.code for one in missing],
        act_on=local_day(at),
        sentence=_why_unapproved(missing, known, lapsed, purpose),
    )
    used = [one for one in others if any(one.covers(each) for each in spoken)]
    return [one.said_of(spoken) for one in used]


def _why_unapproved(
    missing: Collection[Exhibit],
    known: Iterable[Approval],
    lapsed: Iterable[dict[str, Any]],
    purpose: Purpose,
) -> str:
    """What to do where it is not the usual way to the police: nothing, if it is."""
    codes = {one.code for one in missing}
    own = [one.code for one in known if any(one.covers(each) for each in missing)]
    over = [one["code"] for one in lapsed if codes & set(one["exhibits"])]
    if own:
        sentence = _(
            "情况说明 %(codes)s 只有制作人本人批准（%(under)s），批准的人不能自己制作："
            "请由另一位能制作证据包的人制作（%(roles)s）；本项目没有第二位的，"
            "请总部派人"
        )
        said = {"under": " ".join(own), "roles": roles_that_pack()}
    elif over:
        sentence = _(
            "情况说明 %(codes)s 的批准已经失效：%(under)s 批准后又改过，或已不再递交；"
            "请重新批准"
        )
        said = {"under": " ".join(over)}
    elif purpose != Purpose.POLICE:
        sentence = _(
            "情况说明 %(codes)s 交其他国家机关，须先受理该机关写明调取情况说明的申请，"
            "由制作人以外的人批准后按申请制作；“报案”的材料清单只对公安机关有效"
        )
        said = {}
    else:
        return ""
    return sentence % {"codes": " ".join(one.code for one in missing), **said}


def _check_still_approved(package: Package, *, at: datetime) -> None:
    """A list that changed since, or a report that was given up, lets nothing out."""
    _approvals(
        package.application,
        package.case,
        list(package.exhibits.select_related("derived_from")),
        Purpose(package.purpose),
        Masking(package.masking),
        packer=package.asked_by,
        at=at,
        lapsed=package.approvals,
    )


def _recorder_files(
    application: FootageApplication | None, chosen: list[Exhibit]
) -> list[Segment]:
    """The files that go along with the lists among these; each stands on its list.

    A file that came after its list was written waits for the next list: nothing proves
    it yet.
    """
    if application is None or not application.kind.is_authority:
        return []
    lists = {exhibit.pk: exhibit for exhibit in chosen}
    files = [
        segment
        for segment in files_in_windows(application)
        if segment.recording.exhibit_id in lists
    ]
    listed = {
        key: _listed(lists[key])
        for key in {segment.recording.exhibit_id or 0 for segment in files}
    }
    found = [
        segment
        for segment in files
        if segment.blob.sha256 in listed[segment.recording.exhibit_id or 0]
    ]
    if len(found) > MOST_FILES:
        raise InvalidInput(
            _("录像文件超过 %s 个，请把申请的时段分开办理") % MOST_FILES,
            path="exhibits",
        )
    return found


def _listed(exhibit: Exhibit) -> set[str]:
    """The digests on the list of a recording's files.

    Raises:
        Conflict: no copy of the list is whole.
    """
    said = json.loads(good_path(exhibit.file).read_bytes())
    return {file["sha256"] for file in said["files"]}


def _expiry(moment: datetime, application: FootageApplication | None) -> datetime:
    """No file outlives the approval under which it was made."""
    until = application.until if application else None
    return min(moment, until) if until else moment


def _check_sees_all(package: Package, by: User) -> None:
    if package.exhibits.exclude(pk__in=exhibits_of(package.case, by)).exists():
        raise NotAllowed(_("证据包里有您无权查看的证据"))


def _chosen(case: Case, exhibits: Iterable[Exhibit], by: User) -> list[Exhibit]:
    """As they are now, in their order; what is protected from them cannot be chosen."""
    keys = {exhibit.pk for exhibit in exhibits}
    chosen = list(kept_of(case, by).filter(pk__in=keys)) if keys else []
    if not chosen or len(chosen) != len(keys):
        raise InvalidInput(_("请选择本案的证据"), path="exhibits")
    if len(chosen) > MOST_EXHIBITS:
        raise InvalidInput(
            _("一个证据包最多 %s 件证据，请分开制作") % MOST_EXHIBITS, path="exhibits"
        )
    return chosen


def _masked_instead(case: Case, chosen: list[Exhibit], by: User) -> list[Exhibit]:
    """The newest masked copies in the place of each original that has some."""
    copies = newest_masked_copies(case, by, chosen)
    keys = {one.pk for exhibit in chosen for one in copies.get(exhibit.pk, [exhibit])}
    return list(exhibits_of(case, by).filter(pk__in=keys)) if copies else chosen


def _next_number(case: Case) -> int:
    numbers = Package.objects.filter(case=case).aggregate(last=Max("number"))
    last: int | None = numbers["last"]
    return (last or 0) + 1
