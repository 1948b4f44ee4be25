"""Unit tests of ``nbenv.adopt.code.scripts``."""

from __future__ import annotations

from pathlib import Path

from nbenv.adopt.code.scripts import needed_by_scripts


def test_only_scripts_that_the_notebook_does_not_run_count(tmp_path: Path) -> None:
    files = {
        "mine.py": "import pandas",
        "other.py": "def late():\n    import yaml.nodes\nfrom . import rich\nimport os, unknown_x",
        "binary.py": "\0\ud800",
        "broken.py": "import sklearn as sk, (",
        "deep/a/b/c/out.py": "import sympy",
        "inner/below.py": "import seaborn",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
    (tmp_path / "folder.py").mkdir()
    others = {"scikit-learn", "seaborn"}
    visited = {(tmp_path / "mine.py").resolve()}
    assert needed_by_scripts(tmp_path, visited) == {"pyyaml", *others}
    assert needed_by_scripts(tmp_path, ()) == {"pandas", "pyyaml", *others}


def test_no_more_scripts_are_read_than_make_sense(tmp_path: Path) -> None:
    for number in range(210):
        (tmp_path / f"s{number:03}.py").write_text("import pandas" if number > 200 else "")
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "large.py").write_text("import seaborn\n" + "#" * 200_000)
    assert needed_by_scripts(tmp_path, ()) == set()
