"""Unit tests of ``nbenv.containers.sweep_in_image``; tests/engine has a real engine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nbenv.containers.run_options import RunOptions
from nbenv.containers.sweep_in_image import sweep_in_image
from nbenv.errors import NbenvError, UsageError
from nbenv.progress import drain
from tests.unit.containers.made import FakeEngine

ROWS: list[dict[str, object]] = [{"rate": 1}, {"rate": 2}, {}]


def test_each_row_is_run_once_and_a_failed_one_again(
    fake: FakeEngine, source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = RunOptions("docker", str(tmp_path / "out"))
    fake.answer(run={"bad": {"rate": 2}, "err": "nbenv: It failed."})
    first = drain(sweep_in_image(source, options, ROWS, 20))
    assert first.failed and first.summary.startswith("2 of 3 rows done, 1 failed.")
    assert first.text == "row 2 (rate=2): failed: It failed."
    assert [(tmp_path / "out" / f"row-000{row}.ipynb").read_text() for row in (1, 2, 3)] == [
        "result"
    ] * 3
    calls = fake.calls("run")
    assert len({call["words"][3] for call in calls}) == 3  # the names of the containers
    assert sorted(str(call.get("values")) for call in calls) == [
        "None", "{'rate': 1}", "{'rate': 2}"
    ]  # fmt: skip
    fake.answer()
    again = drain(sweep_in_image(source, options, ROWS, None))
    assert not again.failed and len(fake.calls("run")) == 4
    rows = json.loads((tmp_path / "out" / "index.json").read_text(encoding="utf-8"))["rows"]
    assert [row["status"] for row in rows] == ["done"] * 3
    monkeypatch.setenv("PATH", "/nothing")  # what is done needs no engine
    assert not drain(sweep_in_image(source, options, ROWS, None)).failed


def test_a_folder_is_needed_that_can_be_written(
    fake: FakeEngine, source: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="writes a folder"):
        drain(sweep_in_image(source, RunOptions("docker"), ROWS, 1))
    (file := tmp_path / "file").touch()
    with pytest.raises(NbenvError, match="cannot be written"):
        drain(sweep_in_image(source, RunOptions("docker", str(file / "out")), ROWS, 1))
    assert not fake.calls("build") and not fake.calls("run")
