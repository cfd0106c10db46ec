"""The generated pages: what they hold, and that a stale one is noticed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from anlan.base.pages import table
from anlan.config.environment import ROOT
from anlan.law.selectors import sources
from anlan.play import player  # noqa: F401 -- enters every verb
from anlan.play.actions import ACTIONS
from anlan.play.measures import MEASURES
from anlan.play.scenario import Scenario

PAGES = {
    "render_sources": "docs/sources.md",
    "render_settings": "docs/settings.md",
    "render_states": "docs/states/task.md",
}


@pytest.mark.parametrize("command", PAGES)
def test_a_page_is_written_and_a_stale_one_is_noticed(
    command, tmp_path: Path, settings
):
    settings.ROOT = tmp_path
    page = tmp_path / PAGES[command]
    with pytest.raises(CommandError, match=page.name):
        call_command(command, check=True)
    call_command(command)
    call_command(command, check=True)
    page.write_text(page.read_text("utf-8") + "x", "utf-8")
    with pytest.raises(CommandError, match=page.name):
        call_command(command, check=True)


def test_every_source_is_numbered_and_knows_who_uses_it(tmp_path: Path, settings):
    settings.ROOT = tmp_path
    call_command("render_sources")
    lines = (tmp_path / "docs" / "sources.md").read_text("utf-8").splitlines()
    for source in sources():
        row = [
            line
            for line in lines
            if line.startswith(f"| {source.number} | `{source.id}`")
        ]
        assert len(row) == 1, source.id
    assert next(line for line in lines if "`L-民法典-942`" in line).endswith("G05 |")


def test_the_settings_hide_secrets_and_machines(tmp_path: Path, settings):
    root, settings.ROOT = settings.ROOT, tmp_path
    call_command("render_settings")
    text = (tmp_path / "docs" / "settings.md").read_text("utf-8")
    assert str(root) not in text
    assert "`ANLAN_SECRET_KEY` | text, secret |  |" in text


def test_a_bar_does_not_break_a_table():
    assert table(("a",), [("b|c\nd",)]) == "| a |\n| --- |\n| b\\|c d |"


def test_the_page_of_scenarios_names_every_verb_and_measure():
    text = (ROOT / "docs" / "scenarios.md").read_text("utf-8")
    for name in (*ACTIONS, *MEASURES, *Scenario.model_fields):
        assert f"`{name}`" in text, name


def test_every_decision_is_short_and_numbered():
    pages = sorted((ROOT / "docs" / "adr").glob("*.md"))
    for number, page in enumerate(pages, 1):
        lines = page.read_text("utf-8").splitlines()
        assert page.name.startswith(f"{number:04d}-")
        assert lines[0].startswith(f"# {number}. ")
        assert len(lines) <= 20


def test_the_guide_has_few_pictures_and_shows_them_all() -> None:
    """Each is big and grows old with every page; a dead one is nobody's to renew."""
    pictures = {path.name for path in (ROOT / "docs" / "screens").glob("*.png")}
    pages = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("*.md")]
    text = "".join(page.read_text("utf-8") for page in pages)

    assert len(pictures) <= 24
    assert set(re.findall(r"screens/([\w-]+\.png)", text)) == pictures
