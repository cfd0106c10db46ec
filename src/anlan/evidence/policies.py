"""What the state of an exhibit allows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.base.errors import Conflict
from anlan.evidence.enums import ExhibitState
from anlan.evidence.models import Exhibit


def check_is_object(exhibit: Exhibit) -> None:
    if not exhibit.is_object:
        raise Conflict(_("这是文件，不是实物；文件由系统保管"))


def check_is_kept(exhibit: Exhibit) -> None:
    """What was given back or disposed of is not in our hands any more."""
    if exhibit.state != ExhibitState.KEPT:
        raise Conflict(_("这件证据%s，不能再办理") % exhibit.get_state_display())
