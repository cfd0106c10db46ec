"""Rows written by prepared SQL are the rows that Django would have written."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from anlan.base.insertion import insert, insert_if_new, insert_one
from anlan.cases.models import AcceptedRequest
from tests.scene import Scene

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def request(scene: Scene, **values: object) -> AcceptedRequest:
    return AcceptedRequest(
        **{
            "organisation": scene.organisation,
            "request_id": uuid4(),
            "content": b"\x00\xff" * 16,
            "answer": uuid4(),
            "accepted_at": datetime(2026, 11, 23, 6, 2, 31, 123456, tzinfo=UTC),
            **values,
        }
    )


def test_every_column_comes_back(scene: Scene) -> None:
    rows = [request(scene), request(scene)]
    insert(rows)
    for row in rows:
        found = AcceptedRequest.objects.get(request_id=row.request_id)
        assert bytes(found.content) == row.content
        assert found.answer == row.answer
        assert found.accepted_at == row.accepted_at
        assert found.organisation_id == row.organisation_id


def test_nothing_to_write(scene: Scene) -> None:
    insert([])
    assert not AcceptedRequest.objects.exists()


def test_a_second_one_is_refused(scene: Scene) -> None:
    row = request(scene)
    insert([row])
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([request(scene), request(scene, request_id=row.request_id)])
    assert AcceptedRequest.objects.count() == 1


def test_only_the_first_one_is_new(scene: Scene) -> None:
    row = request(scene)
    assert insert_if_new(row)
    assert not insert_if_new(request(scene, request_id=row.request_id))
    assert AcceptedRequest.objects.get().answer == row.answer


def test_a_value_that_the_column_forbids_is_still_an_error(scene: Scene) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_if_new(request(scene, answer=None))


def test_a_row_gets_its_key_and_can_be_saved_again(scene: Scene) -> None:
    row = request(scene)
    insert_one(row)
    assert AcceptedRequest.objects.get() == row
    row.content = b"\x01" * 32
    row.save()
    assert bytes(AcceptedRequest.objects.get().content) == row.content
