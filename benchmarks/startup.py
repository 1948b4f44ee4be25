"""nbenv's startup file in an ordinary IPython, compared with an empty one.

Each round starts a process that makes a shell and runs the file as IPython does.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import common

FILE = Path(__file__).parents[1] / "jupyter-config" / "ipython" / "startup" / "50-nbenv.py"
CODE = """
import sys, time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.safe_execfile(sys.argv[1], shell.user_ns, raise_exceptions=True)  # the first file costs more
start = time.perf_counter()
shell.safe_execfile(sys.argv[2], shell.user_ns, raise_exceptions=True)
print(time.perf_counter() - start)
"""


def rows(rounds: int) -> Iterator[common.Row]:
    """Measure and yield the rows."""
    with common.scratch() as folder:
        empty = folder / "empty.py"
        empty.touch()

        def of(file: Path) -> Callable[[], float]:
            command = [sys.executable, "-c", CODE, str(empty), str(file)]
            return lambda: float(subprocess.check_output(command))

        found = common.alternate(rounds, {"startup file": of(FILE), "empty file": of(empty)})
    ours, theirs = (f"{1000 * found.median(name):.2f} ms" for name in found.seconds)
    more = f"{1000 * found.more('startup file', 'empty file'):+.2f} ms"
    wait = "startup file in every ordinary IPython"
    yield common.Row(wait, ours, f"an empty file: {theirs}", more, "≤ 3 ms", "≤ 1 ms")


common.main(rows, __name__)
