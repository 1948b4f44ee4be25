"""Verify notebooks: rebuild their environments in a clean room, run them, compare the outputs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from nbenv.core.python_command import main_command
from nbenv.engine.consent import agreed_by_command
from nbenv.engine.document import NotebookRef
from nbenv.errors import NbenvError
from nbenv.home import variables
from nbenv.home.processes.console import no_window
from nbenv.home.scratch import scratch_folder
from nbenv.home.surroundings import shield_process
from nbenv.notebook.cells import Cell, cells_of, read_notebook
from nbenv.notebook.outputs import CellDifference, differences, has_outputs
from nbenv.progress import Outcome, Progress, Steps, drain

__all__ = ["Verdict", "verify"]


@dataclass(frozen=True)
class Verdict:
    """The verdict on one notebook.

    Parameters
    ----------
    notebook
        Its path.
    state
        ``same``, ``differs``, ``failed``, or ``ran`` if it has no outputs to compare with.
    cells
        The code cells whose output differs.
    changing
        The numbers of the code cells whose output differs between two runs here.
    message
        The error with which it failed.
    seconds
        The time that it took.
    """

    notebook: str
    state: str
    cells: tuple[CellDifference, ...] = ()
    changing: tuple[int, ...] = ()
    message: str = ""
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether the notebook counts as verified."""
        return self.state in ("same", "ran")


def verify(paths: Sequence[str], jobs: int = 1, junit: str | None = None) -> Steps[Outcome]:
    """Verify notebooks; to ask for it is to approve installing and running them.

    A notebook with differing outputs is run once more from the start: an output that differs
    between those two runs cannot be compared, and is reported apart.

    Parameters
    ----------
    paths
        The notebooks.
    jobs
        The notebooks that are verified at the same time.
    junit
        The file for a report in JUnit's format.

    Raises
    ------
    NbenvError
        The report cannot be written.
    """
    verdicts: dict[str, Verdict] = {}
    agreed = {}
    for path in paths:
        agreed[path] = yield from _agreed(path)
    workers = _Workers()
    with ThreadPoolExecutor(max(1, jobs)) as pool:
        futures = {pool.submit(workers.verdict, path, agreed[path]): path for path in paths}
        yield Progress("run", f"Verifying {_notebooks(len(paths))}…")
        try:
            for number, future in enumerate(as_completed(futures), 1):
                verdict = future.result()
                verdicts[verdict.notebook] = verdict
                yield Progress("run", f"{number} of {len(paths)}: {_verdict_line(verdict)}")
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            workers.stop()
            raise
    ordered = [verdicts[path] for path in paths]
    if junit:
        _write_junit(ordered, Path(junit))
    return _outcome(ordered)


def _agreed(path: str) -> Steps[str]:
    """Return what verifying a notebook approves: what it holds now, whenever its turn comes."""
    try:
        return (yield from agreed_by_command(NotebookRef(path), None))
    except NbenvError:  # its verdict will say so
        return ""


def _notebooks(number: int) -> str:
    return f"{number} notebook{'' if number == 1 else 's'}"


class _Workers:
    """Processes that verify one notebook each: the clean room is made by an environment variable.

    `multiprocessing` would import its own modules from the working directory.
    """

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self._is_stopped = False

    def verdict(self, path: str, agreed: str) -> Verdict:
        """Verify one notebook; return once its process has ended."""
        with scratch_folder() as scratch:
            answer = Path(scratch, "verdict.json")
            command = main_command(sys.executable, __name__, path, agreed, str(answer))
            with self._lock:
                if self._is_stopped:
                    return Verdict(path, "failed", message="Stopped.")
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, creationflags=no_window()
                )
                self._running.add(process)
            status = process.wait()
            with self._lock:
                self._running.discard(process)
            if not answer.exists():
                return Verdict(path, "failed", message=f"Its process ended with status {status}.")
            return _read_verdict(answer)

    def stop(self) -> None:
        """Stop them; each removes its clean room first."""
        with self._lock:
            self._is_stopped = True
            for process in self._running:
                process.terminate()


def _read_verdict(answer: Path) -> Verdict:
    found = json.loads(answer.read_text(encoding="utf-8"))
    cells = (CellDifference(each["cell"], tuple(each["lines"])) for each in found["cells"])
    return Verdict(**{**found, "cells": tuple(cells), "changing": tuple(found["changing"])})


# -- one notebook, in a process of its own


def main() -> int:
    """Verify the notebook that the first argument names; write the verdict to the third.

    The second is the digest of the record that may be installed for it.
    """
    shield_process()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the clean room is removed
    path, agreed, answer = sys.argv[1:]
    try:
        text = json.dumps(asdict(_verdict(path, agreed)))
    except KeyboardInterrupt:
        return 1
    Path(answer).write_text(text, encoding="utf-8")
    return 0


def _verdict(path: str, agreed: str = "") -> Verdict:
    start = time.monotonic()
    try:
        found = _compare_runs(path, agreed)
    except NbenvError as error:
        found = Verdict(path, "failed", message=str(error))
    except (OSError, ValueError) as error:
        found = Verdict(path, "failed", message=f"{type(error).__name__}: {error}")
    return Verdict(**{**vars(found), "seconds": round(time.monotonic() - start, 1)})


def _compare_runs(path: str, agreed: str) -> Verdict:
    recorded = _code_cells(path)
    with scratch_folder() as room:
        first = _run_in(path, room, agreed)
        if not has_outputs(recorded):
            return Verdict(path, "ran")
        found = differences(recorded, first)
        if not found:
            return Verdict(path, "same")
        changing = {each.cell for each in differences(first, _run_in(path, room, agreed))}
    real = tuple(each for each in found if each.cell not in changing)
    return Verdict(path, "differs" if real else "same", real, tuple(sorted(changing)))


def _run_in(path: str, room: str, agreed: str = "") -> list[Cell]:
    """Run the notebook with nothing of this machine's but uv's cache; return its code cells."""
    from nbenv.operations.run import run  # nbclient is slow to import

    os.environ[variables.HOME] = os.path.join(room, "home")
    os.environ[variables.BACKGROUND] = "0"  # nothing may work in the room when it is removed
    os.environ.pop(variables.SHARED, None)  # what is provided is not built anew
    out = os.path.join(room, "out.ipynb")
    drain(run(path, out, agreed=agreed))
    return _code_cells(out)


def _code_cells(path: str) -> list[Cell]:
    cells = cells_of(read_notebook(path))
    return [cell for cell in cells if cell.get("cell_type") == "code"]


# -- the report


def _verdict_line(verdict: Verdict) -> str:
    result = {
        "same": "the same outputs",
        "ran": "ran; it records no outputs to compare with",
        "failed": "failed",
        "differs": f"other outputs in {_cell_numbers([each.cell for each in verdict.cells])}",
    }[verdict.state]
    aside = ""
    if verdict.changing:
        verb = "changes" if len(verdict.changing) == 1 else "change"
        aside = f" ({_cell_numbers(verdict.changing)} {verb} from run to run)"
    return f"{verdict.notebook}: {result}{aside}"


def _cell_numbers(numbers: Sequence[int]) -> str:
    return f"cell{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"


def _details(verdict: Verdict) -> Iterator[str]:
    yield from (f"  {line}" for line in verdict.message.splitlines())
    for each in verdict.cells:
        yield f"  code cell {each.cell}:"
        yield from (f"    {line}" for line in each.lines)


def _outcome(verdicts: Sequence[Verdict]) -> Outcome:
    lines = [line for each in verdicts for line in (_verdict_line(each), *_details(each))]
    good = sum(each.is_good for each in verdicts)
    return Outcome(
        f"{good} of {_notebooks(len(verdicts))} verified.",
        text="\n".join(lines),
        data={"notebooks": [asdict(each) for each in verdicts]},
        failed=good < len(verdicts),
    )


def _write_junit(verdicts: Sequence[Verdict], path: Path) -> None:
    """Write a report for CI systems, in the de-facto format of Ant's JUnit task."""
    failures = sum(each.state == "differs" for each in verdicts)
    errors = sum(each.state == "failed" for each in verdicts)
    counts = {"tests": len(verdicts), "failures": failures, "errors": errors}
    about = {"name": "nbenv verify", **{key: str(value) for key, value in counts.items()}}
    suite = ElementTree.Element("testsuite", about)
    for each in verdicts:
        about = {"classname": "nbenv.verify", "name": each.notebook, "time": str(each.seconds)}
        case = ElementTree.SubElement(suite, "testcase", about)
        if not each.is_good:
            kind = "error" if each.state == "failed" else "failure"
            message = _printable(_verdict_line(each))
            problem = ElementTree.SubElement(case, kind, {"message": message})
            problem.text = _printable("\n".join(_details(each)))
    try:
        ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise NbenvError(f"{path} cannot be written.", f"{error.strerror}.") from None


def _printable(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return "".join(each for each in text if each.isprintable() or each in "\n\t")
