"""nbclient names the notebook that a cell runs with it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import pytest

from tests.conftest import write_notebook
from tests.unit.kernel.guest.conftest import GUEST

Load = Callable[[str], ModuleType]


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a notebook in the folder that the kernel runs in."""
    monkeypatch.chdir(tmp_path)
    write_notebook(tmp_path / "other.ipynb", "2 + 2")
    return write_notebook(tmp_path / "child.ipynb", "1 + 1\n2")


def client(notebook: Path, **about: object) -> Any:
    """Return what stands for a client that runs a document, as read from a file."""
    document = nbformat.read(notebook, as_version=4)
    return SimpleNamespace(nb=document, resources={"metadata": about})


def test_nbconvert_keeps_the_name(load: Load, child: Path) -> None:
    named = client(child, name="other", path="")
    assert load("child_notebooks").notebook_of(named) == str(child.with_name("other.ipynb"))


def test_papermill_keeps_the_path(load: Load, child: Path) -> None:
    papermill = type("Client", (SimpleNamespace,), {"__module__": "papermill.clientwrap"})
    found = papermill(**vars(client(child)))
    found.nb.metadata["papermill"] = {"input_path": "other.ipynb"}
    assert load("child_notebooks").notebook_of(found) == str(child.with_name("other.ipynb"))
    found.nb.metadata["papermill"] = {"input_path": "https://x.example/y.ipynb"}
    assert load("child_notebooks").notebook_of(found) == str(child)


def test_the_only_notebook_with_these_cells(load: Load, child: Path) -> None:
    notebook_of = load("child_notebooks").notebook_of
    ran = client(child)
    ran.nb.cells[0].outputs = [nbformat.v4.new_output("stream", text="4")]
    assert notebook_of(ran) == str(child)
    assert notebook_of(client(child, path=str(child.parent.parent))) == str(child)
    ran.nb.metadata["nbenv"] = {"version": 1}
    assert notebook_of(ran) is None
    copy = child.with_name("copy.ipynb")
    copy.write_bytes(child.read_bytes())
    (child.parent / "broken.ipynb").write_text("{", encoding="utf-8")
    assert notebook_of(client(child)) is None
    assert notebook_of(SimpleNamespace()) is None


@pytest.mark.parametrize("method", ["async_start_new_kernel", "start_new_kernel"])
@pytest.mark.parametrize("name", ["nbenv", "python3"])
def test_nbclient_is_changed_once_it_is_imported(child: Path, method: str, name: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {str(GUEST)!r}); import boot, os, json\n"
        "guest = boot.load('child_notebooks'); guest.watch()\n"
        "import nbclient, nbformat; assert guest._AfterImport not in map(type, sys.meta_path)\n"
        "assert 'exec_module' not in vars(nbclient.client.__loader__)\n"
        "found = {}; document = nbformat.read('child.ipynb', as_version=4)\n"
        "class Manager:\n"
        f"    kernel_name, ipykernel = {name!r}, False\n"
        "    async def start_kernel(self, **options): found.update(options)\n"
        "client = nbclient.NotebookClient(document); client.km = Manager()\n"
        f"started = client.{method}()\n"
        "import asyncio; asyncio.run(started) if started is not None else None\n"
        "print((found.get('env') or {}).get('NBENV_NOTEBOOK'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == (str(child) if name == "nbenv" else "None")


def test_a_folder_of_many_notebooks_is_not_looked_through(
    load: Load, child: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load("child_notebooks"), "_MOST", 1)
    assert load("child_notebooks").notebook_of(client(child)) is None
