"""Addresses of administration, and of coming in with a code on paper."""

from __future__ import annotations

from django.urls import path

from anlan.accounts.views import entrance, organisation, people, phones, roster

app_name = "accounts"
urlpatterns = [
    path("accounts/join/", entrance.enter, name="enter"),
    path("accounts/join/<str:code>", entrance.join, name="join"),
    path("accounts/pin/", entrance.pin, name="pin"),
    path("admin/people/", people.people, name="people"),
    path("admin/people/new/", people.invite, name="invite"),
    path("admin/people/<uuid:uid>/", people.person, name="person"),
    path("admin/people/<uuid:uid>/grant/", people.grant, name="grant"),
    path("admin/people/<uuid:uid>/disable/", people.disable, name="disable"),
    path("admin/people/<uuid:uid>/enable/", people.enable, name="enable"),
    path("admin/people/<uuid:uid>/reset/", people.reset, name="reset"),
    path("admin/memberships/<uuid:uid>/end/", people.end, name="end_membership"),
    path("admin/organisation/", organisation.tree, name="organisation"),
    path("admin/regions/", organisation.add_region, name="add_region"),
    path("admin/regions/<uuid:uid>/", organisation.region, name="region"),
    path(
        "admin/regions/<uuid:uid>/close/",
        organisation.close_region,
        name="close_region",
    ),
    path(
        "admin/regions/<uuid:uid>/reopen/",
        organisation.reopen_region,
        name="reopen_region",
    ),
    path("admin/sites/", organisation.add_site, name="add_site"),
    path("admin/sites/<str:code>/", organisation.site, name="site"),
    path("admin/sites/<str:code>/close/", organisation.close_site, name="close_site"),
    path(
        "admin/sites/<str:code>/reopen/", organisation.reopen_site, name="reopen_site"
    ),
    path("admin/sites/<str:code>/places/", organisation.places, name="places"),
    path(
        "admin/sites/<str:code>/places/import/",
        organisation.import_places,
        name="import_places",
    ),
    path(
        "admin/sites/<str:code>/places/export/",
        organisation.export_places,
        name="export_places",
    ),
    path("admin/sites/<str:code>/posters/", organisation.posters, name="posters"),
    path("admin/places/<uuid:uid>/", organisation.place, name="place"),
    path(
        "admin/places/<uuid:uid>/close/", organisation.close_place, name="close_place"
    ),
    path(
        "admin/places/<uuid:uid>/reopen/",
        organisation.reopen_place,
        name="reopen_place",
    ),
    path("admin/sites/<str:code>/roster/", roster.roster, name="roster"),
    path(
        "admin/sites/<str:code>/roster/import/",
        roster.import_roster,
        name="import_roster",
    ),
    path("admin/sites/<str:code>/roster/copy/", roster.copy_roster, name="copy_roster"),
    path(
        "admin/sites/<str:code>/roster/export/",
        roster.export_roster,
        name="export_roster",
    ),
    path(
        "admin/sites/<str:code>/shifts/<uuid:uid>/remove/",
        roster.remove_shift,
        name="remove_shift",
    ),
    path("admin/sites/<str:code>/posts/", roster.posts, name="posts"),
    path("admin/sites/<str:code>/posts/<uuid:uid>/", roster.post, name="post"),
    path(
        "admin/sites/<str:code>/posts/<uuid:uid>/close/",
        roster.close_post,
        name="close_post",
    ),
    path(
        "admin/sites/<str:code>/posts/<uuid:uid>/reopen/",
        roster.reopen_post,
        name="reopen_post",
    ),
    path("admin/sites/<str:code>/phones/", phones.phones, name="phones"),
    path("admin/sites/<str:code>/pins/", phones.pins, name="pins"),
    path(
        "admin/sites/<str:code>/pins/<uuid:uid>/unlock/",
        phones.unlock_pin,
        name="unlock_pin",
    ),
    path(
        "admin/sites/<str:code>/pins/phones/<uuid:uid>/unlock/",
        phones.unlock_phone,
        name="unlock_phone",
    ),
    path(
        "admin/sites/<str:code>/pins/<uuid:uid>/clear/",
        phones.clear_pin,
        name="clear_pin",
    ),
    path("admin/phones/<uuid:uid>/renew/", phones.renew, name="renew_phone"),
    path("admin/phones/<uuid:uid>/revoke/", phones.revoke, name="revoke_phone"),
]
