"""Injuries: where on the body, what was seen, when it is photographed again."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Region(models.TextChoices):
    """Parts of the body; left and right are those of the injured person."""

    HEAD = "head", _("头顶与额头")
    FACE = "face", _("面部")
    NECK = "neck", _("颈前")
    CHEST = "chest", _("胸部")
    ABDOMEN = "abdomen", _("腹部")
    GROIN = "groin", _("下腹与会阴")
    R_SHOULDER = "r_shoulder", _("右肩")
    L_SHOULDER = "l_shoulder", _("左肩")
    R_UPPER_ARM = "r_upper_arm", _("右上臂")
    L_UPPER_ARM = "l_upper_arm", _("左上臂")
    R_FOREARM = "r_forearm", _("右前臂")
    L_FOREARM = "l_forearm", _("左前臂")
    R_HAND = "r_hand", _("右手")
    L_HAND = "l_hand", _("左手")
    R_THIGH = "r_thigh", _("右大腿")
    L_THIGH = "l_thigh", _("左大腿")
    R_KNEE = "r_knee", _("右膝")
    L_KNEE = "l_knee", _("左膝")
    R_SHIN = "r_shin", _("右小腿前")
    L_SHIN = "l_shin", _("左小腿前")
    R_FOOT = "r_foot", _("右脚")
    L_FOOT = "l_foot", _("左脚")
    BACK_OF_HEAD = "back_of_head", _("后脑")
    NAPE = "nape", _("后颈")
    UPPER_BACK = "upper_back", _("上背")
    LOWER_BACK = "lower_back", _("腰部")
    BUTTOCKS = "buttocks", _("臀部")
    L_SHOULDER_BACK = "l_shoulder_back", _("左肩后")
    R_SHOULDER_BACK = "r_shoulder_back", _("右肩后")
    L_ARM_BACK = "l_arm_back", _("左上臂后")
    R_ARM_BACK = "r_arm_back", _("右上臂后")
    L_ELBOW = "l_elbow", _("左肘与前臂后")
    R_ELBOW = "r_elbow", _("右肘与前臂后")
    L_THIGH_BACK = "l_thigh_back", _("左大腿后")
    R_THIGH_BACK = "r_thigh_back", _("右大腿后")
    L_CALF = "l_calf", _("左小腿后")
    R_CALF = "r_calf", _("右小腿后")
    L_HEEL = "l_heel", _("左脚跟")
    R_HEEL = "r_heel", _("右脚跟")


class InjuryKind(models.TextChoices):
    """What is seen or said, in the words of a layman; a diagnosis is a paper's."""

    PAIN = "pain", pgettext_lazy("an injury", "疼痛（看不到伤）")
    REDNESS = "redness", _("发红、肿胀")
    BRUISE = "bruise", _("瘀青")
    ABRASION = "abrasion", _("擦伤")
    CUT = "cut", _("裂口、割伤")
    BLEEDING = "bleeding", _("出血（找不到伤口）")
    BITE = "bite", _("咬伤、抓伤")
    BURN = "burn", _("烫伤、烧伤")
    FRACTURE = "fracture", _("怀疑骨折或脱位")
    UNWELL = "unwell", _("头晕、恶心、意识不清")
    OTHER = "other", pgettext_lazy("an injury", "其他")


class Round(models.TextChoices):
    """A bruise shows late and a swelling goes: the same place is photographed again."""

    AT_ONCE = "0h", pgettext_lazy("photographs of an injury", "当时")
    DAY = "24h", _("24 小时")
    THREE_DAYS = "72h", _("72 小时")

    @property
    def after(self) -> timedelta:
        return timedelta(hours=int(self.value.removesuffix("h")))


class PaperKind(models.TextChoices):
    RECORD = "record", _("病历")
    DIAGNOSIS = "diagnosis", _("诊断证明")
    EXAMINATION = "examination", _("检查报告")
    INVOICE = "invoice", _("票据")
    APPRAISAL = "appraisal", _("伤情鉴定文书")


class AppraisedLevel(models.TextChoices):
    """As the appraisal of the police says; never the office's own judgement (G14)."""

    NONE = "none", _("未达到轻微伤")
    SLIGHT = "slight", _("轻微伤")
    MINOR_2 = "minor_2", _("轻伤二级")
    MINOR_1 = "minor_1", _("轻伤一级")
    SERIOUS_2 = "serious_2", _("重伤二级")
    SERIOUS_1 = "serious_1", _("重伤一级")
