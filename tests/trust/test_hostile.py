"""Hostile notebooks are data: each is refused with its place, or shown, and never obeyed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import NbenvError, NotebookError, RecordError
from nbenv.notebook.metadata import read_metadata
from nbenv.operations.status import status
from tests.support.hostile import HARMLESS, RAW, RECORDS, Hostile, write

LONGEST = 1000
"""Most characters of a refusal, which people must read."""


def names(cases: list[Hostile]) -> list[str]:
    return [case.name for case in cases]


@pytest.mark.parametrize("case", RECORDS, ids=names(RECORDS))
def test_a_record_is_refused_with_its_place(case: Hostile) -> None:
    with pytest.raises(RecordError) as caught:
        Spec.from_record(case.value).lock.selection({})
    message = str(caught.value)
    assert "metadata.nbenv" in message
    assert case.place in message
    assert len(message) < LONGEST
    assert "hunter2" not in message
    assert message.isprintable() or all(line.isprintable() for line in message.splitlines())


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_in_order_is_shown(name: str, tmp_path: Path, home: Path) -> None:
    path = write(tmp_path / "x.ipynb", HARMLESS[name])
    data = status(NotebookRef(str(path))).data
    assert isinstance(data, dict)
    assert data["approved"] is False
    assert not home.exists()


@pytest.mark.parametrize("name", RAW)
def test_a_file_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(RAW[name])
    with pytest.raises(NotebookError) as caught:
        read_metadata(str(path))
    assert len(str(caught.value)) < LONGEST


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.ipynb"
    os.mkfifo(pipe)
    for path in (pipe, tmp_path, Path(os.devnull)):
        with pytest.raises(NbenvError, match="not a file"):
            NotebookSnapshot.read(NotebookRef(str(path)))
