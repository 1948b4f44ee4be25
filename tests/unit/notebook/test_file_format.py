"""Files that are no notebooks, or not of a format that nbenv works with."""

from __future__ import annotations

import pytest

from nbenv.errors import NotebookError
from nbenv.notebook.file_format import check_format, refused, unreadable


@pytest.mark.parametrize("version", [1, 2, 3])
def test_an_older_format_can_be_converted(version: int) -> None:
    check_format("a.ipynb", {"nbformat": version}, converting=True)
    with pytest.raises(NotebookError, match=f"in format {version}") as caught:
        check_format("a.ipynb", {"nbformat": version})
    assert "Adopt it" in caught.value.todo


def test_a_newer_format_is_no_reason_to_adopt() -> None:
    check_format("a.ipynb", {"nbformat": 4})
    for converting in (True, False):
        with pytest.raises(NotebookError, match="in format 5") as caught:
            check_format("a.ipynb", {"nbformat": 5}, converting=converting)
        assert "Adopt" not in caught.value.todo


@pytest.mark.parametrize("document", [[], {}, {"nbformat": "4"}, None])
def test_other_json_is_no_notebook(document: object) -> None:
    with pytest.raises(NotebookError, match="is not a notebook") as caught:
        check_format("a.ipynb", document, converting=True)
    assert "no nbformat" in caught.value.why


def test_bytes_that_are_no_text_say_where() -> None:
    with pytest.raises(UnicodeDecodeError) as caught:
        b"ab\xe9c".decode("utf-8")
    assert unreadable(caught.value) == "It is not UTF-8 text (byte 2)."
    assert unreadable(ValueError("moon")) == "It is not JSON: moon."
    assert refused("What.", "Why.", "Do.").parts()["todo"] == "Do."
