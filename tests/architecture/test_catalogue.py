"""Every text of the program is in the English catalogue, and every text goes through it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import polib
import pytest
from django.template.base import Lexer, TokenType

from anlan.config import catalogue
from anlan.config.catalogue import SOURCE, Text

CJK = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\u3000-\u303f\uff00-\uffef]")

# Chinese that is not a text of the screen: whole folders, and single files.
NOT_SCREEN = {
    "accounts/place_file.py": "the headers that a table must have",
    "accounts/roster_file.py": "the headers that a table must have",
    "evidence/camera_file.py": "the headers that a table must have",
    "accounts/templates/accounts/posters.html": "hangs on a wall, in both languages",
    "law": "citations of Chinese law are data, shown as they are",
    "investigation/comparing": "what people write in Chinese statements, to be read",
    "play": "the invented company and the words of scenarios",
    "base/calendar/data.py": "names of holidays are data, shown as they are",
    "base/calendar/explain.py": "brackets around a reason that is data",
    "base/calendar/holidays.py": "what the official calendar writes",
    "base/calendar/hours.py": "what people write between two times of day",
    "base/identity.py": "what may stand on a plate or in a name",
    "base/money.py": "the capitals of an amount exist in Chinese only",
    "base/phone.py": "what people write between the digits of a number",
    "base/traces.py": "what people write between the parts of a room, and digits",
    "config/management/commands/create_administrator.py": "asks in both languages",
    "evidence/packaging": "papers for Chinese authorities, whoever makes them",
    "resolution/letters.py": "the fields of a Chinese letter, as counsel writes them",
    "resolution/mediation/papers.py": "articles and marks of papers in Chinese",
    "resolution/review/composing.py": "the words of a Chinese report",
    "resolution/review/naming.py": "the stems by which a Chinese report counts people",
    "resolution/review/selectors/lessons.py": "words that every Chinese report has",
    "resolution/review/side_copy.py": "the same paper, as one side is given it",
    "resolution/review/paper.py": "a paper for Chinese offices, whoever makes it",
    "resolution/review/extracting.py": "the tables of a Chinese report",
    "resolution/review/themes.py": "the words of a Chinese report",
    "evidence/verifier/verify.py": "tells strangers in both languages",
    "desk/templates/500.html": "must stand when nothing else does: in Chinese only",
    "desk/design.py": "the gallery for developers",
    "desk/templates/design": "the gallery for developers",
}
# Never translated: the product's own name, the name of a language in itself, and what
# has to be typed or found in Chinese: the headers of a table, a word of DingTalk's.
QUOTED = {"安澜", "简体", "中文", "加签"}
QUOTED |= {"日期", "岗位", "工号", "账号", "姓名", "角色", "开始", "结束"}
QUOTED |= {"楼栋", "楼层", "房间", "点位"}


@pytest.fixture(scope="module")
def texts() -> dict[Text, list[str]]:
    return catalogue.texts_in_code()


def test_every_text_has_english_with_the_same_placeholders(texts) -> None:
    faults = list(catalogue.faults(catalogue.read_catalogue(), texts))

    assert not faults, "\n".join(map(str, faults))


def test_no_chinese_in_the_english() -> None:
    wrong = []
    for entry in catalogue.read_catalogue():
        english = [entry.msgstr, *entry.msgstr_plural.values()]
        wrong += [text for text in english if _is_chinese(text, unless=QUOTED)]

    assert not wrong, "\n".join(wrong)


def test_no_chinese_in_python_outside_gettext() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}:{line}: {text}"
        for path in catalogue.python_files()
        if not _is_excused(path)
        for line, text in _untranslated(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert not wrong, "\n".join(wrong)


def test_no_chinese_in_templates_outside_translate() -> None:
    wrong = [
        f"{path.relative_to(SOURCE)}:{line}: {text}"
        for path in catalogue.template_files()
        if not _is_excused(path)
        for line, text in _bare_chinese(path.read_text(encoding="utf-8"))
    ]

    assert not wrong, "\n".join(wrong)


def test_no_chinese_in_scripts_and_styles() -> None:
    """A script finds its words in the page, where they are translated."""
    wrong = [
        f"{path.relative_to(SOURCE)}: {line.strip()}"
        for ending in ("*.js", "*.css", "*.svg")
        for path in SOURCE.rglob(ending)
        if "static" in path.parts
        for line in path.read_text(encoding="utf-8").splitlines()
        if CJK.search(_without_comment(line))
    ]

    assert not wrong, "\n".join(wrong)


def test_excuses_are_still_needed() -> None:
    for where in NOT_SCREEN:
        path = SOURCE / where
        files = (
            [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
        )
        some = any(
            CJK.search(file.read_text(encoding="utf-8"))
            for file in files
            if file.suffix in {".py", ".html"}
        )
        assert some, f"{where} has no Chinese any more"


class TestFinding:
    def test_python_by_any_imported_name(self) -> None:
        source = (
            "from django.utils.translation import gettext as _, pgettext, ngettext\n"
            "_('一' '二'); pgettext('门', '关'); ngettext('%d 个', '%d 个们', 3)\n"
            "for _x in _(name): pass\n"
        )
        assert set(catalogue.texts_in_python(source)) == {
            Text("", "一二"),
            Text("门", "关"),
            Text("", "%d 个", "%d 个们"),
        }

    def test_a_function_of_another_module_is_not_gettext(self) -> None:
        assert not list(
            catalogue.texts_in_python("from a import gettext\ngettext('一')")
        )

    def test_templates(self) -> None:
        source = (
            "<c-button label=\"{% translate '保存' %}\" />"
            "{% blocktranslate trimmed with n=x %}\n 第 {{ n }} 条（共 100%）\n"
            "{% endblocktranslate %}"
            "{% blocktranslate count n=x %}{{ n }} 项{% plural %}{{ n }} 项们"
            "{% endblocktranslate %}"
            "{{ x|default:_('没有') }}{% include 'a' with b=_('标题') %}"
        )
        assert set(catalogue.texts_in_template(source)) == {
            Text("", "保存"),
            Text("", "第 %(n)s 条（共 100%%）"),
            Text("", "%(n)s 项", "%(n)s 项们"),
            Text("", "没有"),
            Text("", "标题"),
        }

    def test_update_adds_removes_and_keeps(self, tmp_path: Path, monkeypatch) -> None:
        target = tmp_path / "django.po"
        now = {Text("", "保存"): ["a.py"], Text("", "去 %(x)s"): ["a.py"]}
        monkeypatch.setattr(catalogue, "texts_in_code", lambda: now)
        assert catalogue.update(target) == (2, 0)
        written = catalogue.read_catalogue(target)
        [saved] = [entry for entry in written if entry.msgid == "保存"]
        saved.msgstr = "Save"
        written.save(str(target))
        del now[Text("", "去 %(x)s")]
        now[Text("", "%(n)s 项", "%(n)s 项")] = ["b.py"]

        assert catalogue.update(target) == (1, 1)

        again = catalogue.read_catalogue(target)
        assert [(e.msgid, e.msgstr) for e in again] == [
            ("%(n)s 项", ""),
            ("保存", "Save"),
        ]
        before = target.read_bytes()
        catalogue.update(target)
        assert target.read_bytes() == before

    def test_faults_are_named(self) -> None:
        book = catalogue.read_catalogue(Path("/nonexistent"))
        entries = {
            Text("", "保存"): "",
            Text("", "去 %(x)s"): "go %(y)s",
            Text("", "旧"): "old",
            Text("", "好"): "good",
        }
        for text, english in entries.items():
            book.append(polib.POEntry(msgid=text.msgid, msgstr=english))
        wanted = [*entries, Text("", "新")]
        wanted.remove(Text("", "旧"))

        found = {f.msgid for f in catalogue.faults(book, wanted)}

        assert found == {"保存", "去 %(x)s", "旧", "新"}


def _is_chinese(
    text: str, *, unless: Iterable[str] = ("安澜", "简体中文", "中文")
) -> bool:
    for quoted in unless:
        text = text.replace(quoted, "")
    return CJK.search(text) is not None


def _is_excused(path: Path) -> bool:
    where = path.relative_to(SOURCE).as_posix()
    return any(where == one or where.startswith(f"{one}/") for one in NOT_SCREEN)


def _untranslated(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Chinese string literals that are neither docstrings nor handed to gettext."""
    fine: set[int] = set()
    names = catalogue.translating_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            fine.add(id(node.value))  # a docstring
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in names
        ):
            fine.update(id(argument) for argument in node.args)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in fine
            and _is_chinese(node.value)
        ):
            yield node.lineno, node.value


def _bare_chinese(source: str) -> Iterator[tuple[int, str]]:
    """Chinese in the text between tags, and in tags that do not translate."""
    in_translation = in_comment = False
    for token in Lexer(source).tokenize():
        words = token.contents.split()
        if token.token_type == TokenType.BLOCK and words:
            if words[0] in {"blocktranslate", "blocktrans"}:
                in_translation = True
            elif words[0] in {"endblocktranslate", "endblocktrans"}:
                in_translation = False
            elif words[0] in {"comment", "endcomment"}:
                in_comment = words[0] == "comment"
            elif words[0] not in {"translate", "trans"}:
                yield from _lines(
                    token.lineno, re.sub(r"_\([^)]*\)", "", token.contents)
                )
        elif token.token_type == TokenType.VAR:
            yield from _lines(token.lineno, re.sub(r"_\([^)]*\)", "", token.contents))
        elif token.token_type == TokenType.TEXT and not (in_translation or in_comment):
            text = re.sub(r"<!--.*?-->", "", token.contents, flags=re.DOTALL)
            yield from _lines(token.lineno, text)


def _lines(first: int | None, text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=first or 1):
        if _is_chinese(line):
            yield number, line.strip()


def _without_comment(line: str) -> str:
    return re.sub(r"//.*|/\*.*|^\s*\*.*", "", line)
