"""``manage.py create_administrator``: the first administrator, or a lost one's way back."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from anlan.accounts import services as accounts
from anlan.accounts.models import Membership, Organisation, User
from anlan.base.errors import DomainError
from anlan.incidents import services as incidents
from anlan.ledger import services as ledger
from anlan.ledger.events import SYSTEM

_QUESTIONS = (
    ("organisation", "Company name 公司名称", "ANLAN_ADMIN_ORGANISATION"),
    ("code", "Company code, e.g. ANYUN 公司代码", "ANLAN_ADMIN_CODE"),
    ("name", "Your name 您的姓名", "ANLAN_ADMIN_NAME"),
    ("username", "Sign-in name 账号", "ANLAN_ADMIN_USERNAME"),
)


class Command(BaseCommand):
    help = (
        "Make the first company and administrator of an empty installation. Asks at a "
        "terminal; without one reads ANLAN_ADMIN_ORGANISATION, _CODE, _NAME, _USERNAME "
        "and _PASSWORD. Does nothing when somebody is there already. With --reset: a code "
        "for an administrator who cannot sign in any more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--reset",
            metavar="USERNAME",
            help="take password and second factor away and print a code that works once",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["reset"]:
            self._reset(options["reset"])
            return
        if User.objects.exists():
            self.stdout.write("There is an administrator already.")
            return
        answers = {
            name: self._ask(question, variable)
            for name, question, variable in _QUESTIONS
        }
        password = self._password()
        at = timezone.now()
        try:
            with ledger.recording():
                organisation = (
                    Organisation.objects.first()
                    or accounts.found_organisation(
                        code=answers["code"],
                        name=answers["organisation"],
                        by=SYSTEM,
                        at=at,
                    )
                )
                user = accounts.add_user(
                    organisation=organisation,
                    username=answers["username"],
                    name=answers["name"],
                    password=password,
                    by=SYSTEM,
                    at=at,
                )
                accounts.grant_role(
                    user=user,
                    role_key="administrator",
                    node=organisation,
                    by=SYSTEM,
                    at=at,
                )
                incidents.install_defaults(organisation=organisation, by=SYSTEM, at=at)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Administrator {user.username} can sign in now.")

    def _reset(self, username: str) -> None:
        """On the record, as from the system: whoever can call this owns the machine.

        Only for administrators: everybody else has one who resets their access.
        """
        at = timezone.now()
        user = User.objects.filter(username=username.lower()).first()
        roles = Membership.objects.running(at).filter(role_key="administrator")
        if user is None or not roles.filter(user=user).exists():
            raise CommandError(
                f"{username} is no administrator; one of them may reset it"
            )
        try:
            invitation, code = accounts.reset_access(user=user, by=SYSTEM, at=at)
        except DomainError as error:
            raise CommandError(str(error)) from error
        ends = timezone.localtime(invitation.expires_at)
        where = f"{settings.PUBLIC_URL}{reverse('accounts:enter')}"
        self.stdout.write(
            f"{code}  works once, until {ends:%Y-%m-%d %H:%M}, at {where}\n"
            "The old password, second factors, passkeys and sessions are gone."
        )

    def _ask(self, question: str, variable: str) -> str:
        if value := os.environ.get(variable, "").strip():
            return value
        if not sys.stdin.isatty():
            raise CommandError(f"no terminal to ask at: set {variable} ({question})")
        while not (value := input(f"{question}: ").strip()):
            pass
        return value

    def _password(self) -> str:
        if value := os.environ.get("ANLAN_ADMIN_PASSWORD"):
            return value
        if not sys.stdin.isatty():
            raise CommandError("no terminal to ask at: set ANLAN_ADMIN_PASSWORD")
        while True:
            first = getpass.getpass("Password 密码 (at least 10 characters): ")
            if first == getpass.getpass("Once more 再输一次: "):
                return first
            self.stdout.write("They differ, please try again. 两次不一致，请重输。")
