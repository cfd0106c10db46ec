"""Who owns the database cannot change a statement that ended, but for its deletion."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from anlan.cases.models import Case
from anlan.evidence import deletion_triggers
from anlan.evidence import services as evidence
from anlan.evidence.models import (
    Addendum,
    Deletion,
    Statement,
    StatementAnswer,
    StatementFile,
)
from anlan.ledger import services as ledger
from anlan.ledger.verify import verify
from tests.evidence.keeping import SERIOUS, ended, pass_period
from tests.evidence.told import SOUND, begun, corrected, told, unguarded
from tests.pictures import OTHER_JPEG
from tests.scene import Scene

pytestmark = pytest.mark.both_deep

# Every column of each table, and something else to stand in it.
COLUMNS = {
    "evidence_statement": {
        **dict.fromkeys(("language", "place", "present", "guardian"), "'x'"),
        **dict.fromkeys(("relation", "reason", "mode"), "'x'"),
        "role": "'witness'",
        "state": "'draft'",
        "draft": "draft + 1",
        "number": "number + 9",
        "is_minor": "NOT is_minor",
        "has_consent": "NOT has_consent",
        "on_paper": "NOT on_paper",
        "ended_at": "begun_at",
        "begun_at": "ended_at",
        "read_back_at": "NULL",
        "signature_id": "NULL",
        "guardian_signature_id": "signature_id",
        "guardian_party_id": "party_id",
        "exhibit_id": "NULL",
        "taken_by_id": "taken_by_id + 1",
        "user_id": "taken_by_id",
        "party_id": "NULL",
        "case_id": "case_id + 1",
        "id": "id + 1000",
    },
    "evidence_statementanswer": {
        "question": "'x'",
        "answer": "'x'",
        "key": "'x'",
        "is_declined": "NOT is_declined",
        "position": "position + 9",
        "version": "version + 1",
        "said_at": "NULL",
        "written_by_id": "written_by_id + 1",
        "statement_id": "statement_id + 1",
        "id": "id + 1000",
    },
    "evidence_statementfile": {
        "kind": "'recording'",
        "exhibit_id": "exhibit_id + 1",
        "statement_id": "statement_id + 1",
        "added_at": "NULL",
    },
    "evidence_addendum": {
        **dict.fromkeys(("quoted", "text", "guardian"), "'x'"),
        "number": "number + 1",
        "sentence": "sentence + 1",
        "answer_id": "answer_id + 1",
        "added_at": "NULL",
        "on_paper": "NOT on_paper",
        "signature_id": "signature_id + 1",
        "guardian_signature_id": "signature_id",
        "guardian_party_id": "(SELECT min(id) FROM cases_party)",
        "taken_by_id": "taken_by_id + 1",
        "exhibit_id": "exhibit_id + 1",
    },
}
CHANGES = [
    (table, f"{column} = {value}")
    for table, columns in COLUMNS.items()
    for column, value in columns.items()
]
REFUSED = r"the words of a statement that ended stay|keeps its place"


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: object) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture
def statement(scene: Scene, case: Case) -> Statement:
    """Signed, with a sound, and one sentence corrected on paper."""
    draft = told(scene, begun(scene, case))
    evidence.add_recording(
        statement=draft, chunks=[SOUND], is_told=True, by=scene.guard, at=scene.at
    )
    evidence.read_back(statement=draft, by=scene.guard, at=scene.at)
    signed = evidence.sign_statement(
        statement=draft,
        draft=1,
        is_confirmed=True,
        signed=evidence.SignedAlone(paper=[OTHER_JPEG]),
        by=scene.guard,
        at=scene.at,
    )
    corrected(scene, signed)
    return Statement.objects.get(pk=signed.pk)


def execute(sql: str, **parts: object) -> None:
    """Parts are names of tables and columns, and numbers, of these tests."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.format(**parts))


def refused(sql: str, **parts: object) -> bool:
    """Whether a trigger refuses it, and nothing else."""
    try:
        execute(sql, **parts)
    except DatabaseError as error:
        return any(words in str(error) for words in REFUSED.split("|"))
    return False


def everything() -> list[list[tuple[object, ...]]]:
    models = (Statement, StatementAnswer, StatementFile, Addendum)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


class TestFrozen:
    def test_no_column_can_be_changed(self, statement: Statement) -> None:
        before = everything()

        went = [
            (table, change)
            for table, change in CHANGES
            if not refused("UPDATE {table} SET {change}", table=table, change=change)
        ]

        assert went == []
        assert everything() == before

    def test_every_column_was_tried(self, statement: Statement) -> None:
        """Two of each row need words of their own: a uid and a salt."""
        for model in (Statement, StatementAnswer, Addendum):
            table = model._meta.db_table
            columns = {field.column for field in model._meta.local_fields}
            left = columns - COLUMNS[table].keys()
            assert left <= {"uid", "text_salt", "id", "statement_id"}
            values = {"uid": f"'{'0' * 32}'", "text_salt": "NULL"}
            for column, value in values.items():
                assert refused("UPDATE {t} SET {c} = {v}", t=table, c=column, v=value)

    @pytest.mark.parametrize("table", COLUMNS)
    def test_no_row_can_be_removed(self, statement: Statement, table: str) -> None:
        assert refused("DELETE FROM {table}", table=table)
        assert Addendum.objects.exists()

    @pytest.mark.parametrize("table", COLUMNS)
    def test_no_row_can_be_put_in_the_place_of_another(
        self, statement: Statement, table: str
    ) -> None:
        if connection.vendor == "postgresql":
            execute("SET CONSTRAINTS ALL IMMEDIATE")  # nothing pending refuses it
            assert refused("TRUNCATE {table} CASCADE", table=table)
            return
        assert refused("REPLACE INTO {t} SELECT * FROM {t}", t=table)

    def test_nothing_can_be_added(self, statement: Statement) -> None:
        answer = StatementAnswer.objects.order_by("pk").first()
        assert answer is not None
        answer.pk = None
        answer.uid = statement.uid
        answer.key = "own-1"
        with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
            answer.save(force_insert=True)

    def test_a_draft_cannot_be_moved_over_it(
        self, scene: Scene, case: Case, statement: Statement
    ) -> None:
        draft = told(scene, begun(scene, case, of=scene.person("zhoumin")))
        if connection.vendor != "postgresql":
            for column in ("uid", "number", "exhibit_id"):
                assert refused(
                    "UPDATE OR REPLACE evidence_statement SET {c} = "
                    "(SELECT {c} FROM evidence_statement WHERE id = {frozen}) "
                    "WHERE id = {draft}",
                    c=column,
                    frozen=statement.pk,
                    draft=draft.pk,
                )
        assert refused(
            "UPDATE evidence_statementanswer SET statement_id = {frozen}, "
            "key = 'own-9' WHERE statement_id = {draft}",
            frozen=statement.pk,
            draft=draft.pk,
        )
        execute(
            "UPDATE evidence_statementanswer SET answer = 'x' "
            "WHERE statement_id = {draft} AND NOT is_declined",
            draft=draft.pk,
        )  # a draft is nobody's word yet

    @pytest.mark.parametrize(
        "end", [evidence.refuse_statement, evidence.discard_statement]
    )
    def test_so_are_those_that_ended_without_a_signature(
        self, scene: Scene, case: Case, end: Callable[..., Statement]
    ) -> None:
        draft = told(scene, begun(scene, case))
        end(statement=draft, reason="不想说了", by=scene.guard, at=scene.at)

        assert refused("UPDATE evidence_statement SET reason = 'x'")
        assert refused("UPDATE evidence_statementanswer SET answer = 'x'")
        assert refused("DELETE FROM evidence_statementanswer")

    def test_the_triggers_are_what_refuses(self, statement: Statement) -> None:
        with unguarded():
            execute(
                "UPDATE evidence_statementanswer SET answer = 'x' WHERE NOT is_declined"
            )

        names = [problem.field for problem in verify().problems]
        assert len(names) == 2
        assert all(name.startswith("evidence.StatementAnswer.answer") for name in names)


class TestErasure:
    def test_goes_once_it_was_decided(
        self, scene: Scene, case: Case, statement: Statement
    ) -> None:
        ended(case, at=scene.at)

        pass_period(scene.at, SERIOUS)

        statement.refresh_from_db()
        assert (statement.place, bytes(statement.text_salt)) == ("", b"")
        said = statement.answers.values_list("question", "answer")
        assert set(said) == {("", "")}
        assert set(statement.addenda.values_list("quoted", "text")) == {("", "")}
        assert verify().is_sound
        # What is gone cannot be filled again.
        assert refused("UPDATE evidence_statementanswer SET answer = 'x'")
        assert refused("UPDATE evidence_addendum SET text = 'x'")

    @pytest.mark.parametrize("state", ["", "announced"])
    def test_not_before(
        self, scene: Scene, case: Case, statement: Statement, state: str
    ) -> None:
        if state:
            Deletion.objects.create(
                case=case,
                exhibit=statement.exhibit,
                retention_class="stated",
                days=30,
                counted_from=scene.at,
                announced_at=scene.at,
                delete_at=scene.at,
            )
        for model, field in (
            (Statement, "place"),
            (StatementAnswer, "answer"),
            (Addendum, "text"),
        ):
            row = model.objects.exclude(**{field: ""}).first()
            assert row is not None
            with pytest.raises(DatabaseError, match=REFUSED), transaction.atomic():
                ledger.erase_text(
                    row=row,
                    field=field,
                    site=case.site,
                    subject=case.subject,
                    reason="retention",
                    by=scene.officer,
                    at=scene.at,
                )


class TestVerify:
    def test_names_a_trigger_that_is_not_there(
        self, scene: Scene, capsys: pytest.CaptureFixture[str]
    ) -> None:
        name = "evidence_answer_frozen"
        on = " ON evidence_statementanswer" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER {name}{on}")

        with pytest.raises(SystemExit):
            call_command("verify", processes=1)

        assert f"the trigger {name} is not in the database" in capsys.readouterr().out
        deletion_triggers.create(None, SimpleNamespace(connection=connection))
        assert deletion_triggers.missing(connection) == []
