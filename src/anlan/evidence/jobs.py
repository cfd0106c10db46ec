"""Due work on the vault, in bounded parts: see ``anlan.worker`` for its lanes."""

from __future__ import annotations

from anlan.evidence.services.adopting import adopt_earlier_files
from anlan.evidence.services.checking import check_deep, check_quick
from anlan.evidence.services.footage import make_viewing_copies, next_viewing
from anlan.evidence.services.listening import make_playing_copies, next_playing_copy
from anlan.evidence.services.making import make_packages
from anlan.evidence.services.mending import fill_copies
from anlan.evidence.services.packages import expire_packages, next_package_expiry
from anlan.evidence.services.pulling import next_pull, pull_due
from anlan.evidence.services.recordings import next_warning, warn_of_overwriting
from anlan.evidence.services.scanning import scan_files
from anlan.evidence.services.sweeping import sweep
from anlan.evidence.services.watching import tell_of_silence

__all__ = [
    "adopt_earlier_files",
    "check_deep",
    "check_quick",
    "expire_packages",
    "fill_copies",
    "make_packages",
    "make_playing_copies",
    "make_viewing_copies",
    "next_package_expiry",
    "next_playing_copy",
    "next_pull",
    "next_viewing",
    "next_warning",
    "pull_due",
    "scan_files",
    "sweep",
    "tell_of_silence",
    "warn_of_overwriting",
]
