"""The staff's pages, one file for each of them."""

from __future__ import annotations

from anlan.desk.views.frame import csrf_failed, healthz, preferences
from anlan.desk.views.home import home

__all__ = ["csrf_failed", "healthz", "home", "preferences"]
