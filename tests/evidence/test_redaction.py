"""Masked copies: what is covered stays covered, and nothing of the original comes along."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pytest_django import Settings

from anlan.accounts.models import User
from anlan.base import stores
from anlan.base.errors import Conflict, InvalidInput, NotAllowed
from anlan.cases.models import Case
from anlan.evidence import drawing, jobs, services
from anlan.evidence.drawing import BLOCKS, blocks_of, position_at, swept
from anlan.evidence.enums import (
    ExhibitState,
    Protection,
    RedactionFailure,
    RedactionState,
    Source,
)
from anlan.evidence.file_verification import verify_files
from anlan.evidence.models import Exhibit, Redaction
from anlan.evidence.redaction_plan import MOST_BOXES, Sight, plan_from
from anlan.evidence.selectors import exhibits_of
from anlan.evidence.selectors.redaction import masked_copies_of
from anlan.evidence.services.redaction import PlanChanged, folder, work_path
from anlan.ledger.verify import verify
from tests.evidence import masks
from tests.evidence.damages import flip_a_bit
from tests.evidence.masks import (
    HEIGHT,
    MARK,
    RATE,
    SECONDS,
    WIDTH,
    box,
    copy_of,
    fresh,
    mark_at,
)
from tests.evidence.told import begun as statement_begun
from tests.evidence.told import sound
from tests.incidents.story import entries, facts
from tests.scene import Scene

ID = UUID("6f2d3c1e-0000-4000-8000-000000000071")
STEP = 1000 // RATE
FOLLOWING = box(
    (0, *(a - 4 for a in mark_at(0)), MARK + 8, MARK + 8),
    (SECONDS * 1000, *(a - 4 for a in mark_at(SECONDS * 1000)), MARK + 8, MARK + 8),
)
SIGHT = Sight(kind="video", width=WIDTH, height=HEIGHT, milliseconds=4000, channels=1)


@pytest.fixture(autouse=True)
def _vault(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.RECORDINGS_ROOTS = [tmp_path]


@pytest.fixture
def case(scene: Scene) -> Case:
    return scene.incident().case


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return masks.film(tmp_path_factory.mktemp("clip") / "clip.mp4")


@pytest.fixture
def film(scene: Scene, case: Case, clip: Path) -> Exhibit:
    return masks.add(scene, case, clip.read_bytes())


@pytest.fixture
def photo(scene: Scene, case: Case) -> Exhibit:
    return masks.add(scene, case, masks.photo())


def result_path(redaction: Redaction) -> Path:
    assert redaction.state == RedactionState.DONE, redaction.failure
    assert redaction.result is not None
    return stores.primary().path_of(redaction.result.file.sha256)


def brightest(
    picture: Image.Image, area: tuple[int, int, int, int] | None = None
) -> int:
    part = picture.crop(area) if area else picture
    shades: Any = part.convert("L").getextrema()
    return int(shades[1])


class TestAFilm:
    def test_solid_box_is_on_each_picture_of_its_time_and_on_none_beside_it(
        self, scene, film
    ) -> None:
        area = (200, 20, 260, 80)
        still = box((1000, 200, 20, 60, 60), begin=1000, end=1960)

        made = masks.masked(scene, film, {"boxes": [still]})

        shown = masks.pictures(result_path(made))
        assert len(shown) == SECONDS * RATE
        black = [brightest(one, area) < 20 for one in shown]
        assert black == [1000 <= number * STEP <= 1960 for number in range(len(shown))]

    def test_what_is_on_the_screen_at_the_moment_is_covered(self, scene, film) -> None:
        """A moment within the time of a picture means that picture."""
        between = box((1030, 200, 20, 60, 60), begin=1030, end=1030)

        made = masks.masked(scene, film, {"boxes": [between]})

        shown = masks.pictures(result_path(made))
        black = [brightest(one, (200, 20, 260, 80)) < 20 for one in shown]
        assert [n for n, is_black in enumerate(black) if is_black] == [25]

    def test_moving_box_covers_what_moves_in_every_picture(self, scene, film) -> None:
        made = masks.masked(scene, film, {"boxes": [FOLLOWING]})

        shown = masks.pictures(result_path(made))
        assert [n for n, one in enumerate(shown) if brightest(one) > 150] == []
        # The test could fail: the square is there in the original.
        before = masks.pictures(stores.primary().path_of(film.file.sha256))
        assert all(brightest(one) > 200 for one in before)

    def test_moments_of_an_uneven_film_stay_what_they_were(
        self, scene, case, tmp_path
    ) -> None:
        uneven = masks.film(tmp_path / "even.mp4", seconds=2)
        dropped = tmp_path / "uneven.mp4"
        masks.run(
            *("ffmpeg", "-v", "error", "-i", str(uneven), "-an", "-fps_mode", "vfr"),
            *("-vf", "select='not(between(n,10,14)+eq(n,30))'", str(dropped)),
        )
        exhibit = masks.add(scene, case, dropped.read_bytes())
        hidden = {**FOLLOWING, "end": 1960, "keys": [*FOLLOWING["keys"]]}
        hidden["keys"][1] = [1960, *(a - 4 for a in mark_at(1960)), MARK + 8, MARK + 8]

        made = masks.masked(scene, exhibit, {"boxes": [hidden]})

        assert times_of(result_path(made)) == pytest.approx(
            times_of(dropped), abs=0.002
        )
        shown = masks.pictures(result_path(made))
        assert all(brightest(one) < 150 for one in shown)

    def test_turned_film_is_drawn_upright(self, scene, case, clip, tmp_path) -> None:
        turned = tmp_path / "turned.mp4"
        masks.run(
            *("ffmpeg", "-v", "error", "-i", str(clip), "-c", "copy"),
            *("-metadata:s:v:0", "rotate=90", str(turned)),
        )
        exhibit = masks.add(scene, case, turned.read_bytes())
        draft = masks.begun(scene, exhibit)
        assert (draft.width, draft.height) == (HEIGHT, WIDTH)
        whole = box((0, 0, 0, HEIGHT, WIDTH), end=4000)

        made = masks.masked(scene, exhibit, {"boxes": [whole]})

        assert masks.size_of(result_path(made)) == (HEIGHT, WIDTH)
        assert all(brightest(one) < 20 for one in masks.pictures(result_path(made)))

    @pytest.mark.parametrize("size", [(322, 240), (321, 241)])
    def test_odd_sizes(self, scene, case, tmp_path, size) -> None:
        path = tmp_path / "odd.mkv"
        masks.run(
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-t", "0.4", "-i"),
            *(f"color=white:s={size[0]}x{size[1]}:r=25", "-c:v", "ffv1", str(path)),
        )
        exhibit = masks.bring(scene, case, path)
        draft = masks.begun(scene, exhibit)
        whole = box((0, 0, 0, draft.width, draft.height), end=400)

        made = masks.masked(scene, exhibit, {"boxes": [whole]})

        assert all(brightest(one) < 20 for one in masks.pictures(result_path(made)))

    def test_coarse_pixels_leave_no_more_than_the_bound(
        self, scene, case, tmp_path
    ) -> None:
        """However large the box is, the part has few colours: measured on the copy."""
        path = tmp_path / "noise.mp4"
        masks.run(
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i"),
            *("nullsrc=s=320x240:r=25:d=0.4,geq=random(1)*255:128:128", str(path)),
        )
        exhibit = masks.add(scene, case, path.read_bytes())
        coarse = box((0, 20, 20, 240, 180), end=400, fill="pixels")

        made = masks.masked(scene, exhibit, {"boxes": [coarse]})

        picture = masks.pictures(result_path(made))[3].convert("L")
        line = picture.crop((26, 60, 254, 61)).tobytes()
        jumps = sum(abs(a - b) > 6 for a, b in pairwise(line))
        assert jumps <= BLOCKS * 4  # an edge may take some pixels
        noise = picture.crop((26, 230, 254, 231)).tobytes()
        assert sum(abs(a - b) > 6 for a, b in pairwise(noise)) > 100


class TestNothingComesAlong:
    def test_of_a_film(self, scene, film, clip) -> None:
        made = masks.masked(scene, film, {"boxes": [FOLLOWING]})

        path = result_path(made)
        said = masks.streams(path)
        assert [one["codec_type"] for one in said["streams"]] == ["video"]
        assert said["chapters"] == []
        assert set(said["format"].get("tags", {})) <= {
            *("major_brand", "minor_version", "compatible_brands"),
        }
        content = path.read_bytes()
        for secret in (
            b"SECRET",
            b"+30.2741",
            b"Exif",
            b"JFIF",
            b"udta\x00\x00\x00\x00",
        ):
            assert secret not in content
        assert not hashes(path) & hashes(clip)  # not one picture as it was
        assert b"SECRET" in clip.read_bytes()

    def test_of_a_film_with_a_cover_subtitles_and_chapters(
        self, scene, case, clip, tmp_path
    ) -> None:
        cover, words, marks = (tmp_path / n for n in ("c.jpg", "w.srt", "m.txt"))
        cover.write_bytes(masks.photo())
        words.write_text("1\n00:00:00,000 --> 00:00:02,000\nSECRETWORDS\n")
        marks.write_text(
            ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1000\ntitle=SECRET\n"
        )
        full = tmp_path / "full.mp4"
        masks.run(
            *("ffmpeg", "-v", "error", "-i", str(clip), "-i", str(cover)),
            *(
                "-i",
                str(words),
                "-i",
                str(marks),
                "-map",
                "0",
                "-map",
                "1",
                "-map",
                "2",
            ),
            *("-map_metadata", "3", "-c", "copy", "-c:s", "mov_text"),
            *("-disposition:v:1", "attached_pic", str(full)),
        )
        exhibit = masks.add(scene, case, full.read_bytes())
        plan = {"boxes": [FOLLOWING], "sound": "kept"}

        made = masks.masked(scene, exhibit, plan)

        said = masks.streams(result_path(made))
        assert sorted(s["codec_type"] for s in said["streams"]) == ["audio", "video"]
        assert said["chapters"] == []
        assert b"SECRET" not in result_path(made).read_bytes()

    @pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
    def test_of_a_photo(self, scene, case, kind) -> None:
        original = masks.photo(kind)
        exhibit = masks.add(scene, case, original)

        made = masks.masked(scene, exhibit, {"boxes": [box((0, 90, 70, 100, 100))]})

        content = result_path(made).read_bytes()
        for secret in (b"SECRET", b"Exif", b"GPS", b"ICC_PROFILE", b"Photoshop"):
            assert secret not in content
        with Image.open(result_path(made)) as shown:
            assert (dict(shown.getexif()), shown.size) == ({}, (640, 480))
            assert brightest(shown.convert("RGB")) < 120
        assert content.count(b"\xff\xd8\xff") <= 1  # no picture inside the picture

    def test_turned_photo_is_drawn_upright(self, scene, case) -> None:
        with Image.open(stores_bytes(masks.photo())) as one:
            exif = one.getexif()
            exif[274] = 6
            file = stores_bytes(b"")
            one.save(file, "JPEG", exif=exif)
        exhibit = masks.add(scene, case, file.getvalue())
        draft = masks.begun(scene, exhibit)
        assert (draft.width, draft.height) == (480, 640)

        left = box((0, 480 - 170, 90, 100, 100))
        made = masks.masked(scene, exhibit, {"boxes": [left]})

        with Image.open(result_path(made)) as shown:
            assert brightest(shown) < 120


class TestSound:
    def test_is_left_out_unless_it_is_asked_for(self, scene, film) -> None:
        made = masks.masked(scene, film, {"boxes": [FOLLOWING]})
        kinds = {s["codec_type"] for s in masks.streams(result_path(made))["streams"]}
        assert kinds == {"video"}

    @pytest.mark.parametrize("fill", ["silent", "beep"])
    def test_of_a_span_is_gone_and_the_rest_is_there(self, scene, film, fill) -> None:
        span = {"begin": 1000, "end": 2000, "fill": fill}
        plan = {"boxes": [FOLLOWING], "sound": "kept", "spans": [span]}

        made = masks.masked(scene, film, plan)

        path = result_path(made)
        _, before = masks.loudness(path, 0.2, 0.9)
        volume, during = masks.loudness(path, 1.05, 1.95)
        _, after = masks.loudness(path, 2.1, 2.9)
        assert during < before / 50
        assert after == pytest.approx(before, rel=0.2)
        assert (volume > 500) == (fill == "beep")

    def test_a_recording_of_a_voice(self, scene, case, tmp_path) -> None:
        path = tmp_path / "voice.wav"
        masks.run(
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i"),
            *("sine=frequency=440:duration=3", "-metadata", "title=SECRET", str(path)),
        )
        exhibit = masks.add(scene, case, path.read_bytes())
        span = {"begin": 500, "end": 1500, "fill": "beep"}

        made = masks.masked(scene, exhibit, {"spans": [span]})

        assert copy_of(made).kind == "audio"
        assert masks.loudness(result_path(made), 0.55, 1.45)[1] < 40
        assert masks.loudness(result_path(made), 1.6, 2.5)[1] > 500
        assert b"SECRET" not in result_path(made).read_bytes()
        with pytest.raises(InvalidInput, match="只能遮盖其中的时段"):
            masks.drawn(scene, masks.begun(scene, exhibit), {"sound": "removed"})


class TestAPart:
    """From one moment to another: nothing else is in the copy."""

    STILL = box((0, 280, 200, 30, 30), begin=0, end=SECONDS * 1000)

    def test_pictures_are_those_of_the_part(self, scene, film) -> None:
        made = masks.masked(scene, film, {"boxes": [self.STILL], "part": [1000, 2500]})

        shown = masks.pictures(result_path(made))
        assert len(shown) == 38  # at 1.00, 1.04 … 2.48
        for number, picture in enumerate(shown):
            left, top = mark_at(1000 + number * STEP)
            inside = (left + 2, top + 2, left + MARK - 2, top + MARK - 2)
            shades: Any = picture.crop(inside).convert("L").getextrema()
            assert shades[0] > 200
            assert brightest(picture, (282, 202, 308, 228)) < 20
        said = masks.streams(result_path(made))
        assert float(said["format"]["duration"]) == pytest.approx(1.52, abs=0.05)
        assert made.recipe["part"] == made.plan["part"] == [1000, 2500]
        title = copy_of(made).title
        assert title == f"打码副本：{film.code} 的 0:01.000–0:02.500"
        assert verify().is_sound

    def test_sound_begins_with_it(self, scene, film) -> None:
        """Its spans count from the beginning of the original, as all times do."""
        span = {"begin": 1500, "end": 2000, "fill": "silent"}
        late = {"begin": 3000, "end": 3500, "fill": "silent"}
        plan = {
            "boxes": [self.STILL],
            "sound": "kept",
            "spans": [span, late],
            "part": [1000, 3000],
        }

        made = masks.masked(scene, film, plan)

        path = result_path(made)
        _, before = masks.loudness(path, 0.1, 0.45)
        _, during = masks.loudness(path, 0.55, 0.95)
        _, after = masks.loudness(path, 1.1, 1.9)
        assert during < before / 50
        assert after == pytest.approx(before, rel=0.2)
        lengths = [float(s["duration"]) for s in masks.streams(path)["streams"]]
        assert lengths == pytest.approx([2, 2], abs=0.08)

    def test_of_a_voice(self, scene, case, tmp_path) -> None:
        path = tmp_path / "voice.wav"
        masks.run(
            *("ffmpeg", "-v", "error", "-f", "lavfi", "-i"),
            *("sine=frequency=440:duration=3", str(path)),
        )
        exhibit = masks.add(scene, case, path.read_bytes())
        span = {"begin": 500, "end": 1500, "fill": "beep"}

        made = masks.masked(scene, exhibit, {"spans": [span], "part": [1000, 2000]})

        assert masks.loudness(result_path(made), 0.05, 0.45)[1] < 40
        assert masks.loudness(result_path(made), 0.6, 0.95)[1] > 500
        (sound,) = masks.streams(result_path(made))["streams"]
        assert float(sound["duration"]) == pytest.approx(1, abs=0.08)

    def test_box_outside_of_it_hides_nobody(self, scene, film) -> None:
        outside = box((3000, 200, 20, 60, 60), begin=3000, end=3500)
        draft = masks.drawn(
            scene,
            masks.begun(scene, film),
            {"boxes": [outside], "part": [0, 2000]},
        )

        with pytest.raises(InvalidInput, match="先画框"):
            services.ask_masked_copy(
                redaction=draft, version=draft.version, by=scene.officer, at=scene.at
            )

    @pytest.mark.parametrize(
        "part",
        [
            *([1000, 900], [1000, 1100], [0, 4001], [-1, 2000], [1000], [0, "2000"]),
            *({"begin": 0}, [0.5, 2000], "all", [1000, 2000, 3000]),
        ],
    )
    def test_that_is_none_is_refused(self, part: Any) -> None:
        with pytest.raises(InvalidInput) as refusal:
            plan_from({"part": part}, SIGHT)

        assert refusal.value.path == "part"

    def test_of_a_photo_there_is_none(self) -> None:
        with pytest.raises(InvalidInput, match="照片没有"):
            plan_from({"part": [0, 1000]}, Sight(kind="image", width=9, height=9))

    def test_that_is_all_is_no_part(self) -> None:
        assert plan_from({"part": [0, 4000]}, SIGHT) == plan_from({}, SIGHT)
        kept = plan_from({"part": [0, 3000]}, SIGHT)
        assert plan_from(kept.as_json(), SIGHT) == kept
        assert "part" not in plan_from({}, SIGHT).as_json()


@pytest.mark.both
class TestTheCopy:
    def test_is_an_exhibit_of_its_own_that_names_its_original(
        self, scene, case, photo
    ) -> None:
        made = masks.masked(scene, photo, {"boxes": [box((0, 90, 70, 100, 100))]})

        copy = copy_of(made)
        assert copy.derived_from == photo
        assert (copy.source, copy.kind, copy.title) == (
            Source.MASKED,
            "photo",
            f"打码副本：{photo.code}",
        )
        assert masked_copies_of(photo, scene.officer) == [copy]
        (told,) = facts(case, "evidence.redaction_made")
        assert told == {
            "code": copy.code,
            "original": photo.code,
            "sha256": copy.file.sha256,
            "original_sha256": photo.file.sha256,
            "bytes_count": copy.file.size,
            "recipe_digest": told["recipe_digest"],
        }
        assert made.recipe["inputs"] == [photo.file.sha256]
        assert made.recipe["plan"]["boxes"][0]["keys"] == [[0, 90, 70, 100, 100]]
        assert verify().is_sound
        assert verify_files(deep=True).problems == []
        assert not work_path(made).exists()

    def test_keeps_the_protection_of_its_original(self, scene, case) -> None:
        exhibit = masks.add(scene, case, masks.photo())
        Exhibit.objects.filter(pk=exhibit.pk).update(protection=Protection.INJURY)
        exhibit.refresh_from_db()

        made = masks.masked(scene, exhibit, {"boxes": [box((0, 90, 70, 100, 100))]})

        assert copy_of(made).protection == Protection.INJURY
        captain = scene.person("sunlei")
        assert made.result not in exhibits_of(case, captain)
        assert masked_copies_of(exhibit, captain) == []
        with pytest.raises(NotAllowed):
            services.begin_redaction(exhibit=exhibit, by=captain, at=scene.at)

    def test_of_a_statement_is_read_by_who_reads_the_statement(
        self, scene, case
    ) -> None:
        statement = statement_begun(scene, case)
        services.add_recording(
            statement=statement,
            chunks=[sound(3)],
            is_told=True,
            by=scene.guard,
            at=scene.at,
        )
        exhibit = Exhibit.objects.get(file_of__statement=statement)
        span = {"begin": 0, "end": 50, "fill": "silent"}

        made = masks.masked(scene, exhibit, {"spans": [span]})

        assert made.result in exhibits_of(case, scene.officer)
        assert made.result in exhibits_of(case, scene.guard)  # who wrote it down
        assert made.result not in exhibits_of(case, scene.next_guard)
        assert made.result not in exhibits_of(case, scene.person("sunlei"))

    def test_is_not_masked_again(self, scene, photo) -> None:
        made = masks.masked(scene, photo, {"boxes": [box((0, 90, 70, 100, 100))]})

        with pytest.raises(Conflict, match="从原件重新打码"):
            services.begin_redaction(
                exhibit=copy_of(made), by=scene.officer, at=scene.at
            )

    def test_next_draft_begins_with_the_plan_of_the_last(self, scene, photo) -> None:
        first = masks.masked(scene, photo, {"boxes": [box((0, 90, 70, 100, 100))]})

        second = masks.begun(scene, photo)

        assert second.pk != first.pk
        assert second.plan == first.plan

    def test_same_plan_again_is_the_same_exhibit(self, scene, case, photo) -> None:
        plan = {"boxes": [box((0, 90, 70, 100, 100))]}
        first = masks.masked(scene, photo, plan)
        second = masks.masked(scene, photo, plan)

        assert second.result == first.result
        assert case.exhibits.count() == 2


@pytest.mark.both
class TestTheDraft:
    def test_there_is_one_for_all(self, scene, photo) -> None:
        first = masks.begun(scene, photo)
        second = services.begin_redaction(exhibit=photo, by=scene.manager, at=scene.at)
        assert second.pk == first.pk

    def test_second_writer_gets_a_clear_clash(self, scene, photo) -> None:
        draft = masks.begun(scene, photo)
        here = {"boxes": [box((0, 1, 1, 10, 10))]}
        services.save_plan(
            redaction=draft, version=0, said=here, by=scene.manager, at=scene.at
        )

        with pytest.raises(PlanChanged, match="何涛") as clash:
            services.save_plan(
                redaction=draft,
                version=0,
                said={"boxes": []},
                by=scene.officer,
                at=scene.at,
            )

        assert clash.value.redaction.version == 1
        assert len(fresh(draft).plan["boxes"]) == 1
        # The same thing twice is no clash.
        again = services.save_plan(
            redaction=draft, version=0, said=here, by=scene.manager, at=scene.at
        )
        assert again.version == 1

    def test_is_asked_for_once(self, scene, case, photo) -> None:
        plan = {"boxes": [box((0, 90, 70, 100, 100))]}
        draft = masks.drawn(scene, masks.begun(scene, photo), plan)
        said: dict[str, Any] = {
            "redaction": draft,
            "version": draft.version,
            "request_id": ID,
            "by": scene.officer,
            "at": scene.at,
        }
        services.ask_masked_copy(**said)
        services.ask_masked_copy(**said)

        assert len(entries(case, "evidence.redaction_asked")) == 1
        with pytest.raises(Conflict, match="正在制作"):
            services.ask_masked_copy(**{**said, "request_id": None})
        with pytest.raises(Conflict, match="正在制作"):
            masks.drawn(scene, draft, plan)
        assert jobs.make_masked_copies(at=scene.at) == 1
        assert jobs.make_masked_copies(at=scene.at) == 0
        assert services.ask_masked_copy(**said).pk == draft.pk

    def test_nothing_to_cover_is_refused(self, scene, photo) -> None:
        draft = masks.begun(scene, photo)
        with pytest.raises(InvalidInput, match="先画框"):
            services.ask_masked_copy(
                redaction=draft, version=0, by=scene.officer, at=scene.at
            )

    def test_looks_are_on_the_record_as_looks_at_the_original(
        self, scene, case, photo
    ) -> None:
        draft = masks.begun(scene, photo)
        assert entries(case, "evidence.opened") == []

        opened = services.open_working_copy(
            redaction=draft, by=scene.officer, at=scene.at
        )

        (told,) = facts(case, "evidence.opened")
        assert told["code"] == photo.code
        assert told["last"] + 1 == opened.path.stat().st_size
        assert told["sha256"] == stores.digest_of(opened.path)

    def test_only_who_may(self, scene, photo) -> None:
        for username in ("wangjianguo", "sunlei", "lifang", "dingyi"):
            with pytest.raises(NotAllowed):
                services.begin_redaction(
                    exhibit=photo, by=User.objects.get(username=username), at=scene.at
                )

    def test_a_file_that_cannot_be_drawn(self, scene, case) -> None:
        paper = masks.add(scene, case, b"%PDF-1.4\nno pages\n%%EOF\n")
        with pytest.raises(Conflict, match="照片、录像和录音"):
            services.begin_redaction(exhibit=paper, by=scene.officer, at=scene.at)

    def test_working_copy_goes_with_the_original(self, scene, photo) -> None:
        draft = masks.begun(scene, photo)
        assert jobs.sweep_working_copies(at=scene.at) == 0
        Exhibit.objects.filter(pk=photo.pk).update(state=ExhibitState.DELETED)

        assert jobs.sweep_working_copies(at=scene.at) == 1

        assert not work_path(draft).exists()
        draft = Redaction.objects.get(pk=draft.pk)
        with pytest.raises(Conflict, match="已按保存期限删除"):
            services.open_working_copy(redaction=draft, by=scene.officer, at=scene.at)

    def test_working_copy_goes_after_a_week_and_comes_again(self, scene, photo) -> None:
        draft = masks.begun(scene, photo)
        assert work_path(draft).is_file()
        later = scene.at + timedelta(days=8)

        assert jobs.sweep_working_copies(at=later) == 1

        assert list(folder().iterdir()) == []
        services.begin_redaction(exhibit=photo, by=scene.officer, at=later)
        assert jobs.make_masked_copies(at=later) == 1
        assert work_path(draft).is_file()


class TestTrouble:
    def test_worker_that_was_killed_is_followed_by_another(self, scene, photo) -> None:
        plan = {"boxes": [box((0, 90, 70, 100, 100))]}
        draft = masks.drawn(scene, masks.begun(scene, photo), plan)
        services.ask_masked_copy(
            redaction=draft, version=draft.version, by=scene.officer, at=scene.at
        )
        left = folder() / f"{draft.uid}-killed"
        left.mkdir()
        (left / "masked.jpg").write_bytes(b"half")
        Redaction.objects.filter(pk=draft.pk).update(
            held_until=scene.at + timedelta(seconds=40), tries=1
        )

        assert jobs.make_masked_copies(at=scene.at) == 0  # somebody may be at it
        assert jobs.make_masked_copies(at=scene.at + timedelta(minutes=1)) == 1

        assert fresh(draft).state == RedactionState.DONE
        assert not left.exists()

    def test_killed_again_and_again_it_ends_with_a_sentence_and_can_be_retried(
        self, scene, case, photo
    ) -> None:
        plan = {"boxes": [box((0, 90, 70, 100, 100))]}
        draft = masks.drawn(scene, masks.begun(scene, photo), plan)
        said = {"redaction": draft, "version": draft.version, "by": scene.officer}
        services.ask_masked_copy(**said, at=scene.at)
        Redaction.objects.filter(pk=draft.pk).update(tries=3)

        assert jobs.make_masked_copies(at=scene.at) == 1

        assert fresh(draft).failure == RedactionFailure.BROKEN
        assert facts(case, "evidence.redaction_failed")[0]["reason"] == "broken"
        services.ask_masked_copy(**said, at=scene.at)
        masks.work(scene)
        assert fresh(draft).state == RedactionState.DONE

    def test_damaged_original_is_a_sentence(self, scene, photo) -> None:
        plan = {"boxes": [box((0, 90, 70, 100, 100))]}
        draft = masks.drawn(scene, masks.begun(scene, photo), plan)
        services.ask_masked_copy(
            redaction=draft, version=draft.version, by=scene.officer, at=scene.at
        )
        for store in stores.folders():
            store.path_of(photo.file.sha256).unlink()
        masks.work(scene)
        assert fresh(draft).failure == RedactionFailure.DAMAGED

    def test_large_original_that_was_altered_is_not_drawn_on(
        self, scene, photo, monkeypatch
    ) -> None:
        monkeypatch.setattr("anlan.evidence.services.opening.VERIFIED_BYTES", 16)
        for store in stores.folders():
            flip_a_bit(store.path_of(photo.file.sha256))

        assert masks.begun(scene, photo).failure == RedactionFailure.DAMAGED

    def test_full_disk_is_a_sentence(self, scene, photo, monkeypatch) -> None:
        monkeypatch.setattr("anlan.evidence.services.redaction.RESERVE_BYTES", 1 << 62)
        draft = masks.begun(scene, photo)
        assert draft.failure == RedactionFailure.NO_ROOM
        monkeypatch.undo()
        assert masks.begun(scene, photo).state == RedactionState.DRAFT

    def test_what_cannot_be_decoded_is_a_sentence(self, scene, case, clip) -> None:
        exhibit = masks.add(scene, case, clip.read_bytes()[:4000])
        draft = masks.begun(scene, exhibit)
        assert (draft.state, draft.failure) == (
            RedactionState.FAILED,
            RedactionFailure.UNREADABLE,
        )

    def test_broken_film_is_masked_as_far_as_it_goes(
        self, scene, case, clip, tmp_path
    ) -> None:
        broken = tmp_path / "broken.ts"
        masks.run(
            *("ffmpeg", "-v", "error", "-i", str(clip), "-c", "copy", str(broken))
        )
        content = broken.read_bytes()
        broken.write_bytes(content[: len(content) * 2 // 3])
        exhibit = masks.bring(scene, case, broken)
        draft = masks.begun(scene, exhibit)
        whole = box((0, 0, 0, WIDTH, HEIGHT), end=draft.duration_ms)

        made = masks.masked(scene, exhibit, {"boxes": [whole]})

        shown = masks.pictures(result_path(made))
        assert len(shown) > 20
        assert all(brightest(one) < 20 for one in shown)

    def test_memory_does_not_grow_with_the_film(self, tmp_path) -> None:
        """The process that draws holds two pictures, of 4 seconds or of 40."""
        used = [peak_of_drawing(tmp_path, seconds) for seconds in (4, 40)]
        assert used[1] - used[0] < 8 * 1024  # kB
        assert used[1] < 64 * 1024

    def test_another_stream_than_announced_is_refused(self, tmp_path) -> None:
        plan = tmp_path / "plan.json"
        plan.write_text('{"width": 8, "height": 8, "boxes": []}')
        for content in (
            b"",
            b"\x00" * 64,
            b"\x1aE\xdf\xa3\x40\x00",
            b"\xa3\x84\x81\0\0\0",
        ):
            ended = subprocess.run(
                [sys.executable, "-I", drawing.__file__, "film", str(plan)],
                input=content,
                capture_output=True,
                check=False,
            )
            assert ended.returncode == drawing.UNFIT, content


class TestAPlan:
    @pytest.mark.parametrize(
        "said",
        [
            None,
            [],
            {"boxes": {}},
            {"boxes": [None]},
            {"boxes": [box((0, -1, 0, 10, 10))]},
            {"boxes": [box((0, 0, 0, 0, 10))]},
            {"boxes": [box((0, 0, 0, 10, 3))]},
            {"boxes": [box((0, WIDTH - 9, 0, 10, 10))]},
            {"boxes": [box((0, 0, 0, WIDTH + 1, 10))]},
            {"boxes": [box((0, 0, 0, 10, 10), begin=-1)]},
            {"boxes": [box((0, 0, 0, 10, 10), end=4001)]},
            {"boxes": [box((9, 0, 0, 10, 10), begin=9, end=8)]},
            {"boxes": [box((9, 0, 0, 10, 10), begin=10, end=20)]},
            {"boxes": [box((9, 0, 0, 10, 10), (9, 1, 1, 10, 10))]},
            {"boxes": [box((9, 0, 0, 10, 10), (8, 1, 1, 10, 10), end=20)]},
            {"boxes": [box((0, float("nan"), 0, 10, 10))]},
            {"boxes": [box((0, float("inf"), 0, 10, 10))]},
            {"boxes": [box((0, 1.5, 0, 10, 10))]},
            {"boxes": [box((0, "1", 0, 10, 10))]},
            {"boxes": [box((0, True, 0, 10, 10))]},
            {"boxes": [box((0, 1 << 40, 0, 10, 10))]},
            {"boxes": [{**box((0, 0, 0, 10, 10)), "keys": []}]},
            {"boxes": [{**box((0, 0, 0, 10, 10)), "keys": [[0, 1, 2, 3]]}]},
            {"boxes": [{**box((0, 0, 0, 10, 10)), "keys": "00000"}]},
            {"boxes": [box((0, 0, 0, 10, 10), fill="blur")]},
            {"boxes": [box((0, 0, 0, 10, 10), label="../x")]},
            {"boxes": [box((0, 0, 0, 10, 10), fill="pixels", label="plate")]},
            {"boxes": [box((0, 0, 0, 10, 10), fill="pixels", label="screen")]},
            {"boxes": [box((0, 0, 0, 10, 10), fill="pixels", label="paper")]},
            {"boxes": [box((0, 0, 0, 10, 10))] * 10_000},
            {"boxes": [box(*((n, 0, 0, 10, 10) for n in range(3000)))]},
            {"spans": [{"begin": 5, "end": 5, "fill": "beep"}]},
            {"spans": [{"begin": 5, "end": 9000, "fill": "beep"}]},
            {"spans": [{"begin": 5, "end": 10, "fill": "loud"}]},
            {"sound": "louder"},
            {"sound": ["kept"]},
        ],
    )
    def test_hostile_one_is_refused_with_a_sentence(self, said: Any) -> None:
        with pytest.raises(InvalidInput):
            plan_from(said, SIGHT)

    def test_largest_one_is_read_and_written_back(self) -> None:
        said = {"boxes": [box((0, 0, 0, 10, 10), end=4000)] * MOST_BOXES}
        plan = plan_from(said, SIGHT)
        assert plan_from(plan.as_json(), SIGHT) == plan

    def test_boxes_that_overlap_in_time_and_place_all_count(self, scene, film) -> None:
        boxes = [
            box((100 * n, 10 * n, 20, 200, 60), end=1000 + 100 * n) for n in range(10)
        ]
        made = masks.masked(scene, film, {"boxes": boxes})
        shown = masks.pictures(result_path(made))
        for n, area in ((2, (0, 20, 200, 80)), (24, (90, 20, 290, 80))):
            assert brightest(shown[n], area) < 20


KEYS = st.lists(
    st.tuples(
        st.integers(0, 10_000),
        *(st.integers(0, 2_000),) * 2,
        *(st.integers(4, 2_000),) * 2,
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda key: key[0],
).map(sorted)


class TestInterpolation:
    @given(KEYS)
    def test_is_at_each_key_where_it_was_drawn(self, keys: list[Any]) -> None:
        for at, x, y, width, height in keys:
            assert position_at(keys, at) == (x, y, x + width, y + height)

    @given(KEYS, st.integers(-10, 11_000))
    def test_stays_between_its_neighbours(self, keys: list[Any], at: int) -> None:
        edges = [(k[1], k[2], k[1] + k[3], k[2] + k[4]) for k in keys]
        before = [e for k, e in zip(keys, edges, strict=True) if k[0] <= at][-1:]
        after = [e for k, e in zip(keys, edges, strict=True) if k[0] > at][:1]
        near = before + after
        for place, found in enumerate(position_at(keys, at)):
            low, high = min(e[place] for e in near), max(e[place] for e in near)
            assert low - 1e-6 <= found <= high + 1e-6

    @given(KEYS, st.integers(0, 10_000), st.integers(1, 500), st.integers(0, 499))
    def test_what_is_swept_holds_every_position_while_a_picture_is_shown(
        self, keys: list[Any], begin: int, length: int, within: int
    ) -> None:
        one = {"begin": keys[0][0], "end": keys[-1][0], "keys": keys}
        moment = begin + within % length
        rect = swept(one, begin, begin + length)
        if not one["begin"] <= moment <= one["end"]:
            return
        assert rect is not None
        left, top, right, bottom = position_at(keys, moment)
        assert rect.left <= left
        assert rect.top <= top
        assert rect.right >= right
        assert rect.bottom >= bottom

    @given(
        *(st.integers(1, 8_000),) * 3,
    )
    def test_coarse_box_never_has_more_blocks_than_the_bound(
        self, width: int, height: int, shorter: int
    ) -> None:
        across, down = blocks_of(width, height, shorter=shorter)
        assert 1 <= across <= BLOCKS
        assert 1 <= down <= BLOCKS


def times_of(path: Path) -> list[float]:
    said = masks.run(
        *("ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries"),
        *("frame=best_effort_timestamp_time", "-of", "csv=p=0", str(path)),
    )
    return [float(line.strip(b",")) for line in said.split()]


def hashes(path: Path) -> set[bytes]:
    """Of every picture."""
    said = masks.run(
        *("ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-f", "framehash"),
        *("-hash", "md5", "-"),
    )
    lines = [line for line in said.splitlines() if not line.startswith(b"#")]
    return {line.rpartition(b",")[2].strip() for line in lines}


def peak_of_drawing(folder: Path, seconds: int) -> int:
    """The most memory of the process that draws, in kB."""
    plan = folder / "plan.json"
    plan.write_text(
        '{"width": 640, "height": 360, "boxes": [{"fill": "solid", "begin": 0,'
        ' "end": 90000, "keys": [[0, 10, 10, 300, 200]]}]}'
    )
    source = folder / f"{seconds}.mkv"
    masks.run(
        *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-t", str(seconds), "-i"),
        *("testsrc=s=640x360:r=10", "-pix_fmt", "yuv420p", "-c:v", "rawvideo"),
        *("-f", "matroska", str(source)),
    )
    code = (
        "import resource, subprocess, sys\n"
        "subprocess.run([sys.executable, '-I', *sys.argv[2:]], check=True,"
        " stdin=open(sys.argv[1], 'rb'), stdout=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    words = [str(source), drawing.__file__, "film", str(plan)]
    said = masks.run(sys.executable, "-c", code, *words)
    return int(said)


def stores_bytes(content: bytes) -> Any:
    from io import BytesIO  # noqa: PLC0415 -- for two tests

    return BytesIO(content)
