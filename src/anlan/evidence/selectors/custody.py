"""The custody of a thing as its reader sees it: who had it, where it lay, what was signed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from anlan.accounts.models import User
from anlan.base.duration import duration_words
from anlan.cases.selectors import entries_about, shown_name
from anlan.evidence import permissions, policies
from anlan.evidence.enums import ExhibitState, StepKind
from anlan.evidence.events import CustodyStepped
from anlan.evidence.models import CustodyStep, Exhibit, PhysicalItem
from anlan.ledger.sentences import names_for

_LOOKS: dict[StepKind, tuple[str, str]] = {
    StepKind.REGISTERED: ("download", "good"),
    StepKind.SEALED: ("lock", "plain"),
    StepKind.CHECKED: ("eye", "good"),
    StepKind.MOVED: ("map-pin", "plain"),
    StepKind.HANDED_OVER: ("users", "people"),
    StepKind.RETURNED: ("home", "people"),
    StepKind.DISPOSAL_ASKED: ("flag", "warn"),
    StepKind.DISPOSAL_REFUSED: ("hand-stop", "plain"),
    StepKind.DISPOSED: ("trash", "warn"),
}
_SOON = timedelta(minutes=10)  # from finding a thing to registering it


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A small picture, and whose it is."""

    name: str
    part: str
    url: str
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A step, and how the thing lay from then until the next one.

    ``gaps`` are sentences about what nobody answers for.
    """

    step: CustodyStep
    icon: str
    tone: str
    by: str
    giver: str
    receiver: str
    holder: str
    until: datetime | None
    gaps: tuple[str, ...]
    signatures: tuple[Signature, ...]
    seq: int | None
    digest: str

    @property
    def is_broken(self) -> bool:
        return self.step.seal_is_whole is False

    @property
    def is_on_paper(self) -> bool:
        return self.step.is_on_paper

    @property
    def lasted(self) -> timedelta | None:
        return self.until - self.step.at if self.until else None


@dataclass(frozen=True, kw_only=True)
class Action:
    """Something the reader may do with the thing now, and where."""

    name: str
    title: str | Promise
    icon: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Story:
    exhibit: Exhibit
    item: PhysicalItem
    holder: str
    is_broken: bool
    asked: CustodyStep | None
    chapters: list[Chapter]
    actions: list[Action]

    @property
    def gaps_count(self) -> int:
        return sum(len(chapter.gaps) for chapter in self.chapters)


def custody_story(exhibit: Exhibit, reader: User) -> Story:
    """The steps in their order, and what the reader may do next.

    Raises:
        PhysicalItem.DoesNotExist: it is a file.
    """
    item = PhysicalItem.objects.select_related("holder", "holder_party__person").get(
        exhibit=exhibit
    )
    steps = list(steps_of(exhibit))
    asked = policies.pending_disposal(exhibit)
    seals = [step for step in steps if _says_how_the_seal_is(step)]
    return Story(
        exhibit=exhibit,
        item=item,
        holder=_holder(item),
        is_broken=bool(seals) and seals[-1].seal_is_whole is False,
        asked=asked,
        chapters=_chapters(exhibit, steps),
        actions=_actions(exhibit, item, reader, asked),
    )


def steps_of(exhibit: Exhibit) -> QuerySet[CustodyStep]:
    """The steps of its custody, the first one first, with who did and signed them."""
    return exhibit.steps.select_related(
        "by",
        "giver",
        "receiver",
        "receiver_party__person",
        "receiver_party__user",
        "giver_signature",
        "receiver_signature",
    ).order_by("pk")


def _chapters(exhibit: Exhibit, steps: list[CustodyStep]) -> list[Chapter]:
    entries = entries_of_steps(exhibit, steps)
    chapters: list[Chapter] = []
    holder: User | None = None
    whole_at: datetime | None = None
    for number, step in enumerate(steps):
        following = steps[number + 1] if number + 1 < len(steps) else None
        gaps = _gaps(exhibit, step, holder=holder, whole_at=whole_at)
        if _says_how_the_seal_is(step) and step.seal_is_whole is not False:
            whole_at = step.at
        ends = step.kind in {StepKind.RETURNED, StepKind.DISPOSED}
        holder = None if ends else step.receiver or holder
        icon, tone = _LOOKS[StepKind(step.kind)]
        seq, digest = entries.get(step.key, (None, ""))
        chapters.append(
            Chapter(
                step=step,
                icon=icon,
                tone="alarm" if step.seal_is_whole is False else tone,
                by=step.by.name,
                giver=_giver(exhibit, step),
                receiver=_receiver(step),
                holder=holder.name if holder else "",
                until=following.at if following else None,
                gaps=gaps,
                signatures=tuple(_signatures(exhibit, step)),
                seq=seq,
                digest=digest,
            )
        )
    return chapters


def _gaps(
    exhibit: Exhibit,
    step: CustodyStep,
    *,
    holder: User | None,
    whole_at: datetime | None,
) -> tuple[str, ...]:
    gaps = []
    found = exhibit.happened_at
    if step.kind == StepKind.REGISTERED and found and step.at - found > _SOON:
        waited = duration_words(int((step.at - found).total_seconds()))
        gaps.append(_("从发现到登记%s，这段时间没有保管记录") % waited)
    if step.kind in {StepKind.HANDED_OVER, StepKind.RETURNED} and (
        holder is not None and step.giver_id != holder.pk
    ):
        said = {"holder": holder.name, "giver": step.giver.name if step.giver else ""}
        gaps.append(_("当时的保管人%(holder)s没有签字，由%(giver)s代为交出") % said)
    if step.seal_is_whole is False:
        seen = f"{timezone.localtime(whole_at):%Y-%m-%d %H:%M}" if whole_at else "—"
        gaps.append(
            _("封条最后一次见到完好是 %s，此后到这次检查之间无法证明未被动过") % seen
        )
    return tuple(gaps)


def _says_how_the_seal_is(step: CustodyStep) -> bool:
    return step.seal_is_whole is not None or (
        step.kind == StepKind.REGISTERED and bool(step.seal_number)
    )


def entries_of_steps(
    exhibit: Exhibit, steps: Iterable[CustodyStep]
) -> dict[str, tuple[int, str]]:
    """By the key of a step: the number and the digest of its entry on the record."""
    rows = entries_about({exhibit.case.subject}).filter(
        kind=CustodyStepped.kind, object__in=[step.key for step in steps]
    )
    return {
        key: (seq, bytes(digest).hex())
        for key, seq, digest in rows.values_list("object", "seq", "digest")
    }


def _signatures(exhibit: Exhibit, step: CustodyStep) -> Iterable[Signature]:
    giver = step.giver.name if step.giver else ""
    parts = [
        (_("交出人"), "giver", step.giver_signature, giver),
        (_("接收人"), "receiver", step.receiver_signature, _receiver(step)),
    ]
    if step.is_on_paper:
        parts = [(_("双方在纸上签字"), "giver", step.giver_signature, "")]
    for part, side, blob, name in parts:
        if blob is not None:
            where = [exhibit.case.number, exhibit.uid, step.uid, side]
            yield Signature(
                name=name,
                part=part,
                url=reverse("evidence:signature", args=where),
                sha256=blob.sha256,
            )


def _giver(exhibit: Exhibit, step: CustodyStep) -> str:
    if step.giver is not None:
        return step.giver.name
    if step.kind != StepKind.REGISTERED or exhibit.received_from == step.by.actor_key:
        return ""
    return names_for([exhibit.received_from]).get(exhibit.received_from, "")


def _receiver(step: CustodyStep) -> str:
    if step.receiver_party is not None:
        return shown_name(step.receiver_party)
    return step.receiver.name if step.receiver else ""


def _holder(item: PhysicalItem) -> str:
    if item.holder is not None:
        return item.holder.name
    return shown_name(item.holder_party) if item.holder_party else ""


_TITLES: dict[str, tuple[Promise, str]] = {
    "sealing": (pgettext_lazy("the button", "重新封存"), "lock"),
    "seal_check": (pgettext_lazy("the button", "检查封条"), "eye"),
    "move": (pgettext_lazy("the button", "移动位置"), "map-pin"),
    "hand_over": (pgettext_lazy("the button", "交接"), "users"),
    "return": (pgettext_lazy("the button", "退还"), "home"),
    "disposal": (pgettext_lazy("the button", "申请处置"), "flag"),
    "disposal_decision": (pgettext_lazy("the button", "决定处置"), "check"),
}


def _actions(
    exhibit: Exhibit, item: PhysicalItem, reader: User, asked: CustodyStep | None
) -> list[Action]:
    """What would not be refused, so that no button leads to a refusal."""
    if exhibit.state != ExhibitState.KEPT:
        return []
    keeps = permissions.can_keep(reader, exhibit.case)
    parts = permissions.can_part_with(reader, exhibit.case)
    offered = {
        "sealing": keeps,
        "seal_check": keeps and bool(item.seal_number),
        "move": keeps,
        "hand_over": keeps and (parts or item.holder_id == reader.pk),
        "return": parts and asked is None,
        "disposal": keeps and asked is None,
        "disposal_decision": parts and asked is not None and asked.by_id != reader.pk,
    }
    where = [exhibit.case.number, exhibit.uid]
    return [
        Action(
            name=name,
            title=_TITLES[name][0],
            icon=_TITLES[name][1],
            url=reverse(f"evidence:{name}", args=where),
        )
        for name, is_offered in offered.items()
        if is_offered
    ]
