"""Incidents over the API: reporting, answering, commanding, calling for help, closing."""

from __future__ import annotations

from ninja import Router

from anlan.api.incidents import calling, reports, room, scene

router = Router()
for _part in (reports, room, scene, calling):
    router.add_router("", _part.router)
