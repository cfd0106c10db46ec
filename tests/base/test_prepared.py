"""A prepared query answers as the same query asked the ordinary way."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection, transaction

from anlan.accounts.models import Place, User
from anlan.base.prepared import Prepared
from tests.at_once import at_once, failures
from tests.scene import Scene

pytestmark = pytest.mark.both


def test_rows_with_what_belongs_to_them(
    scene: Scene, django_assert_num_queries: object
) -> None:
    query = Prepared(
        lambda code: Place.objects.select_related("site").filter(code=code)
    )
    places = list(Place.objects.select_related("site"))
    assert len(places) > 2
    for place in places:
        (found,) = query(code=place.code)
        assert found == place
        site = place.site
        with django_assert_num_queries(0):  # type: ignore[operator]
            assert found.site == site
        for field in Place._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(place, field.attname)


def test_nothing_found(scene: Scene) -> None:
    query = Prepared(lambda code: Place.objects.filter(code=code))
    assert query(code="NOBODYHAS") == []
    assert query.first(code="NOBODYHAS") is None


def test_moments_and_keys(scene: Scene) -> None:
    query = Prepared(
        lambda organisation, since, until: (
            User.objects.filter(
                organisation=organisation, created_at__gte=since, created_at__lt=until
            )
            .order_by("pk")
            .values_list("pk", "created_at")
        )
    )
    user = User.objects.order_by("pk").first()
    assert user is not None
    at = user.created_at
    for since, until in (
        (at, at + timedelta(seconds=1)),
        (at - timedelta(days=1), at),
        (at + timedelta(microseconds=1), at + timedelta(days=9)),
    ):
        plain = User.objects.filter(
            organisation=user.organisation_id,
            created_at__gte=since,
            created_at__lt=until,
        ).order_by("pk")
        assert query(
            organisation=user.organisation_id, since=since, until=until
        ) == list(plain.values_list("pk", "created_at"))


def test_two_values_that_are_equal(scene: Scene) -> None:
    query = Prepared(lambda name, code: Place.objects.filter(name=name, code=code))
    place = Place.objects.all()[0]
    place.name = place.code
    place.save()
    assert query(name=place.code, code=place.code) == [place]
    assert query(name=place.code, code="OTHER") == []


def test_a_value_that_is_lost_on_the_way_is_refused(scene: Scene) -> None:
    query = Prepared(lambda code: Place.objects.filter(code__startswith=code))
    with pytest.raises(ValueError, match="must stand in the query"):
        query(code="A")


def test_from_several_threads(committed_scene: Scene) -> None:
    query = Prepared(lambda code: Place.objects.filter(code=code))
    places = list(Place.objects.all()[:4])
    results = at_once(*(partial(query, code=place.code) for place in places))
    assert failures(results) == []
    assert results == [[place] for place in places]


def test_identifiers(scene: Scene) -> None:
    query = Prepared(lambda uid: Place.objects.filter(uid=uid).values_list("code"))
    for place in Place.objects.all():
        assert query(uid=place.uid) == [(place.code,)]
    assert query.first(uid=uuid4()) is None


def test_a_lock_is_refused_outside_a_transaction(committed_scene: Scene) -> None:
    query = Prepared(lambda key: Place.objects.select_for_update().filter(pk=key))
    place = Place.objects.all()[0]
    with transaction.atomic():
        assert query(key=place.pk) == [place]

    if connection.features.has_select_for_update:
        with pytest.raises(transaction.TransactionManagementError):
            query(key=place.pk)
    else:  # SQLite has no such lock; whoever writes is alone
        assert query(key=place.pk) == [place]
