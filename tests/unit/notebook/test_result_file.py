"""Unit tests of ``nbenv.notebook.result_file``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.errors import NbenvError
from nbenv.notebook.result_file import check_writable, write_result


def test_a_file_that_can_be_written_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ä out.ipynb"
    check_writable(path)
    assert not path.exists()
    write_result(path, b"1")
    check_writable(str(path))
    assert path.read_bytes() == b"1"


def test_what_cannot_be_written_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases = ((tmp_path, "Is a directory"), (tmp_path / "none" / "a.ipynb", "does not exist"))
    for path, reason in cases:
        with pytest.raises(NbenvError, match="cannot be written") as caught:
            check_writable(path)
        assert reason in caught.value.why and "Nothing was run." in caught.value.todo
        with pytest.raises(NbenvError, match="cannot be written"):
            write_result(path, b"")
    monkeypatch.setattr(os, "access", lambda *_: False)  # root may write anywhere
    with pytest.raises(NbenvError) as caught:
        check_writable(tmp_path / "a.ipynb")
    assert caught.value.why == "Permission denied."
