"""A kernel is started to see whether one can; `tests/integration/kernel` does it with real ones."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from nbenv.engine import working_kernel
from nbenv.environments import kernel_check
from nbenv.environments.kernel_check import closure_of, find_fault
from tests.support.environments import environment_of, install
from tests.support.index import LocalIndex

FAILS = "raise ImportError('cannot import name trait')\n"
HANGS = "import time, sys\nprint('E: x', file=sys.stderr)\ntime.sleep(600)\n"


def test_a_kernel_and_what_holds_it_back(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(working_kernel, "find_fault", lambda _: "")
    index.wheel("ipykernel", "7.0", requires=["Zeta_Q>=6", "traitlets; extra == 'x'"])
    index.wheel("zeta-q", "6.1", requires=["six"])
    index.wheel("six", "1.0")
    index.wheel("old", "1.0", requires=["zeta.q<7; python_version>'3'", "six", "other<9"])
    index.wheel("other", "1.0")
    install(notebook, "old")
    closure, held = closure_of(environment_of(notebook), "ipykernel")
    assert closure == {"ipykernel", "zeta-q", "six"}
    assert held == {"zeta-q"}


def test_a_kernel_that_fails_says_why(notebook: Path, index: LocalIndex) -> None:
    index.wheel("ipykernel", "7.1", modules={"ipykernel/kernelapp.py": FAILS})
    install(notebook, "ipykernel")
    assert find_fault(environment_of(notebook)) == "ImportError: cannot import name trait"


def test_a_kernel_that_answers_nothing(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("ipykernel", "7.1", modules={"ipykernel/kernelapp.py": HANGS})
    install(notebook, "ipykernel")
    monkeypatch.setattr(kernel_check, "_PATIENCE", 1)
    began = time.monotonic()
    assert find_fault(environment_of(notebook)) == "it answers nothing"
    assert time.monotonic() - began < 20
