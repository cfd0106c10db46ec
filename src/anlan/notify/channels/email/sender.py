"""电子邮件 over SMTP: one connection for many, one mail for each."""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext_lazy as _

from anlan.notify.channels.protocol import (
    Config,
    Outcome,
    Outgoing,
    Setting,
    Unreachable,
    Verdict,
)
from anlan.notify.enums import ChannelKind

SECONDS = 6  # for each step of the conversation


@dataclass(frozen=True)
class Email:
    kind: ChannelKind = ChannelKind.EMAIL
    settings: tuple[Setting, ...] = (
        Setting(name="host", label=_("服务器"), is_destination=True),
        Setting(
            name="port",
            label=_("端口"),
            default="465",
            is_number=True,
            is_destination=True,
        ),
        Setting(
            name="security",
            label=_("加密"),
            default="ssl",
            is_destination=True,
            choices=(
                ("ssl", _("SSL/TLS")),
                ("starttls", _("STARTTLS")),
                ("none", _("不加密（仅限内网）")),
            ),
        ),
        Setting(name="from", label=_("发件地址")),
        Setting(
            name="username",
            label=_("用户名"),
            is_required=False,
            is_destination=True,
        ),
        Setting(name="password", label=_("密码"), is_required=False, is_secret=True),
    )
    is_group: bool = False
    batch: int = 50

    def send(
        self, items: Sequence[Outgoing], *, config: Config, at: datetime
    ) -> list[Outcome]:
        connection = EmailBackend(
            host=config["host"],
            port=int(config["port"]),
            username=config.get("username", ""),
            password=config.get("password", ""),
            use_ssl=config["security"] == "ssl",
            use_tls=config["security"] == "starttls",
            timeout=SECONDS,
        )
        try:
            connection.open()
        except smtplib.SMTPAuthenticationError as error:
            raise Unreachable(f"smtp_{error.smtp_code}") from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unreachable("unreachable") from error
        try:
            return [_send(item, connection, config["from"]) for item in items]
        finally:
            connection.close()


def _send(item: Outgoing, connection: EmailBackend, sender: str) -> Outcome:
    host = sender.partition("@")[2].rstrip(">") or "anlan.invalid"
    mail = EmailMessage(
        subject=item.title,
        body="\n\n".join(part for part in (item.body, item.url) if part),
        from_email=sender,
        to=[item.to],
        headers={
            # The same at every try: mail servers know a repeat by it.
            "Message-ID": f"<{item.key}@{host}>",
            "Auto-Submitted": "auto-generated",
            **({"X-Priority": "1", "Importance": "high"} if item.is_alarm else {}),
        },
    )
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _words in error.recipients.values()]
        return _answered(codes[0] if codes else 0)
    except smtplib.SMTPResponseException as error:
        return _answered(error.smtp_code)
    except (OSError, smtplib.SMTPException):
        return Outcome(verdict=Verdict.RETRY, error="smtp_broken")
    return Outcome(verdict=Verdict.SENT, provider_id=f"{item.key}@{host}"[:80])


def _answered(code: int) -> Outcome:
    """SMTP itself says what is worth another try: 4xx is, 5xx is not."""
    verdict = Verdict.REFUSED if 500 <= code < 600 else Verdict.RETRY
    return Outcome(verdict=verdict, error=f"smtp_{code}")


SENDER = Email()
