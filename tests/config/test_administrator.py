"""How an installation gets its first administrator, and a lost one comes back."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from anlan.accounts.models import User
from anlan.accounts.services import use_invitation
from anlan.config.environment import ROOT
from anlan.config.management.commands.create_administrator import _QUESTIONS
from anlan.ledger.models import Entry

NEW = "a-new-Password-of-mine"


@pytest.fixture
def only_one(db: None, monkeypatch: pytest.MonkeyPatch) -> User:
    for name, value in {
        "ORGANISATION": "Anyun",
        "CODE": "ANYUN",
        "NAME": "Wang Min",
        "USERNAME": "wangmin",
        "PASSWORD": "the-Password-that-is-lost",
    }.items():
        monkeypatch.setenv(f"ANLAN_ADMIN_{name}", value)
    call_command("create_administrator", stdout=StringIO())
    return User.objects.get()


def reset(username: str) -> str:
    out = StringIO()
    call_command("create_administrator", "--reset", username, stdout=out)
    return out.getvalue()


def test_the_only_administrator_comes_back(only_one: User) -> None:
    code = reset("WangMin").split()[0]

    only_one.refresh_from_db()
    assert not only_one.has_usable_password()
    use_invitation(code=code, password=NEW, at=timezone.now())
    only_one.refresh_from_db()
    assert only_one.check_password(NEW)
    kinds = list(Entry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["accounts.invitation_made", "accounts.invitation_used"]


def test_somebody_else_is_not_reset(only_one: User) -> None:
    with pytest.raises(CommandError, match="nobody is no administrator"):
        reset("nobody")


def test_example_of_a_unit_names_what_its_first_start_needs() -> None:
    unit = (ROOT / "docs" / "deploy" / "anlan.service").read_text()
    comment = unit.partition("[Unit]")[0]
    wanted = {variable for _name, _question, variable in _QUESTIONS}

    assert set(re.findall("ANLAN_ADMIN_[A-Z]+", comment)) == wanted | {
        "ANLAN_ADMIN_PASSWORD"
    }
    assert "EnvironmentFile=-/etc/anlan.env" in unit
    assert "ANLAN_DATA=" not in comment  # nothing by hand, with one setting of many
