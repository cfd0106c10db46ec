"""A plan as a page without a script sends it: rows of fields, the empty ones left out."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict

from anlan.evidence.redaction_plan import MOST_BOXES, MOST_KEYS

_PLACE = ("x", "y", "width", "height")


def plan_from_rows(post: QueryDict) -> dict[str, Any]:
    """As ``plans.plan_from`` reads it; what is no number stays what it was, to be refused."""
    boxes = []
    for n in range(_count(post, "boxes", MOST_BOXES)):
        box = _box(post, f"box-{n}")
        if box is not None:
            boxes.append(box)
    spans = []
    for n in range(_count(post, "spans", MOST_BOXES)):
        begin, end = post.get(f"span-{n}-begin", ""), post.get(f"span-{n}-end", "")
        if (begin.strip() or end.strip()) and f"span-{n}-gone" not in post:
            fill = post.get(f"span-{n}-fill", "")
            spans.append({"begin": _ms(begin), "end": _ms(end), "fill": fill})
    said: dict[str, Any] = {"boxes": boxes, "spans": spans}
    if "sound" in post:
        said["sound"] = post["sound"]
    part = [post.get("part-begin", "").strip(), post.get("part-end", "").strip()]
    if any(part):
        said["part"] = [_ms(part[0] or "0"), _ms(part[1])]
    return said


def _box(post: QueryDict, name: str) -> dict[str, Any] | None:
    if f"{name}-gone" in post:
        return None
    keys = []
    for n in range(_count(post, f"{name}-keys", MOST_KEYS)):
        place = [post.get(f"{name}-key-{n}-{part}", "").strip() for part in _PLACE]
        if any(place):
            at = post.get(f"{name}-key-{n}-at", "0")
            keys.append([_ms(at), *(_whole(value) for value in place)])
    if not keys:
        return None
    return {
        "label": post.get(f"{name}-label", ""),
        "fill": post.get(f"{name}-fill", ""),
        "begin": _ms(post.get(f"{name}-begin") or "0"),
        "end": _ms(post.get(f"{name}-end") or "0"),
        "keys": sorted(keys, key=lambda key: str(key[0]).zfill(12)),
    }


def _count(post: QueryDict, name: str, most: int) -> int:
    said = post.get(name, "0")
    return min(int(said), most) + 1 if said.isdecimal() and len(said) < 6 else 0


def _whole(value: str) -> Any:
    return int(value) if value.isascii() and value.isdecimal() else value


def _ms(seconds: str) -> Any:
    """Seconds with a fraction, as milliseconds."""
    try:
        return round(float(seconds) * 1000)
    except (ValueError, OverflowError):
        return seconds
