"""The staff's pages, one file for each of them."""

from __future__ import annotations

from anlan.desk.views.alarm import alarm
from anlan.desk.views.cases import case_table, incident_table
from anlan.desk.views.frame import csrf_failed, healthz, preferences
from anlan.desk.views.home import home
from anlan.desk.views.profile import permission_matrix, profile
from anlan.desk.views.reporting import monitor, report, tile_addition, tile_removal
from anlan.desk.views.search import search
from anlan.desk.views.tasks import completion, task_list

__all__ = [
    "alarm",
    "case_table",
    "completion",
    "csrf_failed",
    "healthz",
    "home",
    "incident_table",
    "monitor",
    "permission_matrix",
    "preferences",
    "profile",
    "report",
    "search",
    "task_list",
    "tile_addition",
    "tile_removal",
]
