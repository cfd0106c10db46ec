"""Each registered test passes and refuses, by the figures of the data."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.urls import get_resolver
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from anlan.accounts.roles import Permission
from anlan.base.errors import Conflict, DomainError, InvalidInput, NotAllowed
from anlan.cases.enums import Severity
from anlan.cases.playbook import read_plan
from anlan.incidents import services as incidents
from anlan.incidents.services import controlling, defaults
from anlan.law import guardrails, selectors

ON = date(2026, 11, 23)
days = st.dates(min_value=date(2021, 1, 1), max_value=date(2035, 12, 31))

CASES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "G39": (
        {"references": ["L-民法典-942"]},
        {"references": ["L-民法典-942", "L-治安法-9999"]},
    ),
    "G01": ({"text": "警示函：请遵守管理规约"}, {"text": "罚款二百元"}),
    "G02": (
        {
            "clause": "第 12 条",
            "clause_version": "2025 版",
            "binds": "业主",
            "amount_basis": "实际损失",
        },
        {
            "clause": "第 12 条",
            "clause_version": "2025 版",
            "binds": " ",
            "amount_basis": "实际损失",
        },
    ),
    "G03": (
        {"text": "暂停会所预约，不影响供水供电"},
        {"text": "三日内不道歉就停水停电"},
    ),
    "G04": (
        {
            "reason": "动手打人",
            "begins": date(2026, 11, 30),
            "ends": date(2027, 5, 30),
            "appeal": "向项目经理申诉",
        },
        {
            "reason": "动手打人",
            "begins": date(2026, 11, 30),
            "ends": date(2027, 5, 31),
            "appeal": "向项目经理申诉",
        },
    ),
    "G05": (
        {"severity": 2, "reason": "双方已和解"},
        {"severity": 3, "reason": "双方已和解"},
    ),
    "G06": ({"waits_for": ()}, {"waits_for": ["经理批准"]}),
    "G07": ({"measure": "verbal_warn"}, {"measure": "detain"}),
    "G10": ({"is_registered": True}, {"is_registered": False}),
    "G11": (
        {"is_authority": True, "unmasked": ["E-0001"]},
        {"is_authority": False, "unmasked": ["E-0001"]},
    ),
    "G13": (
        {"is_authority": True, "papers": ["云栖派出所", "12 号"], "beyond": []},
        {"is_authority": True, "papers": ["云栖派出所", " "], "beyond": []},
    ),
    "G08": ({"is_whole": True}, {"is_whole": False}),
    "G09": (
        {"signed": [("user:1", "site_manager"), ("user:2", "legal_counsel")]},
        {"signed": [("user:1", "site_manager"), ("user:2", "site_manager")]},
    ),
    "G12": ({"days": 30}, {"days": 29}),
    "G14": (
        {"level": "slight", "has_document": True},
        {"level": "slight", "has_document": False},
    ),
    "G15": ({"text": "他先举起了伞。"}, {"text": "双方系互 殴。"}),
    "G16": (
        {"decided_on": date(2026, 12, 1), "shown": ["2025"]},
        {"decided_on": date(2026, 12, 1), "shown": []},
    ),
    "G17": ({"unwilling": []}, {"unwilling": ["受害方"]}),
    "G18": ({"text": "赔偿三千元"}, {"text": "适当赔偿"}),
    "G19": ({"is_ours": False}, {"is_ours": True}),
    "G20": (
        {"is_minor": True, "guardian": "王芳"},
        {"is_minor": True, "guardian": " "},
    ),
    "G21": (
        {"is_so": True, "path": "is_told"},
        {"is_so": False, "path": "is_told"},
    ),
    "G23": (
        {"text": "当时您站在哪里？", "names": ["贺知行"]},
        {"text": "贺知行说您先动手", "names": ["贺知行"]},
    ),
    "G27": (
        {"text": "不查询违法记录；书面警示"},
        {"text": "其有前科，列入黑名单"},
    ),
    "G22": (
        {"is_struck_staff": True, "is_claimed": True},
        {"is_struck_staff": True, "is_claimed": False},
    ),
    "G25": (
        {"text": "她说医院诊断为焦虑状态；我没有作诊断，建议去看诊断"},
        {"text": "谈了一个小时。诊断：抑郁症"},
    ),
    "G26": (
        {"text": "先问愿不愿意，不安排集体讲述"},
        {"text": "当天下午全体到会议室，逐人讲述感受"},
    ),
    "G34": (
        {"text": "慰问金，不代表承认责任", "is_kindness": True, "is_ours": True},
        {"text": "赔偿误工损失", "is_kindness": True, "is_ours": True},
    ),
    "G33": (
        {"fen": 500_000, "is_weighed": True},
        {"fen": 500_000, "is_weighed": False},
    ),
}


def test_every_registered_test_is_tried_here():
    assert set(CASES) == set(guardrails.TESTS)


@pytest.mark.parametrize("guardrail_id", sorted(CASES))
def test_it_can_pass_and_it_can_fail(guardrail_id):
    good, bad = CASES[guardrail_id]
    guardrails.TESTS[guardrail_id](**good, act_on=ON)
    with override("zh-hans"), pytest.raises(DomainError) as refused:
        guardrails.TESTS[guardrail_id](**bad, act_on=ON)
    assert refused.value.source == guardrail_id
    with override("zh-hans"):
        assert str(refused.value) == selectors.guardrail(guardrail_id).refusal


@given(severity=st.sampled_from(Severity.values), day=days)
def test_no_level_from_the_threshold_on_is_ever_waived(severity, day):
    limit = selectors.guardrail("G05").thresholds["never_waived_from_severity"]
    assert limit == Severity.CONSIDERABLE
    try:
        guardrails.check_police_waiver(severity=severity, reason="误会", act_on=day)
    except Conflict:
        assert severity >= limit
    else:
        assert severity < limit


def test_a_waiver_needs_a_reason():
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_police_waiver(severity=2, reason="  ", act_on=ON)
    assert (refused.value.path, refused.value.source) == ("reason", "G05")


@given(before=st.text(max_size=9), after=st.text(max_size=9), day=days)
def test_no_word_of_punishment_gets_through(before, after, day):
    for word in selectors.guardrail("G01").lists["words"]:
        with pytest.raises(InvalidInput):
            guardrails.check_wording(text=before + word + after, act_on=day)


@given(act_on=days, decided_on=days)
def test_whatever_the_dates_the_rules_of_both_days_satisfy_it(act_on, decided_on):
    shown = {selectors.rule_set(on=day).key for day in (act_on, decided_on)}
    guardrails.check_rule_sets_shown(act_on=act_on, decided_on=decided_on, shown=shown)
    for missing in shown:
        with pytest.raises(Conflict):
            guardrails.check_rule_sets_shown(
                act_on=act_on, decided_on=decided_on, shown=shown - {missing}
            )


def test_a_question_is_never_an_interrogation():
    guardrails.check_talk_wording(text="请说说经过", act_on=ON, path="question")
    for word in selectors.guardrail("G21").lists["words"]:
        with pytest.raises(InvalidInput) as refused:
            guardrails.check_talk_wording(
                text=f"这是{word}", act_on=ON, path="question"
            )
        assert (refused.value.path, refused.value.source) == ("question", "G21")


def test_a_test_is_registered_once():
    with pytest.raises(LookupError):
        guardrails.enforces("G05")(lambda: None)
    with pytest.raises(LookupError):
        guardrails.enforces("G99")(lambda: None)


def test_the_product_has_no_measure_that_guards_may_not_take():
    names = {str(name) for name in get_resolver().reverse_dict if isinstance(name, str)}
    names |= {part for value in Permission for part in value.value.split(".")}
    names |= set(dir(incidents)) | set(dir(controlling))
    assert len(names) > 40
    for name in names:
        guardrails.check_measure(measure=name.lower(), act_on=ON)
    with pytest.raises(NotAllowed):
        guardrails.check_measure(measure="search_body", act_on=ON)


def test_nothing_in_the_shipped_plan_stands_before_the_police():
    plan = read_plan(yaml.safe_load(_playbook()))
    tasks = [task.key for task in plan.tasks if task.phase == plan.tasks[0].phase]
    assert "call_police" in tasks  # in the first phase: no gate comes before it
    call = next(task for task in plan.tasks if task.key == "call_police")
    assert call.is_needed(severity=2, flags=())
    guardrails.check_police_call(waits_for=(), act_on=ON)


@pytest.mark.parametrize(
    "text",
    ["罚 款", "罚·款", "罰款", "罚\u3000款", "罚-款", "没 收", "沒收", "處罰 決定書"],
)
def test_no_word_of_punishment_gets_through_by_marks_or_old_letters(text):
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_wording(text=f"对其{text}二百元", act_on=ON)
    assert refused.value.source == "G01"


def test_what_meets_across_a_full_stop_is_no_word():
    guardrails.check_wording(text="由公安机关依法处罚。款项由双方另行商定", act_on=ON)


def test_the_shipped_plan_speaks_of_no_punishment():
    guardrails.check_wording(text=_playbook(), act_on=ON)


def test_a_serious_case_is_refused_with_the_guardrail_as_source(scene):
    incident = scene.incident()
    incident = incidents.set_severity(
        incident=incident, severity=3, by=scene.officer, at=scene.at
    )
    with pytest.raises(Conflict) as refused:
        incidents.propose_police_waiver(
            incident=incident, reason="双方和解", by=scene.officer, at=scene.at
        )
    assert refused.value.source == "G05"


def _playbook() -> str:
    return (defaults._DATA / "assault.yaml").read_text(encoding="utf-8")


def test_nothing_that_counsellors_and_the_office_fill_in_asks_for_a_diagnosis():
    """Only a medical paper has a field for what a physician found (G25)."""
    fields = [
        f"{model.__name__}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.get_fields()
    ]
    assert len(fields) > 400
    found = [one for one in fields if "diagnos" in one.lower()]
    assert [one for one in found if not one.startswith("MedicalPaper.")] == []


def test_an_answer_that_shows_risk_is_not_kept_before_a_human_is_called():
    guardrails.check_risk_called(is_risk=True, is_called=True, act_on=ON)
    guardrails.check_risk_called(is_risk=False, is_called=False, act_on=ON)
    with pytest.raises(Conflict) as refused:
        guardrails.check_risk_called(is_risk=True, is_called=False, act_on=ON)
    assert refused.value.source == "G25"


WAIVERS = selectors.guardrail("G18").lists["waivers"]
TAKEN_BACK = selectors.guardrail("G18").lists["allowed_after"]


@given(
    word=st.sampled_from(WAIVERS),
    denial=st.sampled_from([one for one in TAKEN_BACK if not one.isascii()]),
    times=st.integers(1, 3),
    filling=st.text(alphabet="甲乙方的和、并", max_size=12),
)
def test_a_waiver_that_is_taken_back_excuses_no_other(word, denial, times, filling):
    word = word.replace("…", "")
    denied = "和".join([f"{denial}{word}"] * times)
    guardrails.check_waives_nothing(text=denied, act_on=ON)
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_waives_nothing(text=f"{denied} {filling}{word}", act_on=ON)
    assert refused.value.source == "G18"


@pytest.mark.parametrize("joins", ["、", "和", "或", "及"])
def test_each_time_that_a_word_stands_is_looked_at(joins):
    check = partial(guardrails.check_not_called_mediation, act_on=ON, path="about")
    check(text="这次谈话不是调解")
    check(text=f"不是调解{joins}司法调解")
    with pytest.raises(InvalidInput) as refused:
        check(text="不是调解而由管理处调解")
    assert refused.value.source == "G19"


@pytest.mark.parametrize(
    "text",
    [
        "不强制心理复述",
        "自愿，不强制心理辅导",
        "您不会被强制心理疏导",
        "全员心理健康培训",
        "关注全员心理状况",
        "Operational debrief within 72 hours, voluntary",
        "No psychological debriefing is arranged",
    ],
)
def test_what_is_voluntary_is_no_debriefing(text):
    guardrails.check_no_debriefing(text=text, act_on=ON)


@pytest.mark.parametrize(
    "text",
    [
        "Please notify all staff of the debriefing",
        "A psychological debrief for everybody who was there",
        "受害人必须参加心理疏导",
    ],
)
def test_a_debriefing_by_another_name_is_refused(text):
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_no_debriefing(text=text, act_on=ON)
    assert refused.value.source == "G26"


@pytest.mark.parametrize(
    "text",
    [
        "她担心自己患有抑郁",
        "她父亲患有精神疾病",
        "她说去年被诊断过抑郁",
        "我不作诊断，建议去看诊断",
        "The hospital had diagnosed anxiety",
        "I do not diagnose",
    ],
)
def test_what_others_found_or_fear_is_no_diagnosis(text):
    guardrails.check_no_diagnosis(text=text, act_on=ON)


@pytest.mark.parametrize(
    "text",
    [
        "她非常明显患有抑郁症",
        "睡不好、吃不下、患有抑郁",
        "结合访谈等情况我诊断为抑郁",
        "Clinically I diagnose PTSD",
        "她没去医院也不愿意再谈这件事我诊断为抑郁",
    ],
)
def test_a_diagnosis_is_not_excused_by_any_word_before_it(text):
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_no_diagnosis(text=text, act_on=ON)
    assert refused.value.source == "G25"


REFUSED = {
    "G03": (
        "停供热水",
        "停止供应热水",
        "切断供水",
        "停掉他家的水",
        "门禁卡注销",
        "注销门卡",
        "暂停其门禁卡",
        "关闭其门禁",
        "取消其门禁权限",
        "电梯卡停用",
        "停止电梯使用",
        "拉闸",
        "禁止其乘坐电梯",
        "停 水",
        "停-水",
        "停\u200b水",
        "停止向业主供水",
        "停止向您家供电",
        "停止对乙方供水",
        "停止给他家供水",
        "停止为该户供电",
        "停止向其提供热水",
        "停用业主张三的门禁卡",
        "停用您的人脸门禁",
        "停用甲方、乙方的门禁",
        "中止供水",
        "暂停对欠费户供电",
        "斷水",
        "停電",
        "Cut  off the  water",
    ),
    "G15": (
        "此事与李某有关，系故意伤害",
        "双方相互斗殴",
        "构成故意伤害罪",
        "负主要责任",
        "甲方系故意伤害",
        "其行为系寻衅滋事",
        "双方关系不和，互殴",
        "相互鬥毆",
        "互\u3000殴",
        "全·责",
        "负全责。",
        "您涉嫌犯罪",
        "签了安全责任书，他仍负全责",
        "甲方系故意伤害案件的行为人",
        "寻衅滋事罪，属于寻衅滋事",
    ),
    "G18": (
        "甲方收款后不再享有任何权利",
        "甲方放弃权利",
        "甲方今后不再主张",
        "甲方不得再起诉",
        "甲方不得再提起诉讼",
        "甲方不得再就此事提起任何诉讼",
        "甲方撤诉",
        "放弃其他诉求",
        "放弃对乙方的一切赔偿",
        "放弃向乙方主张任何索赔",
        "双方今后不再有任何纠纷",
        "不再就此事主张权利",
        "Party A cannot sue",
        "The right to sue is waived",
        "放弃其他一切赔偿请求",
        "今后不得再以任何理由向乙方主张任何权利",
        "不要求追究乙方刑事责任",
        "不要求公安机关处罚乙方",
        "向派出所申请撤销案件",
        "双方再无任何纠纷",
        "此事到此为止",
        "放 棄 起 訴",
        "不再\u200b追究",
    ),
    "G05": ("双方私 了", "不·报警", "內部解決"),
    "G06": ("协商不成后 再 报警", "暂不報警", "请示后再拨打 1 1 0"),
    "G07": ("把他扣 留", "搜-身", "沒收证件"),
    "G27": ("有前 科", "列入黑·名单", "黑名單"),
}
HARMLESS = {
    "G03": (
        "暂停会所门禁卡六个月",
        "暂停会所预约，水电照常",
        "取消泳池的预约",
        "查看电梯录像和门禁记录",
        "请其夜间关掉电视",
        "不得停掉他家的水",
        "会所停止供应午餐",
        "不得停止向业主供水",
        "不得停用业主张三的门禁卡",
        "停用会所的人脸门禁",
        "停止装修并恢复供水",
        "停止施工、供水照常",
        "请其停止向电梯内丢垃圾",
        "查看停、电通知",
        "雨停以后再检查水泵",
        "请其把电动车停到车棚",
        "补办门禁卡，按原价收取工本费",
    ),
    "G15": (
        "乙方用伞打了甲方的手臂",
        "公安机关以涉嫌故意伤害立案侦查",
        "秩序维护员的主要责任是巡逻",
        "责任由公安机关和法院认定",
        "已联系故意伤害案承办民警",
        "双方关系、经过尚待核实",
        "与乙方有联系，寻衅滋事由公安机关认定",
        "双方相互指责",
        "先动手的一方是谁，两份说明不一致",
        "与物业签订安全责任书",
        "安全责任人当天在岗",
        "涉嫌犯罪的由公安机关依法处理",
        "涉嫌犯罪的，由公安机关依法处理",
        "是否构成犯罪由人民法院判决",
        "协助申请刑事犯罪被害人救助",
        "系故意伤害案件的承办民警联系您时请配合",
        "核实不全。责任由法院认定",
        "请注意安全，责任由公安机关认定",
        "手续不全\n责任人待定",
    ),
    "G18": (
        "一方逾期的，另一方可以向人民法院提起诉讼",
        "任何一方不得限制另一方提起诉讼",
        "本协议不影响任何一方起诉、投诉、报案的权利",
        "甲方不放弃其他赔偿请求",
        "双方对上述事实无其他争议",
        "双方对赔偿数额没有其他争议",
        "双方和睦相处，不再有类似纠纷",
        "甲方放弃部分赔偿",
        "甲方自愿放弃误工费赔偿",
        "就误工费不再另行主张",
        "甲方享有法律规定的任何权利",
        "甲方享有法律规定的一切权利",
        "本协议不免除任何权利",
        "乙方不再以停车位为由主张占用",
        "乙方不得再以任何理由接触甲方",
        "双方不得再向他人提起此事",
        "今后发生任何纠纷，依法解决",
        "双方此前素不相识，没有纠纷",
        "双方不得泄露诉讼材料",
        "是否处罚由公安机关决定",
        "后续治疗费另按票据支付",
    ),
    "G05": ("不影响报警", "请其书面说明经过"),
    "G06": ("先报警，再分开双方", "立即上报"),
    "G07": ("不得扣 留、搜身", "由民警搜 查"),
    "G27": ("不得列入黑 名 单", "本次行为用伞打人"),
}
CHECKS: dict[str, Callable[..., None]] = {
    "G03": guardrails.check_no_cutting_off,
    "G05": partial(guardrails.check_bars_no_report, severity=3),
    "G06": guardrails.check_no_delay,
    "G07": guardrails.check_no_measure,
    "G15": guardrails.check_no_verdict,
    "G18": guardrails.check_waives_nothing,
    "G27": guardrails.check_no_label,
}


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, one) for rule, all_ in REFUSED.items() for one in all_]
)
def test_what_is_forbidden_is_refused_however_it_is_written(rule, text):
    with pytest.raises(InvalidInput) as refused:
        CHECKS[rule](text=f"双方商定：{text}。", act_on=ON)
    assert refused.value.source == rule


@pytest.mark.parametrize(
    ("rule", "text"), [(rule, one) for rule, all_ in HARMLESS.items() for one in all_]
)
def test_what_is_harmless_passes(rule, text):
    CHECKS[rule](text=text, act_on=ON)


@pytest.mark.parametrize(
    "text", ["赔偿左、右手的治疗费5000元", "Party B tells nobody of her whereabouts"]
)
def test_what_stands_across_a_list_or_inside_a_word_is_not_unclear(text):
    guardrails.check_definite(text=text, act_on=ON)


@pytest.mark.parametrize("text", ["5000元左右", "5000元左 右", "about 5000 yuan"])
def test_what_nobody_could_enforce_is_unclear(text):
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_definite(text=text, act_on=ON)
    assert refused.value.source == "G18"


@pytest.mark.parametrize(
    "text",
    [
        "入场后果自负",
        "后果由您自负",
        "一切后果自行承担",
        "后果由您自行承担",
        "自行承担一切后果",
        "风险由本人自行承担",
        "人身损害由业主自行承担",
        "伤亡自行承担",
        "管理处概不负责",
        "本公司不承担任何责任",
        "管理处不承担任何赔偿责任",
        "对人身伤害，物业不承担任何法律责任",
        "人身损害发生以后不承担任何赔偿责任",
        "责任自负。约定这些的条款无效",
        "物业服务中心不承担任何赔偿责任",
        "我司不承担任何赔偿责任",
        "本小区不承担任何赔偿责任",
        "管理方不承担任何赔偿责任",
        "我处不负任何赔偿责任",
        "责任自行承担",
        "责任由您自行承担",
        "自行承担一切责任",
        "自行承担一切法律责任",
        "Swim at your own risk",
        "We are not liable for any loss or injury",
        "We accept no responsibility for any loss",
        "We accept no responsibility for personal injury",
    ],
)
def test_nobody_is_told_that_no_one_answers_for_an_injury(text):
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_disclaims_nothing(text=text, act_on=ON)
    assert refused.value.source == "L-民法典-506"


LAWFUL_OF_LOSSES = [
    "双方各自的其余损失自行承担。",
    "交通费等损失自行承担一半。",
    "甲方自行承担一切诉讼费用。",
    "维修费用由业主自行承担全部。",
    "本款付清后，双方不承担任何其他责任。",
    "调解员不承担任何赔偿责任。",
    "保险公司不承担任何赔偿责任，由您本人赔偿。",
    "您可以拒签，不承担任何不利责任。",
    "入场须知中“后果自负、概不负责”的条款无效。",
    "You are not liable for any cost of the repair",
    "We accept no responsibility for deciding guilt; the police decide",
    "A term that you enter at your own risk is void",
]


@pytest.mark.parametrize("text", LAWFUL_OF_LOSSES)
def test_who_bears_a_bill_and_what_the_law_says_of_disclaimers_may_be_said(text):
    guardrails.check_disclaims_nothing(text=text, act_on=ON)


@pytest.mark.parametrize(
    "text",
    [
        "今后伤亡自负，概不负责",
        "今后再来，概不负责",
        "人身安全自负",
        "今后的伤害由甲方自行承担",
        "发生伤亡物业不承担任何责任",
        "Party A enters at their own risk",
        "Party B is not liable for any injury",
    ],
)
def test_no_two_agree_that_an_injury_is_at_ones_own_risk(text):
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_agrees_to_no_injury(text=text, act_on=ON)
    assert refused.value.source == "L-民法典-506"


@pytest.mark.parametrize(
    "text",
    [
        *LAWFUL_OF_LOSSES,
        "因人身损害产生的其余损失由甲方自行承担。",
        "甲方自行承担本次伤害的其余费用。",
        "付清以后，乙方对本次人身损害不承担任何其他责任。",
        "Party B accepts no liability and pays out of goodwill",
    ],
)
def test_two_may_settle_what_an_injury_cost(text):
    guardrails.check_agrees_to_no_injury(text=text, act_on=ON)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("李响亮：现请您改正", ["李响"]),
        ("请错开早高峰时段", ["高峰"]),
        ("晚上六点是高峰时段，请报告门岗", ["高峰"]),
        ("避开高峰。", ["高峰"]),
        ("是否成功由双方决定", ["成功"]),
    ],
)
def test_a_name_inside_another_name_or_as_a_word_names_nobody(text, names):
    guardrails.check_witness_unnamed(
        text=text, names=names, others=["李响亮", "孟大海"], act_on=ON
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("李响亮：李响说您先动手", ["李响"]),
        ("李响亮：您打人是李响报的警", ["李响"]),
        ("李响亮说的", ["李响亮", "李响"]),
        ("孟大海涛看见了", ["孟大海涛"]),
        ("高峰说您先动手", ["高峰"]),
        ("高峰同志在岗", ["高峰"]),
        ("保安高峰在岗", ["高峰"]),
        ("当时高峰看见您先动手", ["高峰"]),
        ("高峰已经上报", ["高峰"]),
        ("报警的人是高峰。", ["高峰"]),
        ("目击的有两人：高峰、罗开明", ["高峰"]),
        ("请向成功先生道歉", ["成功"]),
    ],
)
def test_a_name_that_says_who_saw_it_is_refused(text, names):
    others = {"李响亮", "孟大海"} - set(names)
    with pytest.raises(InvalidInput) as refused:
        guardrails.check_witness_unnamed(
            text=text, names=names, others=others, act_on=ON
        )
    assert refused.value.source == "G23"
