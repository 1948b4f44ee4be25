"""ipyparallel: engines in the notebook's environment, beside those of a bare cluster."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.kernels import kernel
from tests.workers.kit import BARE_PATH, bare_environment, running, wait_until

pytestmark = pytest.mark.timeout(900)

WHO = """
def who(n=0):
    import sys, tabulate
    return tabulate.__version__, sys.prefix
"""


@dataclass
class Engines:
    """A running cluster: its bare interpreter, and the file that clients connect with."""

    python: Path
    folder: Path

    @property
    def connecting(self) -> str:
        """The code that connects to it."""
        file = self.folder / "profile_default" / "security" / "ipcontroller-client.json"
        return (
            f"import ipyparallel\nrc = ipyparallel.Client({str(file)!r})\n"
            "rc.wait_for_engines(2, timeout=60); print(rc.ids)"
        )


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    python = bare_environment("ipyparallel==9.2.0")
    kept = {name: each for name, each in os.environ.items() if not name.startswith("NBENV_")}
    cache = {"NBENV_WORKER_CACHE": str(tmp_path / "cache"), "NBENV_WORKER_ABSENCE": "15"}
    environ = {**kept, **cache, "PATH": f"{python.parent}:{BARE_PATH}"}
    folder = tmp_path / "cluster"
    folder.mkdir()
    place = ["--ipython-dir", folder]
    with contextlib.ExitStack() as stack:
        words = [python, "-m", "ipyparallel.controller", *place]
        stack.enter_context(running(words, folder / "controller.log", environ))
        file = folder / "profile_default" / "security" / "ipcontroller-engine.json"
        wait_until(file.exists, "the controller has started")
        for number in range(2):
            words = [python, "-m", "ipyparallel.engine", *place]
            stack.enter_context(running(words, folder / f"engine-{number}.log", environ))
        yield Engines(python, folder)


def started(folder: Path) -> list[str]:
    """Return the command lines of engines that run in an environment below a folder."""
    words = ["pgrep", "-af", f"{folder}/cache/envs/.*ipyparallel.engine"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout.splitlines()


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    path = write_notebook(tmp_path / "work.ipynb", "1 + 1")
    succeed("install", path, "ipyparallel==9.2.0", "tabulate==0.9.0")
    return path


@pytest.mark.each_engine
def test_engines_run_in_the_notebooks_environment(
    engines: Engines, notebook: Path, tmp_path: Path
) -> None:
    with kernel(notebook) as run:
        assert run.ok(engines.connecting).splitlines()[-1] == "[0, 1]"
        line = run.ok("%nbenv workers").strip().splitlines()[-1]
        assert line.startswith("2 workers: ipyparallel 9.2.0, tabulate 0.9.0 … in ")
        code = "print(sorted({each[0] for each in rc[:].apply_sync(who)}), rc.ids)"
        assert run.ok(WHO + code).strip() == "['0.9.0'] [2, 3]"
        balanced = "print({each[0] for each in rc.load_balanced_view().map_sync(who, range(6))})"
        assert run.ok(balanced).strip() == "{'0.9.0'}"
        assert "2 workers in an environment" in run.ok("%nbenv workers --status")
        said = run.ok("%nbenv install six==1.16.0")
        assert "The workers of rc still have the former environment" in said
        run.ok("%nbenv workers")
        code = "print(set(rc[:].apply_sync(lambda: __import__('six').__version__)), len(rc.ids))"
        assert run.ok(code).strip() == "{'1.16.0'} 2"
        run.ok("%nbenv workers --stop")
        code = "print(rc.ids, set(rc[:].apply_sync(lambda: __import__('sys').prefix)))"
        bare = str(engines.python.parents[1])
        assert run.ok(code).splitlines()[-1] == f"[0, 1] {{{bare!r}}}"
        run.ok("rc.close()")
        status, said = run.run("%nbenv workers")
        assert (status, "The client is closed" in said) == ("error", True)
        run.ok(engines.connecting)
        run.ok("%nbenv workers")
        assert started(tmp_path)
        run.manager.shutdown_kernel()
    wait_until(lambda: not started(tmp_path), "the notebook's engines ended with its kernel")


def test_engines_end_after_a_killed_kernel_but_not_while_they_work(
    engines: Engines, notebook: Path, tmp_path: Path
) -> None:
    with kernel(notebook) as run:
        run.ok(engines.connecting)
        run.ok("%nbenv workers")
        before = started(tmp_path)
        run.ok("import time; rc[:].apply_sync(time.sleep, 25); time.sleep(20)")
        assert run.ok("print(set(rc[:].apply_sync(lambda: 3)))").strip() == "{3}"
        assert started(tmp_path) == before, "while they work, or the kernel is there"
        run.manager.shutdown_kernel(now=True)  # killed: it can end nothing itself
        wait_until(lambda: not started(tmp_path), "the engines ended after the killed kernel", 90)
