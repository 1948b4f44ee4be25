"""The terminal that uv draws on."""

from __future__ import annotations

import os

import pytest

from nbenv.installer.uv_output.uv_display import open_display

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no pseudo-terminals")


def shown(*written: bytes) -> list[str | tuple[str, ...]]:
    """Return what is read of what was written, one piece after the other."""
    display = open_display()
    assert display is not None
    said = display.read()
    try:
        found = []
        for each in written[:-1]:
            os.write(display.writer, each)
            found.append(next(said))
        os.write(display.writer, written[-1])
        display.close_writer()
        return [*found, *said]
    finally:
        display.close()


def row(text: str) -> bytes:
    """Return a row as uv fills it."""
    return text.ljust(160).encode()


def test_lines_are_told_from_frames() -> None:
    frame = row("⠙ Preparing packages... (0/2)") + row("numpy  --- 1.00 MiB/2.00 MiB")
    written = (
        b"Resolved 2 packages\n" + frame + b"\r\x1b[2K" + frame + b"\r\x1b[1A\x1b[2KPrepared\n"
    )
    rows = ("⠙ Preparing packages... (0/2)", "numpy  --- 1.00 MiB/2.00 MiB")
    assert shown(written) == ["Resolved 2 packages", rows, rows, "Prepared"]


def test_a_frame_is_read_before_a_line_follows() -> None:
    """A download of minutes has none."""
    assert shown(row("⠙ a") + b"\r\x1b[2K", b"end\n") == [("⠙ a",), "end"]


def test_colours_do_not_cut_rows() -> None:
    built = b"   \x1b[36m\x1b[1mBuilding\x1b[0m\x1b[39m a\x1b[2m==1.0\x1b[0m" + b" " * 142
    bar = row("b --- 1.00 MiB/2.00 MiB")
    rows = ("   Building a==1.0", "b --- 1.00 MiB/2.00 MiB")
    assert shown(built + bar + b"\r\x1b[2K", b"end\n") == [rows, "end"]


def test_lines_longer_than_the_terminal_stay_whole() -> None:
    line = "error: " + "long " * 200 + "end"
    assert shown(line.encode() + b"\n") == [line]


def test_an_error_behind_rows_that_were_not_cleared_is_a_line() -> None:
    written = row("⠙ Resolving dependencies...") + b"error: Failed to fetch: `x`\n  cause: y\n"
    rows = ("⠙ Resolving dependencies...",)
    assert shown(written) == [rows, "error: Failed to fetch: `x`", "  cause: y"]


def test_what_ends_without_a_newline_is_read() -> None:
    assert shown(b"a\nhalf") == ["a", "half"]
