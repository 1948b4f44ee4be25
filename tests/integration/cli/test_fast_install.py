"""An already satisfied install prints the same on the fast path as on the full one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.cli.fast_install import already_installed
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.home.paths import marker_path
from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.index import LocalIndex


@pytest.fixture
def path(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("leaf", "1.0")
    index.wheel("branch", "1.0", requires=["leaf"])
    succeed("install", notebook, "leaf", "branch")
    return notebook


def identifier(path: Path) -> str:
    return NotebookSnapshot.read(NotebookRef(str(path))).environment.identifier


def test_it_says_the_same(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = path.read_bytes()
    assert already_installed(["install", str(path), "leaf", "branch"])
    assert capsys.readouterr().out == succeed("install", path, "-q", "leaf", "branch").out
    assert path.read_bytes() == before


def test_the_magic_gets_the_same_event(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["--events", "--environment", identifier(path), "leaf"]
    assert already_installed(["install", *words])
    short = json.loads(capsys.readouterr().out)
    otherwise = ["install", "--quiet", *words]  # which the magic never says
    long = json.loads(succeed(*otherwise).out.splitlines()[-1])
    assert short == long


def test_nothing_else_is_imported(path: Path) -> None:
    code = (
        "import sys; from nbenv.__main__ import main; assert main() == 0;"
        "print(not {'nbenv.cli.main', 'argparse', 'subprocess', 'packaging'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", code, "install", str(path), "leaf"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "Already installed: leaf 1.0.\nTrue\n"


@pytest.mark.parametrize(
    "words",
    [
        ["leaf>=1"], ["Leaf"], ["--upgrade", "leaf"], ["leaf", "--dry-run"], ["leaf", "other"],
        ["ipykernel"], [],
    ],
)  # fmt: skip
def test_other_words_go_the_long_way(path: Path, words: list[str]) -> None:
    assert not already_installed(["install", str(path), *words])
    assert not already_installed(["install", "--events", "--environment", identifier(path), *words])


def test_what_is_not_plainly_so_goes_the_long_way(path: Path, tmp_path: Path) -> None:
    words = ["install", str(path), "leaf"]
    assert not already_installed(["uninstall", *words[1:]])
    assert not already_installed(["install", str(tmp_path / "none.ipynb"), "leaf"])
    assert not already_installed(["install", str(write_notebook(tmp_path / "new.ipynb")), "leaf"])
    assert not already_installed(["install", "--events", "--environment", "unknown-1", "leaf"])

    document = json.loads(path.read_text(encoding="utf-8"))
    stripped = {**document, "metadata": {**document["metadata"], "kernelspec": {"name": "python3"}}}
    path.write_text(json.dumps(stripped), encoding="utf-8")
    assert not already_installed(words)
    path.write_text("no notebook", encoding="utf-8")
    assert not already_installed(words)
    path.write_text(json.dumps(document), encoding="utf-8")
    assert already_installed(words)

    environment = NotebookSnapshot.read(NotebookRef(str(path))).environment
    (environment.site_packages() / "slipped_past").mkdir()
    assert not already_installed(words)
    (environment.site_packages() / "slipped_past").rmdir()
    Path(marker_path(str(environment.path))).unlink()
    assert not already_installed(words)
