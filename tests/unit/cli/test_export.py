"""Writing exports: to a file, into a folder, or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from nbenv.cli.commands import parse, perform
from nbenv.cli.main import main
from nbenv.errors import NbenvError, UsageError
from nbenv.export import FORMATS
from nbenv.notebook.metadata import write_metadata
from tests.unit.export.made import snapshot

RECORD = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}


@pytest.fixture
def recorded(notebook: Path) -> Path:
    write_metadata(str(notebook), {"nbenv": RECORD})
    return notebook


def test_a_text_is_shown_or_written(recorded: Path, tmp_path: Path) -> None:
    shown = perform(parse(["export", str(recorded)]))
    assert "six" in shown.text
    assert shown.data == {"format": "requirements", "text": shown.text}
    file = tmp_path / "r.txt"
    written = perform(parse(["export", str(recorded), "-o", str(file)]))
    assert (written.summary, written.text) == (f"Wrote {file}.", "")
    assert written.data == {
        "format": "requirements", "output": str(file), "files": [str(file)],
    }  # fmt: skip
    assert file.read_text(encoding="utf-8") == shown.text


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


SECRET = "pandas.read_csv('https://me:secret@host.example/x.csv?token=abc')  # \u202e\x9b é"


@pytest.fixture
def with_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return Path(snapshot(tmp_path, "six", cells=(SECRET,), name="s.ipynb").ref.notebook)


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"pylock"}))  # that asks an index
def test_exported_text_is_the_same_on_every_way_out(
    with_secret: Path, name: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    words = ["export", str(with_secret), "--format", name]
    assert main([*words, "-o", "file"]) == 0
    expected = Path("file").read_bytes()
    capsysbinary.readouterr()
    assert main(words) == 0
    assert capsysbinary.readouterr().out == expected
    assert main([*words, "--json"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["text"].encode() == expected
    assert main([*words, "--events"]) == 0
    shown, result = map(json.loads, capsysbinary.readouterr().out.splitlines())
    assert shown["text"].encode() == result["data"]["text"].encode() == expected
    if name in ("script", "juv"):
        assert b"me:secret@host.example" in expected
    if name == "juv":
        sources = ["".join(cell["source"]) for cell in json.loads(expected)["cells"]]
        assert SECRET in sources


@pytest.mark.skipif(os.name != "posix", reason="links of POSIX")
@pytest.mark.parametrize("link", ["out/binder", "out/binder/postBuild", "out/s.ipynb"])
def test_a_folder_is_not_written_through_links_in_it(with_secret: Path, link: str) -> None:
    target = Path("elsewhere")
    target.mkdir()
    Path(link).parent.mkdir(parents=True)
    Path(link).symlink_to(target.absolute() if link.endswith("binder") else target.absolute() / "x")
    with pytest.raises(NbenvError, match="leads out of the folder"):
        perform(parse(["export", str(with_secret), "--format", "binder", "-o", "out"]))
    assert list(target.iterdir()) == []
