"""Metadata is read from the end and written without touching anything else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbenv.errors import NotebookError
from nbenv.notebook.metadata import read_metadata, write_metadata

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
LAYOUTS = st.sampled_from([1, 2, 4, "\t", None])
TRAP = '"metadata": {"nbenv": 1}, "nbformat": 4}\n'


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    source = draw(TEXT) + draw(st.sampled_from(["", TRAP]))
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": source}
    metadata = draw(st.dictionaries(TEXT, JSON, max_size=4))
    metadata.pop("kernelspec", None)
    metadata.pop("language_info", None)
    parts = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    names = draw(st.permutations(list(parts)))
    text = json.dumps(
        {name: parts[name] for name in names},
        indent=draw(LAYOUTS),
        ensure_ascii=draw(st.booleans()),
    )
    text += draw(st.sampled_from(["", "\n"]))
    if draw(st.booleans()):
        text = text.replace("\n", "\r\n")
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()


@settings(max_examples=300, deadline=None)
@given(data=documents(), value=JSON)
def test_only_the_value_changes(
    data: bytes, value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("n") / "x.ipynb"
    path.write_bytes(data)
    before = json.loads(data.decode("utf-8-sig"))
    assert read_metadata(str(path)) == before["metadata"]
    write_metadata(str(path), {"nbenv": value})
    after = path.read_bytes()
    expected = {**before, "metadata": {**before["metadata"], "nbenv": value}}
    if value is None:
        expected["metadata"].pop("nbenv")
    assert json.loads(after.decode("utf-8-sig")) == expected
    assert read_metadata(str(path)) == expected["metadata"]
    write_metadata(str(path), {"nbenv": value})
    assert path.read_bytes() == after
    if "nbenv" not in before["metadata"]:
        write_metadata(str(path), {"nbenv": None})
        restored = json.loads(path.read_text(encoding="utf-8-sig"))
        assert restored == before
        assert data[:40] == path.read_bytes()[:40] or data.find(b"metadata") < 40


def test_the_layout_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    text = '{\n  "cells": [],\n  "metadata": {\n    "zebra": 1\n  },\n  "nbformat": 4\n}\n'
    path.write_text(text, encoding="utf-8")
    assert write_metadata(str(path), {"nbenv": {"lock": ["a"]}})
    inserted = '"nbenv": {\n      "lock": [\n        "a"\n      ]\n    },\n    "zebra"'
    assert path.read_text(encoding="utf-8") == text.replace('"zebra"', inserted)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"{", "not JSON"),
        (b"[]", "no nbformat"),
        (b'{"nbformat": 3, "worksheets": []}', "format 3"),
        (b'{"nbformat": 5, "metadata": {}}', "format 5"),
        ('{"nbformat": 4}'.encode("utf-16"), "not UTF-8"),
        (b'{"nbformat": 4, "metadata": []}', "not an object"),
        (b'{"nbformat": 4, "metadata": {"kernelspec": {"language": "R"}}}', "in R"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_what_is_no_notebook_of_ours_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_bytes(data)
    with pytest.raises(NotebookError, match=reason):
        read_metadata(str(path))
    with pytest.raises(NotebookError, match=reason):
        write_metadata(str(path), {"nbenv": {}})
    assert path.read_bytes() == data


def test_a_read_only_notebook_is_refused_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text('{"metadata": {}, "nbformat": 4}', encoding="utf-8")
    path.chmod(0o444)
    with pytest.raises(NotebookError, match="cannot be written"):
        write_metadata(str(path), {"nbenv": {}})
    assert [each.name for each in tmp_path.iterdir()] == ["x.ipynb"]


def test_a_symbolic_link_stays_one(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text('{"metadata": {}, "nbformat": 4}', encoding="utf-8")
    link = tmp_path / "link.ipynb"
    link.symlink_to(path)
    write_metadata(str(link), {"nbenv": 1})
    assert link.is_symlink()
    assert read_metadata(str(path)) == {"nbenv": 1}
