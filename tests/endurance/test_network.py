"""Network failures in the middle of a restore: few retries, one message, and it resumes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integration.cli.test_verbs import installed
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex

LAST = "large-1.0-py3-none-any.whl"
HELD = {"ipykernel": "7.0", "large": "1.0", "leaf": "1.0"}
RETRIES = 2


@pytest.fixture
def shared(index: LocalIndex, notebook: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a notebook on another machine, which downloads one file at a time."""
    index.wheel("leaf", "1.0")
    noise = os.urandom(200_000).hex()
    index.wheel("large", "1.0", modules={"large.py": f"x = {noise!r}\n"})
    succeed("install", notebook, "leaf", "large", "-q")
    home = notebook.parent.parent
    monkeypatch.setenv("NBENV_HOME", str(home / "elsewhere"))
    monkeypatch.setenv("UV_CACHE_DIR", str(home / "empty"))
    monkeypatch.setenv("UV_HTTP_RETRIES", str(RETRIES))
    monkeypatch.setenv("UV_HTTP_TIMEOUT", "2")
    monkeypatch.setenv("UV_CONCURRENT_DOWNLOADS", "1")
    index.requests.clear()
    return notebook


@pytest.mark.parametrize("failing", [500, 503, 0])
def test_it_fails_for_a_while(shared: Path, index: LocalIndex, failing: int) -> None:
    index.failures, index.failing = 2, failing
    succeed("restore", shared, "-q")
    assert installed(shared) == HELD


def test_a_file_breaks_off_once(shared: Path, index: LocalIndex) -> None:
    index.cut, index.cuts = {LAST}, 1
    succeed("restore", shared, "-q")
    assert index.downloads.count(LAST) == 2
    assert installed(shared) == HELD


@pytest.mark.parametrize("fault", ["500", "drops", "breaks off", "stalls"])
def test_it_fails_for_good_and_the_next_try_resumes(
    shared: Path, index: LocalIndex, fault: str
) -> None:
    before = shared.read_bytes()
    if fault in ("500", "drops"):
        index.failures, index.failing = 10_000, 500 if fault == "500" else 0
    elif fault == "breaks off":
        index.cut = {LAST}
    else:
        index.slow = {LAST}
    told = fail("restore", shared, "-q")
    assert told.splitlines()[1] == "A package index cannot be used."  # after what was approved
    assert "try again; nothing was changed, and finished downloads are kept." in told
    assert len(told.splitlines()) < 12
    assert (shared.read_bytes(), installed(shared)) == (before, {})
    assert len(index.requests) <= 12 * (RETRIES + 1)  # bounded, whatever is requested
    had = {name for name in index.downloads if name != LAST} if fault[0] in "bs" else set()
    index.failures, index.cut, index.slow = 0, set(), set()
    index.requests.clear()
    succeed("restore", shared, "-q")
    assert installed(shared) == HELD
    assert LAST in index.downloads
    assert not had & set(index.downloads)
