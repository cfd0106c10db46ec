"""The people and places that most tests need, made through the services."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pytest

from anlan.accounts.models import Organisation, Place, Site, User
from anlan.incidents import services as incidents
from anlan.incidents.enums import Channel, Flag
from anlan.incidents.models import Assignment, Incident, Report
from anlan.ledger.events import Actor


@dataclass(frozen=True)
class Scene:
    """The demo company on a Monday afternoon: its people by username, its spots by label."""

    organisation: Organisation
    at: datetime

    @property
    def site(self) -> Site:
        return Site.objects.get(code="YQ")

    @property
    def other_site(self) -> Site:
        return Site.objects.get(code="HT")

    def person(self, username: str) -> User:
        return User.objects.get(username=username)

    def place(self, label: str) -> Place:
        return Place.objects.select_related("site").get(label=label)

    @property
    def guard(self) -> User:
        return self.person("wangjianguo")

    @property
    def next_guard(self) -> User:
        return self.person("zhangqiang")

    @property
    def officer(self) -> User:
        return self.person("zhoumin")

    @property
    def manager(self) -> User:
        return self.person("hetao")

    @property
    def stranger(self) -> User:
        """A guard of another site: may do everything there and nothing here."""
        return self.person("dingyi")

    @property
    def garage(self) -> Place:
        return self.place("3 号楼 B1 车库 东区 12 号车位")

    def report(
        self,
        *,
        by: Actor | None = None,
        place: Place | None = None,
        flags: Iterable[str] = (Flag.ONGOING, Flag.INJURED),
        channel: Channel = Channel.PHONE_APP,
        words: str = "有人打架",
        at: datetime | None = None,
        **more: object,
    ) -> Report:
        """A report from the garage by the monitor-room watcher, unless told otherwise."""
        return incidents.report_incident(
            place=place or self.garage,
            channel=channel,
            flags=flags,
            words=words,
            by=by or self.person("lixiang"),
            at=at or self.at,
            **more,  # type: ignore[arg-type]  # request_id and its like, as the service takes them
        )

    def incident(self, **more: object) -> Incident:
        return self.report(**more).incident  # type: ignore[arg-type]  # passed on

    def call_off(
        self, incident: Incident, *, at: datetime, reason: str = "误报"
    ) -> None:
        """Two people say that it was none: what most reports say is for no one alone."""
        proposal = incidents.propose_false_alarm(
            incident=incident, reason=reason, by=self.officer, at=at
        )
        incidents.decide_false_alarm(
            proposal=proposal, approved=True, by=self.manager, at=at
        )

    def assignment(self, incident: Incident, person: User) -> Assignment:
        return incidents.assignment_of(incident, person)


@pytest.fixture
def scene(company: None, at: datetime) -> Scene:
    return Scene(organisation=Organisation.objects.get(), at=at)


@pytest.fixture
def committed_scene(committing_company: None, at: datetime) -> Scene:
    """The same scene in a database that other threads and processes can see."""
    return Scene(organisation=Organisation.objects.get(), at=at)
