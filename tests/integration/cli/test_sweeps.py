"""Runs with parameters, and sweeps, in real kernels."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from tests.conftest import write_notebook
from tests.support.commands import fail, succeed

CELLS = (
    "rate = 0.5\nname: str = 'none'",
    "print(rate, name)",
    "import os\nif name == 'bad': os.kill(os.getpid(), 9)",
    "nbenv_record(half=rate / 2, name=name)",
)


@pytest.mark.network
def test_a_run_with_parameters_and_a_sweep(tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "work.ipynb", *CELLS)
    document = nbformat.read(notebook, as_version=4)
    document.cells[0].metadata["tags"] = ["parameters"]
    nbformat.write(document, notebook)
    succeed("install", notebook, "six")
    before = notebook.read_bytes()
    assert "no parameter nme" in fail("run", notebook, "-p", "nme=x", status=2)
    done = succeed("run", notebook, "-p", "name=x", "-o", tmp_path / "one.ipynb")
    assert "0.5 x" in done.out
    one = nbformat.read(tmp_path / "one.ipynb", as_version=4)
    nbformat.validate(one)
    assert one.cells[1].source == "# Parameters\nname = 'x'"

    rows, out = tmp_path / "rows.csv", tmp_path / "out"
    rows.write_text("rate,name\n1,a\n2,bad\n", encoding="utf-8")
    sweep = ("run", notebook, "--sweep", rows, "--jobs", "2", "-o", out)
    assert "row 2 (rate=2.0, name='bad'): failed" in fail(*sweep)
    index = json.loads((out / "index.json").read_text(encoding="utf-8"))
    good, bad = index["rows"]
    assert (good["status"], good["values"]) == ("done", {"half": 0.5, "name": "a"})
    assert (bad["status"], bad["values"]) == ("failed", {})
    stamp = (out / good["output"]).stat().st_mtime_ns
    rows.write_text("rate,name\n1,a\n2,mended\n", encoding="utf-8")
    assert "2 of 2 rows done" in succeed(*sweep).out
    assert (out / good["output"]).stat().st_mtime_ns == stamp  # it was not run again
    assert notebook.read_bytes() == before
