"""What the state of an exhibit allows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import Conflict, InvalidInput
from anlan.cases.models import Case
from anlan.evidence.enums import (
    ApplicationState,
    DeletionState,
    ExhibitKind,
    ExhibitState,
    HoldState,
    PackageState,
    Reading,
    RecordingState,
    RedactionState,
    Source,
    StatementState,
    StepKind,
)
from anlan.evidence.models import (
    Blob,
    CustodyStep,
    Exhibit,
    FootageApplication,
    Hold,
    Injury,
    Package,
    PhysicalItem,
    Recording,
    Redaction,
    Statement,
)


def check_is_recording_of(case: Case, recording: Recording | None) -> None:
    """An export is brought for a recording of the case that it is added to."""
    if recording is not None and recording.case_id != case.pk:
        raise InvalidInput(_("没有这份录像"), path="recording")


def check_is_object(exhibit: Exhibit) -> None:
    if not exhibit.is_object:
        raise Conflict(_("这是文件，不是实物；文件由系统保管"))


def check_has_no_malware(blob: Blob) -> None:
    """It is given out only to who knows what is in it."""
    if blob.is_infected:
        raise Conflict(
            _("文件含有病毒（%s），打开会损害电脑；确需下载，请在证据页面确认风险")
            % blob.scan_note
        )


def check_is_kept(exhibit: Exhibit) -> None:
    """What was given back or disposed of is not in our hands any more."""
    if exhibit.state != ExhibitState.KEPT:
        raise Conflict(_("这件证据%s，不能再办理") % exhibit.get_state_display())


def check_is_footage_by_word_alone(exhibit: Exhibit, *, is_of_recording: bool) -> None:
    """
    Raises:
        Conflict: nobody said that it is footage, or it is more than said.
    """
    check_is_not_deleted(exhibit)
    if not exhibit.is_footage:
        raise Conflict(_("这件证据没有标为监控录像"))
    if is_of_recording:
        raise Conflict(_("它是从录像机取出、为一路录像带来或者从录像截取的，不能更正"))


def check_is_not_deleted(thing: Exhibit | Recording) -> None:
    """Nobody opens or goes on with what its period let go."""
    if thing.is_deleted:
        raise Conflict(_("%s 已按保存期限删除") % thing.code)


def check_is_film(exhibit: Exhibit) -> None:
    """A film, or a file that may be one in a format that only its maker reads."""
    is_list = exhibit.source == Source.RECORDER
    if is_list or exhibit.kind not in {ExhibitKind.VIDEO, ExhibitKind.OTHER}:
        raise InvalidInput(_("%s 不是录像文件") % exhibit.code, path="exhibit")


def check_is_not_held(holds: Sequence[Hold]) -> None:
    """What is held does not leave the house for good (G09).

    Args:
        holds: those that stand over the thing.

    Raises:
        Conflict: there is one.
    """
    for hold in holds:
        raise Conflict(
            _("这件证据正在保全（%s），解除保全以后才能退还或处置") % hold.code,
            source="G09",
        )


def check_has_seal(item: PhysicalItem) -> None:
    if not item.seal_number:
        raise Conflict(_("这件实物没有封条，请先封存"))


def check_absence_is_explained(item: PhysicalItem, by: User, words: str) -> None:
    """Whoever gives what another one has says why the holder does not."""
    if item.holder_id != by.pk and not words:
        raise InvalidInput(_("保管人不是您，请写明其为什么不能亲自交出"), path="words")


def check_has_no_request(item: PhysicalItem) -> None:
    """While somebody is to decide about a disposal, the thing stays here."""
    if pending_disposal(item.exhibit) is not None:
        raise Conflict(_("已有处置申请等待决定，请先决定"))


def pending_disposal(exhibit: Exhibit) -> CustodyStep | None:
    """The request to dispose of it that nobody has decided yet."""
    last = (
        exhibit.steps.filter(
            kind__in=[
                StepKind.DISPOSAL_ASKED,
                StepKind.DISPOSAL_REFUSED,
                StepKind.DISPOSED,
            ]
        )
        .select_related("by")
        .order_by("pk")
        .last()
    )
    is_open = last is not None and last.kind == StepKind.DISPOSAL_ASKED
    return last if is_open else None


def check_is_draft(statement: Statement) -> None:
    """Only a draft is written on; while it is read out its words stand still."""
    check_statement_is_open(statement)
    if statement.state == StatementState.READ_BACK:
        raise Conflict(_("正在与本人核对，内容不能改；要改请先退回修改"))


def check_is_read_back(statement: Statement) -> None:
    check_statement_is_open(statement)
    if statement.state != StatementState.READ_BACK:
        raise Conflict(_("请先读给本人听，再签字"))


def check_statement_is_open(statement: Statement) -> None:
    if not statement.is_open:
        raise Conflict(
            _("情况说明 %(code)s %(state)s，不能再改")
            % {"code": statement.code, "state": statement.get_state_display()}
        )


def check_is_frozen(statement: Statement) -> None:
    """A correction is beside what was signed; before that it is simply changed."""
    if not statement.is_frozen:
        raise Conflict(_("还没有签字定稿，直接修改草稿即可"))


def check_injury_stands(injury: Injury) -> None:
    if injury.withdrawn_at is not None:
        raise Conflict(_("伤情 %s 已经划去") % injury.code)


# What may become what of a recording; ``docs/states/`` is drawn from it. Asking for more
# of one that is settled, or taking its task up again, begins it anew.
RECORDING_MOVES: dict[RecordingState, tuple[RecordingState, ...]] = {
    RecordingState.WANTED: (
        RecordingState.PULLING,
        RecordingState.PARTLY,
        RecordingState.LOST,
        RecordingState.DECLINED,
    ),
    RecordingState.PULLING: (
        RecordingState.PARTLY,
        RecordingState.SAVED,
        RecordingState.DECLINED,
    ),
    RecordingState.PARTLY: (
        RecordingState.PULLING,
        RecordingState.SAVED,
        RecordingState.DECLINED,
    ),
    RecordingState.SAVED: (RecordingState.PULLING, RecordingState.PARTLY),
    RecordingState.LOST: (RecordingState.WANTED,),
    RecordingState.DECLINED: (
        RecordingState.WANTED,
        RecordingState.PULLING,
        RecordingState.PARTLY,
    ),
}


# A hold is read from its row; whoever proposed its release may take that back.
HOLD_MOVES: dict[HoldState, tuple[HoldState, ...]] = {
    HoldState.STANDING: (HoldState.PROPOSED,),
    HoldState.PROPOSED: (HoldState.STANDING, HoldState.RELEASED),
    HoldState.RELEASED: (),
}
# What is due and kept after all has no row any more; what was decided never goes back.
DELETION_MOVES: dict[DeletionState, tuple[DeletionState, ...]] = {
    DeletionState.ANNOUNCED: (DeletionState.DELETING,),
    DeletionState.DELETING: (DeletionState.DELETED,),
    DeletionState.DELETED: (),
}


def check_may_become(recording: Recording, state: RecordingState) -> None:
    """That it stays what it is, is always allowed."""
    now = RecordingState(recording.state)
    if state not in {now, *RECORDING_MOVES[now]}:
        raise Conflict(_("这份录像%s，不能再改动") % now.label)


MASKED_KINDS = ("image", "video", "audio")
# What phones call HEIC: no library of ours decodes it, and ffmpeg gives one of its tiles.
HEIC = "image/heic"


def can_be_masked(exhibit: Exhibit) -> bool:
    """Whether it is a picture, a film or a sound that can be drawn anew."""
    blob = exhibit.blob
    return (
        blob is not None
        and blob.media_type.partition("/")[0] in MASKED_KINDS
        and exhibit.reading != Reading.OPAQUE
        and exhibit.source != Source.MASKED
        and not blob.is_infected
        and not is_heic(exhibit)
    )


def is_heic(exhibit: Exhibit) -> bool:
    """A photo that can be kept and handed on, and neither be shown nor drawn on here."""
    return exhibit.blob is not None and exhibit.blob.media_type == HEIC


def check_can_be_shown(exhibit: Exhibit) -> None:
    if is_heic(exhibit):
        raise Conflict(
            _(
                "这张照片是 HEIC 格式，本机打不开，也不能打码。请在手机上另存为 JPEG 再上传："
                "苹果手机打开照片，点共享、选项、最兼容，存到“文件”；HEIC 原件照样保管"
            )
        )


def check_can_be_masked(exhibit: Exhibit) -> None:
    if exhibit.source == Source.MASKED:
        raise Conflict(_("这已经是打码副本；要改，请从原件重新打码"))
    check_can_be_shown(exhibit)
    if not can_be_masked(exhibit):
        raise Conflict(_("只有照片、录像和录音可以打码"))


def check_is_being_drawn(redaction: Redaction) -> None:
    """Only a draft is drawn on; one that failed is a draft again."""
    if redaction.state not in {RedactionState.DRAFT, RedactionState.FAILED}:
        raise Conflict(_("打码副本%s，现在不能改") % redaction.get_state_display())


# What may become of an application for footage; ``docs/states/`` is drawn from it. One
# that was seen or handed over ends with the time of its approval, without a new state.
APPLICATION_MOVES: dict[ApplicationState, tuple[ApplicationState, ...]] = {
    ApplicationState.ASKED: (
        ApplicationState.APPROVED,
        ApplicationState.REFUSED,
        ApplicationState.WITHDRAWN,
    ),
    ApplicationState.APPROVED: (
        ApplicationState.VIEWED,
        ApplicationState.HANDED_OVER,
        ApplicationState.WITHDRAWN,
        ApplicationState.EXPIRED,
    ),
    ApplicationState.VIEWED: (ApplicationState.HANDED_OVER,),
    ApplicationState.HANDED_OVER: (),
    ApplicationState.REFUSED: (),
    ApplicationState.WITHDRAWN: (),
    ApplicationState.EXPIRED: (),
}


def check_application_may_become(
    application: FootageApplication, state: ApplicationState
) -> None:
    now = ApplicationState(application.state)
    if state not in APPLICATION_MOVES[now]:
        raise Conflict(_("这份申请%s，不能再办理") % now.label)


def check_application_may_be_attached(application: FootageApplication) -> None:
    """To a case, once; also afterwards, for a case holds what the period would let go."""
    if application.case is not None:
        raise Conflict(_("这份申请已经属于案件 %s") % application.case.number)
    if application.is_erased:
        raise Conflict(_("这份申请的内容已按保存期限删除，不能再归入案件"))


def check_application_holds(application: FootageApplication, *, at: datetime) -> None:
    """Nothing is shown and nothing leaves without an approval that still runs."""
    if application.holds(at):
        return
    state = ApplicationState(application.state)
    if state.is_running:
        raise Conflict(_("批准已经到期，请重新申请"))
    raise Conflict(_("这份申请%s，不能查阅，也不能交付") % state.label)


def check_can_be_withdrawn(package: Package) -> None:
    """What nobody can have needs no withdrawal, and once is enough."""
    state = PackageState(package.state)
    if state == PackageState.WITHDRAWN or not state.was_made:
        raise Conflict(
            _("证据包 %(code)s %(state)s，不能撤回")
            % {"code": package.code, "state": state.label}
        )


def check_can_replace(replacement: Package, package: Package) -> None:
    if (
        replacement.case_id != package.case_id
        or replacement.pk == package.pk
        or not replacement.is_there
    ):
        raise InvalidInput(_("请选择本案另一个有效的证据包"), path="replacement")
