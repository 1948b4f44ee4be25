"""The journal of an environment: one line for each change, and never too long."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbenv.environments.pip import pip_journal
from nbenv.environments.pip.pip_journal import JOURNAL, note_change


def test_each_change_is_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note_change(tmp_path, {"summary": "é\n"})
    note_change(tmp_path, {"summary": "b"})
    lines = (tmp_path / JOURNAL).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["summary"] for line in lines] == ["é\n", "b"]
    monkeypatch.setattr(pip_journal, "_LONGEST", 10)
    note_change(tmp_path, {"summary": "c"})
    assert (tmp_path / JOURNAL).read_text(encoding="utf-8").count("\n") == 1


def test_no_environment_no_journal(tmp_path: Path) -> None:
    note_change(tmp_path / "gone", {})
    assert not (tmp_path / "gone").exists()
