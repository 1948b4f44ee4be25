"""Unit tests of ``nbenv.export.juv``."""

from __future__ import annotations

import json
from pathlib import Path

from nbenv.export.juv import write
from tests.unit.export.made import snapshot


def test_the_first_cell_is_the_block(tmp_path: Path) -> None:
    old = "# /// script\n# dependencies = []\n# ///"
    copy = json.loads(write(snapshot(tmp_path, "a", cells=(old, "1 + 1"))))
    first, *others = copy["cells"]
    assert '#     "a",\n' in first["source"]
    assert [cell["source"] for cell in others] == [["# What leaves are"], ["1 + 1"]]
    assert copy["metadata"]["kernelspec"]["name"] == "python3"
    assert copy["metadata"]["nbenv"]["requirements"] == ["a"]


def test_an_old_lock_and_an_old_format(tmp_path: Path) -> None:
    document = snapshot(tmp_path, "a")
    path = Path(document.ref.notebook)
    notebook = json.loads(path.read_text())
    notebook["metadata"]["uv.lock"] = "old"
    notebook["nbformat_minor"] = 4
    path.write_text(json.dumps(notebook))
    copy = json.loads(write(document))
    assert "uv.lock" not in copy["metadata"]
    assert "id" not in copy["cells"][0]
