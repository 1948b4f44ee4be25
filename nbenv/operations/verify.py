"""``nbenv verify``: rebuild notebooks' environments in a clean room, run them, compare outputs."""

from __future__ import annotations

import multiprocessing
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from xml.etree import ElementTree

from nbenv.errors import NbenvError
from nbenv.home import variables
from nbenv.notebook.cells import Cell, cells_of, read_notebook
from nbenv.notebook.outputs import CellDifference, differences, has_outputs
from nbenv.progress import Outcome, Progress, Steps, drain

__all__ = ["Verdict", "verify"]


@dataclass(frozen=True)
class Verdict:
    """What became of one notebook; `state` is same, differs, failed or ran (nothing to compare)."""

    notebook: str
    state: str
    cells: tuple[CellDifference, ...] = ()
    changing: tuple[int, ...] = ()
    message: str = ""
    seconds: float = 0.0

    @property
    def is_good(self) -> bool:
        """Whether there is nothing to complain of."""
        return self.state in ("same", "ran")


def verify(paths: Sequence[str], jobs: int = 1, junit: str | None = None) -> Steps[Outcome]:
    """Verify notebooks, several at once; asking is agreeing to install and run them.

    A cell whose output differs is run once more, all from the start: what differs from run to run
    cannot be compared, and is told apart.
    """
    verdicts: dict[str, Verdict] = {}
    # Each in a process of its own: the clean room is an environment variable.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max(1, jobs), mp_context=context, max_tasks_per_child=1) as pool:
        futures = {pool.submit(_verdict, path): path for path in paths}
        yield Progress("run", f"Verifying {_counted(len(paths))} …")
        try:
            for number, future in enumerate(as_completed(futures), 1):
                verdict = future.result()
                verdicts[verdict.notebook] = verdict
                yield Progress("run", f"{number} of {len(paths)}: {_line(verdict)}")
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    ordered = [verdicts[path] for path in paths]
    if junit:
        _write_junit(ordered, Path(junit))
    return _outcome(ordered)


def _counted(number: int) -> str:
    return f"{number} notebook{'' if number == 1 else 's'}"


# -- one notebook, in a process of its own


def _verdict(path: str) -> Verdict:
    start = time.monotonic()
    try:
        found = _compared(path)
    except NbenvError as error:
        found = Verdict(path, "failed", message=str(error))
    except (OSError, ValueError) as error:
        found = Verdict(path, "failed", message=f"{type(error).__name__}: {error}")
    return Verdict(**{**vars(found), "seconds": round(time.monotonic() - start, 1)})


def _compared(path: str) -> Verdict:
    recorded = _code(path)
    with tempfile.TemporaryDirectory(prefix="nbenv-verify-") as room:
        first = _run(path, room)
        if not has_outputs(recorded):
            return Verdict(path, "ran")
        found = differences(recorded, first)
        if not found:
            return Verdict(path, "same")
        changing = {each.cell for each in differences(first, _run(path, room))}
    real = tuple(each for each in found if each.cell not in changing)
    return Verdict(path, "differs" if real else "same", real, tuple(sorted(changing)))


def _run(path: str, room: str) -> list[Cell]:
    """Run the notebook with nothing that this machine has of it but uv's cache."""
    from nbenv.operations.run import run  # nbclient is slow to import

    os.environ[variables.HOME] = os.path.join(room, "home")
    out = os.path.join(room, "out.ipynb")
    drain(run(path, out))
    return _code(out)


def _code(path: str) -> list[Cell]:
    cells = cells_of(read_notebook(path))
    return [cell for cell in cells if cell.get("cell_type") == "code"]


# -- what is told


def _line(verdict: Verdict) -> str:
    said = {
        "same": "the same outputs",
        "ran": "ran; it records no outputs to compare with",
        "failed": "failed",
        "differs": f"other outputs in {_cells([each.cell for each in verdict.cells])}",
    }[verdict.state]
    aside = f" ({_cells(verdict.changing)} changes from run to run)" if verdict.changing else ""
    return f"{verdict.notebook}: {said}{aside}"


def _cells(numbers: Sequence[int]) -> str:
    return f"cell{'' if len(numbers) == 1 else 's'} {', '.join(map(str, numbers))}"


def _details(verdict: Verdict) -> Iterator[str]:
    yield from (f"  {line}" for line in verdict.message.splitlines())
    for each in verdict.cells:
        yield f"  code cell {each.cell}:"
        yield from (f"    {line}" for line in each.lines)


def _outcome(verdicts: Sequence[Verdict]) -> Outcome:
    lines = [line for each in verdicts for line in (_line(each), *_details(each))]
    good = sum(each.is_good for each in verdicts)
    return Outcome(
        f"{good} of {_counted(len(verdicts))} verified.",
        text="\n".join(lines),
        data={"notebooks": [asdict(each) for each in verdicts]},
        failed=good < len(verdicts),
    )


def _write_junit(verdicts: Sequence[Verdict], path: Path) -> None:
    """Write a report as CI systems read it (the de-facto schema of JUnit's Ant task)."""
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
            told = ElementTree.SubElement(case, kind, {"message": _printable(_line(each))})
            told.text = _printable("\n".join(_details(each)))
    try:
        ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)
    except OSError as error:
        raise NbenvError(f"{path} cannot be written.", f"{error.strerror}.") from None


def _printable(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return "".join(each for each in text if each.isprintable() or each in "\n\t")
