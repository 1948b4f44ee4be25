"""Outputs that count as the same, and outputs that do not."""

from __future__ import annotations

from typing import Any

import pytest

from nbenv.notebook.outputs import differences, has_outputs, output_texts


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def value(**data: str) -> dict[str, Any]:
    return {
        "output_type": "execute_result",
        "data": {k.replace("_", "/"): v for k, v in data.items()},
    }


def cells(*outputs: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"outputs": list(outputs)}]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([stream("a\n"), stream("b\n")], [stream("a\nb\n")]),
        ([stream("a\n")], [stream("a\n"), stream("warning\n", "stderr")]),
        ([value(text_plain="<x at 0x7f00aa11>")], [value(text_plain="<x at 0x7f99bb22>")]),
        ([stream("\x1b[31mred\x1b[0m\n")], [stream("red\n")]),
        ([stream("Wall time: 3 ms\n")], [stream("Wall time: 5 s\n")]),
        ([value(image_png="abc", text_plain="a")], [value(image_png="xyz", text_plain="b")]),
    ],
)
def test_the_same(old: list[Any], new: list[Any]) -> None:
    assert differences(cells(*old), cells(*new)) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([stream("1\n")], [stream("2\n")]),
        ([], [stream("2\n")]),
        ([value(image_png="abc")], [value(text_plain="abc")]),
        ([value(text_plain="1")], [{"output_type": "error", "ename": "E", "evalue": "x"}]),
    ],
)
def test_not_the_same(old: list[Any], new: list[Any]) -> None:
    [found] = differences(cells(*old), cells(*new))
    assert found.cell == 1
    assert found.lines


def test_what_differs_is_told_in_few_lines() -> None:
    many = "".join(f"{n}\n" for n in range(100))
    [found] = differences(cells(stream(many)), cells(stream("0\n")))
    assert found.lines[0] == "-1"
    assert found.lines[-1] == "…"
    assert len(found.lines) == 7


def test_nothing_to_compare() -> None:
    assert not has_outputs([{"outputs": []}, {"outputs": [stream("x", "stderr")]}])
    assert has_outputs(cells(stream("x")))


def test_outputs_are_shown_as_text() -> None:
    image = {
        "output_type": "display_data",
        "data": {"image/png": "AAAA", "text/plain": "<Figure>"},
    }
    nothing: dict[str, Any] = {"output_type": "display_data", "data": {}}
    found = cells(stream("printed\n"), image, value(text_plain="42"), nothing)
    assert list(output_texts([{"source": "# Title"}, *found])) == ["printed", "[image/png]", "42"]
