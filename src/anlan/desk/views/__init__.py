"""The staff's pages, one file for each of them."""

from __future__ import annotations

from anlan.desk.views.alarm import alarm
from anlan.desk.views.cases import case_table, incident_table
from anlan.desk.views.frame import csrf_failed, healthz, preferences
from anlan.desk.views.home import home
from anlan.desk.views.tasks import completion, task_list

__all__ = [
    "alarm",
    "case_table",
    "completion",
    "csrf_failed",
    "healthz",
    "home",
    "incident_table",
    "preferences",
    "task_list",
]
