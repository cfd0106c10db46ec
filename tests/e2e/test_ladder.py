"""Nobody answers: the next one is alerted, whatever happens to the worker meanwhile."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Installation, SignIn

RUNG_SECONDS = 4  # instead of 30
RESUMES_WITHIN = 5.0  # seconds once the new process is there
STARTS_WITHIN = 30.0  # seconds, on a machine that has other things to do
READY = "worker ready"
REPORT = f"""
from django.utils import timezone
from anlan.accounts.models import Organisation, Place, User
from anlan.cases import services as cases
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel
from anlan.ledger.events import SYSTEM
cases.publish_standard(
    organisation=Organisation.objects.get(), key="incident.acknowledge", title="接警",
    seconds={RUNG_SECONDS}, by=SYSTEM, at=timezone.now(),
)
report = incidents.report_incident(
    place=Place.objects.get(label="3 号楼 B1 车库 东区 12 号车位"),
    channel=Channel.CAMERA, flags=["ongoing"], by=User.objects.get(username="lixiang"),
    at=timezone.now(),
)
print("number:", report.incident.case.number)
"""


def alerted(installation: Installation) -> list[str]:
    """Names of those who were alerted, in the order of the record."""
    found = installation.rows(
        "SELECT u.name FROM ledger_entry e"
        " JOIN incidents_assignment a"
        " ON replace(e.object, '-', '') = 'assignment:' || a.uid"
        " JOIN accounts_user u ON u.id = a.user_id"
        " JOIN cases_case c ON replace(e.subject, '-', '') = 'case:' || c.uid"
        " WHERE e.kind = 'incident.responder_alerted' AND c.state = 'open'"
        " ORDER BY e.seq"
    )
    return [name for (name,) in found]


def start_worker(installation: Installation) -> None:
    """Returns when it is at work."""
    started = installation.log("worker").count(READY)
    installation.start("worker", "worker")
    until = time.monotonic() + STARTS_WITHIN
    while installation.log("worker").count(READY) == started:
        assert time.monotonic() < until, installation.log("worker")
        time.sleep(0.05)


def wait_for(installation: Installation, count: int, *, seconds: float) -> float:
    """Until so many were alerted; returns how long it took."""
    begun = time.monotonic()
    while len(alerted(installation)) < count:
        waited = time.monotonic() - begun
        assert waited < seconds, (alerted(installation), installation.log("worker"))
        time.sleep(0.05)
    return time.monotonic() - begun


@pytest.mark.slow
def test_ladder_climbs_and_outlives_its_worker(
    installation: Installation, sign_in: SignIn
) -> None:
    page = sign_in(installation, "zhoumin").page
    number = installation.shell(REPORT).partition("number: ")[2].strip()
    page.goto(f"/cases/{number}/")
    responders = page.locator("#panel-responders")
    expect(responders).to_contain_text("王建国")
    expect(responders).to_contain_text("无人应答则改派下一位")

    expect(responders).to_contain_text("张强", timeout=2_000 * RUNG_SECONDS)
    assert alerted(installation) == ["王建国", "张强"]

    installation.kill("worker")
    time.sleep(RUNG_SECONDS + 1)
    assert alerted(installation) == ["王建国", "张强"]
    start_worker(installation)
    wait_for(installation, 3, seconds=RESUMES_WITHIN)
    guards = {"王建国", "张强", "李响", "孙磊"}
    third = alerted(installation)[2]
    assert third in guards
    expect(responders).to_contain_text(third)

    # Killed at once after each further step: nobody is forgotten, nobody called twice.
    for count in (4, 5):
        wait_for(installation, count, seconds=3 * RUNG_SECONDS)
        installation.kill("worker")
        start_worker(installation)
    expect(responders).to_contain_text("周敏")
    names = alerted(installation)
    assert set(names[:4]) == guards
    assert names[4] == "周敏"
    assert len(names) == len(set(names))
    expect(page.locator("#panel-timeline")).to_contain_text(third)
