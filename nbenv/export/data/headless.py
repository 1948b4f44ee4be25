"""Run a notebook in this environment, print its outputs, and save a copy with them.

    python headless.py NOTEBOOK RESULT [-p NAME=VALUE]... [-f FILE]... [--sweep FILE [--row N]]

RESULT is a file, an address that takes a PUT, or "-": then the notebook is the last line of
standard output. Exit status: 0; 1, a cell failed; 2, nothing was run; 128 plus a signal's number,
that signal ended the kernel (137: mostly out of memory) or the container (143: it was stopped).
"""

import signal
import sys

import stop_signals  # before anything that takes time
from kernel_process import Kernel, KernelEnded
from outputs import Outputs
from result import Result, ResultError, error_of
from run_words import RunError, read_run
from writable import use_writable_folders

PATIENCE = 3
"""Seconds that a cell gets to end when the container is stopped; engines wait ten."""
SKIPPED = "skip-execution"
"""The tag of cells that are not run, as of nbclient."""


class Stopped(Exception):
    """The container is being stopped by a signal."""


def main(words):
    use_writable_folders()
    try:
        notebook, place, row = read_run(words)
        result = Result(place, notebook, row)
        result.save()  # before anything runs: hours of work must not end at this
    except (RunError, ResultError) as error:
        print("nbenv: {}\nNothing was run.".format(error), file=sys.stderr, flush=True)
        return 2
    status, message = run(notebook, result)
    if message:
        print("nbenv: {}".format(message), file=sys.stderr, flush=True)
    try:
        result.finish(status, message)
    except ResultError as error:
        print("nbenv: {}".format(error), file=sys.stderr, flush=True)
        return status or 1
    return status


def run(notebook, result):
    """Run all cells, unless a signal comes; return the exit status, and what to say about it."""

    def check():
        if stop_signals.received:
            raise Stopped
        result.save_now_and_then()

    cells = [each for each in notebook["cells"] if is_run(each)]
    outputs = Outputs(result.log)
    kernel = Kernel(outputs, check)
    try:
        kernel.start()
        stop_signals.begin()
        notebook["metadata"]["language_info"] = kernel.language()
        for count, cell in enumerate(cells, 1):
            if not run_cell(kernel, cell, count):
                return 1, error_of(notebook)
    except KernelEnded as end:
        return end.status, str(end)
    except Stopped:
        kernel.interrupt(PATIENCE)
        number = stop_signals.received[0]
        return 128 + number, "Stopped by {}.".format(signal.Signals(number).name)
    finally:
        kernel.stop()
    return 0, ""


def is_run(cell):
    """Return whether a cell is run; clear what an earlier run left in it."""
    if cell["cell_type"] != "code":
        return False
    cell["outputs"], cell["execution_count"] = [], None
    tags = cell.get("metadata", {}).get("tags", [])
    return bool("".join(cell.get("source", "")).strip()) and SKIPPED not in tags


def run_cell(kernel, cell, count):
    """Run one cell; return whether to go on with the next one."""
    cell["execution_count"] = count
    status = kernel.execute("".join(cell["source"]), cell["outputs"])
    return status == "ok" or "raises-exception" in cell.get("metadata", {}).get("tags", [])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
