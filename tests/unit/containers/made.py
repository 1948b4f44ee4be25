"""A program that stands for an engine: it notes what it is called with, and does as it is told."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

__all__ = ["FakeEngine"]

_PROGRAM = """\
#!{python}
import json, os, pathlib, shutil, sys
folder = pathlib.Path({folder!r})
words = sys.argv[1:]
call = {{"words": words}}
if words[0] == "build":
    call["files"] = sorted(
        os.path.relpath(os.path.join(at, name), words[-1])
        for at, _, names in os.walk(words[-1]) for name in names
    )
    call["dockerfile"] = pathlib.Path(words[-1], "Dockerfile").read_text()
for word in words:
    if word.startswith("--mount=") and ",target=/results" in word:
        results = pathlib.Path(word.split("source=")[1].split(",")[0])
        (results / "notebook.ipynb").write_text("result")
        if (results / "values.json").exists():
            call["values"] = json.loads((results / "values.json").read_text())
with open(folder / "calls", "a") as file:
    file.write(json.dumps(call) + "\\n")
answer = json.loads((folder / "answers.json").read_text()).get(words[0], {{}})
print(answer.get("out", ""))
print(answer.get("err", ""), file=sys.stderr)
is_bad = call.get("values") is not None and call["values"] == answer.get("bad")
sys.exit(1 if is_bad else answer.get("status", 0))
"""


class FakeEngine:
    """Puts a ``docker`` on PATH, which answers as `answers` says by the first word."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        folder.mkdir()
        program = folder / "docker"
        program.write_text(_PROGRAM.format(python=sys.executable, folder=str(folder)))
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
        self.answer()

    def answer(self, **answers: dict[str, object]) -> None:
        """Set the answers."""
        (self._folder / "answers.json").write_text(json.dumps(answers))

    def calls(self, name: str) -> list[Any]:
        """Return the calls whose first word is this."""
        calls = self._folder / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        return [call for call in map(json.loads, lines) if call["words"][0] == name]
