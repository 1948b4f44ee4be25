"""Packages that a notebook's own default index does not have, with a real uv's cache."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.export import kernel_index
from nbenv.export.kernel_index import beyond_default_index
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex
from tests.unit.export.made import locked

PYTHON = f"3.{sys.version_info[1]}"
CORP = Index("corp", "https://corp.invalid/simple", default=True)


@pytest.fixture(autouse=True)
def is_approved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every record be approved."""
    monkeypatch.setattr(kernel_index, "is_approved", lambda _: True)


def beyond(*distributions: LockedDistribution, indexes: tuple[Index, ...]) -> frozenset[str]:
    snapshot: Any = SimpleNamespace(spec=Spec(PYTHON, (), Lock(distributions), indexes))
    return beyond_default_index(snapshot)


def test_for_what_nobody_approved_no_program_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel_index, "is_approved", lambda _: False)
    monkeypatch.setattr(kernel_index, "cached_names", lambda *_: pytest.fail("uv is started"))
    assert beyond(locked("leaf"), locked("tornado"), indexes=(CORP,)) == {"tornado"}


def test_without_a_default_index_all_comes_from_pips() -> None:
    listing = Index("corp", CORP.url, packages=("leaf",))
    for indexes in ((), (listing,)):
        assert beyond(locked("leaf"), locked("ipykernel"), indexes=indexes) == frozenset()


def test_the_cache_knows_what_the_index_has(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("tornado", "1.0")
    with LocalIndex(tmp_path / "corp") as corp:
        corp.wheel("leaf", "1.0")
        corp.wheel("psutil", "1.0")
        own = Index("corp", corp.url, default=True)
        spec = Spec(PYTHON, ("leaf", "psutil"), indexes=(own,))
        steps = resolve_lock(spec, sys.executable, tmp_path, ResolveOptions(), kernel=False)
        lines = drain(steps).distributions
    other = locked("other")  # locked from elsewhere, as is one with another file
    assert beyond(*lines, other, locked("tornado"), indexes=(own,)) == {"other", "tornado"}
    third = Index("third", "https://third.invalid/simple", packages=("other",))
    assert beyond(*lines, other, indexes=(own, third)) == frozenset()
    replaced = [locked(each.name) if each.name == "leaf" else each for each in lines]
    assert beyond(*replaced, indexes=(own,)) == {"leaf"}


def test_without_a_cache_it_is_what_a_kernel_consists_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    lines = (locked("leaf"), locked("tornado"), locked("psutil", url="https://h.invalid/a.whl"))
    assert beyond(*lines, indexes=(CORP,)) == {"tornado"}
