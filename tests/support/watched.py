"""Record of a process's outside effects: files opened, processes started, modules, bytes read.

It comes from the interpreter's own audit events, until the process ends or replaces itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_WATCH = """
import atexit, json, os, sys
SEEN = {"opened": [], "started": [], "became": []}
BEFORE = set(sys.modules)
def report():
    SEEN["modules"] = sorted(set(sys.modules) - BEFORE)
    try:
        with open("/proc/self/io") as file:
            SEEN["read"] = int(file.readline().split()[1])
    except OSError:
        SEEN["read"] = -1
    SEEN["opened"].remove("/proc/self/io")
    text = json.dumps(SEEN)
    with open(os.environ["WATCHED"], "w") as file:
        file.write(text)
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        SEEN["opened"].append(arguments[0])
    elif event == "subprocess.Popen":
        SEEN["started"].append([str(word) for word in arguments[1]])
    elif event in ("os.system", "os.posix_spawn", "os.fork", "os.forkpty", "os.spawn", "pty.spawn"):
        SEEN["started"].append([event])
    elif event == "os.exec":
        SEEN["became"] = [str(word) for word in arguments[1]]
        report()
        os._exit(0)
sys.addaudithook(hook)
atexit.register(report)
"""


@dataclass(frozen=True)
class Seen:
    """What a process did; `modules` excludes Python's own start, `read` is in bytes (Linux)."""

    opened: list[str]
    started: list[list[str]]
    became: list[str]
    modules: list[str]
    read: int

    def opened_below(self, folder: Path) -> list[str]:
        """Return the opened files below a folder."""
        return [path for path in self.opened if path.startswith(str(folder) + os.sep)]


def watch(
    code: str, folder: Path, *words: object, environ: Mapping[str, str] | None = None
) -> Seen:
    """Run `code` in a new Python process with `words` as its arguments."""
    found = folder / "watched.json"
    subprocess.run(
        [sys.executable, "-c", f"{_WATCH}\n{code}", *map(str, words)],
        env={**os.environ, **(environ or {}), "WATCHED": str(found)},
        stdout=subprocess.DEVNULL,
        check=True,
        timeout=240,
    )
    return Seen(**json.loads(found.read_text(encoding="utf-8")))
