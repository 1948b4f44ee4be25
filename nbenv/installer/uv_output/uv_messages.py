"""Turn what uv prints and draws into progress for people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from nbenv.core.urls import without_credentials
from nbenv.installer.uv_output.download_meter import DownloadMeter
from nbenv.installer.uv_output.uv_display import Frame
from nbenv.progress import Progress, Steps

__all__ = ["follow_messages"]

_ABOUT_LOCKFILE = re.compile(r"(?:warning: )?(?:Resolving despite|Ignoring) existing lockfile\b")
"""What uv says of the lockfile of a throw-away project, which nobody has heard of."""
_DRAWN_WORK = re.compile(r"\s*(Building|Built|Updating|Updated)\b")
"""What uv draws of its work besides downloads."""
_NO_EXTRA = re.compile(
    r"warning: The package `([^=`]+)==([^`]+)` does not have an extra named `([^`]+)`"
)
_UNDATED = re.compile(r"warning: `\S+` is missing an upload date\b")
"""What uv says, once a file, of an index without days while it resolves as of one."""
_YANKED = re.compile(r"warning: `([^=`]+)==([^`]+)` is yanked(?: \(reason: \"?(.*?)\"?\))?\.?$")


def follow_messages(
    said: Iterable[str | Frame], phase: str, on_news: Callable[[str], None]
) -> Steps[list[str]]:
    """Yield what uv says as progress, to its end; return the lines that it printed.

    Parameters
    ----------
    said
        Its lines, and the frames that it draws where it has a terminal.
    phase
        The phase that the progress belongs to.
    on_news
        Called with each line, and with each row that is drawn for the first time.
    """
    lines: list[str] = []
    seen: set[str] = set()
    meter = DownloadMeter(phase)
    for each in said:
        if not isinstance(each, str):
            for row in meter.work_in(each):
                if row not in seen:
                    seen.add(row)
                    on_news(row)
                    if _DRAWN_WORK.match(row):
                        yield Progress(phase, without_credentials(row.strip()))
            if drawn := meter.draw(each):
                yield drawn
        elif not _ABOUT_LOCKFILE.match(each):
            lines.append(each.rstrip())
            on_news(each)
            if not any(line.startswith("error:") for line in lines):
                yield from _as_progress(meter, each.strip(), phase)
    return lines


def _as_progress(meter: DownloadMeter, line: str, phase: str) -> Iterator[Progress]:
    """Yield a line of uv's for people, unless it repeats what nbenv reports itself."""
    if downloaded := meter.read(line):
        yield downloaded
    elif warned := _warning(line):
        if phase == "resolve":  # the installer says it once more
            yield Progress(phase, warned, lasting=True)
    elif line and not line.startswith(("+ ", "- ", "~ ", "Using ")) and not _UNDATED.match(line):
        yield Progress(phase, without_credentials(line))


def _warning(line: str) -> str:
    """Return a warning about what somebody asked for, which must not pass by as progress does."""
    if found := _NO_EXTRA.match(line):
        return f"{found[1]} {found[2]} has no extra named {found[3]}."
    if found := _YANKED.match(line):
        why = f": {found[3]}" if found[3] else ""
        return without_credentials(f"{found[1]} {found[2]} was withdrawn by its authors{why}.")
    return ""
