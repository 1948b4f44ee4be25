"""The magics whose cells and lines hold code, or lines of a shell."""

from __future__ import annotations

__all__ = ["PYTHON_CELL_MAGICS", "SHELL_CELL_MAGICS", "WITH_STATEMENT"]

PYTHON_CELL_MAGICS = {
    "time", "timeit", "capture", "prun", "memit", "mprun", "debug", "px", "python", "python3",
    "pypy", "snakeviz", "heat", "skip", "ai_skip", "scalene", "pyinstrument", "ipytest",
    "run_pytest", "run_pytest[clean]", "wandb", "autotime", "tracemalloc", "notify", "prof",
    "cellmonitor", "mpl", "render", "interactive", "blackcellmagic", "black", "tutor", "nbtutor",
}  # fmt: skip
WITH_STATEMENT = ("time", "timeit", "prun", "memit")
SHELL_CELL_MAGICS = {"bash", "sh", "script", "system", "sx", "!", "cmd", "shell"}
