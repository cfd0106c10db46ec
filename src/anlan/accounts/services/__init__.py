"""Writes about the organisation: its tree, its people, its roster."""

from __future__ import annotations

from anlan.accounts.services.invitations import (
    invite_user,
    reset_access,
    use_invitation,
)
from anlan.accounts.services.memberships import end_role, grant_role
from anlan.accounts.services.organisation import (
    add_region,
    add_site,
    change_site,
    close_region,
    close_site,
    found_organisation,
    rename_region,
    reopen_region,
    reopen_site,
)
from anlan.accounts.services.people import (
    add_user,
    disable_user,
    enable_user,
    phone_of,
    record_sign_in,
    set_preferences,
)
from anlan.accounts.services.pins import (
    clear_pin,
    open_phone,
    set_pin,
    unlock_phone,
    unlock_pin,
)
from anlan.accounts.services.places import (
    add_place,
    close_place,
    import_places,
    move_place,
    rename_place,
    reopen_place,
)
from anlan.accounts.services.posts import add_post, change_post, close_post, reopen_post
from anlan.accounts.services.roster import (
    PlannedShift,
    RosterRefused,
    RowError,
    add_shift,
    check_roster,
    copy_week,
    import_roster,
    preview_copy,
    remove_shift,
)
from anlan.accounts.services.shared_phones import (
    add_shared_phone,
    enrol_phone,
    give_handover,
    lock_phone,
    renew_enrolment,
    revoke_shared_phone,
    take_handover,
)
from anlan.accounts.services.tokens import create_token, note_use, revoke_token

__all__ = [
    "PlannedShift",
    "RosterRefused",
    "RowError",
    "add_place",
    "add_post",
    "add_region",
    "add_shared_phone",
    "add_shift",
    "add_site",
    "add_user",
    "change_post",
    "change_site",
    "check_roster",
    "clear_pin",
    "close_place",
    "close_post",
    "close_region",
    "close_site",
    "copy_week",
    "create_token",
    "disable_user",
    "enable_user",
    "end_role",
    "enrol_phone",
    "found_organisation",
    "give_handover",
    "grant_role",
    "import_places",
    "import_roster",
    "invite_user",
    "lock_phone",
    "move_place",
    "note_use",
    "open_phone",
    "phone_of",
    "preview_copy",
    "record_sign_in",
    "remove_shift",
    "rename_place",
    "rename_region",
    "renew_enrolment",
    "reopen_place",
    "reopen_post",
    "reopen_region",
    "reopen_site",
    "reset_access",
    "revoke_shared_phone",
    "revoke_token",
    "set_pin",
    "set_preferences",
    "take_handover",
    "unlock_phone",
    "unlock_pin",
    "use_invitation",
]
