"""What may be cited: kept evidence and signed statements of the case that one may see."""

from __future__ import annotations

from django.utils.translation import gettext as _

from anlan.accounts.models import User
from anlan.base.errors import InvalidInput
from anlan.cases.models import Case
from anlan.evidence.models import Exhibit, Statement
from anlan.evidence.selectors.exhibits import kept_of_one_case
from anlan.evidence.selectors.statements import statements_of_one_case


def code_in(source: Statement | Exhibit, case: int) -> str:
    """Its code; of a case that was joined with the number of that, for codes begin anew there.

    Args:
        case: the key of the case in which it is cited.
    """
    if source.case_id == case:
        return source.code
    return f"{source.case.number}:{source.code}"


def check_can_cite(
    source: Statement | Exhibit, *, case: Case, by: User, path: str
) -> None:
    """
    Raises:
        InvalidInput: of another case, hidden from them, let go, or not signed yet.
    """
    if isinstance(source, Statement):
        is_there = statements_of_one_case(case, by).filter(pk=source.pk).exists()
    else:
        is_there = kept_of_one_case(case, by).filter(pk=source.pk).exists()
    if not is_there:
        raise InvalidInput(_("请选择本案的证据或者情况说明"), path=path)
    if isinstance(source, Statement) and not source.is_frozen:
        raise InvalidInput(
            _("情况说明 %s 还没有签字，签字以后才能引用") % source.code, path=path
        )
