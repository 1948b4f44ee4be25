"""Unit tests of ``nbenv.containers.run_in_image``."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.containers.run_in_image import run_in_image
from nbenv.containers.run_options import RunOptions
from nbenv.errors import NbenvError
from nbenv.progress import drain
from tests.unit.containers.made import FakeEngine


def test_a_run_gets_limits_files_and_parameters(
    fake: FakeEngine, source: str, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    out = tmp_path / "out.ipynb"
    limits = {"memory": "4g", "network": "none"}
    options = RunOptions("docker", str(out), mount=[str(tmp_path / "data")], **limits)  # type: ignore[arg-type]
    done = drain(run_in_image(source, options, {"rate": 0.5}))
    assert (done.text, out.read_text(encoding="utf-8")) == ("printed", "result")
    [call] = fake.calls("run")
    words = call["words"]
    assert call["values"] == {"rate": 0.5}
    assert {"--memory=4g", "--network=none", f"--user={os.getuid()}:{os.getgid()}"} <= set(words)
    bound = f"--mount=type=bind,source={tmp_path / 'data'},target=/work/data,readonly"
    assert bound in words
    assert f"--mount=type=bind,source={source},target=/work/Some notebook.ipynb,readonly" in words
    file = ["-f", "/results/values.json"]
    assert words[-4:] == ["Some notebook.ipynb", "/results/notebook.ipynb", *file]


def test_a_run_that_fails_says_why_and_keeps_the_result(
    fake: FakeEngine, source: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.ipynb"
    fake.answer(run={"status": 137, "err": "trace\nnbenv: The kernel was ended by SIGKILL."})
    with pytest.raises(NbenvError, match="stopped at an error") as caught:
        drain(run_in_image(source, RunOptions("docker", str(out)), {}))
    assert caught.value.why == "The kernel was ended by SIGKILL."
    assert caught.value.todo == f"Wrote {out}." and out.exists()
    fake.answer(run={"status": 125, "err": "no such network"})
    with pytest.raises(NbenvError, match="no such network"):
        drain(run_in_image(source, RunOptions("docker"), {}))
