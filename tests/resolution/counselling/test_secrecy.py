"""Database, data folder and every key of the server together give no word of a note."""

from __future__ import annotations

import base64
import contextlib
import itertools
import json
import logging
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core import serializers
from django.db import connection
from django.test import Client, RequestFactory
from django.views.debug import ExceptionReporter
from pytest_django import Settings

from anlan.base import crypto, sealing
from anlan.base.sealing import SealBroken
from anlan.cases.models import Task
from anlan.cases.selectors import entries_about
from anlan.cases.selectors.trail import actors_in, trail_page
from anlan.notify.models import Message
from anlan.resolution.counselling.models import CounsellorKey, SealedNote
from anlan.resolution.counselling.selectors import bound_of
from tests.moment import forget_counts
from tests.resolution.counselling.cared import (
    PASSPHRASE,
    SECRET,
    agreed,
    keyed,
    linan,
    noted,
)

pytestmark = pytest.mark.both_deep
PLANTED = "PLANTED-7f3a-word"
TEXT = f"{SECRET} {PLANTED}"


@pytest.fixture(autouse=True)
def _no_counts() -> None:
    forget_counts()


def encodings(text: str) -> Iterator[bytes]:
    """As somebody who searches a stolen disk would look for it."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "utf-7"):
        raw = text.encode(encoding)
        yield raw
        yield raw.hex().encode()
        yield raw.hex().upper().encode()
        for shift in range(3):  # wherever it begins in a longer text
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                yield encode(bytes(shift) + raw)[shift + 2 : -4]
    yield json.dumps(text)[1:-1].encode()
    yield quote(text).encode()
    yield text[::-1].encode()


def dump(folder: Path) -> list[bytes]:
    """Every row of every table, raw, and every file of the data folder."""
    found = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')  # noqa: S608 -- our own table
            for row in cursor.fetchall():
                for cell in row:
                    raw = (
                        bytes(cell)
                        if isinstance(cell, bytes | memoryview)
                        else str(cell).encode()
                    )
                    found.append(raw)
    rows = SealedNote.objects.all()
    found.append(serializers.serialize("json", rows).encode())
    found += [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return found


def unpacked(raw: bytes) -> Iterator[bytes]:
    yield raw
    with contextlib.suppress(ValueError):
        yield base64.b64decode(raw, validate=True)
    with contextlib.suppress(zlib.error):
        yield zlib.decompress(raw)


@pytest.fixture
def stolen(scene, case, sign_in, settings: Settings, tmp_path: Path, caplog):
    """A note was written, opened and read over the pages; then all of it is copied."""
    caplog.set_level(logging.DEBUG)
    settings.KEYS = tmp_path / "keys"
    made = keyed(scene)
    care = agreed(scene, case)
    client: Client = sign_in("linan")
    client.post(
        f"/counselling/people/{care.uid}/",
        {"request_id": "6b2f1e52-7a0e-4a2f-9d43-4a3b1a2c3d4e", "text": TEXT},
    )
    client.post("/counselling/opening/", {"passphrase": PASSPHRASE})
    page = client.get(f"/counselling/people/{care.uid}/").content.decode()
    assert PLANTED in page  # what is looked for was really there
    crypto.ensure_keys(django_settings.KEYS)
    copy = tmp_path / "copy"
    shutil.copytree(tmp_path, copy, ignore=shutil.ignore_patterns("copy"))
    return made, dump(copy), caplog.text.encode()


def test_no_word_is_found_in_any_encoding(stolen) -> None:
    made, found, log = stolen
    needles = [one for text in (PLANTED, SECRET, TEXT) for one in encodings(text)]
    needles += list(encodings(PASSPHRASE))
    for sheet in (made.sheets.first, made.sheets.second):
        needles += ["".join(sheet).encode(), " ".join(sheet).encode()]

    hits = [
        needle
        for raw in (*found, log)
        for looked in unpacked(raw)
        for needle in needles
        if needle in looked
    ]

    assert hits == []


def test_the_search_would_find_what_lay_open(stolen) -> None:
    """The same search over a row that somebody forgot to seal."""
    _made, found, _log = stolen
    found = [*found, base64.b64encode(TEXT.encode()), TEXT.encode("utf-16-le")]

    assert sum(one in raw for raw in found for one in encodings(PLANTED)) >= 2


def test_no_key_of_the_server_opens_it(stolen) -> None:
    """Nor anything of 32 bytes that lies anywhere in the copy."""
    made, found, _log = stolen
    (note,) = SealedNote.objects.select_related("care__case", "author", "sealing_key")
    value, bound = base64.b64decode(note.sealed), bound_of(note)
    ring = crypto.load_keys(django_settings.KEYS)
    tried = {*ring.field_keys.values(), ring.blind_key}
    tried |= {django_settings.SECRET_KEY.encode()[:32].ljust(32, b"\0")}
    for raw in found:
        tried |= {raw[i : i + 32] for i in range(0, max(1, len(raw) - 31), 8)}
        with contextlib.suppress(ValueError):
            tried.add(bytes.fromhex(raw.decode("ascii").strip())[:32])
    keys = {one for one in itertools.islice(sorted(tried), 4000) if len(one) == 32}
    assert len(keys) > 100

    for key in {*keys, *ring.field_keys.values(), ring.blind_key}:
        with pytest.raises(SealBroken):
            sealing.unseal(value, key=key, bound=bound)
    row = CounsellorKey.objects.get(pk=made.key.pk)
    for guess in (django_settings.SECRET_KEY, "", str(row.uid), "anlan-demo-2026"):
        with pytest.raises(SealBroken):
            sealing.unlock(
                bytes(row.locked),
                passphrase=guess,
                bound=sealing.packed(
                    b"counselling.key", row.user.uid.bytes, row.uid.bytes
                ),
            )


def test_a_fault_shows_no_note(scene, case, settings, monkeypatch) -> None:
    """Django's own report of an error is what would be mailed."""
    keyed(scene)
    care = agreed(scene, case)
    settings.DEBUG = False
    sealing_seal = sealing.seal

    def broken(text, **more):
        raise RuntimeError("a fault")

    sealing.seal = broken
    try:
        noted(scene, care, TEXT)
    except RuntimeError as error:
        request = RequestFactory().post("/counselling/")
        report = ExceptionReporter(request, type(error), error, error.__traceback__)
        frames = report.get_traceback_data()["frames"]
    finally:
        sealing.seal = sealing_seal
    ours = [frame for frame in frames if "/counselling/services/" in frame["filename"]]
    assert ours
    assert PLANTED not in str([frame["vars"] for frame in ours])


def test_the_whole_record_tells_nothing_of_it(scene, case) -> None:
    """Neither what nor by whom; nor that somebody was called about it at that minute."""
    keyed(scene)
    care = agreed(scene, case)
    noted(scene, care, is_risk=True)
    sent = Message.objects.filter(kind__startswith="counselling.")
    called = {f"message:{message.uid}" for message in sent}
    tasks = {f"task:{task.uid}" for task in Task.objects.all() if task.is_personal}
    told = {entry.object for entry in entries_about({case.subject})}
    assert called & told
    assert tasks & told

    page = trail_page(case, scene.manager, page=500)

    kinds = {one.line.kind for one in page.lines}
    assert not any(kind.startswith("counselling.") for kind in kinds)
    assert not (called | tasks) & {one.line.thing for one in page.lines}
    name = linan(scene).name
    assert name not in {one.who for one in page.lines}
    assert name not in dict(actors_in(case)).values()
