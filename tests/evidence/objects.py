"""Things and signatures for the tests of custody."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from PIL import Image

from anlan.cases.models import Case
from anlan.evidence import services as evidence
from anlan.evidence.models import Exhibit
from anlan.evidence.services import Signed
from anlan.play.pictures import signature
from tests.scene import Scene


def saved(image: Image.Image, kind: str = "PNG", **more: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **more)
    return file.getvalue()


def both() -> Signed:
    return Signed(giver=[signature(1)], receiver=[signature(2)])


def umbrella(scene: Scene, case: Case, **more: Any) -> Exhibit:
    """A long umbrella in a sealed bag, taken in by the officer, unless told otherwise."""
    said: dict[str, Any] = {
        "title": "黑色长柄伞",
        "how": "保安从 12 号车位旁捡起",
        "kept_where": "值班室保险柜",
        "seal_number": "YQ-0001",
        "by": scene.officer,
        "at": scene.at,
        **more,
    }
    return evidence.register_object(case=case, **said)
