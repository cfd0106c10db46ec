"""The pages of administration: they open for those who may, and say why not to others."""

from __future__ import annotations

import pytest

from tests.accounts.browsing import sign_in

SITE_PAGES = ["", "places/", "posters/", "roster/", "posts/", "phones/"]


@pytest.fixture
def admin(scene, client):
    user = scene.person("admin")
    sign_in(client, user)
    return client


@pytest.mark.parametrize(
    "path",
    [
        "/admin/people/",
        "/admin/people/new/",
        "/admin/organisation/",
        "/accounts/pin/",
        *[f"/admin/sites/YQ/{page}" for page in SITE_PAGES],
    ],
)
def test_a_page_opens_for_an_administrator(admin, path):
    response = admin.get(path)

    assert response.status_code == 200
    assert "<c-" not in response.content.decode()
