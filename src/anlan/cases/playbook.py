"""The plan as data: reads a playbook's body and says which tasks a case needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.accounts.roles import ROLES
from anlan.base.errors import InvalidInput
from anlan.cases.enums import Phase, Severity
from anlan.cases.models import Task


@dataclass(frozen=True, kw_only=True)
class PlannedTask:
    """One task of a plan.

    ``within`` is in seconds from the moment the task is added; ``standard`` names the
    standard that sets it instead. ``min_severity`` and ``flags`` say when it is needed:
    the severity reached, or any of the flags raised; a task with neither is always.
    """

    key: str
    title: str
    phase: Phase
    role: str
    within: int | None = None
    standard: str = ""
    binding: bool = False
    proof: str = ""
    min_severity: int = 1
    flags: tuple[str, ...] = ()
    advice: str = ""
    source: str = ""

    def is_needed(self, *, severity: int, flags: Iterable[str]) -> bool:
        if set(self.flags) & set(flags):
            return True
        # Flags alone: only they decide. Flags and a severity: either is enough.
        by_flags_alone = bool(self.flags) and self.min_severity == 1
        return not by_flags_alone and severity >= self.min_severity


@dataclass(frozen=True, kw_only=True)
class Plan:
    """A playbook's body, read and checked."""

    key: str
    title: str
    kind: str
    tasks: tuple[PlannedTask, ...]


# How much the rows have room for that a plan's words end up in.
_LONGEST = {"key": 60, "title": 120, "advice": 240, "source": 120, "standard": 40}
_LONGEST_PLAN = {"key": 40, "title": 80, "kind": 40}


def read_plan(body: Mapping[str, Any]) -> Plan:
    """Read a playbook.

    Raises:
        InvalidInput: ``path`` names the field as ``phases.0.tasks.3.role``.
    """
    tasks: list[PlannedTask] = []
    for i, phase in enumerate(_list(body, "phases", "")):
        where = f"phases.{i}"
        if phase.get("key") not in Phase.values:
            raise InvalidInput(_("没有这个阶段"), path=f"{where}.key")
        for j, task in enumerate(_list(phase, "tasks", where)):
            tasks.append(_task(task, Phase(phase["key"]), f"{where}.tasks.{j}"))
    keys = [task.key for task in tasks]
    for key in keys:
        if keys.count(key) > 1:
            raise InvalidInput(_("任务代码重复：%s") % key, path="phases")
    return Plan(
        **{
            name: _text(body, name, "", longest=longest)
            for name, longest in _LONGEST_PLAN.items()
        },
        tasks=tuple(tasks),
    )


def _task(task: Mapping[str, Any], phase: Phase, where: str) -> PlannedTask:
    if task.get("role") not in ROLES:
        raise InvalidInput(_("没有这个角色"), path=f"{where}.role")
    if task.get("proof", "") not in Task.Proof.values:
        raise InvalidInput(_("没有这种凭据"), path=f"{where}.proof")
    within = task.get("within")
    if within is not None and (type(within) is not int or within <= 0):
        raise InvalidInput(_("时限应为正的秒数"), path=f"{where}.within")
    if type(task.get("binding", False)) is not bool:
        raise InvalidInput(_("应为 true 或 false"), path=f"{where}.binding")
    severity, flags = _when(task.get("when", {}), f"{where}.when")
    return PlannedTask(
        key=_text(task, "key", where, longest=_LONGEST["key"]),
        title=_text(task, "title", where, longest=_LONGEST["title"]),
        phase=phase,
        role=task["role"],
        within=within,
        standard=_optional(task, "standard", where),
        binding=task.get("binding", False),
        proof=task.get("proof", ""),
        min_severity=severity,
        flags=flags,
        advice=_optional(task, "advice", where),
        source=_optional(task, "source", where),
    )


def _when(when: object, where: str) -> tuple[int, tuple[str, ...]]:
    if not isinstance(when, Mapping):
        raise InvalidInput(_("应写明 severity 或 flags"), path=where)
    severity = when.get("severity", 1)
    if type(severity) is not int or severity not in Severity.values:
        raise InvalidInput(_("等级应为一到五"), path=f"{where}.severity")
    flags = when.get("flags", [])
    if not isinstance(flags, list) or not all(isinstance(f, str) for f in flags):
        raise InvalidInput(_("应为列表"), path=f"{where}.flags")
    return severity, tuple(flags)


def _list(holder: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    value = holder.get(name)
    if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
        raise InvalidInput(_("应为列表"), path=f"{where}.{name}".lstrip("."))
    return value


def _text(holder: Mapping[str, Any], name: str, where: str, *, longest: int) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(_("不能为空"), path=f"{where}.{name}".lstrip("."))
    if len(value) > longest:
        raise InvalidInput(
            _("最多 %d 个字") % longest, path=f"{where}.{name}".lstrip(".")
        )
    return value


def _optional(holder: Mapping[str, Any], name: str, where: str) -> str:
    if holder.get(name, "") == "":
        return ""
    return _text(holder, name, where, longest=_LONGEST[name])
