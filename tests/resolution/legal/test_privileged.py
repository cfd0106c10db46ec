"""Words of counsel, planted and then looked for: in a package, and in all that the API gives."""

from __future__ import annotations

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings

from anlan.base.typeset import typeset
from anlan.cases.models import Case, Party, Task
from anlan.evidence import jobs
from anlan.evidence import services as evidence
from anlan.evidence.enums import Masking, Purpose
from anlan.evidence.packaging import papers
from anlan.evidence.selectors import every_exhibit_of
from anlan.evidence.services import packages
from anlan.ledger.models import Entry
from anlan.play.signing import signer_at_hand
from anlan.resolution.legal.models import CounselQuestion
from tests.api.conftest import (
    Api,
    _hour_of_the_scene,  # noqa: F401 -- a fixture: tokens hold at its hour
    give_token,
)
from tests.api.test_operations import _operations
from tests.evidence.keeping import photo
from tests.evidence.test_packages import POLICE
from tests.evidence.told import party as victim
from tests.resolution.legal.advised import SECRET, asked, engaged, given
from tests.scene import Scene

ASKED = "甲方底线问到第三遍"
CANARIES = (SECRET, ASKED)


@pytest.fixture(autouse=True)
def _folders(tmp_path: Path) -> Iterator[None]:
    changed = {"DATA": tmp_path, "KEYS": tmp_path / "keys", "BACKUP_VAULT": None}
    with override_settings(**changed), signer_at_hand():
        yield


@pytest.fixture
def question(scene: Scene) -> CounselQuestion:
    """In a case with a victim, evidence and an answer of counsel."""
    case = scene.incident().case
    victim(scene, case)
    photo(scene, case)
    made = asked(scene, engaged(scene, case), words=f"能否和解？{ASKED}")
    given(scene, made)
    return made


def spellings(words: str) -> Iterator[bytes]:
    """The ways in which a file may hold them."""
    for encoding in ("utf-8", "utf-16-be", "utf-16-le", "gb18030"):
        yield words.encode(encoding)
    yield json.dumps(words)[1:-1].encode()


def holds(content: bytes) -> list[str]:
    return [
        canary
        for canary in CANARIES
        if any(spelling in content for spelling in spellings(canary))
    ]


def unpacked(content: bytes) -> Iterator[bytes]:
    """It, and whatever lies in it: members of archives, streams of a PDF."""
    yield content
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield from unpacked(archive.read(name))
    elif content.startswith(b"\x1f\x8b"):
        yield from unpacked(gzip.decompress(content))
    elif content.startswith(b"%PDF"):
        for stream in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
            try:
                yield zlib.decompress(stream)
            except zlib.error:  # it is not compressed, and was looked at as it is
                continue


def test_what_is_looked_for_would_be_found(question: CounselQuestion):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/b.json", json.dumps({"opinion": SECRET}))
        archive.writestr("c.gz", gzip.compress(ASKED.encode()))
    outer = io.BytesIO()
    with zipfile.ZipFile(outer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.zip", inner.getvalue())

    found = {one for part in unpacked(outer.getvalue()) for one in holds(part)}
    assert found == set(CANARIES)


def test_no_word_of_an_opinion_is_in_a_package(
    scene: Scene, question: CounselQuestion, monkeypatch: pytest.MonkeyPatch
):
    """Letters of a PDF are numbers of a font: of the papers what was set is looked at."""
    case, said = question.case, []

    def heard(document: Path, page: Any, **more: Any) -> Any:
        said.append(repr(page))
        return typeset(document, page, **more)

    monkeypatch.setattr(papers, "typeset", heard)
    package = evidence.ask_package(
        case=case,
        exhibits=every_exhibit_of(case),
        purpose=Purpose.POLICE,
        masking=Masking.NONE,
        recipient=POLICE,
        acknowledged="第二块硬盘正在采购",
        by=scene.manager,
        at=scene.at,
    )
    assert jobs.make_packages(at=scene.at) == 1
    whole = packages.path_of(package).read_bytes()

    parts = list(unpacked(whole))
    assert len(parts) > 10
    assert str(case.uid).encode() in b"".join(parts)
    assert [one for part in parts for one in holds(part)] == []
    assert said
    assert [one for page in said for one in holds(page.encode())] == []


def addresses(uids: list[UUID], number: str) -> Iterator[str]:
    """Every GET of the API, with each of these where it takes one."""
    for method, path, _operation in _operations():
        if method != "GET":
            continue
        for uid in uids if "{uid}" in path else uids[:1]:
            names = {"number": number, "uid": uid, "service": "110"}
            yield path.removeprefix("/api/v1").format(**names)


def known(case: Case, question: CounselQuestion) -> list[UUID]:
    """What somebody without the right might try."""
    opinion = question.opinions.get()
    rows: list[Any] = [
        *(question, opinion, question.engagement, question.engagement.lawyer),
        *(case, Party.objects.get(case=case), every_exhibit_of(case)[0]),
        Task.objects.get(key=f"counsel:{question.uid}"),
    ]
    return [row.uid for row in rows]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wangjianguo", "zhoumin", "xuqing"])
def test_no_get_of_the_api_gives_them_to_who_has_no_right(
    scene: Scene, question: CounselQuestion, name: str
):
    """A guard, the duty officer, the investigator; each with every scope there is."""
    case = question.case
    api = Api(give_token(scene.person(name), scene.at))
    tried = list(dict.fromkeys(addresses(known(case, question), case.number)))
    assert len(tried) > 100

    answered = 0
    for path in tried:
        answer = api.get(path)
        answered += answer.status == 200
        body = answer.body if isinstance(answer.body, bytes) else repr(answer.body)
        content = body.encode() if isinstance(body, str) else body
        assert [one for part in unpacked(content) for one in holds(part)] == [], path
    assert answered > 10
    assert not Entry.objects.filter(kind="legal.opinion_read").exists()


def test_who_has_the_right_is_given_them(scene: Scene, question: CounselQuestion):
    api = Api(give_token(scene.manager, scene.at))
    tried = addresses(known(question.case, question), question.case.number)
    found = {
        one
        for path in tried
        if "counsel" in path
        for one in holds(repr(api.get(path).body).encode())
    }
    assert found == {ASKED}
    reading = f"/opinions/{question.opinions.get().uid}/reading"
    assert holds(repr(api.post(reading).body).encode()) == [SECRET]
    for name in ("wangjianguo", "zhoumin", "xuqing"):
        answer = Api(give_token(scene.person(name), scene.at)).post(reading)
        assert answer.status in {403, 404}
