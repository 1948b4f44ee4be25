"""A bundle as a folder: its files, its text, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import NbenvError
from nbenv.progress import drain
from nbenv.workers.exported_bundle import bundle_files
from tests.support.environments import install, read
from tests.support.index import LocalIndex

TEXT = "{name} in {folder}: Python {python}, {version}"


def test_the_text_names_what_is_in_the_folder(index: LocalIndex, notebook: Path) -> None:
    index.wheel("engine", "3.0")
    install(notebook, "engine")
    snapshot = read(notebook)
    files = drain(bundle_files(snapshot, "Engine", "engine", TEXT))
    assert {"manifest.json", "nbenv_worker.py", "nbenv_install.py"} <= set(files)
    stem = notebook.stem
    expected = f"{stem}.ipynb in {stem}-engine: Python {snapshot.spec.python}, 3.0"
    assert files["README.md"].decode() == expected


def test_an_environment_without_the_engine_is_refused(index: LocalIndex, notebook: Path) -> None:
    index.wheel("leaf", "1.0")
    install(notebook, "leaf")
    with pytest.raises(NbenvError, match="does not have Engine") as caught:
        drain(bundle_files(read(notebook), "Engine", "engine", TEXT))
    assert caught.value.todo == "Install it: nbenv install NOTEBOOK engine"
