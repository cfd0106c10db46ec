"""The third table: who knows the names behind the keys of the record."""

from __future__ import annotations

from anlan.accounts import selectors as accounts
from anlan.cases import selectors as cases
from anlan.incidents.selectors import devices
from anlan.ledger import checkpointing, sentences
from anlan.ledger.sentences import Names

NAMES: dict[str, Names] = {
    "user": accounts.names_of,
    "site": accounts.site_names,
    "party": cases.party_names,
    "device": devices.device_names,
}


def install() -> None:
    sentences.install_names(NAMES)
    checkpointing.install_origins(accounts.chain_origin)
