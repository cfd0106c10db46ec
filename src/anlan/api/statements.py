"""Statements over the API: begun, told, read back, signed, corrected beside."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import File, Form, Router, Status, UploadedFile
from pydantic import Field

from anlan.accounts.models import User
from anlan.accounts.roles import Permission
from anlan.api.access import (
    case_of,
    colleague_of,
    guardian_of,
    party_of,
    statement_of,
)
from anlan.api.auth import ApiRequest, Caller, operation
from anlan.api.files import UploadIn, once_with_file
from anlan.api.objects import Drawing, Photo
from anlan.api.schemas import In, OnceIn, Out, Text, UserOut
from anlan.base.errors import InvalidInput
from anlan.cases.models import Party
from anlan.evidence import services as evidence
from anlan.evidence.enums import StatementMode, StatementRole
from anlan.evidence.models import (
    Addendum,
    Statement,
    StatementAnswer,
    StatementFile,
)
from anlan.evidence.selectors.statements import not_asked, said_in, statements_of
from anlan.evidence.services import Answer, SignedAlone

router = Router(tags=["statements"])

_TAKE = (Permission.CASE_SEE, Permission.STATEMENT_TAKE)

Reason = Annotated[Text, Field(max_length=500)]


class StatementHeadOut(Out):
    """Whose it is and how far it is; ``party`` or ``user`` is whose, never both."""

    uid: UUID
    case: str
    code: str
    role: str
    mode: str
    state: str
    party: UUID | None
    user: UserOut | None
    taken_by: UserOut
    draft: int
    is_minor: bool
    has_consent: bool
    on_paper: bool
    begun_at: datetime
    read_back_at: datetime | None
    ended_at: datetime | None
    exhibit: UUID | None

    @classmethod
    def of(cls, row: Statement) -> StatementHeadOut:
        return cls(
            uid=row.uid,
            case=row.case.number,
            code=row.code,
            role=row.role,
            mode=row.mode,
            state=row.state,
            party=row.party.uid if row.party else None,
            user=UserOut.perhaps(row.user),
            taken_by=UserOut.of(row.taken_by),
            draft=row.draft,
            is_minor=row.is_minor,
            has_consent=row.has_consent,
            on_paper=row.on_paper,
            begun_at=row.begun_at,
            read_back_at=row.read_back_at,
            ended_at=row.ended_at,
            exhibit=row.exhibit.uid if row.exhibit else None,
        )


class SentenceOut(Out):
    number: int
    text: str


class AnswerOut(Out):
    """``version`` goes back with a change; ``sentences`` count through the statement."""

    key: str
    question: str
    answer: str
    is_declined: bool
    version: int
    sentences: list[SentenceOut]


class AddendumOut(Out):
    uid: UUID
    number: int
    sentence: int
    quoted: str
    text: str
    added_at: datetime
    exhibit: UUID

    @classmethod
    def of(cls, row: Addendum) -> AddendumOut:
        return cls(
            uid=row.uid,
            number=row.number,
            sentence=row.sentence,
            quoted=row.quoted,
            text=row.text,
            added_at=row.added_at,
            exhibit=row.exhibit.uid,
        )


class StatementOut(Out):
    """The whole of it. Reading it is on the record.

    ``guardian_party`` is null where nobody was needed, and of the time when the guardian
    was a name only; ``guardian`` and ``relation`` are as the paper prints them.
    """

    head: StatementHeadOut
    place: str
    language: str
    present: str
    guardian_party: UUID | None
    guardian: str
    relation: str
    reason: str
    answers: list[AnswerOut]
    not_asked: list[str]
    addenda: list[AddendumOut]

    @classmethod
    def of(cls, row: Statement) -> StatementOut:
        return cls(
            head=StatementHeadOut.of(row),
            place=row.place,
            language=row.language,
            present=row.present,
            guardian_party=row.guardian_party.uid if row.guardian_party else None,
            guardian=row.guardian,
            relation=row.relation,
            reason=row.reason,
            answers=[
                AnswerOut(
                    key=said.answer.key,
                    question=said.question,
                    answer=said.answer.answer,
                    is_declined=said.is_declined,
                    version=said.answer.version,
                    sentences=[
                        SentenceOut(number=one.number, text=one.text)
                        for one in said.sentences
                    ],
                )
                for said in said_in(row)
            ],
            not_asked=not_asked(row, row.answers.all()),
            addenda=[AddendumOut.of(one) for one in row.addenda.all()],
        )


class SoundRecordingOut(Out):
    uid: UUID
    exhibit: UUID
    code: str
    added_at: datetime

    @classmethod
    def of(cls, row: StatementFile) -> SoundRecordingOut:
        return cls(
            uid=row.uid,
            exhibit=row.exhibit.uid,
            code=row.exhibit.code,
            added_at=row.added_at,
        )


class KeptOut(Out):
    key: str
    version: int
    answer: str
    is_declined: bool

    @classmethod
    def of(cls, row: StatementAnswer) -> KeptOut:
        return cls(
            key=row.key,
            version=row.version,
            answer=row.answer,
            is_declined=row.is_declined,
        )


class SavedOut(Out):
    """``conflicts`` were changed by another writer meanwhile; nothing of them is kept."""

    kept: list[KeptOut]
    conflicts: list[KeptOut]


class StatementIn(OnceIn):
    """``party`` or ``colleague`` is whose; ``guardian`` is a party linked to them.

    ``has_consent`` is the guardian's for somebody under 14.
    """

    party: UUID | None = None
    colleague: UUID | None = None
    role: Literal["victim", "aggressor", "witness", "guard", "other"]
    mode: Literal["spoken", "written", "phone"] = "spoken"
    place: Annotated[Text, Field(min_length=1, max_length=120)]
    language: Annotated[Text, Field(max_length=40)] = ""
    present: Annotated[Text, Field(max_length=200)] = ""
    is_minor: bool = False
    guardian: UUID | None = None
    is_under_fourteen: bool = False
    has_consent: bool = False
    is_told: bool


class SaidIn(In):
    """``version`` is that of the answer that was seen, 0 if there was none."""

    key: Annotated[Text, Field(min_length=1, max_length=24)]
    answer: Annotated[Text, Field(max_length=4000)] = ""
    is_declined: bool = False
    version: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    question: Annotated[Text, Field(max_length=200)] = ""


class AnswersIn(In):
    answers: Annotated[list[SaidIn], Field(min_length=1, max_length=60)]


class GuardianIn(In):
    """A party of the case that is linked to the person as guardian.

    ``has_consent`` is theirs for somebody under 14.
    """

    guardian: UUID
    is_under_fourteen: bool = False
    has_consent: bool = False


class SignedAloneIn(OnceIn):
    """A drawing as PNG, the guardian's beside it for a minor, or a photo of the paper."""

    is_confirmed: bool
    signature: Drawing = b""
    guardian_signature: Drawing = b""
    paper: Photo = b""

    def signed(self) -> SignedAlone:
        return SignedAlone(
            drawn=[self.signature],
            guardian=[self.guardian_signature],
            paper=[self.paper],
        )


class SigningIn(SignedAloneIn):
    draft: Annotated[int, Field(ge=1, le=1_000_000)]


class AddendumIn(SignedAloneIn):
    sentence: Annotated[int, Field(ge=1, le=100_000)]
    text: Annotated[Text, Field(min_length=1, max_length=2000)]
    guardian: UUID | None = None


class RefusalIn(In):
    reason: Reason = ""


class DiscardIn(In):
    reason: Annotated[Reason, Field(min_length=1)]


class RecordingIn(UploadIn):
    """``is_told``: the person knew that it was recorded."""

    is_told: bool


@router.get(
    "/cases/{number}/statements",
    **operation(Permission.CASE_SEE, out=list[StatementHeadOut]),
)
def list_statements(request: ApiRequest, number: str) -> list[StatementHeadOut]:
    """Those that the caller may know, without what stands in them."""
    caller = request.auth
    rows = statements_of(case_of(caller, number), caller.user)
    return [StatementHeadOut.of(row) for row in rows]


@router.post(
    "/cases/{number}/statements", **operation(*_TAKE, out=StatementHeadOut, status=201)
)
def begin_statement(
    request: ApiRequest, number: str, body: StatementIn
) -> Status[StatementHeadOut]:
    """Begin to write down what one person says, who knows that it is voluntary."""
    caller = request.auth
    made = evidence.begin_statement(
        case=case_of(caller, number),
        of=_whose(caller, body),
        role=StatementRole(body.role),
        mode=StatementMode(body.mode),
        place=body.place,
        language=body.language,
        present=body.present,
        is_minor=body.is_minor,
        guardian=guardian_of(caller, body.guardian),
        is_under_fourteen=body.is_under_fourteen,
        has_consent=body.has_consent,
        is_told=body.is_told,
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, StatementHeadOut.of(statement_of(caller, made.uid)))


@router.get(
    "/statements/{uid}",
    **operation(Permission.CASE_SEE, Permission.STATEMENT_READ, out=StatementOut),
)
def get_statement(request: ApiRequest, uid: UUID) -> StatementOut:
    caller = request.auth
    row = statement_of(caller, uid)
    evidence.show_statement(statement=row, by=caller.user, at=caller.at)
    return StatementOut.of(row)


@router.post("/statements/{uid}/answers", **operation(*_TAKE, out=SavedOut))
def save_answers(request: ApiRequest, uid: UUID, body: AnswersIn) -> SavedOut:
    """Keep what was said so far; questions that are not sent stay as they are."""
    caller = request.auth
    saved = evidence.save_answers(
        statement=statement_of(caller, uid),
        said=[
            Answer(
                key=one.key,
                text=one.answer,
                is_declined=one.is_declined,
                version=one.version,
                question=one.question,
            )
            for one in body.answers
        ],
        by=caller.user,
        at=caller.at,
    )
    return SavedOut(
        kept=[KeptOut.of(row) for row in saved.rows],
        conflicts=[KeptOut.of(row) for row in saved.conflicts],
    )


@router.post("/statements/{uid}/guardian", **operation(*_TAKE, out=StatementHeadOut))
def name_guardian(request: ApiRequest, uid: UUID, body: GuardianIn) -> StatementHeadOut:
    """The person is under 18; somebody is there with them."""
    caller = request.auth
    evidence.name_guardian(
        statement=statement_of(caller, uid),
        guardian=party_of(caller, body.guardian),
        is_under_fourteen=body.is_under_fourteen,
        has_consent=body.has_consent,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return StatementHeadOut.of(statement_of(caller, uid))


@router.post(
    "/statements/{uid}/recordings",
    **operation(*_TAKE, out=SoundRecordingOut, status=201),
)
def add_recording(
    request: ApiRequest, uid: UUID, said: Form[RecordingIn], file: File[UploadedFile]
) -> Status[SoundRecordingOut]:
    """Add a sound of the talk; the same one again is that one."""
    caller = request.auth
    row = statement_of(caller, uid)
    made = once_with_file(
        caller,
        name="add_recording",
        about=str(uid),
        said=said,
        file=file,
        make=lambda: evidence.add_recording(
            statement=row,
            chunks=file.chunks(),
            is_told=said.is_told,
            by=caller.user,
            at=caller.at,
            via="api",
        ),
        find=lambda made: row.files.select_related("exhibit").get(uid=made),
    )
    return Status(201, SoundRecordingOut.of(made))


@router.post(
    "/statements/{uid}/reading-back", **operation(*_TAKE, out=StatementHeadOut)
)
def read_statement_back(request: ApiRequest, uid: UUID) -> StatementHeadOut:
    """Let the words stand still, to be read to the person."""
    caller = request.auth
    evidence.read_back(
        statement=statement_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return StatementHeadOut.of(statement_of(caller, uid))


@router.post("/statements/{uid}/reopening", **operation(*_TAKE, out=StatementHeadOut))
def reopen_statement(request: ApiRequest, uid: UUID) -> StatementHeadOut:
    """The person wants something said differently: a new draft."""
    caller = request.auth
    evidence.reopen_statement(
        statement=statement_of(caller, uid), by=caller.user, at=caller.at, via="api"
    )
    return StatementHeadOut.of(statement_of(caller, uid))


@router.post("/statements/{uid}/signature", **operation(*_TAKE, out=StatementHeadOut))
def sign_statement(request: ApiRequest, uid: UUID, body: SigningIn) -> StatementHeadOut:
    """Freeze what was read back as a PDF, signed on the screen or on paper."""
    caller = request.auth
    evidence.sign_statement(
        statement=statement_of(caller, uid),
        draft=body.draft,
        is_confirmed=body.is_confirmed,
        signed=body.signed(),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return StatementHeadOut.of(statement_of(caller, uid))


@router.post("/statements/{uid}/refusal", **operation(*_TAKE, out=StatementHeadOut))
def refuse_statement(
    request: ApiRequest, uid: UUID, body: RefusalIn
) -> StatementHeadOut:
    """The person does not want to speak, or to sign; nobody has to say why."""
    caller = request.auth
    evidence.refuse_statement(
        statement=statement_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return StatementHeadOut.of(statement_of(caller, uid))


@router.post("/statements/{uid}/discarding", **operation(*_TAKE, out=StatementHeadOut))
def discard_statement(
    request: ApiRequest, uid: UUID, body: DiscardIn
) -> StatementHeadOut:
    """Give up a draft that was begun wrongly; it stays, with the reason."""
    caller = request.auth
    evidence.discard_statement(
        statement=statement_of(caller, uid),
        reason=body.reason,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return StatementHeadOut.of(statement_of(caller, uid))


@router.post(
    "/statements/{uid}/addenda", **operation(*_TAKE, out=AddendumOut, status=201)
)
def add_addendum(
    request: ApiRequest, uid: UUID, body: AddendumIn
) -> Status[AddendumOut]:
    """Put a sentence of a signed statement right, beside it; signed like it."""
    caller = request.auth
    made = evidence.add_addendum(
        statement=statement_of(caller, uid),
        sentence=body.sentence,
        text=body.text,
        guardian=guardian_of(caller, body.guardian),
        is_confirmed=body.is_confirmed,
        signed=body.signed(),
        request_id=body.request_id,
        by=caller.user,
        at=caller.at,
        via="api",
    )
    return Status(201, AddendumOut.of(made))


def _whose(caller: Caller, said: StatementIn) -> Party | User:
    if (said.party is None) == (said.colleague is None):
        raise InvalidInput(_("请选一个人：情况说明只属于一个人"), path="party")
    if said.party is not None:
        return party_of(caller, said.party)
    return colleague_of(caller, said.colleague, path="colleague")
