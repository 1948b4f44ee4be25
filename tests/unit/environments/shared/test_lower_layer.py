"""Tests of the folder that environments are provided in; the operations have users of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.environments.environment import Environment
from nbenv.environments.shared.lower_layer import (
    can_be_shared,
    distrusted_part,
    find_shared,
    is_usable,
    shared_environments,
    shared_folder,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no provided ones on Windows")


def test_without_the_variable_there_is_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NBENV_SHARED", raising=False)
    assert shared_folder() is None
    assert shared_environments() == []
    assert find_shared(Spec("3.11")) is None
    monkeypatch.setenv("NBENV_SHARED", str(home))
    assert shared_folder() is None  # one's own


def test_a_record_without_a_lock_has_none() -> None:
    assert not can_be_shared(Spec("3.11"))


def test_folders_that_hold_no_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_SHARED", str(tmp_path / "all"))
    for name in ("no-marker", ".new-half", "broken"):
        (tmp_path / "all" / "envs" / name).mkdir(parents=True)
    (tmp_path / "all" / "envs" / "broken" / "nbenv.json").write_text("{", encoding="utf-8")
    assert [each.path.name for each in shared_environments()] == ["broken"]
    assert not is_usable(shared_environments()[0])
    assert not is_usable(Environment(str(tmp_path / "gone")))


def test_links_are_as_safe_as_their_folder(tmp_path: Path) -> None:
    place = tmp_path / "envs" / "one"
    place.mkdir(parents=True)
    (place / "link").symlink_to("/usr/bin/env")
    assert distrusted_part(str(place)) == ""
    (place / "file").touch(mode=0o600)
    (place / "file").chmod(0o620)
    assert distrusted_part(str(place)) == str(place / "file")
