"""Commands on notebooks in text, in a terminal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.notebook.metadata import read_metadata
from tests.support.commands import fail, nbenv_here
from tests.support.index import LocalIndex

PERCENT = "#!/usr/bin/env python\n# %% [markdown]\n# hi\n\n# %%\nimport alpha\n"
PLAIN = "# /// script\n# dependencies = ['six']\n# ///\nimport six\n"
GIT = ["git", "-c", "user.name=x", "-c", "user.email=x@y", "-c", "init.defaultBranch=main"]


@pytest.fixture
def packages(index: LocalIndex) -> None:
    """Let the index have packages; one is named like a file."""
    for name in ("alpha", "discord.py"):
        index.wheel(name, "1.0")


def succeed(*words: object) -> str:
    done = nbenv_here(*words)
    assert done.status == 0, done.err
    return done.out


def required(path: Path) -> object:
    record = read_metadata(str(path))["nbenv"]
    assert isinstance(record, dict)
    return record["requirements"]


@pytest.mark.usefixtures("packages")
def test_the_life_of_a_text_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "a.py"
    path.write_text(PERCENT, encoding="utf-8")
    for words in (["init", "-q"], ["add", "a.py"], ["commit", "-qm", "1"]):
        subprocess.run([*GIT, *words], check=True)
    succeed("install", "a.py", "alpha", "discord.py")
    assert required(path) == ["alpha", "discord-py"]
    text = path.read_text(encoding="utf-8")
    assert text.startswith("#!/usr/bin/env python\n# ---\n# jupyter:\n")
    assert text.endswith(PERCENT.partition("\n")[2])
    assert "Recorded:   Python 3.11; alpha, discord-py\n" in succeed("status", "a.py")
    assert "added       alpha 1.0" in succeed("diff", "a.py", "HEAD")
    assert succeed("export", "a.py", "--format", "requirements") == "alpha\ndiscord-py\n"
    assert "\n# %%\nimport alpha\n" in succeed("export", "a.py", "--format", "script")
    assert "alpha (cell" in succeed("adopt", "a.py", "--dry-run")
    succeed("uninstall", "a.py", "discord.py")
    assert required(path) == ["alpha"]
    succeed("undo", "a.py")
    assert path.read_text(encoding="utf-8") == text
    (tmp_path / "b").mkdir()
    other = Path(path.rename(tmp_path / "b" / "a.py"))
    assert "Restored" in succeed("restore", other)


@pytest.mark.usefixtures("packages")
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("s.py", PLAIN, ["install", "alpha"]),
        ("s.py", PLAIN, ["status"]),
        ("s.md", "# A text\n", ["install", "alpha"]),
        ("s.md", "---\ntitle: A\n---\n", ["restore"]),
    ],
)
def test_what_is_no_notebook_is_refused(
    name: str, text: str, words: list[str], tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    message = fail(words[0], path, *words[1:])
    assert ", not a notebook.\n" in message
    assert f"Make it a notebook: jupytext --set-kernel nbenv {name}" in message
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.usefixtures("packages")
def test_what_takes_an_ipynb_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_text(PERCENT, encoding="utf-8")
    succeed("install", path, "alpha")
    before = path.read_bytes()
    assert "jupytext --to ipynb a.py" in fail("pack", path, status=2)
    assert "jupytext --to ipynb a.py" in fail("export", path, "--format", "dockerfile")
    assert ".ipynb files only" in fail("adopt", path, "--rewrite", status=2)
    over = ["export", path, "--format", "script", "-o", path]
    assert "is the notebook itself" in fail(*over, status=2)
    assert path.read_bytes() == before


def test_without_jupytext_installing_works(
    packages: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jupytext", None)
    path = tmp_path / "a.py"
    path.write_text(PERCENT, encoding="utf-8")
    succeed("install", path, "alpha")
    assert "pip install jupytext" in nbenv_here("adopt", path, "--dry-run").err
