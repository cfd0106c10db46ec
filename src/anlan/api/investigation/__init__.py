"""Investigations over the API: interviews, the scene, facts, findings."""

from __future__ import annotations

from ninja import Router

from anlan.api.investigation import comparison, facts, findings, interviews, scene

router = Router()
for _part in (interviews, comparison, scene, facts, findings):
    router.add_router("", _part.router)
