"""Look at hostile notebooks under strace: ``python -m tests.trust.traced``, on Linux.

strace sees what Python's audit events miss: no process but nbenv's own may be executed, and no
address contacted but a kernel's own. It prints a summary; otherwise the exit status is 1.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.support import hostile

_RAN = re.compile(r'execve\("([^"]+)", \[([^\]]*)\].*= 0$')
_ASKED = re.compile(r"(?:connect|sendto|sendmsg|sendmmsg)\(.*sa_family=AF_INET6?, .*")
_LOOKS = (
    ["status", "{}", "--json"],
    ["list", "{}"],
    ["export", "{}", "--format", "requirements-locked"],
    ["export", "{}", "--format", "pylock"],
    ["why", "{}", "six"],
    ["upgrade", "{}"],
)


def traced(command: Sequence[str], folder: Path, seconds: int = 600) -> list[str]:
    """Run a command; return the system calls that execute or contact anything else."""
    log = folder / "strace"
    trace = ["strace", "-f", "-qq", "-s", "200", "-o", str(log), "-e", "trace=execve,network"]
    environ = {**os.environ, "NBENV_HOME": str(folder / "home")}
    subprocess.run(
        [*trace, *command],
        env=environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=seconds,
        check=False,
    )
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    ran = [line for line in lines if _RAN.search(line)][1:]
    asked = [line for line in lines if _ASKED.search(line) and not _is_own(line)]
    return [*ran, *asked]


def _is_own(line: str) -> bool:
    """Return whether a kernel contacts its own channels, which are bound on this machine."""
    return 'inet_addr("127.0.0.1")' in line and "sin_port=htons(9)" not in line


def jobs(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield the name and the command of each run."""
    yield "every look at every notebook, in one process", [
        sys.executable, "-m", "tests.support.looks", str(folder / "all")
    ]  # fmt: skip
    for number, (name, value) in enumerate(hostile.HARMLESS.items()):
        path = hostile.write(folder / str(number) / "x.ipynb", value)
        for look in _LOOKS:
            words = [word.format(path) for word in look]
            yield f"nbenv {look[0]}: {name}", [sys.executable, "-m", "nbenv", *words]
        code = _KERNEL.format(str(path))
        yield f"kernel: {name}", [sys.executable, "-c", code]


_KERNEL = """
import os, signal, subprocess, sys, json, socket, time
from jupyter_client.connect import write_connection_file
os.environ["NBENV_NOTEBOOK"] = {0!r}
name, _ = write_connection_file({0!r} + ".json")
os.alarm = signal.alarm(6)
os.execv(sys.executable, [sys.executable, "-m", "nbenv.kernel.launcher", "-f", name])
"""


def main() -> int:
    """Run all jobs and return the exit status."""
    if not shutil.which("strace"):
        print("This needs strace.", file=sys.stderr)
        return 2
    count, bad = 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for name, command in jobs(folder):
            found = traced(command, folder)
            if name.startswith("kernel"):  # drop the exec by which the script becomes the launcher
                found = found[1:] if found and "launcher" in found[0] else found
            count += 1
            bad += bool(found)
            if found:
                print(f"{name}:", *found[:5], sep="\n  ")
        ran = list(folder.rglob("evil-ran"))
    print(f"{count} runs under strace: {bad} executed or asked something; {len(ran)} traps sprang")
    return int(bool(bad or ran))


if __name__ == "__main__":
    raise SystemExit(main())
