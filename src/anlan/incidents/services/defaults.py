"""The plan and the promises that every company begins with."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import yaml

from anlan.accounts.models import Organisation
from anlan.cases import services as cases
from anlan.cases.models import Standard
from anlan.ledger.events import Actor

_DATA = Path(__file__).resolve().parent.parent / "data"


def install_defaults(*, organisation: Organisation, by: Actor, at: datetime) -> None:
    """Publish the shipped playbook and the standards the company does not have yet."""
    present = set(
        Standard.objects.filter(organisation=organisation).values_list("key", flat=True)
    )
    for standard in yaml.safe_load(
        (_DATA / "standards.yaml").read_text(encoding="utf-8")
    ):
        if standard["key"] not in present:
            cases.publish_standard(organisation=organisation, by=by, at=at, **standard)
    # Last: a plan may only name standards that are there.
    body = yaml.safe_load((_DATA / "assault.yaml").read_text(encoding="utf-8"))
    cases.publish_playbook(organisation=organisation, body=body, by=by, at=at)
