"""The plan as data: reads a playbook's body and says which tasks a case needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from anlan.accounts.roles import ROLES
from anlan.base.errors import InvalidInput
from anlan.cases.enums import Phase
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
        key=_text(body, "key", ""),
        title=_text(body, "title", ""),
        kind=_text(body, "kind", ""),
        tasks=tuple(tasks),
    )


def _task(task: Mapping[str, Any], phase: Phase, where: str) -> PlannedTask:
    if task.get("role") not in ROLES:
        raise InvalidInput(_("没有这个角色"), path=f"{where}.role")
    if task.get("proof", "") not in Task.Proof.values:
        raise InvalidInput(_("没有这种凭据"), path=f"{where}.proof")
    within = task.get("within")
    if within is not None and (not isinstance(within, int) or within <= 0):
        raise InvalidInput(_("时限应为正的秒数"), path=f"{where}.within")
    when = task.get("when", {})
    return PlannedTask(
        key=_text(task, "key", where),
        title=_text(task, "title", where),
        phase=phase,
        role=task["role"],
        within=within,
        standard=task.get("standard", ""),
        binding=bool(task.get("binding", False)),
        proof=task.get("proof", ""),
        min_severity=int(when.get("severity", 1)),
        flags=tuple(when.get("flags", ())),
        advice=task.get("advice", ""),
        source=task.get("source", ""),
    )


def _list(holder: Mapping[str, Any], name: str, where: str) -> list[Mapping[str, Any]]:
    value = holder.get(name)
    if not isinstance(value, list) or not all(isinstance(v, Mapping) for v in value):
        raise InvalidInput(_("应为列表"), path=f"{where}.{name}".lstrip("."))
    return value


def _text(holder: Mapping[str, Any], name: str, where: str) -> str:
    value = holder.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(_("不能为空"), path=f"{where}.{name}".lstrip("."))
    return value
