from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tools import installation
from tools.installation import Product, read_pip_settings, uv_settings
from tools.places import REQUIREMENTS, Refusal

LISTING = """\
global.index-url='https://global.example/simple'
global.find-links='/wheels'
install.index-url='https://install.example/simple'
:env:.index-url='https://variable.example/simple'
:env:.disable-pip-version-check='1'
"""


def pins(name: str) -> set[str]:
    lines = (REQUIREMENTS / name).read_text().splitlines()
    return {line.split(" ")[0] for line in lines if "==" in line}


def test_pip_settings_variable_beats_command_beats_global() -> None:
    assert read_pip_settings(LISTING) == {
        "index-url": "https://variable.example/simple",
        "find-links": "/wheels",
        "disable-pip-version-check": "1",
    }


def test_pip_settings_of_no_pip_are_none() -> None:
    assert read_pip_settings("") == {}


def test_another_checkouts_environment_is_never_cleared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "theirs").mkdir()
    kept = tmp_path / "theirs" / "kept"
    kept.touch()
    (tmp_path / ".venv").symlink_to(tmp_path / "theirs")
    monkeypatch.setattr(installation, "VENV", tmp_path / ".venv")

    with pytest.raises(Refusal, match="is a link"):
        installation._make_environment()

    assert kept.exists()


@pytest.mark.parametrize(
    ("pip", "told"),
    [
        ({}, {}),
        ({"quiet": "1"}, {}),
        ({"index-url": "https://a.example"}, {"UV_DEFAULT_INDEX": "https://a.example"}),
        ({"find-links": "/one /two"}, {"UV_FIND_LINKS": "/one,/two"}),
        (
            {"extra-index-url": "https://a.example\nhttps://b.example"},
            {
                "UV_INDEX": "https://a.example https://b.example",
                "UV_INDEX_STRATEGY": "unsafe-best-match",
            },
        ),
    ],
)
def test_uv_is_told_what_pip_was(
    pip: dict[str, str], told: dict[str, str], tmp_path: Path
) -> None:
    assert uv_settings(pip, {"XDG_CONFIG_HOME": str(tmp_path)}) == told


@pytest.mark.parametrize("variable", ["UV_DEFAULT_INDEX", "UV_INDEX_URL"])
def test_uv_keeps_what_it_was_told_itself(variable: str, tmp_path: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(tmp_path), variable: "https://own.example"}

    assert uv_settings({"index-url": "https://pip.example"}, env) == {}


def test_uv_keeps_its_own_file(tmp_path: Path) -> None:
    (tmp_path / "uv").mkdir()
    (tmp_path / "uv" / "uv.toml").touch()

    told = uv_settings(
        {"index-url": "https://pip.example"}, {"XDG_CONFIG_HOME": str(tmp_path)}
    )

    assert told == {}


def test_extent_once_dev_is_never_less(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "VENV", tmp_path)
    assert installation.extent_to_install("base") == "base"

    installation.requirements_stamp("dev").write("of an older lock file")

    assert installation.extent_to_install("base") == "dev"


def test_product_is_made_again_when_its_input_changes_or_its_output_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(installation, "BUILD", tmp_path / "build")
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_text("first")
    copy = f"import shutil; shutil.copy({str(source)!r}, {str(target)!r})"
    product = Product(
        "copy", lambda: [source], lambda: [target], lambda: [sys.executable, "-c", copy]
    )
    assert not product.is_current()

    product.make()
    assert product.is_current()

    source.write_text("second")
    assert not product.is_current()
    product.make()
    assert target.read_text() == "second"

    target.unlink()
    assert not product.is_current()


@pytest.mark.parametrize("name", ["base.txt", "s3.txt"])
def test_dev_requirements_hold_every_pin_of_the_others(name: str) -> None:
    assert pins(name)
    assert pins(name) - pins("dev.txt") == set()


def test_extra_is_installed_where_the_settings_ask_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("ANLAN_BACKUP_STORE", raising=False)
    without = installation.requirements_value("base")
    assert [path.name for path in installation.lock_files("base")] == ["base.txt"]

    monkeypatch.setenv("ANLAN_BACKUP_STORE", "s3://evidence")

    names = [path.name for path in installation.lock_files("base")]
    assert names == ["base.txt", "s3.txt"]
    assert installation.requirements_value("base") != without


@pytest.mark.parametrize("name", ["base.txt", "s3.txt", "dev.txt"])
def test_requirements_name_no_address_and_hash_every_package(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    blocks = text.replace("\\\n", " ").splitlines()
    packages = [block for block in blocks if block[:1].isalnum()]

    assert "://" not in text
    assert [block for block in packages if "--hash=sha256:" not in block] == []
