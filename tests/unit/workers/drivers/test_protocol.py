"""The common ground of drivers: bundles, reports, and how they are said."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def protocol(driver: Callable[[str], ModuleType]) -> Any:
    return driver("protocol")


MANIFEST = {"digest": "ab", "python": "3.11", "asked": ["pandas", "six"],
            "versions": {"numpy": "2.0", "pandas": "2.2.3", "six": "1.16.0"}}  # fmt: skip


def test_a_report_is_one_line(protocol: Any) -> None:
    nodes = [("host", "/python", 1.0, True)] * 4
    report = protocol.Report("Dask", nodes, bytes_sent=13_700, seconds=8.84)
    line = "4 workers: pandas 2.2.3, six 1.16.0 … in 8.8 s, 13.7 KB."
    assert report.line(MANIFEST) == line
    again = protocol.Report("Dask", nodes[:1], bytes_sent=0, seconds=0.5)
    assert again.line(MANIFEST).startswith("1 worker: pandas 2.2.3")
    assert again.line(MANIFEST).endswith("nothing to send.")


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        (["pandas"], "pandas 2.2.3 …"),
        ([], "numpy 2.0, pandas 2.2.3, six 1.16.0"),
        (["gone"], "numpy 2.0, pandas 2.2.3, six 1.16.0"),
    ],
)
def test_what_was_asked_for_is_shown(protocol: Any, asked: list[str], shown: str) -> None:
    assert protocol.shown_packages({**MANIFEST, "asked": asked}) == shown
    assert protocol.shown_packages({"python": "3.11", "versions": {}}) == "Python 3.11"


def test_large_sizes_are_said_in_megabytes(protocol: Any) -> None:
    assert protocol.shown_size(103_400_000) == "103.4 MB"


def test_a_bundle_is_zipped_to_equal_bytes(protocol: Any, tmp_path: Path) -> None:
    (tmp_path / "wheels").mkdir()
    for name in ("manifest.json", "nbenv_worker.py", "wheels/a.whl"):
        (tmp_path / name).write_text(json.dumps(MANIFEST), encoding="utf-8")
    bundle = protocol.Bundle(str(tmp_path))
    assert bundle.digest == "ab"
    assert bundle.zipped() == protocol.Bundle(str(tmp_path)).zipped()
    with zipfile.ZipFile(io.BytesIO(bundle.zipped())) as archive:
        assert sorted(archive.namelist()) == ["manifest.json", "nbenv_worker.py", "wheels/a.whl"]


def test_an_error_is_one_message(protocol: Any) -> None:
    assert str(protocol.WorkersError("No.", "Do this.")) == "No.\nDo this."
    assert str(protocol.WorkersError("No.")) == "No."
