"""A notebook runs a notebook: each in its own environment, each recorded in itself."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.kernels import Kernel, kernel

CHILD = (
    "import six, sys, os; print(six.__version__, sys.prefix, os.environ.get('JPY_SESSION_NAME'))"
)
NBCONVERT = f"{sys.executable} -m nbconvert --to notebook --execute"
WITH_API = """\
import nbformat
from nbclient import NotebookClient
document = nbformat.read("child.ipynb", as_version=4)
NotebookClient(document).execute()
nbformat.write(document, "out.ipynb")"""


def requirements(notebook: Path) -> object:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["nbenv"]["requirements"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a folder with two notebooks and their environments, kept for all tests here."""
    folder = tmp_path_factory.mktemp("family")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(folder / "home"))
        for name, version in (("parent", "1.16.0"), ("child", "1.17.0")):
            path = write_notebook(folder / f"{name}.ipynb", CHILD, "%pip install toolz")
            document = json.loads(path.read_text(encoding="utf-8"))
            document["metadata"]["kernelspec"] = {"name": "nbenv", "display_name": "nbenv"}
            path.write_text(json.dumps(document), encoding="utf-8")
            succeed("install", path, f"six=={version}")
        succeed("install", folder / "parent.ipynb", "nbclient")
    return folder


@pytest.fixture
def parent(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    """Yield the kernel of one of them, as a server starts it."""
    monkeypatch.setenv("NBENV_HOME", str(folder / "home"))
    monkeypatch.chdir(folder)
    (folder / "out.ipynb").unlink(missing_ok=True)
    with kernel(JPY_SESSION_NAME=str(folder / "parent.ipynb")) as running:
        yield running


def printed(folder: Path) -> str:
    document = nbformat.read(folder / "out.ipynb", as_version=4)
    return str(document.cells[0].outputs[0].text)


@pytest.mark.parametrize(
    "line",
    [
        f"!{NBCONVERT} child.ipynb --output out.ipynb",
        f"!{sys.executable} -m papermill child.ipynb out.ipynb",
        f'!NBENV_NOTEBOOK=child.ipynb {sys.executable} -c """{{code}}"""',
        "exec(code)",
    ],
    ids=["nbconvert", "papermill", "variable", "api"],
)
def test_a_child_has_its_own_environment(folder: Path, parent: Kernel, line: str) -> None:
    quoted = WITH_API.replace('"', "'")
    parent.ok(f"code = {quoted!r}")
    parent.ok(line)
    version, prefix, session = printed(folder).split()
    assert (version, session) == ("1.17.0", "None")
    assert Path(prefix).name.startswith("child-")
    assert requirements(folder / "child.ipynb") == ["six==1.17.0", "toolz"]
    assert requirements(folder / "parent.ipynb") == ["nbclient", "six==1.16.0"]
    parent.ok("import six, os; assert six.__version__ == '1.16.0'")
    assert parent.ok("print(os.environ['JPY_SESSION_NAME'])").strip().endswith("parent.ipynb")


def test_a_plain_child_runs_in_the_parents_environment(parent: Kernel) -> None:
    parent.ok("import sys, subprocess")
    code = "import six, sys; print(six.__version__, sys.prefix)"
    for call in (f'!python -c "{code}"', f"print(subprocess.getoutput('python -c \"{code}\"'))"):
        version, prefix = parent.ok(call).split()
        assert (version, Path(prefix).name[:7]) == ("1.16.0", "parent-")
