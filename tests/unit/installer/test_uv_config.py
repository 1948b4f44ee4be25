"""The indexes in uv's own configuration files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.installer.uv_config import named_indexes, user_settings

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has other folders")


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@posix
def test_the_users_come_before_the_systems(tmp_path: Path) -> None:
    for folder in ("mine", "shared"):
        text = f'[[index]]\nname = "corp"\nurl = "https://{folder}.example"\n'
        write(tmp_path / folder / "uv" / "uv.toml", text)
    environ = {
        "XDG_CONFIG_HOME": str(tmp_path / "mine"),
        "XDG_CONFIG_DIRS": str(tmp_path / "shared"),
    }
    found = named_indexes(environ)
    assert found[:2] == [("corp", "https://mine.example"), ("corp", "https://shared.example")]
    assert named_indexes({**environ, "UV_NO_CONFIG": "1"}) == []


@posix
def test_other_settings_of_the_user_and_the_system(tmp_path: Path) -> None:
    write(tmp_path / "mine" / "uv" / "uv.toml", "keyring-provider = 'subprocess'\n")
    shared = "keyring-provider = 'disabled'\nno-cache = true\n"
    write(tmp_path / "shared" / "uv" / "uv.toml", shared)
    environ = {
        "XDG_CONFIG_HOME": str(tmp_path / "mine"),
        "XDG_CONFIG_DIRS": str(tmp_path / "shared"),
    }
    found = user_settings(environ)
    assert (found["keyring-provider"], found["no-cache"]) == ("subprocess", True)
    assert user_settings({**environ, "UV_NO_CONFIG": "1"}) == {}


@pytest.mark.parametrize(
    "text", ["[[index]]\nurl = 'https://x.example'", "index = 'x'", "index = ['x']", "[[index]"]
)
def test_what_names_none(text: str, tmp_path: Path) -> None:
    assert named_indexes({"UV_CONFIG_FILE": str(write(tmp_path / "my.toml", text))}) == []


def test_the_chosen_file_is_the_only_one(tmp_path: Path) -> None:
    path = write(tmp_path / "my.toml", '[[index]]\nname = "a"\nurl = "https://a.example"\n')
    assert named_indexes({"UV_CONFIG_FILE": str(path)}) == [("a", "https://a.example")]
    assert named_indexes({"UV_CONFIG_FILE": str(tmp_path / "none")}) == []
