"""Reading notebooks that are being saved in place."""

from __future__ import annotations

import asyncio
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.adopt import notebook_reader
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NotebookError
from nbenv.export.image_context import notebook_files
from nbenv.notebook.cells import read_notebook
from nbenv.notebook.metadata import read_metadata
from nbenv.notebook.text_cells import read_text_notebook
from nbenv.notebook.unfinished_saves import read_again, whole_content
from nbenv.operations.status import status

HEADER = b"# ---\n# jupyter:\n#   nbenv: {version: 1}\n# ---\n\n# %%\nimport os\n"
READERS: dict[str, Callable[[Path], object]] = {
    "metadata": lambda path: read_metadata(str(path)),
    "cells": lambda path: read_notebook(str(path)),
    "adopt": notebook_reader.read,
    "status": lambda path: status(NotebookRef(str(path))),
}


def save_in_place(path: Path, content: bytes, seconds: float) -> threading.Thread:
    """Empty a file, and write it after some time, as Jupyter does; return once it is empty."""
    is_empty = threading.Event()

    def save() -> None:
        with path.open("wb") as file:
            is_empty.set()
            time.sleep(seconds)
            file.write(content)

    thread = threading.Thread(target=save)
    thread.start()
    is_empty.wait()
    return thread


@pytest.mark.parametrize("reader", READERS)
def test_a_save_that_goes_on_is_waited_for(notebook: Path, reader: str) -> None:
    expected = READERS[reader](notebook)
    saving = save_in_place(notebook, notebook.read_bytes(), 0.2)
    found = READERS[reader](notebook)
    saving.join()
    assert str(found) == str(expected)


def test_a_part_of_a_text_is_not_taken_for_the_whole(tmp_path: Path) -> None:
    path = tmp_path / "work.py"
    path.write_bytes(HEADER)
    saving = save_in_place(path, HEADER, 0.2)
    assert "nbenv" in read_metadata(str(path))
    saving.join()
    saving = save_in_place(path, HEADER, 0.2)
    assert read_text_notebook(str(path)).cells[0].source == "import os"
    saving.join()
    saving = save_in_place(path, HEADER, 0.2)
    assert whole_content(str(path)) == HEADER
    saving.join()


def test_what_is_copied_is_whole(notebook: Path) -> None:
    snapshot = NotebookSnapshot.read(NotebookRef(str(notebook)))
    content = notebook.read_bytes()
    saving = save_in_place(notebook, content, 0.2)
    assert notebook_files(snapshot)[notebook.name] == content
    saving.join()


def test_what_nobody_saves_fails_at_once(notebook: Path) -> None:
    notebook.write_bytes(notebook.read_bytes()[:20])
    os.utime(notebook, (0, 0))
    reads = []

    def read() -> object:
        reads.append(1)
        return status(NotebookRef(str(path)))

    for path in (notebook, notebook.with_name("gone.ipynb")):
        reads.clear()
        began = time.monotonic()
        with pytest.raises(NotebookError):
            read_again(str(path), read)
        assert len(reads) == 1
        assert time.monotonic() - began < 0.2


def test_what_stays_broken_fails_in_the_end(notebook: Path) -> None:
    notebook.write_bytes(b"{")
    with pytest.raises(NotebookError):
        status(NotebookRef(str(notebook)))


def test_an_event_loop_is_never_held_up(notebook: Path) -> None:
    """The one who writes the file may be a task of the same loop, as in Jupyter Server."""

    async def read() -> float:
        began = time.monotonic()
        with notebook.open("wb"), pytest.raises(NotebookError):
            read_metadata(str(notebook))
        return time.monotonic() - began

    assert asyncio.run(read()) < 0.2
