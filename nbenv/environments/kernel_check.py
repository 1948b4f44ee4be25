"""Start a kernel in an environment, to see whether one can: versions alone do not tell.

Old kernels require no upper bounds. ipykernel 5 with IPython 9, for one, installs and starts, and
then answers nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from nbenv.environments import layout
from nbenv.environments.environment import Environment
from nbenv.home.processes.console import no_window
from nbenv.home.scratch import scratch_folder

__all__ = ["closure_of", "find_fault"]

_PATIENCE = 60
"""Seconds until a kernel must have answered; on a busy machine the first start takes long."""
_GRACE = 3
"""Seconds that a kernel has after it printed an error: it may be about something else."""
_BOOT = Path(__file__).parents[1] / "kernel" / "guest" / "boot.py"
_SILENT = "it answers nothing"
_REQUIRES = re.compile(r"^Requires-Dist:\s*([A-Za-z0-9][\w.-]*)(.*)$", re.MULTILINE)
_BOUND = re.compile(r"<|==|~=")


def closure_of(environment: Environment, root: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return a distribution with all that it needs, and the part that others hold back.

    Markers and extras are ignored, so it may be more than what is needed here.
    """
    requires = dict(_requires(environment))
    closure, waiting = set[str](), [root]
    while waiting:
        name = waiting.pop()
        if name in requires and name not in closure:
            closure.add(name)
            waiting += requires[name]
    held = {
        name
        for other, needed in requires.items()
        if other not in closure
        for name, is_bound in needed.items()
        if is_bound
    }
    return frozenset(closure), frozenset(closure & held)


def _requires(environment: Environment) -> Iterator[tuple[str, dict[str, bool]]]:
    """Yield each distribution with the names that it requires, and whether it bounds a version."""
    for folder in environment.dist_infos():
        try:
            text = (folder / "METADATA").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        needed: dict[str, bool] = {}
        for name, rest in _REQUIRES.findall(text.partition("\n\n")[0]):
            if "extra ==" not in rest:
                canonical = re.sub(r"[-_.]+", "-", name).lower()
                bound = bool(_BOUND.search(rest.partition(";")[0]))
                needed[canonical] = needed.get(canonical, False) or bound
        yield environment.name_of(folder), needed


def find_fault(environment: Environment) -> str:
    """Start a kernel and have it compute; return why it does not, "" if it does."""
    with scratch_folder() as scratch, contextlib.ExitStack() as stack:
        errors = stack.enter_context(open(Path(scratch, "errors.txt"), "w+", encoding="utf-8"))
        return _fault(environment, Path(scratch), errors)


def _fault(environment: Environment, scratch: Path, errors: IO[str]) -> str:
    from jupyter_client.blocking.client import BlockingKernelClient  # slow, and seldom needed
    from jupyter_client.connect import write_connection_file

    file, _ = write_connection_file(str(scratch / "kernel.json"))
    # Without the variables of nbenv it repairs nothing: whatever is wrong is what we look for.
    environ = layout.activate(str(environment.path), dict(os.environ))
    environ = {name: value for name, value in environ.items() if not name.startswith("NBENV_")}
    environ["IPYTHONDIR"] = str(scratch)
    process = subprocess.Popen(
        [environment.python, str(_BOOT), "-f", file],
        cwd=scratch,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=errors,
        stderr=errors,
        creationflags=no_window(),
    )
    client = BlockingKernelClient(connection_file=file)
    client.load_connection_file()
    client.start_channels()
    try:
        answers = _answers(client, process, errors)
    finally:
        client.stop_channels()
        process.kill()
        process.wait()
    return "" if answers else _reason(errors)


def _answers(client: object, process: subprocess.Popen[bytes], errors: IO[str]) -> bool:
    """Return whether a kernel executes a cell."""
    import queue  # slow, and seldom needed

    end = time.monotonic() + _PATIENCE
    asked = client.execute("1 + 1", store_history=False)  # type: ignore[attr-defined]
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(queue.Empty):
            reply = client.get_shell_msg(timeout=0.2)  # type: ignore[attr-defined]
            if reply["parent_header"].get("msg_id") == asked:
                return bool(reply["content"]["status"] == "ok")
        if _reason(errors) != _SILENT:
            end = min(end, time.monotonic() + _GRACE)
    return False


def _reason(errors: IO[str]) -> str:
    """Return the error that a kernel printed last."""
    errors.flush()
    errors.seek(0)
    lines = [line.strip() for line in errors.read().splitlines()]
    found = [line for line in lines if re.match(r"[\w.]+(Error|Exception)\b", line)]
    text = found[-1] if found else _SILENT
    return text if len(text) <= 200 else f"{text[:199]}…"
