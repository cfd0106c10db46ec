"""Due work on the vault, in bounded parts: see ``anlan.worker`` for its lanes."""

from __future__ import annotations

from anlan.evidence.services.adopting import adopt_earlier_files
from anlan.evidence.services.applications import (
    expire_approvals,
    next_application_due,
    remind_of_applications,
)
from anlan.evidence.services.checking import check_deep, check_quick
from anlan.evidence.services.deleting import next_removal, remove_files
from anlan.evidence.services.drilling import drill
from anlan.evidence.services.erasing_markers import let_marker_words_go
from anlan.evidence.services.footage import make_viewing_copies, next_viewing
from anlan.evidence.services.listening import make_playing_copies, next_playing_copy
from anlan.evidence.services.locking import lock_copies
from anlan.evidence.services.making import make_packages
from anlan.evidence.services.mending import fill_copies
from anlan.evidence.services.outside import mail_checkpoints, next_mail
from anlan.evidence.services.packages import expire_packages, next_package_expiry
from anlan.evidence.services.probing import probe_bucket
from anlan.evidence.services.proofreading import check_ledger
from anlan.evidence.services.pulling import (
    next_played,
    next_pull,
    pull_due,
    pull_played,
)
from anlan.evidence.services.recordings import next_warning, warn_of_overwriting
from anlan.evidence.services.redaction import make_masked_copies, sweep_working_copies
from anlan.evidence.services.retention import keep_periods
from anlan.evidence.services.scanning import scan_files
from anlan.evidence.services.sweeping import sweep
from anlan.evidence.services.watching import tell_of_silence

__all__ = [
    "adopt_earlier_files",
    "check_deep",
    "check_ledger",
    "check_quick",
    "drill",
    "expire_approvals",
    "expire_packages",
    "fill_copies",
    "keep_periods",
    "let_marker_words_go",
    "lock_copies",
    "mail_checkpoints",
    "make_masked_copies",
    "make_packages",
    "make_playing_copies",
    "make_viewing_copies",
    "next_application_due",
    "next_mail",
    "next_package_expiry",
    "next_played",
    "next_playing_copy",
    "next_pull",
    "next_removal",
    "next_viewing",
    "next_warning",
    "probe_bucket",
    "pull_due",
    "pull_played",
    "remind_of_applications",
    "remove_files",
    "scan_files",
    "sweep",
    "sweep_working_copies",
    "tell_of_silence",
    "warn_of_overwriting",
]
