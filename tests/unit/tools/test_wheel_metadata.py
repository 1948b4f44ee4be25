"""The dependencies of packages, by the metadata of their wheels."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.wheels import make_wheel
from tools import wheel_metadata


def test_packages_without_a_wheel_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extras = {"fast": ["numba"], "dev": ["pytest"]}
    make_wheel(tmp_path, "one", "1.0", requires=["NumPy>=1"], extras=extras)
    make_wheel(tmp_path, "two", "1.0")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    found = wheel_metadata.read(["one", "nobody-has-this", "two"])
    lines = [line for each in found for line in wheel_metadata.lines(each)]
    assert lines == ["one: numpy", "one[fast]: numba", "two:"]


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ("dev", True),
        ("test-all", True),
        ("docs_extra", True),
        ("all-docs", False),
        ("docx", False),
        ("latest", False),
        ("device", False),
    ],
)
def test_extras_for_developers_are_left_out(extra: str, expected: bool) -> None:
    assert wheel_metadata.is_for_developers(extra) == expected


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Two"], ["one: numpy", "one[fast]: numba", "two: rich", "two-b: x"]),
        ([], ["one: rich", "two-b: rich"]),
    ],
)
def test_with_names_only_theirs_are_read(
    names: list[str], expected: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "dependencies.txt"
    data.write_text("# about\none: numpy\none[fast]: numba\ntwo-b: x\n")
    monkeypatch.setattr(wheel_metadata, "DATA", data)
    monkeypatch.setattr(wheel_metadata.sys, "argv", ["wheel_metadata", *names])
    monkeypatch.setattr(
        wheel_metadata,
        "read",
        lambda asked: [{"name": each, "requires_dist": ["rich"]} for each in asked],
    )
    wheel_metadata.main()
    assert data.read_text().splitlines()[2:] == expected
