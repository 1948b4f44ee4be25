"""Names of private packages: no command asks another index than theirs for them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from nbenv.cli.pip_lines.pip_magic import perform_pip
from nbenv.installer import pip_config
from nbenv.progress import Outcome, Steps, drain
from tests.conftest import write_notebook
from tests.support.commands import nbenv_here
from tests.support.environments import hide_other_pythons, ref_of
from tests.support.index import LocalIndex

LATER = (
    ["outdated"],
    ["upgrade"],
    ["install", "leaf"],
    ["restore", "--dry-run"],
    ["export", "--format", "pylock"],
    ["pack"],
)


@pytest.fixture
def private(tmp_path: Path, index: LocalIndex) -> Iterator[LocalIndex]:
    """Yield an index with private packages."""
    index.wheel("leaf", "1.0")
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("acme-core", "1.0", requires=["acme-util", "leaf"])
        private.wheel("acme-util", "1.0")
        private.wheel("leaf", "1.0")
        yield private


def told(index: LocalIndex) -> list[str]:
    return [path for _, path in index.requests if "acme" in path]


@pytest.mark.parametrize("serving", ["-i {}", "--index corp={} --index-packages acme-*"])
def test_no_command_tells_them(
    serving: str, notebook: Path, index: LocalIndex, private: LocalIndex, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    command, *words = f"install acme-core {serving.format(private.url)}".split()
    if "-i" in words:
        drain(cast("Steps[Outcome]", perform_pip([command, *words], ref_of(notebook))))
    else:
        nbenv_here(command, notebook, *words)
    assert told(index) == []
    private.wheel("acme-core", "2.0", requires=["acme-util", "acme-new"])
    private.wheel("acme-new", "1.0")
    for command, *words in LATER:
        assert nbenv_here(command, notebook, *words).status == 0
        assert told(index) == [], command
    for name in ("NBENV_HOME", "UV_CACHE_DIR"):
        monkeypatch.setenv(name, str(tmp_path / "elsewhere" / name))
    copy = Path(shutil.copy(notebook, tmp_path / "copy.ipynb"))
    private.remove("acme_util-1.0-py3-none-any.whl")
    hide_other_pythons(monkeypatch)
    monkeypatch.setattr(pip_config, "default_index", lambda: index.url)  # the usual, public one
    assert "no index has this version any more" in nbenv_here("restore", copy).err
    assert told(index) == []


def test_adopting_tells_none_of_a_line_with_an_index(
    tmp_path: Path, index: LocalIndex, private: LocalIndex
) -> None:
    code = f"!pip install acme-core==1.0 -i {private.url}\nimport acme_core, leaf"
    folder = tmp_path / "course"
    one, _ = (write_notebook(folder / f"{name}.ipynb", code) for name in "ab")
    for words in ([one, "--as-of", "auto"], [one], [folder, "--yes"]):
        assert nbenv_here("adopt", *words).status == 0
        assert told(index) == []
