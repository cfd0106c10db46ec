"""One entry: whether its body, digest, data and columns are still as they were made."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeAlias

import orjson

from anlan.base.digest import canonical_json
from anlan.ledger.models import LEAF, VERSION
from anlan.ledger.references import Speaking
from anlan.ledger.verify.findings import Finding

# What `COLUMNS` asks for, if nobody put something else there. Plain tuples: building a
# model for each entry would take nine tenths of the time.
Row: TypeAlias = tuple[
    int, bytes, Any, bytes | None, bytes | None, str, str, str, str, str, str, bool
]

# The times are asked for as text: turning each into a datetime only to compare it with
# text would cost more than all digests. A plus hides a column's type, and so spares the
# converters of SQLite, where a time is kept as "2026-11-23 06:02:31[.123456]" in UTC.
_COLUMNS = "seq, body, digest, data, salt, kind, subject, object, actor"
_TIME = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')"
COLUMNS = {
    "sqlite": f"{_COLUMNS}, +happened_at, +recorded_at, +exercise",
    "postgresql": f"{_COLUMNS}, {_TIME.format('happened_at')}, "
    f"{_TIME.format('recorded_at')}, exercise",
}

_ALWAYS = {"v", "org", "site", "seq", "prev", "kind", "subject", "actor", "data"}
_ALWAYS |= {"happened", "recorded"}
_EXERCISE = ',"exercise":1'
_OBJECT = ',"object":"%s"'
_is_via = re.compile(rb',"via":"[^"]+"}').fullmatch


def is_as_made(row: Row, prev: bytes, organisation_id: int, site_id: int) -> bool:
    """Whether an entry is, byte for byte, what `services.link` makes of its columns.

    Recomputes both digests and writes the body anew; the one field of it that has no
    column here is how the entry came. This runs for every entry there is and must be
    quick: what it does not know at once, as an entry on somebody's behalf, it denies,
    and `explain` finds out whether anything is wrong.
    """
    (
        seq,
        body,
        digest,
        data,
        salt,
        kind,
        subject,
        thing,
        actor,
        happened,
        recorded,
        exercise,
    ) = row
    try:
        made = (
            f'{{"actor":"{actor}","data":"{sha256(salt + data).hexdigest()}"'  # type: ignore[operator]
            f"{_EXERCISE if exercise else ''}"
            f',"happened":"{_utc(happened)}","kind":"{kind}"'
            f"{_OBJECT % thing if thing else ''}"
            f',"org":{organisation_id},"prev":"{prev.hex()}"'
            f',"recorded":"{_utc(recorded)}","seq":{seq},"site":{site_id}'
            f',"subject":"{subject}","v":{VERSION}'
        ).encode()
        rest = body[len(made) :]
        return (
            body.startswith(made)
            and (rest == b"}" or _is_via(rest) is not None)
            and sha256(LEAF + body).digest() == digest
            # Else one column could hold the text of several fields.
            and '"' not in kind
            and '"' not in subject
            and '"' not in thing
            and '"' not in actor
            and b"\\" not in body
        )
    except (AttributeError, TypeError, ValueError):
        return False  # something is no bytes, no text, or nothing


def explain(row: Row, prev: object, finding: Finding) -> Speaking | None:
    """Say what is wrong with an entry, field by field.

    Returns:
        What the entry speaks of as its body has it (a column may lie), or nothing if
        the data is not what it was made with.
    """
    seq, body, digest, data, salt, *_columns = row
    if data is None:
        finding.blank_entries.add(seq)
    if not all(isinstance(value, bytes | None) for value in (body, digest, data, salt)):
        finding.say(seq, "body", "it, its digest, data or salt are no bytes")
        return None
    if sha256(LEAF + body).digest() != digest:
        finding.say(seq, "digest", "it is not the digest of the body")
    said = _read(body)
    if said is None:
        finding.say(seq, "body", "it cannot be read")
        return None
    if not isinstance(prev, bytes) or said["prev"] != prev.hex():
        finding.say(seq, "prev", "it does not continue the entry before it")
    _name_wrong_columns(said, row, finding)
    if data is None:
        return None
    if sha256((salt or b"") + data).hexdigest() != said["data"]:
        finding.say(seq, "data", "it is not what the entry was made with")
        return None
    kind, subject, thing = said["kind"], said["subject"], said.get("object", "")
    return Speaking(seq, str(kind), str(subject), str(thing), data)


def _read(body: bytes) -> dict[str, Any] | None:
    """What the body says, if it says all that every entry says, in the one way to say it."""
    try:
        said = orjson.loads(body)
        is_canonical = isinstance(said, dict) and canonical_json(said) == body
    except (TypeError, ValueError):
        return None
    if not is_canonical or not said.keys() >= _ALWAYS or said["v"] != VERSION:
        return None
    return dict(said)


def _name_wrong_columns(said: dict[str, Any], row: Row, finding: Finding) -> None:
    seq, *_contents, kind, subject, thing, actor, happened, recorded, exercise = row
    columns = {
        "seq": (said["seq"], seq),
        "organisation_id": (said["org"], finding.organisation_id),
        "site_id": (said["site"], finding.site_id),
        "kind": (said["kind"], kind),
        "subject": (said["subject"], subject),
        "object": (said.get("object", ""), thing),
        "actor": (said["actor"], actor),
        "exercise": (bool(said.get("exercise")), bool(exercise)),
        "happened_at": (said["happened"], _utc(happened)),
        "recorded_at": (said["recorded"], _utc(recorded)),
    }
    for name, (in_body, in_column) in columns.items():
        if in_body != in_column:
            finding.say(seq, name, "the column differs from the body")


@lru_cache(maxsize=64)  # an entry mostly happened when it was recorded
def _utc(stored: str) -> str:
    """A column's time as a body says it; nothing if it could be more than a time."""
    text = str(stored).replace(" ", "T")
    if '"' in text:
        return ""
    return f"{text}Z" if len(text) == 26 else f"{text}.000000Z"
