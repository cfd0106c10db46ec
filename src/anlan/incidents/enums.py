"""The closed lists of an incident, with the words the screens show."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Flag(models.TextChoices):
    """What a reporter may tap; the playbook's conditions use the same names."""

    ONGOING = "ongoing", _("仍在继续")
    INJURED = "injured", _("有人受伤")
    WEAPON = "weapon", _("持械")
    VULNERABLE = "vulnerable", _("老人或儿童")
    STAFF = "staff", _("员工被打")
    GROUP = "group", _("多人参与")


class Dissuasion(models.TextChoices):
    """口头劝阻: whether words were tried first, and how it went."""

    WORKED = "worked", _("劝阻有效")
    FAILED = "failed", _("劝阻无效")
    IMPOSSIBLE = "impossible", _("来不及或不安全，未劝阻")


class Police(models.TextChoices):
    UNDECIDED = "", _("尚未决定")
    CALLED = "called", _("已报警")
    WAIVED = "waived", _("不报警（已复核）")


class Channel(models.TextChoices):
    """How a report came in."""

    PHONE_APP = "phone", _("手机")
    DESK = "desk", _("值班台")
    PUBLIC = "public", _("扫码")
    DEVICE = "device", _("报警设备")
    CAMERA = "camera", _("监控画面")
    API = "api", _("接口")


class HappenedSource(models.TextChoices):
    """Whose clock the claimed time was read from."""

    SERVER = "server", _("收到时间")
    PHONE = "phone", _("手机时间")
    DEVICE = "device", _("设备时间")
    PERSON = "person", _("口述时间")


class Rung(models.TextChoices):
    """The ladder, first to last; above guard the values are the roles' keys."""

    GUARD = "guard", _("保安")
    DUTY_OFFICER = "duty_officer", _("值班主任")
    SITE_MANAGER = "site_manager", _("项目经理")
    HEADQUARTERS = "hq_supervisor", _("总部督导")


class ByHand(models.TextChoices):
    """Why somebody goes whom the ladder did not choose."""

    BY_NAME = "by_name", _("指名派往现场")
    OWN_ACCORD = "own_accord", _("本人主动前往")


class AssignmentState(models.TextChoices):
    ALERTED = "alerted", _("已通知，等待接警")
    ACKNOWLEDGED = "acknowledged", _("已接警，正赶往现场")
    ARRIVED = "arrived", _("已到场")
    EXPIRED = "expired", _("超时未应答")
    STOOD_DOWN = "stood_down", _("不再需要")


class EmergencyService(models.TextChoices):
    POLICE = "110", _("110 报警")
    AMBULANCE = "120", _("120 急救")


class CallOutcome(models.TextChoices):
    """Whether 110 or 120 took up the phone; only then somebody knows of it."""

    CONNECTED = "connected", _("接通了")
    MISSED = "missed", _("没有接通")


class Unsent(models.TextChoices):
    """What a phone keeps that could not be sent."""

    REPORT = "report", _("上报")
    TASK = "task", _("任务")
    ACT = "act", _("现场登记")
    FILE = "file", _("照片、录音或录像")


class Discarded(models.TextChoices):
    """Why somebody throws away what another left on a phone."""

    TOLD = "told", _("已另行上报或登记")
    SETTLED = "settled", _("已用对讲机或电话处理")
    MISTAKE = "mistake", _("误点或写错")
    TRIAL = "trial", _("试用或演练")


class DeviceKind(models.TextChoices):
    PANIC_BUTTON = "panic_button", _("紧急按钮")
    CAMERA = "camera", _("摄像机分析")
    OTHER = "other", _("其他设备")


class DeviceMode(models.TextChoices):
    """How a device proves that it is itself; only the first one signs each message."""

    HMAC = "hmac", _("逐条签名（HMAC-SHA256）")
    SECRET_URL = "secret_url", _("保密网址")
    BASIC = "basic", _("用户名和密码（Basic）")
    DIGEST = "digest", _("用户名和密码（Digest）")
    BROKER = "broker", _("MQTT 服务器代为认证")

    @property
    def is_signed(self) -> bool:
        return self == DeviceMode.HMAC
