"""My profile, and the matrix that is read from the code that enforces it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.test import Client

from anlan.accounts import services as accounts
from anlan.accounts.permissions import has_permission
from anlan.accounts.roles import ROLES, Permission
from anlan.desk import selectors
from anlan.play.company import PEOPLE
from tests.desk.conftest import SignIn
from tests.scene import Scene

_ROW = re.compile(r"<tr>\s*<th scope=\"row\">.*?</tr>", re.DOTALL)
_CODE = re.compile(r'<small class="mono muted">([a-z_.]+)</small>')


def _matrix(client: Client) -> dict[str, list[bool]]:
    """The page's cells, by the permission's code, in the order of the columns."""
    rows = _ROW.findall(client.get("/permissions/").content.decode())
    matrix = {}
    for row in rows:
        [code] = _CODE.findall(row)
        matrix[code] = ["#check" in cell for cell in row.split("<td>")[1:]]
    return matrix


def test_the_matrix_says_what_the_checks_do(sign_in: SignIn, scene: Scene) -> None:
    """Each cell against ``has_permission`` of somebody who holds that role alone."""
    matrix = _matrix(sign_in("hetao"))
    assert set(matrix) == {permission.value for permission in Permission}
    holder = {somebody.role: somebody.username for somebody in PEOPLE[::-1]}
    assert set(holder) == set(ROLES)
    for column, role in enumerate(ROLES):
        user = scene.person(holder[role])
        for permission in Permission:
            allowed = any(
                has_permission(user, permission, site=site)
                for site in (scene.site, scene.other_site)
            )
            assert matrix[permission.value][column] == allowed, (role, permission)


def test_my_column_is_marked(sign_in: SignIn) -> None:
    body = sign_in("zhoumin").get("/permissions/").content.decode()
    [mine] = re.findall(r'<th\s[^>]*class="mine"[^>]*>([^<]+)<', body)
    assert mine.strip() == "值班主任"


def test_the_profile_shows_roles_and_a_masked_phone(sign_in: SignIn) -> None:
    body = sign_in("zhoumin").get("/me/").content.decode()
    assert "值班主任 · 云栖花园" in body
    assert "199****0011" in body
    assert "19900000011" not in body
    assert "值班室" in body  # the next shift


def test_sign_ins_are_mine_alone_newest_first(scene: Scene, at: datetime) -> None:
    officer = scene.officer
    for minutes in (5, 1):
        accounts.record_sign_in(user=officer, at=at - timedelta(minutes=minutes))
    accounts.record_sign_in(user=scene.guard, at=at)
    assert selectors.sign_ins(officer) == [
        at - timedelta(minutes=1),
        at - timedelta(minutes=5),
    ]
