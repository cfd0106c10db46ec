"""A case with one recording of which a file lies in the vault, and who asks for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from anlan.cases.models import Case
from anlan.evidence import services
from anlan.evidence.enums import (
    Applicant,
    FootageWay,
    IdentityPaper,
    Reading,
    RecorderKind,
    Relation,
    Source,
)
from anlan.evidence.models import Exhibit, FootageApplication, Recording
from anlan.evidence.services import Asked, Officer
from anlan.evidence.services.keeping import keep_bytes
from anlan.ledger.events import SYSTEM
from tests.evidence.recorders import Watched, watched
from tests.scene import Scene

MINUTE = timedelta(minutes=1)
POLICE = (
    Officer(name="李强", number="012345"),
    Officer(name="王刚", number="012346"),
)


@dataclass(frozen=True)
class Filmed:
    """A case whose fight one camera saw; its file came on a USB stick."""

    scene: Scene
    watched: Watched
    case: Case
    recording: Recording
    exhibit: Exhibit
    begin: datetime

    @property
    def at(self) -> datetime:
        """Afterwards, when people come and ask."""
        return self.scene.at + 10 * MINUTE

    def person(self, **more: Any) -> Asked:
        """The owner who was struck wants to see it."""
        asked = Asked(
            applicant=Applicant.PERSON,
            relation=Relation.SELF,
            name="陈晓雯",
            phone="19900001234",
            identity_paper=IdentityPaper.ID_CARD,
            identity_tail="246x",
            purpose="核对被打经过",
            windows=[(self.begin, self.begin + 5 * MINUTE)],
            wanted=FootageWay.VIEW,
        )
        return replace(asked, **more)

    def police(self, **more: Any) -> Asked:
        asked = Asked(
            applicant=Applicant.POLICE,
            unit="云栖派出所",
            officers=POLICE,
            document_kind="collect",
            document_number="云公调证字〔2026〕12 号",
            identity_paper=IdentityPaper.BADGE,
            identity_tail="2345",
            purpose="办理殴打他人案",
            windows=[(self.begin, self.begin + 5 * MINUTE)],
            wanted=FootageWay.COPY,
        )
        return replace(asked, **more)

    def applied(self, asked: Asked | None = None, **more: Any) -> FootageApplication:
        said: dict[str, Any] = {
            "site": self.scene.site,
            "case": self.case,
            "asked": asked or self.person(),
            "by": self.scene.guard,
            "at": self.at,
            **more,
        }
        return services.take_in_application(**said)

    def approved(self, asked: Asked | None = None, **more: Any) -> FootageApplication:
        row = self.applied(asked)
        said: dict[str, Any] = {
            "way": FootageWay(row.wanted),
            "recordings": [self.recording],
            "by": self.scene.manager,
            "at": self.at,
            **more,
        }
        return services.approve_application(application=row, **said)

    def masked(self, content: bytes) -> Exhibit:
        """What redaction will leave: another exhibit, derived from the first."""
        kept = keep_bytes(name=uuid4(), chunks=[content])
        made = services.add_exhibit(
            case=self.case,
            kept=kept,
            source=Source.UPLOAD,
            reading=Reading.READABLE,
            by=SYSTEM,
            at=self.at,
        )
        Exhibit.objects.filter(pk=made.pk).update(
            source="masked", derived_from=self.exhibit
        )
        made.refresh_from_db()
        return made


def filmed(scene: Scene, folder: Path) -> Filmed:
    """Say in the settings that ``folder`` may hold recordings, first."""
    by_hand = watched(scene, folder, kind=RecorderKind.MANUAL)
    begin = scene.at.replace(second=0)
    (film, *_rest) = by_hand.films.record("usb", begin, begin + timedelta(seconds=10))
    case = scene.incident().case
    recording = by_hand.ask(case, begin, begin + 5 * MINUTE)
    kept = keep_bytes(name=uuid4(), chunks=[film.read_bytes()])
    exhibit = services.add_exhibit(
        case=case,
        kept=kept,
        source=Source.UPLOAD,
        reading=Reading.READABLE,
        by=scene.guard,
        at=scene.at,
    )
    services.place_file(
        recording=recording,
        exhibit=exhibit,
        begin=begin,
        by=scene.guard,
        at=scene.at,
    )
    services.accept_recording(
        recording=recording,
        reason="只导出了这一段",
        by=scene.guard,
        at=scene.at,
    )
    recording = Recording.objects.select_related("case__site", "camera__recorder").get(
        pk=recording.pk
    )
    return Filmed(scene, by_hand, case, recording, exhibit, begin)
