"""In, out, in again: what a format can hold of a record, adopting it gives back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.progress import drain
from tests.conftest import write_notebook
from tests.integration.export.recorded import spec, stock, write_recorded
from tests.support.commands import succeed
from tests.support.index import LocalIndex

WINDOWS = 'only-windows{}; sys_platform == "win32"'
ASKED = ["branch[more]", "from-source", "leaf<2", WINDOWS.format(""), "private"]
PINNED = [
    "branch[more]==1.0", "from-source==1.0", "leaf==1.0", WINDOWS.format("==1.0"), "private==3.0",
]  # fmt: skip
LOCKED = sorted(["branch==1.0", "extra-leaf==1.0", *PINNED[1:]])


def beside(name: str) -> Callable[[Path, str], Path]:
    """Put the file beside a fresh notebook, under the name that tools look for."""

    def put(folder: Path, text: str) -> Path:
        (folder / name).write_text(text, encoding="utf-8")
        return write_notebook(folder / "fresh.ipynb", "1 + 1")

    return put


def as_cell(folder: Path, text: str) -> Path:
    """Take the inline metadata of a script over into a first cell."""
    head, mark, _ = text.partition("\n# ///\n")
    return write_notebook(folder / "fresh.ipynb", head + mark, "1 + 1")


def as_notebook(folder: Path, text: str) -> Path:
    """Take the notebook itself, without nbenv's own record."""
    document = json.loads(text)
    document["metadata"].pop("nbenv", None)
    path = folder / "fresh.ipynb"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Way:
    """A format, how it gets into a fresh notebook, and what it can hold."""

    format: str
    put: Callable[[Path, str], Path]
    requirements: list[str]


WAYS = (
    Way("requirements", beside("requirements.txt"), ASKED),
    Way("requirements-locked", beside("requirements.txt"), LOCKED),
    Way("pyproject", beside("pyproject.toml"), ASKED),
    Way("script", as_cell, ASKED),
    Way("juv", as_notebook, ASKED),
    Way("conda", beside("environment.yml"), PINNED),
)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "own") as served:
        yield served


def adopted(path: Path) -> Spec:
    drain(adopt(NotebookRef(str(path)), AdoptOptions()))
    return NotebookSnapshot.read(NotebookRef(str(path))).spec


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.format)
def test_out_and_in(way: Way, tmp_path: Path, index: LocalIndex, own: LocalIndex) -> None:
    before = spec(stock(index, own), own)
    source = write_recorded(tmp_path / "shared" / "leaves.ipynb", before)
    text = succeed("export", source, "--format", way.format).out
    shutil.rmtree(source.parent)
    (tmp_path / "fresh").mkdir()
    after = adopted(way.put(tmp_path / "fresh", text))
    assert sorted(after.requirements) == sorted(way.requirements)
    assert [each.url for each in after.indexes] == [own.url]
    assert after.python == before.python
    assert after.lock.versions() == before.lock.versions()


def test_a_pylock_fixes_the_versions_of_what_is_asked_for(
    tmp_path: Path, index: LocalIndex, own: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBENV_RESTORE", "always")  # exporting it asks an index
    before = spec(stock(index, own), own)
    source = write_recorded(tmp_path / "shared" / "leaves.ipynb", before)
    text = succeed("export", source, "--format", "pylock").out
    shutil.rmtree(source.parent)
    path = write_notebook(tmp_path / "fresh" / "fresh.ipynb", "%pip install branch leaf")
    (path.parent / "pylock.toml").write_text(text, encoding="utf-8")
    after = adopted(path)
    assert after.requirements == ("branch==1.0", "leaf==1.0")
    assert after.lock.versions() == {"branch": "1.0", "leaf": "1.0", "ipykernel": "7.0"}
