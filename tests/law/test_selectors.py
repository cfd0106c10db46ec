"""What the law says on a day, and in a language."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils.translation import override

from anlan.base.errors import NotAllowed
from anlan.law import selectors

OLD, NEW = date(2025, 12, 31), date(2026, 1, 1)


def ids(rules: selectors.RuleSet) -> set[str]:
    return {source.id for source in rules.sources}


def test_the_day_of_the_act_chooses_the_rule_set():
    old, new = selectors.rule_set(on=OLD), selectors.rule_set(on=NEW)
    assert (old.key, new.key) == ("2012", "2025")
    assert "L-治安法2012-43" in ids(old) - ids(new)
    assert "L-治安法-51" in ids(new) - ids(old)
    assert "L-民法典-942" in ids(new) & ids(old)


def test_an_instant_counts_as_its_day_in_china():
    evening = datetime(2025, 12, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai
    assert selectors.rule_set(on=evening).key == "2025"
    assert selectors.rule_set(on=evening.replace(hour=15, minute=59)).key == "2012"


def test_old_and_new_are_shown_where_the_decision_falls_after_the_change():
    def keys(act_on: date, decided_on: date) -> list[str]:
        return [
            rules.key
            for rules in selectors.rule_sets(act_on=act_on, decided_on=decided_on)
        ]

    assert keys(OLD, NEW) == ["2012", "2025"]
    assert keys(OLD, OLD) == ["2012"]
    assert keys(NEW, NEW) == ["2025"]


def test_what_changed_stands_old_beside_new():
    def pairs(act_on: date, decided_on: date) -> list[tuple[str, str]]:
        found = selectors.articles_beside(act_on=act_on, decided_on=decided_on)
        return [(old.id, new.id) for old, new in found]

    assert ("L-治安法2012-43", "L-治安法-51") in pairs(OLD, NEW)
    for old, new in pairs(OLD, NEW):
        assert old in ids(selectors.rule_set(on=OLD)) - ids(selectors.rule_set(on=NEW))
        assert new in ids(selectors.rule_set(on=NEW)) - ids(selectors.rule_set(on=OLD))
    assert pairs(OLD, OLD) == pairs(NEW, NEW) == []


def test_a_guardrail_begins_with_its_law():
    before = selectors.rule_set(on=date(2025, 3, 31)).guardrails
    after = selectors.rule_set(on=date(2025, 4, 1)).guardrails
    assert {rule.id for rule in after} - {rule.id for rule in before} == {"G10"}


def test_what_guards_may_not_do_is_said_in_both_languages_with_its_source():
    with override("zh-hans"):
        chinese = [point.words for point in selectors.prohibitions()]
    with override("en"):
        english = [point.words for point in selectors.prohibitions()]
    assert "不得限制他人人身自由" in chinese
    assert "Do not restrict anybody's freedom" in english
    for point in selectors.prohibitions():
        assert "L-保安条例-30" in point.sources or "L-保安条例-29" in point.sources


def test_unchecked_numbers_are_told_to_nobody_unless_they_save_lives():
    numbers = [line.number for line in selectors.hotlines()]
    assert numbers[:3] == ["110", "120", "119"]
    assert {"12348", "12345", "12356"} <= set(numbers)
    assert "12315" not in numbers


@pytest.mark.parametrize(
    ("reference", "chinese", "english"),
    [
        (
            "L-保安条例-29",
            "《保安服务管理条例》第29条",
            "Regulations on the Administration of Security Services, Art. 29",
        ),
        ("L-刑法-253之一", "《刑法》第253条之一", "Criminal Law, Art. 253-1"),
        ("G40", "G40", "G40"),
        ("建议", "建议", "建议"),
    ],
)
def test_a_reference_is_cited_in_words(reference, chinese, english):
    with override("zh-hans"):
        assert selectors.cite(reference) == chinese
    with override("en"):
        assert selectors.cite(reference) == english


def test_a_guardrail_is_cited_by_what_it_rests_on():
    with override("zh-hans"):
        assert selectors.cite("G05") == (
            "《民法典》第942条；《保安服务管理条例》第29条；"
            "《企业事业单位内部治安保卫条例》第11条"
        )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "不行"),
        ("G03", "不行（G03，《民法典》第944条）"),
        ("L-民法典-944", "不行（《民法典》第944条）"),
        ("G40", "不行（G40）"),
        ("公司制度", "不行（公司制度）"),
    ],
)
def test_a_refusal_names_its_rule_and_what_that_rests_on(source: str, said: str):
    with override("zh-hans"):
        assert selectors.refusal_words(NotAllowed("不行", source=source)) == said


def test_templates_show_the_sentences_with_their_source():
    page = Template(
        "{% load law %}{% prohibitions as all %}"
        "{% for point in all %}{{ point.words }}|{% endfor %}{{ all|cited }}"
    )
    with override("en"):
        shown = page.render(Context())
    assert "Do not search anybody" in shown
    assert shown.count("Security Services, Arts. 30") == 1


def test_an_unknown_name_is_a_bug():
    with pytest.raises(LookupError):
        selectors.guardrail("G41")
    with pytest.raises(LookupError):
        selectors.source("L-民法典-9999")


def test_a_law_is_named_once_with_all_its_articles():
    names = ("L-保安条例-30", "L-民法典-1011", "L-保安条例-29", "L-保安条例-30")
    with override("zh-hans"):
        assert selectors.cite_all(names) == (
            "《保安服务管理条例》第30条、第29条；《民法典》第1011条"
        )
    with override("en"):
        assert selectors.cite_all(names[:1] + names[2:]) == (
            "Regulations on the Administration of Security Services, Arts. 30, 29"
        )
