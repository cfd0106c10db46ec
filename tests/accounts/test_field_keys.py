"""A new key for the encrypted fields: every value, nothing lost, the old one removed."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import models
from django.utils import timezone
from pytest_django import Settings

from anlan.accounts.models import User
from anlan.accounts.services import field_keys, phone_of
from anlan.base import crypto
from anlan.base.errors import Conflict
from anlan.customers import services as customers
from anlan.customers.enums import ProtectedField
from anlan.customers.models import Person
from anlan.customers.selectors import protected_value
from anlan.ledger.events import SYSTEM
from anlan.ledger.models import Entry
from anlan.ledger.verify import verify
from tests.scene import Scene

pytestmark = pytest.mark.both

OURS = {
    *("accounts", "cases", "customers", "evidence", "incidents", "law", "notify"),
    *("investigation", "resolution", "legal", "mediation", "counselling", "review"),
}
# Bytes that are no encrypted text: digests, keyed hashes, what all may read.
PLAIN = {
    "accounts.ApiToken.digest",
    "accounts.Invitation.digest",
    "accounts.SharedPhone.code_digest",
    "accounts.SharedPhone.token_digest",
    "accounts.User.phone_index",
    "cases.AccessLink.digest",
    "cases.AcceptedRequest.content",
    "customers.Person.identity_index",
    "customers.Person.phone_index",
    "customers.Person.phone_tail_index",
    # Public halves, and what only a passphrase opens: no key of the server's.
    "counselling.CounsellorKey.locked",
    "counselling.CounsellorKey.public",
    "counselling.CounsellorKey.recovery",
    "incidents.Device.secret_digest",
    "legal.Lawyer.phone_index",
}


@pytest.fixture(autouse=True)
def _keys(settings: Settings, tmp_path: Path, scene: Scene) -> None:
    """Keys of this test alone, known to every value of the company."""
    values = {user.pk: phone_of(user) for user in User.objects.exclude(phone=None)}
    settings.KEYS = tmp_path / "keys"
    crypto.ensure_keys(settings.KEYS)
    for user in User.objects.filter(pk__in=values):
        place = crypto.Place(user.organisation_id, "accounts.User", user.uid, "phone")
        user.phone = crypto.encrypt(values[user.pk], place)
        user.save(update_fields=["phone"])


@pytest.fixture
def somebody(scene: Scene) -> Person:
    return customers.add_person(
        site=scene.site,
        name="陆远航",
        phone="19900006620",
        by=scene.officer,
        at=scene.at,
    )


def rotate() -> int:
    key_id = field_keys.add_field_key(by=SYSTEM, at=timezone.now())
    list(field_keys.renew_values())
    return key_id


def age(settings: Settings, key_id: int) -> None:
    """Let a key have been made two hours ago."""
    then = time.time() - 7200
    os.utime(Path(settings.KEYS) / "field" / f"{key_id:03d}.key", (then, then))


def test_every_encrypted_field_is_in_the_list() -> None:
    listed = {field_keys.name_of(column) for column in crypto.columns()}
    found = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if model._meta.app_label in OURS
        for field in model._meta.fields
        if isinstance(field, models.BinaryField) and field.name != "text_salt"
    }
    assert found == listed | PLAIN


def test_every_value_is_renewed_and_opens(scene, somebody) -> None:
    before = field_keys.values_by_key()
    assert before[1] > 1

    assert rotate() == 2

    assert field_keys.values_by_key() == {1: 0, 2: before[1]}
    somebody.refresh_from_db()
    assert protected_value(somebody, ProtectedField.PHONE) == "+8619900006620"
    assert phone_of(scene.officer)
    assert Entry.objects.filter(kind="accounts.field_key_added").count() == 1
    assert verify().is_sound


def test_goes_on_where_it_was_killed(somebody, monkeypatch) -> None:
    monkeypatch.setattr(field_keys, "BATCH", 1)
    total = field_keys.values_by_key()[1]
    field_keys.add_field_key(by=SYSTEM, at=timezone.now())
    next(field_keys.renew_values())
    assert field_keys.values_by_key() == {1: total - 1, 2: 1}

    list(field_keys.renew_values())

    assert field_keys.values_by_key() == {1: 0, 2: total}


def test_what_somebody_wrote_meanwhile_stays(scene, somebody, monkeypatch) -> None:
    ring_encrypt = crypto.KeyRing.encrypt
    phones = next(
        c for c in crypto.columns() if c.model is Person and c.field == "phone"
    )
    new = crypto.encrypt("+8619900006621", phones.place(somebody))

    def slow(ring: crypto.KeyRing, text: str, place: crypto.Place) -> bytes:
        if text == "+8619900006620":
            Person.objects.filter(pk=somebody.pk).update(phone=new)
        return ring_encrypt(ring, text, place)

    field_keys.add_field_key(by=SYSTEM, at=timezone.now())
    monkeypatch.setattr(crypto.KeyRing, "encrypt", slow)
    list(field_keys.renew_values())

    somebody.refresh_from_db()
    assert protected_value(somebody, ProtectedField.PHONE) == "+8619900006621"


def test_a_value_that_does_not_open_is_named_and_kept(somebody) -> None:
    damaged = bytes(somebody.phone)[:-1] + b"\0\0"
    Person.objects.filter(pk=somebody.pk).update(phone=damaged)
    field_keys.add_field_key(by=SYSTEM, at=timezone.now())

    with pytest.raises(crypto.DecryptionFailed, match=str(somebody.uid)):
        list(field_keys.renew_values())

    somebody.refresh_from_db()
    assert bytes(somebody.phone) == damaged


class TestRemoving:
    def test_when_no_value_needs_it(self, settings, somebody) -> None:
        rotate()
        age(settings, 2)

        field_keys.remove_field_key(key_id=1, by=SYSTEM, at=timezone.now())

        assert list(crypto.key_ring().field_keys) == [2]
        somebody.refresh_from_db()
        assert protected_value(somebody, ProtectedField.PHONE) == "+8619900006620"
        assert Entry.objects.filter(kind="accounts.field_key_removed").exists()

    def test_not_while_values_are_left(self, settings, somebody) -> None:
        field_keys.add_field_key(by=SYSTEM, at=timezone.now())
        age(settings, 2)

        with pytest.raises(Conflict, match="还有"):
            field_keys.remove_field_key(key_id=1, by=SYSTEM, at=timezone.now())
        assert set(crypto.key_ring().field_keys) == {1, 2}

    def test_not_at_once(self, somebody) -> None:
        rotate()

        with pytest.raises(Conflict, match="一小时"):
            field_keys.remove_field_key(
                key_id=1, by=SYSTEM, at=timezone.now() + timedelta(minutes=59)
            )

    def test_not_the_one_in_use(self, somebody) -> None:
        with pytest.raises(crypto.KeyFileError, match="in use"):
            field_keys.remove_field_key(key_id=1, by=SYSTEM, at=timezone.now())
        with pytest.raises(crypto.KeyFileError, match="no field key 009"):
            field_keys.remove_field_key(key_id=9, by=SYSTEM, at=timezone.now())


def test_the_command_shows_and_changes(settings, somebody) -> None:
    out = StringIO()
    call_command("field_key", "--rotate", stdout=out)

    said = out.getvalue()
    assert "field key 002 is in use" in said
    assert "customers.Person.phone: 1 encrypted anew" in said
    assert "field 001" in said
    assert "reads, 0 values" in said
    assert "19900006620" not in said
    with pytest.raises(CommandError, match="一小时"):
        call_command("field_key", "--remove", "1", stdout=out)
