"""What is filled in about checkpoints that are kept outside."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy

from anlan.evidence.services.outside import MOST_NAME
from anlan.ledger.verify.held import LONGEST


class KeeperForm(forms.Form):
    """Somebody who is to have the checkpoints."""

    name = forms.CharField(
        label=gettext_lazy("是谁"),
        max_length=MOST_NAME,
        help_text=gettext_lazy("不听命于本公司的人：业主委员会、律师、派出所"),
    )
    address = forms.EmailField(label=gettext_lazy("邮箱"), max_length=254)


class HeldForm(forms.Form):
    """What somebody brings back."""

    text = forms.CharField(
        label=gettext_lazy("邮件或检查点的全文"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
    )
