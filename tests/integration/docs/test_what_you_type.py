"""The table of what people type and what happens is true: its lines are run in a real kernel."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.conftest import write_notebook
from tests.support.index import LocalIndex
from tests.support.kernels import Kernel, kernel
from tests.support.mirror import fetch
from tests.support.wheels import make_project

PAGE = Path(__file__).resolve().parents[3] / "docs" / "usage.md"
HEADING = "What you type, and what happens"
OFFERED = {
    "attrs": ["25.1.0"],
    "dask": ["2025.1.0"],
    "humanize": ["4.9.0", "4.10.0"],
    "idna": ["3.10"],
    "six": ["1.15.0", "1.17.0"],
    "tabulate": ["0.9.0"],
    "tomli": ["2.2.1"],
    "toolz": ["0.11.0", "1.0.0"],
    "wrapt": ["1.17.0"],
}
"""What the index of this test has: made-up wheels with these names and versions."""


@dataclass(frozen=True)
class Row:
    """A line of the table: a cell of a notebook, texts of its output, and what is recorded."""

    code: str
    seen: tuple[str, ...]
    recorded: tuple[str, ...]
    says_nothing_new: bool


def rows() -> list[Row]:
    tokens = MarkdownIt("commonmark").enable("table").parse(PAGE.read_text(encoding="utf-8"))
    headings = [n for n, token in enumerate(tokens) if token.content == HEADING]
    [heading] = headings
    end = next(n for n, t in enumerate(tokens) if n > heading and t.type == "table_close")
    body = next(n for n, t in enumerate(tokens) if n > heading and t.type == "tbody_open")
    cells = [token for token in tokens[body:end] if token.type == "inline"]
    return [_row(*cells[n : n + 3]) for n in range(0, len(cells), 3)]


def _row(typed: Token, seen: Token, recorded: Token) -> Row:
    lines = []
    for child in typed.children or ():
        if child.type == "code_inline":
            lines.append(child.content)
        elif child.content.startswith(","):
            break  # what follows explains
    return Row("\n".join(lines), _code(seen), _code(recorded), recorded.content == "nothing new")


def _code(cell: Token) -> tuple[str, ...]:
    return tuple(each.content for each in cell.children or () if each.type == "code_inline")


@dataclass(frozen=True)
class Notebook:
    """A notebook with a running kernel."""

    running: Kernel
    path: Path

    def record(self) -> dict[str, object]:
        document = json.loads(self.path.read_text(encoding="utf-8"))
        record: dict[str, object] = document["metadata"].get("nbenv", {})
        return record


def _texts(record: Mapping[str, object]) -> set[str]:
    """Return all that a record says other than its lock: names of lists, and their entries."""
    lists = {key: value for key, value in record.items() if isinstance(value, list)}
    lists.pop("lock", None)
    return {*lists, *(str(each) for value in lists.values() for each in value)}


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    folder = tmp_path_factory.mktemp("typed")
    with LocalIndex(fetch(folder / "index", other_python=False)) as index:
        for name, versions in OFFERED.items():
            for version in versions:
                index.wheel(name, version, requires=["cloudpickle"] if name == "dask" else [])
        environ = {
            "NBENV_HOME": str(folder / "home"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index.url,
        }
        path = write_notebook(folder / "notebooks" / "typed.ipynb", "1")
        (path.parent / "limits.txt").write_text("six<1.16\n", encoding="utf-8")
        make_project(path.parent, "tools", "1.0")
        before = os.getcwd()
        os.chdir(path.parent)
        try:
            with kernel(path, **environ) as running:
                yield Notebook(running, path)
        finally:
            os.chdir(before)


def test_the_table_is_read() -> None:
    assert len(rows()) > 20
    assert all(row.code for row in rows())


@pytest.mark.parametrize("row", rows(), ids=lambda row: row.code)
def test_what_you_type(notebook: Notebook, row: Row) -> None:
    before = notebook.record()
    _, text = notebook.running.run(row.code)
    for part in row.seen:
        assert part in text
    if not row.seen:
        assert text.strip() == ""
    assert {*row.recorded} <= _texts(notebook.record())
    assert (notebook.record() == before) == row.says_nothing_new
