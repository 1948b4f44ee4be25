"""Bytes from uv's lines about downloads."""

from __future__ import annotations

import pytest

from nbenv.installer.uv_output.download_meter import DownloadMeter
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
    assert last.message == "Downloaded 2 files"


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


# -- what uv draws


class Clock:
    """A clock that goes on by one second with each look."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


HEAD = "⠙ Preparing packages... (0/2)"


def test_bars_are_added_up_and_one_that_vanished_is_full() -> None:
    meter = DownloadMeter("install", Clock())
    first = meter.draw((HEAD, "a  --- 1.00 MiB/4.00 MiB", "bb --- 0 B/2.00 MiB"))
    assert first == Progress("install", "Downloading a, bb…", MIB, 6 * MIB)
    assert meter.draw((HEAD, "a  --- 2.50 MiB/4.00 MiB")) == Progress(
        "install", "Downloading a…", round(4.5 * MIB), 6 * MIB, left=1
    )
    last = meter.draw((HEAD,))
    assert last == Progress("install", "Downloaded 2 files", 6 * MIB, 6 * MIB)


def test_a_download_that_begins_anew_does_not_go_back() -> None:
    meter = DownloadMeter("install", Clock())
    meter.draw(("a --- 3.00 MiB/4.00 MiB",))
    assert meter.draw(("a --- 1.00 MiB/4.00 MiB",)) is None


def test_the_time_left_follows_the_speed() -> None:
    meter = DownloadMeter("install", Clock())
    speeds = [2, *[1] * 12]  # MiB a second: the first is forgotten
    done = [sum(speeds[: n + 1]) for n in range(len(speeds))]
    found = [meter.draw((f"a --- {each}.00 MiB/50.00 MiB",)) for each in done]
    assert [each.left for each in found if each][:2] == [None, 47]
    assert found[-1] is not None
    assert found[-1].left == 50 - done[-1]


def test_frames_are_reported_no_faster_than_one_reads() -> None:
    meter = DownloadMeter("install", lambda: 5.0)
    frames = [(f"a --- {n}.00 MiB/9.00 MiB",) for n in range(5)]
    assert [meter.draw(each) is not None for each in frames] == [True, *[False] * 4]


def test_the_installation_is_counted() -> None:
    meter = DownloadMeter("install", Clock())
    assert meter.draw(("░░░░ [0/0] Installing wheels...",)) is None
    found = meter.draw(("██░░ [1/4] numpy==2.4.6",))
    assert found == Progress("install", "Installing 1 of 4 packages…")
