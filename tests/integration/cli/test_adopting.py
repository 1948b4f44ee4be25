"""``nbenv adopt`` on the command line, with a local index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbenv.engine import working_kernel
from nbenv.engine.document import NotebookRef
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.operations.adoption.readopt import add_as_of
from nbenv.progress import drain
from tests.conftest import write_notebook
from tests.integration.adopt.cases import Case
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex

OLD = "2020-01-01T00:00:00Z"


def record(notebook: Path) -> Any:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["nbenv"]


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    for name in ("tabulate", "rich", "pandas"):
        index.wheel(name, "1.0", upload_time=OLD)
        index.wheel(name, "2.0")
    index.remove("ipykernel-7.0-py3-none-any.whl")
    index.wheel("ipykernel", "7.0", upload_time=OLD)
    return index


def test_adopting_records_what_it_found(tmp_path: Path, stocked: LocalIndex) -> None:
    case = Case(
        ("!pip install tabulate==1.0", "import pandas, nobody_knows_this\nprint 1", "import rich"),
        (),
        files={"rich.py": ""},
    )
    notebook = case.write(tmp_path / "notebooks")
    before = notebook.read_bytes()
    dry = succeed("adopt", "--dry-run", notebook)
    assert "Would adopt 2 packages" in dry.out
    assert "cell 2 is not valid Python" in dry.out
    assert notebook.read_bytes() == before
    done = succeed("adopt", notebook, "--json").json
    assert done["requirements"] == ["pandas", "tabulate==1.0"]
    assert record(notebook)["requirements"] == ["pandas", "tabulate==1.0"]
    assert json.loads(before)["cells"] == json.loads(notebook.read_bytes())["cells"]


def test_a_name_that_the_index_lacks_is_left_out(tmp_path: Path, stocked: LocalIndex) -> None:
    notebook = write_notebook(tmp_path / "x.ipynb", "%pip install tabulate no-such-thing")
    done = succeed("adopt", notebook)
    assert "no-such-thing was left out: the index does not have it" in done.out
    assert record(notebook)["requirements"] == ["tabulate"]


def test_what_only_a_use_suggests_is_not_built(tmp_path: Path, stocked: LocalIndex) -> None:
    stocked.wheel("networkx", "3.0")
    stocked.sdist("pygraphviz", "1.0")
    cell = "import networkx as nx\nnx.nx_agraph.to_agraph(nx.Graph())"
    notebook = write_notebook(tmp_path / "x.ipynb", cell)
    done = succeed("adopt", notebook)
    assert "pygraphviz was left out: it may be needed, but there is no wheel" in done.out
    assert record(notebook)["requirements"] == ["networkx"]


def test_versions_that_cannot_be_had_are_loosened(tmp_path: Path, stocked: LocalIndex) -> None:
    notebook = write_notebook(tmp_path / "x.ipynb", "%pip install tabulate==1.5 rich")
    done = succeed("adopt", "--python", _python(), notebook)
    assert "the newest instead of tabulate==1.5" in done.out
    assert record(notebook)["requirements"] == ["rich", "tabulate"]


def test_as_of_a_day(tmp_path: Path, stocked: LocalIndex) -> None:
    notebook = write_notebook(tmp_path / "x.ipynb", "import tabulate")
    succeed("adopt", "--as-of", "2020-06-01", "--python", _python(), notebook)
    assert any(line.startswith("tabulate==1.0") for line in record(notebook)["lock"])
    message = fail("adopt", "--as-of", "yesterday", notebook, status=2)
    assert "not a date" in message


def test_what_is_added_later_is_of_the_same_day(
    tmp_path: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working_kernel, "find_fault", lambda _: "")  # the index's kernel is empty
    notebook = write_notebook(tmp_path / "x.ipynb", "import rich")
    options = AdoptOptions(as_of="2020-06-01", python=_python())
    drain(adopt(NotebookRef(str(notebook)), options))
    drain(add_as_of(NotebookRef(str(notebook)), "tabulate", "2020-06-01"))
    names = [line.partition(" --")[0] for line in record(notebook)["lock"]]
    assert names == ["ipykernel==7.0", "rich==1.0", "tabulate==1.0"]


def test_rewriting_and_old_formats(tmp_path: Path, stocked: LocalIndex) -> None:
    path = tmp_path / "old.ipynb"
    cell = nbformat.v3.new_code_cell(input="!pip install tabulate\n1")
    sheet = nbformat.v3.new_worksheet(cells=[cell])
    nbformat.write(nbformat.v3.new_notebook(worksheets=[sheet]), path, version=3)
    succeed("adopt", "--rewrite", path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert document["nbformat"] == 4
    assert "".join(document["cells"][0]["source"]) == "%nbenv install tabulate\n1"
    assert document["metadata"]["nbenv"]["requirements"] == ["tabulate"]
    assert json.loads((tmp_path / "old.v3.ipynb").read_text(encoding="utf-8"))["nbformat"] == 3


def test_a_run_asks_before_it_adopts(tmp_path: Path, stocked: LocalIndex) -> None:
    notebook = write_notebook(tmp_path / "x.ipynb", "import tabulate")
    message = fail("run", "--adopt", notebook, status=3)
    assert "--yes" in message
    assert "nbenv" not in json.loads(notebook.read_text(encoding="utf-8"))["metadata"]


@pytest.mark.network
def test_a_run_installs_what_turns_out_missing(tmp_path: Path) -> None:
    hidden = "name = 'etalubat'[::-1]\nprint(__import__(name).tabulate([['x']]))"
    notebook = write_notebook(tmp_path / "x.ipynb", "import humanize", hidden)
    done = succeed("run", "--adopt", "--yes", notebook)
    assert "Installed during the run: tabulate." in done.out
    assert record(notebook)["requirements"] == ["humanize", "tabulate"]


def test_a_dead_index_of_the_notebook_leads_to_the_own_ones(
    tmp_path: Path, stocked: LocalIndex
) -> None:
    line = "!pip install --extra-index-url http://127.0.0.1:9/simple tabulate"
    notebook = write_notebook(tmp_path / "x.ipynb", line)
    message = fail("adopt", notebook)
    assert "The notebook names http://127.0.0.1:9/simple." in message
    assert "nbenv adopt --own-indexes x.ipynb" in message
    succeed("adopt", "--own-indexes", notebook)
    assert record(notebook)["requirements"] == ["tabulate"]
    assert "indexes" not in record(notebook)


def _python() -> str:
    from nbenv.environments.interpreters import default_python

    return default_python()
