"""Progress as programs read it, outcomes, and operations run to their end."""

from __future__ import annotations

import pytest

from nbenv.progress import Progress, Steps, Table, drain


def counting(limit: int) -> Steps[int]:
    for number in range(limit):
        yield Progress("install", f"{number} of {limit}")
    return limit


def test_bytes_are_told_only_where_they_are_known() -> None:
    plain = Progress("resolve", "Resolving…")
    assert plain.to_dict() == {"phase": "resolve", "message": "Resolving…"}
    sized = Progress("install", "Downloading…", 0, 10)
    assert sized.to_dict() == {**sized.to_dict(), "done": 0, "total": 10}


def test_drain_returns_the_result_and_passes_progress_on() -> None:
    seen: list[Progress] = []
    assert drain(counting(3), seen.append) == 3
    assert [each.message for each in seen] == ["0 of 3", "1 of 3", "2 of 3"]
    assert drain(counting(0)) == 0


def test_drain_lets_errors_through() -> None:
    def failing() -> Steps[None]:
        yield Progress("resolve", "Resolving…")
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        drain(failing())


def test_a_table_is_aligned_text_without_trailing_space() -> None:
    table = Table(("Name", "Size"), (("a", "1.0 MB"), ("long", "")), ("whole", "number"))
    assert str(table) == "Name  Size\na     1.0 MB\nlong"
    assert table.map(str.upper).rows == (("A", "1.0 MB"), ("LONG", ""))
    assert table.map(str.upper).headers == table.headers
