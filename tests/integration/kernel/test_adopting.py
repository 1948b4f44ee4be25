"""Notebooks that record nothing, or nothing any more, in real kernels, from a local index."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.notebook.metadata import write_metadata
from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.kernels import kernel
from tests.support.mirror import fetch

OFFER = "%nbenv adopt installs all that the saved"


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = fetch(tmp_path_factory.mktemp("wheels"))
    with LocalIndex(folder) as index:
        for name in ("tabulate", "humanize"):
            index.wheel(name, "77.0", modules={f"{name}.py": "here = True"})
    return folder


@pytest.fixture
def mirror(wheels: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalIndex]:
    with LocalIndex(wheels) as index:
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        yield index


def document(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.network  # once, for the wheels of the kernel itself
def test_a_missing_module_leads_to_adopting(tmp_path: Path, mirror: LocalIndex) -> None:
    path = write_notebook(tmp_path / "plain.ipynb", "import tabulate", "import humanize")
    before = path.read_bytes()
    with kernel(path) as running:
        status, text = running.run("import tabulate")
        assert (status, text.count(OFFER)) == ("error", 1)
        assert OFFER not in running.run("1 / 0")[1]
        assert path.read_bytes() == before
        text = running.ok("%nbenv adopt --dry-run")
        assert "Would adopt 2 packages" in text
        assert path.read_bytes() == before
        text = running.ok("%nbenv adopt")
        assert "humanize, tabulate" in text
        assert running.ok("import tabulate, humanize; print(humanize.here)") == "True\n"
        status, text = running.run("import nothing_of_the_kind")
        assert (status, OFFER in text) == ("error", False)
    assert document(path)["metadata"]["nbenv"]["requirements"] == ["humanize", "tabulate"]
    assert document(path)["cells"] == json.loads(before)["cells"]


@pytest.mark.network
def test_a_notebook_of_format_3(tmp_path: Path, mirror: LocalIndex) -> None:
    path = tmp_path / "old.ipynb"
    cell = nbformat.v3.new_code_cell(input="import tabulate")
    sheet = nbformat.v3.new_worksheet(cells=[cell])
    nbformat.write(nbformat.v3.new_notebook(worksheets=[sheet]), path, version=3)
    with kernel(path) as running:
        status, text = running.run("import tabulate")
        assert (status, "%nbenv adopt" in text) == ("error", True), text
        running.ok("%nbenv adopt")
        assert running.ok("import tabulate; print(tabulate.here)") == "True\n"
    assert document(path)["nbformat"] == 4
    assert document(path)["metadata"]["nbenv"]["requirements"] == ["tabulate"]
    assert document(tmp_path / "old.v3.ipynb")["nbformat"] == 3


@pytest.mark.network
def test_a_kernel_without_a_notebook_is_not_told_of_adopting(mirror: LocalIndex) -> None:
    with kernel() as running:
        status, text = running.run("import tabulate")
        assert (status, OFFER in text) == ("error", False)


@pytest.mark.network
def test_a_record_that_a_tool_took_out_is_put_back(tmp_path: Path, mirror: LocalIndex) -> None:
    path = write_notebook(tmp_path / "work.ipynb", "import tabulate")
    succeed("install", path, "tabulate")
    before = path.read_bytes()
    write_metadata(str(path), {"nbenv": None})
    with kernel(path) as running:  # what is here stays until somebody decides
        assert running.ok("import tabulate; print(tabulate.here)") == "True\n"
    NotebookSnapshot.read(NotebookRef(str(path))).environment.remove()
    with kernel(path) as running:
        status, text = running.run("import tabulate")
        assert (status, "lost its record" in text, OFFER in text) == ("error", True, False)
        assert "Put back" in running.ok("%nbenv restore")
        assert running.ok("import tabulate; print(tabulate.here)") == "True\n"
        status, text = running.run("import nothing_of_the_kind")
        assert (status, "lost its record" in text) == ("error", False)
    assert document(path) == json.loads(before)


def answered(path: Path, *answers: str) -> tuple[int, str, str]:
    """Run ``run --adopt`` on a terminal that gives these answers; return its status and words."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "nbenv", "run", "--adopt", str(path)],
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
    )
    os.close(theirs)
    shown, left = "", list(answers)
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:  # it has ended
            break
        shown += data.decode("utf-8", "replace")
        if left and shown.count("[y/N]") > len(answers) - len(left):
            os.write(ours, f"{left.pop(0)}\n".encode())
        if not data:
            break
    os.close(ours)
    out, _ = child.communicate(timeout=60)
    assert left == []
    return child.returncode, out.decode(), shown


@pytest.mark.network
@pytest.mark.skipif(os.name != "posix", reason="needs a terminal to answer on")
def test_a_run_that_adopts_asks_on_the_terminal(tmp_path: Path, mirror: LocalIndex) -> None:
    hidden = "name = 'etalubat'[::-1]\nprint(__import__(name).here)"
    path = write_notebook(tmp_path / "x.ipynb", "import humanize", hidden)
    before = path.read_bytes()
    status, _, shown = answered(path, "n")
    assert (status, path.read_bytes()) == (1, before)
    assert "Adopt " in shown
    assert "Stopped before adopting it." in shown
    status, _, shown = answered(path, "y", "")
    assert status == 1
    assert "Install tabulate? [y/N]" in shown
    assert "Stopped before installing tabulate." in shown
    assert document(path)["metadata"]["nbenv"]["requirements"] == ["humanize"]
    status, out, shown = answered(path, "yes")
    assert (status, shown.count("[y/N]")) == (0, 1), shown
    assert "Installed during the run: tabulate." in out
    assert "True" in out
    assert document(path)["metadata"]["nbenv"]["requirements"] == ["humanize", "tabulate"]
