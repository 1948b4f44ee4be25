"""Start of a ready environment's kernel, over plain ipykernel in the same environment."""

from __future__ import annotations

import sys

from nbenv.operations import Document, Target
from nbenv.store import Store
from tests.benchmarks.common import compare, first_reply, nbenv, scratch, write_notebook


def main() -> None:
    """Measure and print."""
    with scratch() as folder:
        notebook = str(write_notebook(folder / "bench.ipynb"))
        nbenv("install", notebook, "pandas")
        environment = Document.read(Target(notebook), Store()).environment
        compare(
            lambda: first_reply(
                [sys.executable, "-m", "nbenv.kernel.launcher"], {"NBENV_NOTEBOOK": notebook}
            ),
            lambda: first_reply([environment.python, "-m", "ipykernel_launcher"], {}),
            ("nbenv kernel", "plain ipykernel"),
        )


if __name__ == "__main__":
    main()
