"""Packages that lists of software name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tools import listed_packages

SUMMARIES = """\
Star-Plot\t1.2\t2024-01\t5\tPlotting of stars
webby\t1.0\t2024-01\t6\tA web framework
early-model\t0.0.3\t2024-01\t7\tA model in its first days
tiny\t1.0\t2024-01\t8\tStatistics
short
"""


def listed(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> list[str]:
    output = folder.parent / "out.json"
    words = ["listed_packages", str(folder), "-o", str(output), *options]
    monkeypatch.setattr("sys.argv", words)
    listed_packages.main()
    found = json.loads(output.read_text(encoding="utf-8"))
    assert all(names == [name] for name, names in found.items())
    return list(found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("pypi_id: Some_Package\n", ["some-package"]),
        ('pypi_id: "zope.event"\n', ["zope-event"]),
        ("Run pip install leaf. Then pip3 install Tree-2, and go.", ["leaf", "tree-2"]),
        ("pip install leaf[all]==1.0", ["leaf"]),
        ("pip install -r requirements.txt", []),
        ("pip install git+https://h.invalid/leaf", []),
        ("pip install https://h.invalid/leaf.zip", []),
        ("[leaf](https://h.invalid/project/leaf/).", ["leaf"]),
        ("https://h.invalid/project/leaf.", ["leaf"]),
        ("https://h.invalid/pypi/v/leaf.svg https://h.invalid/pypi/dm/tree?x=1", ["leaf", "tree"]),
        ("Nothing of interest.", []),
    ],
)
def test_a_package_is_named_in_many_ways(
    text: str, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "list" / "deep").mkdir(parents=True)
    (tmp_path / "list" / "deep" / "README.MD").write_text(text, encoding="utf-8")
    (tmp_path / "list" / "code.py").write_text("# pip install other\n", encoding="utf-8")
    assert listed(tmp_path / "list", monkeypatch) == names


def test_a_repository_counts_where_its_package_is_about_science(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("Star_Plot.git", "webby", "early-model", "tiny", "short", "unknown")
    text = "".join(f"- https://github.com/someone/{name}\n" for name in names)
    (tmp_path / "list").mkdir()
    (tmp_path / "list" / "README.rst").write_bytes(text.encode() + b"\xff")
    (tmp_path / "all.tsv").write_text(SUMMARIES, encoding="utf-8")
    assert listed(tmp_path / "list", monkeypatch) == []
    options = ("--summaries", str(tmp_path / "all.tsv"))
    assert listed(tmp_path / "list", monkeypatch, *options) == ["star-plot"]
