"""Detached processes: they outlive the one that starts them, and have nothing of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from nbenv.home.processes.detached_process import start_detached

WRITE = """
import json, os, sys, time
found = {
    "folder": os.getcwd(), "session": os.getsid(0), "parent": os.getppid(), "pid": os.getpid(),
    "streams": [os.readlink(f"/proc/self/fd/{number}") for number in range(3)],
    "held": "held" in "".join(os.path.realpath(f"/proc/self/fd/{n}") for n in range(100)),
    "word": sys.argv[2], "variable": os.environ.get("GIVEN"),
}
with open(sys.argv[1] + ".new", "w") as file:
    json.dump(found, file)
os.rename(sys.argv[1] + ".new", sys.argv[1])
"""
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


def written(path: Path) -> dict[str, object]:
    give_up = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < give_up, "nothing was started"
        time.sleep(0.02)
    found: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return found


@linux
def test_it_has_nothing_of_the_process_that_started_it(tmp_path: Path) -> None:
    with open(tmp_path / "held", "w", encoding="utf-8") as held:
        assert not os.get_inheritable(held.fileno())
        command = [sys.executable, "-c", WRITE, str(tmp_path / "out.json"), "two words; $HOME"]
        start_detached(command, {"GIVEN": "here"}, str(tmp_path))
    found = written(tmp_path / "out.json")
    assert found["folder"] == str(tmp_path)
    assert found["session"] != os.getsid(0)
    assert found["parent"] != os.getpid()
    assert found["streams"] == ["/dev/null"] * 3
    assert not found["held"]
    assert found["word"] == "two words; $HOME"
    assert found["variable"] == "here"


@linux
def test_it_outlives_the_process_that_started_it_and_leaves_no_zombie(tmp_path: Path) -> None:
    out = str(tmp_path / "out.json")
    code = (
        "import os, sys, time\n"
        "from nbenv.home.processes.detached_process import start_detached\n"
        f"words = [sys.executable, '-c', 'import time; time.sleep(0.5)' + {WRITE!r}, {out!r}, '']\n"
        f"start_detached(words, os.environ, {str(tmp_path)!r})\n"
        "print(open(f'/proc/{os.getpid()}/task/{os.getpid()}/children').read())\n"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout.strip() == ""
    assert time.monotonic() - start < 20
    assert written(tmp_path / "out.json")["parent"] != os.getpid()


def test_a_folder_that_is_gone_starts_nothing(tmp_path: Path) -> None:
    words = [sys.executable, "-c", f"open({str(tmp_path / 'out')!r}, 'w')"]
    if sys.platform == "win32":
        with pytest.raises(OSError):
            start_detached(words, os.environ, str(tmp_path / "none"))
    else:
        start_detached(words, os.environ, str(tmp_path / "none"))
    time.sleep(0.3)
    assert not (tmp_path / "out").exists()
