"""The law as data: complete, consistent, in two languages, and able to be wrong."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from anlan.law import guardrails
from anlan.law.book import DATA, Book, Confidence, Kind, Status, book, read_book
from anlan.law.checks import check_law, faults

HAN = re.compile(r"[\u4e00-\u9fff]")
PLAYBOOK = DATA.parents[1] / "incidents" / "data"


def changed(**fields: object) -> Book:
    return book().model_copy(update=fields)


def test_the_shipped_data_has_no_fault():
    assert check_law() == []


def test_every_guardrail_of_the_notes_is_there_once():
    ids = [rule.id for rule in book().guardrails]
    assert ids == [f"G{number:02d}" for number in range(1, 41)]


ENFORCED = {"G01", "G02", "G03", "G04", "G05", "G06", "G07", "G08", "G09", "G10"}
ENFORCED |= {"G11", "G12", "G13", "G14", "G15", "G16", "G20", "G21", "G23", "G27"}
ENFORCED |= {"G17", "G18", "G19", "G22", "G25", "G26", "G33", "G34", "G39"}


def test_enforced_are_those_with_a_registered_test():
    enforced = {r.id for r in book().guardrails if r.status == Status.ENFORCED}
    assert enforced == set(guardrails.TESTS) == ENFORCED


def test_english_is_complete_and_chinese_is_chinese():
    pairs = [(s.text, s.text_en) for s in book().sources]
    pairs += [(law.name, law.name_en) for law in book().laws.values()]
    pairs += [(line.title, line.title_en) for line in book().hotlines]
    pairs += [(period.title, period.title_en) for period in book().periods]
    for kept in book().retention:
        pairs += [(kept.text, kept.text_en), (kept.counted, kept.counted_en)]
    for one in book().measures:
        pairs += [(one.title, one.title_en), (one.text, one.text_en)]
    for rule in book().guardrails:
        pairs += [(rule.title, rule.title_en), (rule.text, rule.text_en)]
        pairs += [(point.text, point.text_en) for point in rule.points]
        if rule.refusal is not None:
            pairs.append((rule.refusal, rule.refusal_en or ""))
    for chinese, english in pairs:
        assert HAN.search(chinese) or chinese.isascii() is False, chinese
        assert english, chinese
        assert not HAN.search(english), english


def test_what_was_not_read_carries_no_rule_alone():
    read = {s.id for s in book().sources if s.confidence == Confidence.READ}
    for rule in book().guardrails:
        assert rule.kind == Kind.ADVICE or read & set(rule.sources), rule.id


def test_references_in_plans_and_standards_lead_somewhere():
    plan = yaml.safe_load((PLAYBOOK / "assault.yaml").read_text(encoding="utf-8"))
    standards = yaml.safe_load((PLAYBOOK / "standards.yaml").read_text("utf-8"))
    things = [task for phase in plan["phases"] for task in phase["tasks"]] + standards
    named = {thing["source"] for thing in things if "source" in thing} - {"建议"}
    known = {s.id for s in book().sources} | {r.id for r in book().guardrails}
    assert len(named) > 5
    assert named <= known


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"sources": book().sources[1:]}, "numbers must run"),
        ({"sources": book().sources + book().sources[:1]}, "2 times"),
        (
            {"sources": tuple(s for s in book().sources if s.id != "L-民法典-944")},
            "G03: no source L-民法典-944",
        ),
        ({"laws": {**book().laws, "空": book().laws["刑法"]}}, "空: no source of it"),
        (
            {"laws": {k: v for k, v in book().laws.items() if k != "刑法"}},
            "no such law",
        ),
        ({"periods": book().periods[1:]}, "0 of them for acts on"),
        ({"periods": book().periods * 2}, "2 of them for acts on"),
        (
            {
                "periods": (
                    book().periods[0],
                    book()
                    .periods[1]
                    .model_copy(update={"replaced": (("L-空-1", "L-治安法-51"),)}),
                )
            },
            "2025: no source L-空-1",
        ),
        ({"guardrails": book().guardrails * 2}, "guardrail G01: 2 times"),
    ],
)
def test_broken_data_is_named(fields, words):
    assert any(words in fault for fault in faults(changed(**fields), guardrails.TESTS))


def test_a_rule_that_rests_on_hearsay_is_named():
    sources = tuple(
        s.model_copy(update={"confidence": Confidence.SECONDARY})
        if s.id == "L-民法典-944"
        else s
        for s in book().sources
    )
    found = list(faults(changed(sources=sources), guardrails.TESTS))
    assert found
    assert all("G03: rests on nothing that was read" in fault for fault in found)


def test_a_rule_older_than_its_law_is_named():
    rules = tuple(
        r.model_copy(update={"first_day": None}) if r.id == "G33" else r
        for r in book().guardrails
    )
    found = list(faults(changed(guardrails=rules), guardrails.TESTS))
    assert found
    assert all("G33: rests on nothing that was read" in fault for fault in found)


def test_a_status_without_its_test_is_named():
    assert list(faults(book(), set(guardrails.TESTS) - {"G05"})) == [
        "G05: is enforced, but its test says otherwise"
    ]
    assert list(faults(book(), {*guardrails.TESTS, "G35"})) == [
        "G35: is planned, but its test says otherwise"
    ]


def test_a_wrong_field_stops_the_start(tmp_path: Path):
    for path in DATA.glob("*.yaml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert read_book(tmp_path) == book()
    numbers = tmp_path / "hotlines.yaml"
    numbers.write_text(
        numbers.read_text("utf-8").replace("title_en: Police,", "", 1), "utf-8"
    )
    with pytest.raises(ValidationError, match="title_en"):
        read_book(tmp_path)


def test_the_two_texts_of_the_assault_article_do_not_overlap():
    old, new = book().laws["治安法2012"], book().laws["治安法"]
    assert old.last_day == date(2025, 12, 31)
    assert new.first_day == date(2026, 1, 1)
