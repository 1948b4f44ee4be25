"""Unit tests of ``nbenv.adopt.code.scripts``."""

from __future__ import annotations

from pathlib import Path

from nbenv.adopt.code.scripts import needed_by_scripts


def test_only_scripts_that_the_notebook_does_not_run_count(tmp_path: Path) -> None:
    files = {
        "mine.py": "import pandas",
        "other.py": "def late():\n    import yaml.nodes\nfrom . import rich\nimport os, unknown_x",
        "binary.py": "\0\ud800",
        "broken.py": "import sklearn, (",
        "inner/below.py": "import seaborn",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
    (tmp_path / "folder.py").mkdir()
    visited = {(tmp_path / "mine.py").resolve()}
    assert needed_by_scripts(tmp_path, visited) == {"pyyaml"}
    assert needed_by_scripts(tmp_path, ()) == {"pandas", "pyyaml"}
