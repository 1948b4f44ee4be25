"""Small files that only the user reads."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from nbenv.home import paths, private_files

posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no permission bits")


def mode(path: str | Path) -> int:
    return stat.S_IMODE(os.stat(path).st_mode)


def test_json_goes_to_disk_and_back(home: Path) -> None:
    path = str(home / "sub" / "a.json")
    private_files.write_json(path, {"é": [1, None]})
    assert paths.read_json(path) == {"é": [1, None]}
    assert os.listdir(home / "sub") == ["a.json"]


@posix
def test_files_and_folders_are_the_users_alone(home: Path) -> None:
    path = home / "sub" / "a.json"
    private_files.write_json(str(path), {})
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)
    path.parent.chmod(0o755)
    private_files.make_private(str(path.parent))
    assert mode(path.parent) == 0o700


def test_a_failed_write_leaves_the_old_file_and_no_scratch(home: Path) -> None:
    path = home / "a.json"
    private_files.write_json(str(path), {"old": 1})
    with pytest.raises(TypeError):
        private_files.write_json(str(path), {"new": object()})
    assert json.loads(path.read_text()) == {"old": 1}
    assert os.listdir(home) == ["a.json"]


def test_the_first_of_two_creates(home: Path) -> None:
    path = str(home / "a.json")
    private_files.create_json(path, {"first": 1})
    private_files.create_json(path, {"second": 2})
    assert paths.read_json(path) == {"first": 1}
    assert os.listdir(home) == ["a.json"]


def test_a_file_is_created_where_links_are_not_possible(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr(os, "link", no_links)
    private_files.create_json(str(home / "a.json"), {"first": 1})
    assert paths.read_json(str(home / "a.json")) == {"first": 1}
