"""When an environment is made ahead."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbenv.environments import spare
from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.kernel import make_spare
from nbenv.progress import Progress
from tests.unit.kernel.conftest import Make


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the paths that environments are made for."""
    found: list[str] = []

    def prepare(target: Any) -> Iterator[Progress]:
        found.append(target.notebook)
        yield Progress("resolve", "Resolving…")
        raise NbenvError("The index is down.")

    monkeypatch.setattr(make_spare, "prepare", prepare)
    return found


def test_a_failure_is_nobodys_business(prepared: list[str]) -> None:
    make_spare.make()
    assert prepared == [paths.placeholder_path(spare.name())]


def test_an_old_one_is_forgotten_first(prepared: list[str], make_ready: Make) -> None:
    placeholder = paths.placeholder_path(spare.name())
    environment = make_ready(placeholder)
    state = Path(paths.state_path(paths.key(placeholder)))
    make_spare.make()
    assert state.exists()  # a fresh one is left alone
    os.utime(paths.marker_path(environment), (0, 0))
    make_spare.make()
    assert not state.exists()
    assert len(prepared) == 2


@pytest.mark.skipif(os.name != "posix", reason="only started where processes are forked")
def test_a_starting_kernel_comes_first(
    prepared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[object] = []
    monkeypatch.setattr(time, "sleep", lambda seconds: steps.append(("sleep", seconds)))
    monkeypatch.setattr(os, "nice", lambda by: steps.append(("nice", by)))
    monkeypatch.setattr(make_spare, "make", lambda: steps.append("make"))
    make_spare.main()
    assert steps == [("sleep", 10.0), ("nice", 10), "make"]
