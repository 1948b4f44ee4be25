"""Files by which variables go from one kernel to another."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

from nbenv.home import paths
from nbenv.server.carry_handlers import _CODE, _new_file


def test_a_new_file_is_nobody_elses(home: Path) -> None:
    first, second = _new_file(), _new_file()
    assert first != second
    assert not os.path.exists(first)
    folder = os.path.dirname(first)
    assert folder == paths.carried_path() == str(home / "carried")
    assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700


def test_what_nobody_took_is_removed() -> None:
    old, new = Path(_new_file()), Path(_new_file())
    other = old.with_name("notes.txt")
    for path in (old, new, other):
        path.touch()
    for path in (old, other):
        os.utime(path, (time.time() - 4000,) * 2)
    _new_file()
    assert [path.exists() for path in (old, new, other)] == [False, True, True]


def test_the_code_is_the_guests() -> None:
    assert "def answer(question):" in _CODE.read_text(encoding="utf-8")
