"""Causes of short waits: which files are read, modules imported and processes started.

The waits themselves are measured by `benchmarks/`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import nbenv
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.home import paths
from nbenv.kernel.own_kernelspec import add_kernelspec
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.status import status
from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.watched import Seen, watch
from tests.unit.test_imports import FEW

START = "from nbenv.kernel.launcher import main; main()"
COMMAND = "from nbenv.__main__ import main; main()"
LARGE = 20_000_000
TAIL = 3_000_000


@pytest.fixture
def recorded(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("alpha", "1.0")
    index.wheel("beta", "1.0")
    succeed("install", notebook, "alpha")
    add_kernelspec({})  # which the first start of all writes
    return notebook


def start(notebook: Path, folder: Path) -> Seen:
    seen = watch(START, folder, "-f", "x.json", environ={"NBENV_NOTEBOOK": str(notebook)})
    environment = NotebookSnapshot.read(NotebookRef(str(notebook))).environment
    assert seen.became[0] == environment.python
    return seen


def enlarge(notebook: Path) -> None:
    """Give a notebook a large output."""
    document = nbformat.read(notebook, as_version=4)
    document.cells[0].outputs = [nbformat.v4.new_output("stream", text="x" * LARGE)]
    nbformat.write(document, notebook)


# -- a kernel's start


def test_a_ready_start_opens_the_notebook_once_and_starts_nothing(
    recorded: Path, home: Path, tmp_path: Path
) -> None:
    seen = start(recorded, tmp_path)
    assert seen.opened.count(str(recorded)) == 1
    assert seen.started == []
    environment = NotebookSnapshot.read(NotebookRef(str(recorded))).environment
    assert seen.opened_below(home) == [
        paths.state_path(paths.key(str(recorded))),
        paths.marker_path(str(environment.path)),
    ]


def test_a_ready_start_imports_little(recorded: Path, tmp_path: Path) -> None:
    bare = watch("pass", tmp_path)
    modules = set(start(recorded, tmp_path).modules)
    others = {name for name in modules - set(bare.modules) if not name.startswith("nbenv")}
    assert others <= FEW | {"_blake2"}
    assert {name for name in modules if name.startswith("nbenv.")} == {
        f"nbenv.{name}"
        for name in ("core", "core.fast_json", "core.file_names", "core.language", "core.record",
                     "environments", "environments.layout", "environments.readiness", "home",
                     "home.default_home", "home.held_files",
                     "home.paths", "home.real_path", "home.surroundings", "home.trust",
                     "home.variables",
                     "kernel", "kernel.become", "kernel.launcher", "kernel.named_notebook",
                     "kernel.own_kernelspec", "notebook", "notebook.file_format",
                     "notebook.metadata")
    }  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="counts what Linux says was read")
def test_a_ready_start_reads_only_the_end_of_a_large_notebook(
    recorded: Path, tmp_path: Path
) -> None:
    small = start(recorded, tmp_path).read
    enlarge(recorded)
    assert start(recorded, tmp_path).read - small < TAIL


# -- an install


def test_an_install_of_what_is_cached_asks_for_one_page(
    recorded: Path, index: LocalIndex, tmp_path: Path
) -> None:
    succeed("install", write_notebook(tmp_path / "other.ipynb"), "beta")
    index.requests.clear()
    seen = watch(COMMAND, tmp_path, "install", recorded, "beta")
    assert [words[3] for words in seen.started] == ["export", "pip"]
    assert {path for _, path in index.requests} == {"/simple/beta/"}


def test_an_install_that_is_satisfied_starts_none(recorded: Path, tmp_path: Path) -> None:
    seen = watch(COMMAND, tmp_path, "install", recorded, "alpha")
    assert seen.started == []
    assert not {"virtualenv", "jupyter_client", "jupyter_server", "nbconvert"} & set(seen.modules)


# -- parsing records

PARSES = """
import collections, json, sys
from nbenv.core import record
from nbenv.core.spec import Spec
parsed, read = collections.Counter(), Spec.from_record.__func__
def counted(cls, value):
    parsed[record.fingerprint(value)] += 1
    return read(cls, value)
Spec.from_record = classmethod(counted)
from nbenv.cli.main import main
status = main(sys.argv[2:])
open(sys.argv[1], "w").write(json.dumps(list(parsed.values())))
sys.exit(status)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["status"], ["list"], ["tree"], ["why", "alpha"], ["diff"], ["export"], ["restore"],
        ["restore", "--dry-run"], ["install", "beta"], ["install", "beta", "--dry-run"],
        ["uninstall", "alpha"], ["upgrade"], ["undo"], ["pack"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_parses_each_record_once(
    recorded: Path, tmp_path: Path, words: list[str]
) -> None:
    counts = tmp_path / "counts.json"
    command = [words[0], str(recorded), *words[1:]]
    done = subprocess.run(
        [sys.executable, "-c", PARSES, counts, *command],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(counts.read_text())
    assert set(found) == {1}


def test_the_status_of_a_large_environment_parses_its_record_once(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often a page asks."""
    digest = f"--hash=sha256:{'0' * 64}"
    lock = [f"package-{number}=={number}.0 {digest}" for number in range(500)]
    record = {"version": 1, "python": "3.11", "requirements": ["package-1"], "lock": sorted(lock)}
    write_metadata(str(notebook), {"nbenv": record})
    parsed: list[object] = []
    read = Spec.from_record
    monkeypatch.setattr(Spec, "from_record", lambda value: parsed.append(value) or read(value))
    for _ in range(3):
        assert status(NotebookRef(str(notebook))).data["locked"] == 500
    assert len(parsed) == 1


# -- ordinary kernels and saves


def test_the_startup_file_imports_nothing(tmp_path: Path) -> None:
    root = Path(nbenv.__file__).parents[1]
    file = root / "jupyter-config" / "ipython" / "startup" / "50-nbenv.py"
    if not file.exists():
        pytest.skip("runs in a checkout")
    shell = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell; "
        "shell = InteractiveShell.instance(); "
        "shell.safe_execfile(sys.argv[1], shell.user_ns, raise_exceptions=True)"
    )
    empty = tmp_path / "empty.py"
    empty.touch()
    without = watch(shell, tmp_path, empty)
    with_it = watch(
        f"{shell}; assert 'nbenv' in shell.magics_manager.magics['line']", tmp_path, file
    )
    assert set(with_it.modules) == set(without.modules)
    assert with_it.opened_below(Path(nbenv.__file__).parent) == []
    assert with_it.started == without.started


SAVE = """
import json
from jupyter_server.services.contents.largefilemanager import LargeFileManager
from nbenv.server.save_hooks import merge, note_saved
contents = LargeFileManager(root_dir=sys.argv[1])
model = {"type": "notebook", "content": json.loads(sys.argv[3])}
SEEN["opened"].clear()
merge(model, sys.argv[2], contents)
assert model["content"]["metadata"]["nbenv"]["requirements"] == ["alpha"]
"""


@pytest.mark.parametrize("shown", ["newest", "older"])
def test_a_save_opens_the_notebook_only_for_a_front_end_that_is_behind(
    recorded: Path, tmp_path: Path, shown: str
) -> None:
    document = json.loads(recorded.read_text(encoding="utf-8"))
    if shown == "older":
        del document["metadata"]["nbenv"]
    enlarge(recorded)
    words = (recorded.parent, recorded.name, json.dumps(document))
    seen = watch(SAVE, tmp_path, *words)
    assert seen.opened.count(str(recorded)) == (1 if shown == "older" else 0)
    assert seen.started == []


def test_a_notebook_without_environment_is_saved_with_one_look(tmp_path: Path, home: Path) -> None:
    path = write_notebook(tmp_path / "plain.ipynb", "1")
    code = SAVE.rpartition("assert")[0]
    seen = watch(code, tmp_path, path.parent, path.name, path.read_text(encoding="utf-8"))
    assert seen.opened_below(tmp_path) == [paths.state_path(paths.key(str(path)))]
