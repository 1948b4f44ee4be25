"""The tables of formats, and how a writer is found and run."""

from __future__ import annotations

import inspect
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, UsageError
from nbenv.export import FOLDERS, FORMATS, Files, Format, export, export_folder
from nbenv.progress import Steps, drain
from tests.conftest import write_notebook
from tests.unit.export.made import snapshot

ALL = {**FORMATS, **FOLDERS}


@pytest.mark.parametrize("name", ALL)
def test_a_writer_has_the_signature_that_its_table_promises(name: str) -> None:
    """The registry finds writers by name, so that mypy cannot see them."""
    form: Format[object] = ALL[name]
    result = str if name in FORMATS else Files
    for serve in (False, True) if form.serves else (False,):
        writer = form.writer(serve=serve)
        hints = get_type_hints(writer)
        takes_steps = hints.pop("return") == Steps[result]  # type: ignore[valid-type]
        assert takes_steps or get_type_hints(writer)["return"] == result
        assert inspect.isgeneratorfunction(writer) == takes_steps
        assert hints.pop("snapshot") == NotebookSnapshot
        optional = dict(list(inspect.signature(writer).parameters.items())[1:])
        assert optional.keys() == hints.keys()
        assert all(each.default is not each.empty for each in optional.values())


def test_a_format_that_serves_says_so() -> None:
    for name, form in ALL.items():
        module = import_module(f"nbenv.export.{form.module}")
        assert hasattr(module, "write_serving") == form.serves, name


def test_file_names_follow_the_notebook() -> None:
    assert FORMATS["script"].file_for("folder/Some notebook.ipynb") == "Some notebook.py"
    assert FORMATS["pyproject"].file_for("x.ipynb") == "pyproject.toml"


def test_a_writer_that_needs_no_steps_and_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBENV_RESTORE", "always")
    document, seen = snapshot(tmp_path, "a"), []
    assert drain(export(document, "requirements"), seen.append) == "a\n"
    assert seen == []
    assert "created-by" in drain(export(document, "pylock"), seen.append)
    assert [each.phase for each in seen] == ["resolve"]


def test_a_folder_holds_the_notebook(tmp_path: Path) -> None:
    files = drain(export_folder(snapshot(tmp_path, "a"), "kubernetes"))
    assert files["Some notebook.ipynb"] == (tmp_path / "Some notebook.ipynb").read_bytes()


def test_wrong_names_are_refused(tmp_path: Path) -> None:
    document = snapshot(tmp_path, "a")
    with pytest.raises(UsageError, match="There is no format 'nothing'") as caught:
        drain(export(document, "nothing"))
    assert "requirements" in caught.value.why
    with pytest.raises(UsageError, match="There is no format 'requirements'"):
        drain(export_folder(document, "requirements"))
    with pytest.raises(UsageError, match="conda cannot serve") as caught:
        drain(export(document, "conda", serve=True))
    assert caught.value.why == "--serve is for dockerfile, compose."


def test_a_notebook_without_a_record_is_refused(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "x.ipynb", "1")
    with pytest.raises(NbenvError, match="records no environment"):
        drain(export(NotebookSnapshot.read(NotebookRef(str(path))), "conda"))


def test_the_table_is_read_without_importing_a_writer() -> None:
    code = (
        "import sys, nbenv.export; "
        "print([name for name in sys.modules if name.startswith('nbenv.export.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
