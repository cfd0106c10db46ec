"""The figure on which injuries are marked: where each part of the body lies, front and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from anlan.evidence.enums import Region

Side = Literal["front", "back"]
WIDTH, HEIGHT = 200, 420


@dataclass(frozen=True, kw_only=True)
class Shape:
    """A part of the body as a rounded box; the right of the body is left on the front."""

    region: Region
    side: Side
    x: int
    y: int
    width: int
    height: int
    round: int

    @property
    def middle(self) -> tuple[int, int]:
        return self.x + self.width // 2, self.y + self.height // 2


def _pair(
    side: Side,
    left: Region,
    right: Region,
    x: int,
    y: int,
    width: int,
    height: int,
    rounded: int,
) -> tuple[Shape, Shape]:
    """The same part on both sides; ``x`` is that on the left of the picture."""
    mirrored = WIDTH - x - width
    at_left, at_right = (right, left) if side == "front" else (left, right)
    return (
        Shape(
            region=at_left,
            side=side,
            x=x,
            y=y,
            width=width,
            height=height,
            round=rounded,
        ),
        Shape(
            region=at_right,
            side=side,
            x=mirrored,
            y=y,
            width=width,
            height=height,
            round=rounded,
        ),
    )


def _middle(
    side: Side, region: Region, y: int, width: int, height: int, rounded: int
) -> Shape:
    return Shape(
        region=region,
        side=side,
        x=(WIDTH - width) // 2,
        y=y,
        width=width,
        height=height,
        round=rounded,
    )


_R = Region
SHAPES: tuple[Shape, ...] = (
    _middle("front", _R.HEAD, 6, 44, 24, 20),
    _middle("front", _R.FACE, 31, 40, 34, 18),
    _middle("front", _R.NECK, 66, 24, 16, 6),
    *_pair("front", _R.L_SHOULDER, _R.R_SHOULDER, 42, 82, 28, 26, 12),
    _middle("front", _R.CHEST, 82, 56, 56, 10),
    _middle("front", _R.ABDOMEN, 139, 54, 44, 10),
    _middle("front", _R.GROIN, 184, 58, 26, 12),
    *_pair("front", _R.L_UPPER_ARM, _R.R_UPPER_ARM, 38, 109, 24, 46, 11),
    *_pair("front", _R.L_FOREARM, _R.R_FOREARM, 32, 156, 22, 50, 10),
    *_pair("front", _R.L_HAND, _R.R_HAND, 26, 207, 24, 30, 11),
    *_pair("front", _R.L_THIGH, _R.R_THIGH, 70, 211, 28, 70, 12),
    *_pair("front", _R.L_KNEE, _R.R_KNEE, 71, 282, 26, 26, 12),
    *_pair("front", _R.L_SHIN, _R.R_SHIN, 72, 309, 24, 72, 11),
    *_pair("front", _R.L_FOOT, _R.R_FOOT, 66, 382, 30, 24, 10),
    _middle("back", _R.BACK_OF_HEAD, 6, 44, 59, 20),
    _middle("back", _R.NAPE, 66, 24, 16, 6),
    *_pair("back", _R.L_SHOULDER_BACK, _R.R_SHOULDER_BACK, 42, 82, 28, 26, 12),
    _middle("back", _R.UPPER_BACK, 82, 56, 56, 10),
    _middle("back", _R.LOWER_BACK, 139, 54, 40, 10),
    _middle("back", _R.BUTTOCKS, 180, 60, 34, 14),
    *_pair("back", _R.L_ARM_BACK, _R.R_ARM_BACK, 38, 109, 24, 46, 11),
    *_pair("back", _R.L_ELBOW, _R.R_ELBOW, 32, 156, 22, 50, 10),
    *_pair("back", _R.L_THIGH_BACK, _R.R_THIGH_BACK, 70, 215, 28, 74, 12),
    *_pair("back", _R.L_CALF, _R.R_CALF, 72, 290, 25, 84, 12),
    *_pair("back", _R.L_HEEL, _R.R_HEEL, 68, 375, 28, 28, 12),
)
SIDES: dict[Side, tuple[Shape, ...]] = {
    "front": tuple(shape for shape in SHAPES if shape.side == "front"),
    "back": tuple(shape for shape in SHAPES if shape.side == "back"),
}
