"""Running a notebook: what is restored for it, and what it printed."""

from __future__ import annotations

import contextlib
from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError

from nbenv.engine.document import NotebookRef
from nbenv.environments.interpreters import default_python
from nbenv.errors import NbenvError, UnavailableError, UsageError
from nbenv.home import variables
from nbenv.operations import run
from nbenv.progress import Progress, Steps, drain
from tests.support.environments import hide_other_pythons, read, ref_of, versions
from tests.support.index import LocalIndex


def test_an_output_is_a_notebook_or_a_page(notebook: Path) -> None:
    with pytest.raises(UsageError, match=r"out\.pdf is neither"):
        drain(run.run(str(notebook), "out.pdf"))


@pytest.mark.parametrize(
    ("failure", "package"),
    [
        ("ModuleNotFoundError: No module named 'cv2'", "opencv-python"),
        ("ModuleNotFoundError: No module named 'beside'", None),
        ("ModuleNotFoundError: No module named 'nothing_that_is_known'", None),
        ("ZeroDivisionError: division by zero", None),
    ],
)
def test_the_next_step_after_a_missing_module(
    notebook: Path, failure: str, package: str | None
) -> None:
    (notebook.parent / "beside.py").touch()
    (notebook.parent / "cv2").touch()  # no module
    advice = run._advice("my work.ipynb", failure, ref_of(notebook))
    assert (f"nbenv install 'my work.ipynb' {package}" in advice) is (package is not None)
    assert bool(advice) is (package is not None)


def test_the_notebook_itself_is_run_where_that_is_possible(installed: Path) -> None:
    ref, report = drain(run._restore_for_run(ref_of(installed), None, "newest"))
    assert (ref, report) == (ref_of(installed), [])
    ref, report = drain(run._restore_for_run(ref_of(installed), default_python(), None))
    assert (ref, report) == (ref_of(installed), [])


@pytest.mark.parametrize(
    ("cells", "shown"), [(0, "0 code cells"), (1, "1 code cell"), (2, "2 code cells")]
)
def test_the_cells_are_counted(
    installed: Path, cells: int, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1") for _ in range(cells)])
    monkeypatch.setattr(run, "_read_content", lambda path: content)

    def execute(*given: object) -> Steps[str]:
        yield from ()
        return ""

    monkeypatch.setattr(run, "_execute", execute)
    told = [each.message for each in run.run(str(installed)) if each.phase == "run"]
    assert told == [f"Running {shown}…"]
    assert drain(run.run(str(installed))).summary.endswith(f": {shown}.")


def test_a_copy_is_run_with_a_fallback(
    installed: Path,
    stocked: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hide_other_pythons(monkeypatch)
    monkeypatch.setenv(variables.HOME, str(tmp_path / "elsewhere"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    stocked.remove("leaf-1.0-py3-none-any.whl")
    stocked.wheel("leaf", "1.5")
    before = installed.read_bytes()
    with pytest.raises(UnavailableError):
        drain(run._restore_for_run(ref_of(installed), None, None))
    ref, report = drain(run._restore_for_run(ref_of(installed), None, "newest"))
    assert installed.read_bytes() == before
    assert ref.notebook != str(installed)
    assert ref.folder == installed.parent
    assert versions(Path(ref.notebook)) == {"branch": "1.0", "leaf": "1.5"}
    assert report[0].startswith("Missing:   leaf 1.0")
    assert read(Path(ref.notebook)).spec.lock.versions()["leaf"] == "1.5"


def test_a_copy_has_one_place_and_is_private(notebook: Path, home: Path) -> None:
    copy = run._copy(ref_of(notebook), "newest")
    assert run._copy(ref_of(notebook), "newest") == copy
    assert Path(copy.notebook).parent == home / "runs"
    assert Path(copy.notebook).stat().st_mode & 0o077 == 0
    assert run._copy(ref_of(notebook), "3.12").notebook != copy.notebook


# -- execution, with a client that runs nothing


class Client:
    """A client whose cells fail as often as each one says."""

    def __init__(self, content: nbformat.NotebookNode, failures: dict[int, int]) -> None:
        self.content, self.failures, self.ran = content, failures, list[int]()
        self.code_cells_executed = 0

    def execute_cell(self, cell: nbformat.NotebookNode, number: int, **_: object) -> None:
        self.ran.append(number)
        if self.failures.get(number, 0) > 0:
            self.failures[number] -= 1
            raise CellExecutionError("trace", "ModuleNotFoundError", "no leaf")


@pytest.fixture
def content(notebook: Path) -> nbformat.NotebookNode:
    return run._read_content(str(notebook))


def execute(
    content: nbformat.NotebookNode,
    monkeypatch: pytest.MonkeyPatch,
    failures: dict[int, int],
    recover: run.Recover | None,
) -> tuple[str | None, list[int]]:
    client = Client(content, failures)

    class Started(Client):
        kc = None

        def __init__(self, *_: object, **__: object) -> None:
            self.__dict__.update(client.__dict__)

        def setup_kernel(self, env: dict[str, str]) -> object:
            return contextlib.nullcontext()

        def set_widgets_metadata(self) -> None:
            """Do nothing: no cell has widgets."""

    monkeypatch.setattr(run, "NotebookClient", Started)
    monkeypatch.setattr(run, "_note_language", lambda *_: None)
    failure = drain(run._execute(content, NotebookRef("work.ipynb"), recover))
    return failure, client.ran


def test_a_cell_that_fails_stops_the_run(
    content: nbformat.NotebookNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert execute(content, monkeypatch, {}, None) == (None, [0, 1])
    failure, ran = execute(content, monkeypatch, {0: 1}, None)
    assert (failure, ran) == ("ModuleNotFoundError: no leaf", [0])


def test_a_repaired_cell_runs_again(
    content: nbformat.NotebookNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recover(_: NotebookRef, failure: run.CellFailure) -> Steps[run.Again]:
        yield Progress("adopt", failure.name)
        return run.Again.CELL

    assert execute(content, monkeypatch, {1: 2}, recover) == (None, [0, 1, 1, 1])

    def give_up(_: NotebookRef, __: run.CellFailure) -> Steps[run.Again]:
        yield Progress("adopt", "looking")
        return run.Again.NOTHING

    failure, ran = execute(content, monkeypatch, {1: 2}, give_up)
    assert (failure, ran) == ("ModuleNotFoundError: no leaf", [0, 1])


def test_another_kernel_runs_all_cells_again(
    content: nbformat.NotebookNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def recover(_: NotebookRef, __: run.CellFailure) -> Steps[run.Again]:
        yield Progress("adopt", "…")
        return run.Again.ALL

    assert execute(content, monkeypatch, {1: 1}, recover) == (None, [0, 1, 0, 1])


# -- outputs


def with_outputs() -> nbformat.NotebookNode:
    v4 = nbformat.v4
    cell = v4.new_code_cell("1", outputs=[
        v4.new_output("stream", text="printed\n"),
        v4.new_output("display_data", data={"image/png": "AAAA", "text/plain": "<Figure>"}),
        v4.new_output("execute_result", data={"text/plain": "42"}, execution_count=1),
        v4.new_output("display_data"),
    ])  # fmt: skip
    return v4.new_notebook(cells=[v4.new_markdown_cell("# Title"), cell])


@pytest.mark.parametrize("suffix", [".ipynb", ".html"])
def test_an_executed_notebook_is_written(tmp_path: Path, suffix: str) -> None:
    out = tmp_path / f"out{suffix}"
    run._write_content(with_outputs(), out)
    text = out.read_text(encoding="utf-8")
    assert "printed" in text
    assert ("<html" in text) == (suffix == ".html")


def test_an_output_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    with pytest.raises(NbenvError, match="cannot be written"):
        run._write_content(with_outputs(), tmp_path / "absent" / "out.ipynb")
