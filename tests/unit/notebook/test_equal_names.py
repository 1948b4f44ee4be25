"""Every reader takes the same one of two equal names: the last, as parsers of JSON do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nbenv.errors import NotebookError
from nbenv.notebook import metadata
from nbenv.notebook.metadata import read_metadata, write_metadata


def _spellings(name: str) -> st.SearchStrategy[str]:
    """Return JSON texts that mean this name: any of its characters may be escaped."""
    characters = [st.sampled_from([each, f"\\u{ord(each):04x}"]) for each in name]
    return st.tuples(*characters).map(lambda each: f'"{"".join(each)}"')


NBENV = _spellings("nbenv")
METADATA = st.just('"metadata"') | _spellings("metadata")
LOOKALIKE = st.sampled_from(
    [r'"a\"metadata"', r'"\\"', r'"\\\"metadata"', '"metadata "', r'"\"metadata\": {"', '"x"']
)
LEAVES = st.sampled_from(["1", "2", '"metadata"', r'"\\"', "{}", '{"nbenv": 3}'])


def _objects(
    names: st.SearchStrategy[str], values: st.SearchStrategy[str]
) -> st.SearchStrategy[str]:
    members = st.tuples(names, st.sampled_from([":", ": ", " :\n"]), values).map("".join)
    return st.lists(members, max_size=5).map(lambda each: "{" + ",\n".join(each) + "}")


RECORDS = _objects(NBENV | LOOKALIKE, LEAVES)
NESTED = _objects(METADATA | LOOKALIKE, RECORDS)
FORMAT = '"nbformat": 4'


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Return the text of a notebook with metadata and other keys, several times each."""
    other = st.tuples(LOOKALIKE, st.just(": "), NESTED | LEAVES).map("".join)
    member = st.tuples(METADATA, st.just(": "), RECORDS).map("".join)
    members = draw(st.lists(member | other | st.just(FORMAT), min_size=1, max_size=6))
    members.insert(draw(st.integers(0, len(members))), FORMAT)
    return "{" + ", ".join(members) + "}" + draw(st.sampled_from(["", "\n"]))


@settings(max_examples=200, deadline=None)
@given(text=documents(), tail=st.sampled_from([8, 40, 64 * 1024]))
def test_readers_and_the_writer_agree_with_json(
    text: str, tail: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "equal.ipynb"
    path.write_text(text, encoding="utf-8")
    document = json.loads(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(metadata, "_TAIL", tail)
        assert read_metadata(str(path)) == document.get("metadata", {})
        for value in ({"v": 1}, None):
            write_metadata(str(path), {"nbenv": value})
            expected = {**document.get("metadata", {}), "nbenv": value}
            if value is None:
                del expected["nbenv"]
            changed = json.loads(path.read_text(encoding="utf-8"))
            assert changed == {**document, "metadata": expected}
            assert read_metadata(str(path)) == expected


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ('{"metadata": {"nbenv": 1, "nbenv": 2}, "nbformat": 4}', 2),
        (r'{"metadata": {"nbenv": 1, "nb\u0065nv": 2}, "nbformat": 4}', 2),
        (r'{"metadata": {"nb\u0065nv": 2, "nbenv": 1}, "nbformat": 4}', 1),
        ('{"metadata": {"nbenv": 1}, "nbformat": 4, "metadata": {"nbenv": 2}}', 2),
        (r'{"metadata": {"nbenv": 1}, "nbformat": 4, "met\u0061data": {"nbenv": 2}}', 2),
        (r'{"met\u0061data": {"nbenv": 2}, "nbformat": 4, "metadata": {"nbenv": 1}}', 1),
        (r'{"metadata": {"nbenv": 1}, "a\"metadata": {"nbenv": 2}, "nbformat": 4}', 1),
    ],
)
def test_the_last_of_two_counts(text: str, record: int, tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(text, encoding="utf-8")
    assert read_metadata(str(path))["nbenv"] == record == json.loads(text)["metadata"]["nbenv"]


def test_the_last_format_counts(tmp_path: Path) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text('{"nbformat": 4, "metadata": {}, "nbformat": 3}', encoding="utf-8")
    with pytest.raises(NotebookError, match="format 3"):
        read_metadata(str(path))
