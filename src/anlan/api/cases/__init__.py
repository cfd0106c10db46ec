"""Cases over the API: the list, one case, its tasks, its timeline, and working it off."""

from __future__ import annotations

from ninja import Router

from anlan.api.cases import acts, contacts, course, reading, record, tasks

router = Router()
for _part in (reading, record, tasks, course, contacts, acts):
    router.add_router("", _part.router)
