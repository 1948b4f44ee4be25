"""Bytes from uv's lines about downloads."""

from __future__ import annotations

import pytest

from nbenv.installer.download_meter import DownloadMeter
from nbenv.progress import Progress

MIB = 1024**2


def test_bytes_add_up_as_files_begin_and_end() -> None:
    meter = DownloadMeter("install")
    first = meter.read("Downloading numpy (16.1MiB)")
    assert first == Progress("install", "Downloading numpy…", 0, round(16.1 * MIB))
    meter.read("Downloading pandas (2.0MiB)")
    assert meter.read("Downloaded numpy") == Progress(
        "install", "Downloading pandas…", round(16.1 * MIB), round(16.1 * MIB) + 2 * MIB
    )
    last = meter.read("Downloaded pandas")
    assert last is not None
    assert last.done == last.total
    assert last.message == "Downloaded 2 large files"


def test_done_never_falls() -> None:
    meter = DownloadMeter("install")
    lines = [f"Downloading p{n} ({n}.0MiB)" for n in range(1, 6)]
    lines += [f"Downloaded p{n}" for n in (3, 1, 5, 2, 4)]
    found = [progress.done for line in lines if (progress := meter.read(line))]
    assert found == sorted(found)  # type: ignore[type-var]


def test_many_names_fit_on_a_line() -> None:
    meter = DownloadMeter("install")
    for name in "abcde":
        progress = meter.read(f"Downloading {name} (1.0KiB)")
    assert progress is not None
    assert progress.message == "Downloading a, b, c and 2 more…"


@pytest.mark.parametrize(
    ("line", "size"),
    [
        ("Downloading a (12B)", 12),
        ("Downloading a (1.5KiB)", 1536),
        ("Downloading a (2.0GiB)", 2 * 1024**3),
        ("Downloading cpython-3.12.1-linux-x86_64-gnu (download) (30.0MiB)", 30 * MIB),
    ],
)
def test_units(line: str, size: int) -> None:
    progress = DownloadMeter("python").read(line)
    assert progress is not None
    assert progress.total == size


@pytest.mark.parametrize(
    "line",
    [
        "Resolved 5 packages in 352ms",
        "Downloaded unknown",
        "Downloading",
        "error: Downloading x (1",
    ],
)
def test_other_lines_are_left_alone(line: str) -> None:
    assert DownloadMeter("install").read(line) is None
