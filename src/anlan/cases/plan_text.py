"""A playbook as YAML for people to edit, with errors that name the line."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

import yaml
from django.utils.translation import gettext as _

from anlan.base.errors import InvalidInput
from anlan.cases.playbook import read_plan

MOST_CHARACTERS = 100_000
_DEEPEST = 12  # levels; a plan has six
Lines: TypeAlias = dict[str, int]


def write_plan_text(body: Mapping[str, Any]) -> str:
    return yaml.safe_dump(dict(body), allow_unicode=True, sort_keys=False, width=100)


def read_plan_text(text: str) -> dict[str, Any]:
    """Read and check a plan.

    Raises:
        InvalidInput: with the line, for YAML that cannot be read and for a plan that
            cannot be; aliases and repeated keys are refused.
    """
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(_("预案太长"), path="text")
    lines: Lines = {}
    try:
        _check_events(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if not isinstance(root, yaml.MappingNode):
            raise InvalidInput(_("应以 key、kind、title、phases 开头"), path="text")
        _note_lines(root, "", lines)
        body = yaml.safe_load(text)
        _check_values(body, "", lines)
    except yaml.MarkedYAMLError as error:
        raise _at(_line(error.problem_mark), _("YAML 写法有误")) from error
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidInput(_("YAML 写法有误"), path="text") from error
    try:
        read_plan(body)
    except InvalidInput as error:
        said = {"field": error.path, "error": error}
        sentence = _("%(field)s：%(error)s") % said if error.path else str(error)
        raise _at(_line_of(error.path, lines), sentence) from error
    found: dict[str, Any] = body
    return found


def compare_plans(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The difference as lines that begin with ``+``, ``-``, a blank, or ``@``."""
    rows = difflib.unified_diff(
        write_plan_text(before).splitlines(),
        write_plan_text(after).splitlines(),
        lineterm="",
        n=2,
    )
    return [row for row in rows if not row.startswith(("---", "+++"))]


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise _at(_line(event.start_mark), _("不支持引用（&、*）"))
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > _DEEPEST:
            raise _at(_line(event.start_mark), _("嵌套太深"))


def _note_lines(node: yaml.Node, path: str, lines: Lines) -> None:
    lines[path] = _line(node.start_mark)
    for name, child, line in _children(node):
        below = f"{path}.{name}".lstrip(".")
        if below in lines:
            raise _at(line, _("重复的键：%s") % name)
        _note_lines(child, below, lines)
        lines[below] = line


def _children(node: yaml.Node) -> Iterator[tuple[str, yaml.Node, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), value, _line(key.start_mark)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield str(index), value, _line(value.start_mark)


def _check_values(value: object, path: str, lines: Lines) -> None:
    """Only what JSON and the ledger's digests know: no dates, no fractions."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise _at(_line_of(path, lines), _("键应为文字：%s") % key)
            _check_values(inner, f"{path}.{key}".lstrip("."), lines)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _check_values(inner, f"{path}.{index}".lstrip("."), lines)
    elif not isinstance(value, (str, int)):
        raise _at(_line_of(path, lines), _("只能写文字、整数或 true、false：%s") % path)


def _line_of(path: str, lines: Lines) -> int:
    """The line of the field, or of the nearest thing around it that is there."""
    while path and path not in lines:
        path = path.rpartition(".")[0]
    return lines.get(path, 1)


def _line(mark: Any) -> int:
    return mark.line + 1 if mark else 1


def _at(line: int, sentence: str) -> InvalidInput:
    return InvalidInput(
        _("第 %(line)d 行：%(sentence)s") % {"line": line, "sentence": sentence},
        path="text",
    )
