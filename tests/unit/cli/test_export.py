"""Writing exports: to a file, into a folder, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.cli.commands import parse, perform
from nbenv.errors import NbenvError, UsageError
from nbenv.notebook.metadata import write_metadata

RECORD = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}


@pytest.fixture
def recorded(notebook: Path) -> Path:
    write_metadata(str(notebook), {"nbenv": RECORD})
    return notebook


def test_a_text_is_shown_or_written(recorded: Path, tmp_path: Path) -> None:
    shown = perform(parse(["export", str(recorded)]))
    assert "six" in shown.text
    assert shown.data == {"format": "requirements", "text": f"{shown.text}\n"}
    file = tmp_path / "r.txt"
    written = perform(parse(["export", str(recorded), "-o", str(file)]))
    assert (written.summary, written.text) == (f"Wrote {file}.", "")
    assert written.data == {
        "format": "requirements", "output": str(file), "files": [str(file)],
    }  # fmt: skip
    assert file.read_text(encoding="utf-8") == f"{shown.text}\n"


def test_a_folder_needs_a_place(recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        perform(parse(["export", str(recorded), "--format", "binder"]))
    assert error.value.todo == "Choose where to write it: -o work-binder"
    assert not (tmp_path / "work-binder").exists()


def test_a_place_that_cannot_be_written(recorded: Path, tmp_path: Path) -> None:
    place = tmp_path / "none" / "r.txt"
    with pytest.raises(NbenvError, match="cannot be written"):
        perform(parse(["export", str(recorded), "-o", str(place)]))


@pytest.mark.skipif(os.name != "posix", reason="is about the executable bit")
def test_a_folder_is_made_with_its_scripts(
    recorded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nbenv.cli import export

    def folder(*_: object) -> object:
        yield from ()
        return {"a/start": b"#!/bin/sh\n", "b.txt": b"x"}

    monkeypatch.setattr(export, "export_folder", folder)
    place = tmp_path / "out"
    outcome = perform(parse(["export", str(recorded), "--format", "binder", "-o", str(place)]))
    assert outcome.text.splitlines() == [f"{place}/a/start", f"{place}/b.txt"]
    assert os.access(place / "a" / "start", os.X_OK)
    assert not os.access(place / "b.txt", os.X_OK)
