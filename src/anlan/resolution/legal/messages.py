"""What staff are told about reports to the police; never what they say."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from anlan.notify.texts import Text, add_texts

PERIOD_PASSED = "legal.period_passed"
PAPER_CAME = "legal.paper_came"
FOLLOW = ("duty_officer", "legal_counsel")
LEARN = ("site_manager", "legal_counsel", "customer_service")

add_texts(
    Text(
        kind=PERIOD_PASSED,
        name=_("报案的期限届满"),
        title=_("报案的期限届满：%(number)s"),
        body=_("%(number)s 的报案 %(code)s 有一项期限已经届满，请查看并询问公安机关"),
    ),
    Text(
        kind=PAPER_CAME,
        name=_("公安文书已登记"),
        title=_("公安文书已登记：%(number)s"),
        body=_(
            "%(who)s登记了 %(number)s 报案 %(code)s 的文书，请查看，并把可以做的事告诉受害一方"
        ),
    ),
)
