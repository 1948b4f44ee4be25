"""Progress from what uv prints and draws."""

from __future__ import annotations

from nbenv.installer.uv_output.uv_messages import follow_messages
from nbenv.progress import Progress, drain


def test_a_row_is_news_when_it_is_drawn_first_and_a_bar_is_a_download() -> None:
    frame = ("⠙ Preparing packages... (0/2)", "   Building a==1.0", "b --- 1.00 MiB/2.00 MiB")
    said = ["Resolved 2 packages", frame, frame, "Installed 2 packages"]
    news: list[str] = []
    seen: list[Progress] = []
    lines = drain(follow_messages(said, "install", news.append), seen.append)
    assert lines == ["Resolved 2 packages", "Installed 2 packages"]
    assert news == [lines[0], frame[0], frame[1], "Downloading b", lines[1]]
    shown = [lines[0], "Building a==1.0", "Downloading b…", lines[1]]
    assert [each.message for each in seen] == shown


def test_a_warning_stays_where_it_is_not_said_again() -> None:
    warning = "warning: The package `a==1.0` does not have an extra named `b`"
    seen: list[Progress] = []
    drain(follow_messages([warning], "resolve", str), seen.append)
    assert seen == [Progress("resolve", "a 1.0 has no extra named b.", lasting=True)]
    assert drain(follow_messages([warning], "install", str)) == [warning]
