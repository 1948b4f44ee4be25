"""Unit tests of ``nbenv.operations.running.row_process``."""

from __future__ import annotations

from pathlib import Path

from nbenv.operations.running.row_process import RowProcesses


def test_what_cannot_be_run_says_why(tmp_path: Path) -> None:
    out = tmp_path / "out.ipynb"
    out.touch()  # of an earlier run
    found = RowProcesses().run(str(tmp_path / "missing.ipynb"), str(out), {})
    assert (found["status"], found["values"]) == ("failed", {})
    assert "missing.ipynb" in found["error"]
    assert not out.exists()


def test_nothing_starts_after_a_stop(tmp_path: Path) -> None:
    processes = RowProcesses()
    processes.stop()
    found = processes.run(str(tmp_path / "a.ipynb"), str(tmp_path / "out.ipynb"), {})
    assert (found["status"], found["error"]) == ("failed", "It was stopped.")
