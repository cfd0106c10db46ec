"""What somebody who reported takes along: their own words, files and times, no names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from anlan.cases.models import AccessLink, Note
from anlan.cases.selectors import entries_about
from anlan.incidents.enums import Flag
from anlan.incidents.events import AttachmentReceived, ReportSplitOff
from anlan.incidents.models import Attachment, Report
from anlan.ledger.models import Entry
from anlan.portal.outside import WAYS
from anlan.portal.progress import Progress, progress_of
from anlan.portal.promises import Step, steps_of

NOTE_WRITTEN = "case.note_written"


@dataclass(frozen=True, kw_only=True)
class Record:
    """Only what this person said and sent, and what was done for it."""

    report: Report
    progress: Progress
    steps: list[Step]
    notes: list[Note]
    files: list[Attachment]
    read_at: datetime

    @property
    def flags(self) -> list[str]:
        return [str(Flag(flag).label) for flag in self.report.flags]


def record_of(report: Report, *, at: datetime) -> Record:
    progress = progress_of(report)
    return Record(
        report=report,
        progress=progress,
        steps=steps_of(report, incident=progress.incident, at=at),
        notes=_own_notes(report),
        files=own_files(report),
        read_at=at,
    )


def own_files(report: Report) -> list[Attachment]:
    """Sent by who reported it; what a colleague added to the report is not theirs."""
    uids = _things_of(report, kind=AttachmentReceived.kind)
    return list(report.attachments.filter(uid__in=uids).order_by("received_at", "pk"))


def _own_notes(report: Report) -> list[Note]:
    """Written by who follows this report, whichever of its addresses they had."""
    uids = _things_of(report, kind=NOTE_WRITTEN)
    return list(Note.objects.filter(uid__in=uids).order_by("written_at", "pk"))


def _things_of(report: Report, *, kind: str) -> list[str]:
    """What its reporter made, in the case where it was before it was split off as well."""
    key = report.key
    links = AccessLink.objects.filter(about=key)
    case = report.incident.case
    splits = Entry.objects.filter(
        organisation_id=case.organisation_id, kind=ReportSplitOff.kind, object=key
    )
    made = entries_about({case.subject, *splits.values_list("subject", flat=True)})
    things = made.filter(
        kind=kind,
        actor__in=[*_own_key(report), *(link.actor_key for link in links)],
    )
    return [
        thing.partition(":")[2] for thing in things.values_list("object", flat=True)
    ]


def _own_key(report: Report) -> list[str]:
    """Under which they spoke before they had an address.

    What came by telephone was written down by a colleague, whose notes are not theirs.
    """
    return [] if report.reporter_id else [report.reporter_key]


def as_text(record: Record) -> str:
    """The same as a file of plain text, which every phone opens and every printer prints."""
    report = record.report
    lines = [
        _("我的报告记录"),
        _("编号：%s") % report.incident.case.number,
        _("地点：%s") % report.place.label,
        _("您说的发生时间：%s") % _moment(report.happened_at),
        _("我们收到的时间：%s") % _moment(report.received_at),
        _("情况：%s") % (_("、").join(record.flags) or _("未选")),
        _("您的话：%s") % report.words_in("words"),
    ]
    if report.withdrawn_at:
        lines.append(_("您撤回的时间：%s") % _moment(report.withdrawn_at))
    lines += ["", _("您的补充")]
    lines += [
        f"{_moment(note.written_at)}  {note.words_in('text')}" for note in record.notes
    ]
    lines += ["", _("您交来的文件（SHA-256 校验值）")]
    lines += [
        f"{_moment(file.received_at)}  {file.media_type}  {file.size} B  {file.sha256}"
        for file in record.files
    ]
    lines += ["", _("我们承诺的每一步")]
    for step in record.steps:
        line = f"{step.title}  {step.state}"
        if step.ended_at:
            line += "  " + _moment(step.ended_at)
        if step.late_words:
            line += "  " + _("超时 %(time)s") % {"time": step.late_words}
        if step.due_at:
            line += "  " + _("期限 %s") % _moment(step.due_at)
        lines.append(line)
    lines += ["", _("外部途径")]
    for way in WAYS:
        lines.append(f"{way.title}  {way.note}  [{way.cites or _('建议')}]")
    lines += ["", _("打印时间：%s") % _moment(record.read_at), ""]
    return "\r\n".join(lines)


def _moment(at: datetime) -> str:
    return f"{localtime(at):%Y-%m-%d %H:%M:%S}"
