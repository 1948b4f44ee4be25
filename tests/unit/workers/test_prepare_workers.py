"""The host's part of ``%nbenv workers``: which client, whether it may be, and the bundle."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from nbenv.errors import ApprovalNeededError, NbenvError, UsageError
from nbenv.home import paths
from nbenv.notebook.metadata import read_metadata
from nbenv.progress import drain
from nbenv.workers.prepare_workers import WorkersRequest, prepare_workers
from tests.conftest import write_other_copy
from tests.support.environments import install, ref_of
from tests.support.index import LocalIndex


@pytest.fixture
def made(index: LocalIndex, notebook: Path) -> Path:
    index.wheel("mine", "1.0")
    install(notebook, "mine")
    return notebook


def prepared(notebook: Path, found: str | None, *words: str, **options: bool) -> dict[str, Any]:
    request = WorkersRequest(words, found, **options)
    data = drain(prepare_workers(ref_of(notebook), request)).data
    assert isinstance(data, dict)
    asked: dict[str, Any] = data["workers"]
    return asked


def test_the_one_client_is_taken_and_nothing_is_recorded(made: Path) -> None:
    before = made.read_bytes()
    asked = prepared(made, "dask=client")
    assert (asked["engine"], asked["client"], asked["action"]) == ("dask", "client", "ship")
    assert Path(asked["bundle"], "manifest.json").exists()
    assert Path(asked["bundle"]).is_relative_to(paths.home())
    assert made.read_bytes() == before
    assert "workers" not in str(read_metadata(str(made)))


def test_of_several_one_has_to_be_named(made: Path) -> None:
    with pytest.raises(UsageError, match="several clients of clusters: a, b"):
        prepared(made, "dask=a,ipyparallel=b")
    assert prepared(made, "dask=a,ipyparallel=b", "b")["engine"] == "ipyparallel"
    with pytest.raises(UsageError, match="c is no client"):
        prepared(made, "dask=a,ipyparallel=b", "c")


def test_without_a_client_the_message_says_how_to_get_one(made: Path) -> None:
    with pytest.raises(NbenvError, match=r"distributed\.Client"):
        prepared(made, "")


def test_another_kernel_is_told_to_run_in_the_environment(made: Path) -> None:
    with pytest.raises(NbenvError, match="own environment"):
        prepared(made, None)


@pytest.mark.parametrize(
    "options",
    [{"status": True, "stop": True}, {"status": True, "own": True}, {"stop": True, "wheels": True}],
)
def test_options_that_exclude_each_other_are_refused(made: Path, options: dict[str, bool]) -> None:
    with pytest.raises(UsageError, match="--st"):
        prepared(made, "dask=client", **options)


def test_what_nobody_approved_goes_nowhere(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = write_other_copy(made, tmp_path / "elsewhere")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    with pytest.raises(ApprovalNeededError):
        prepared(copy, "dask=client")
    assert not (tmp_path / "other-home" / "workers").exists()


def test_old_bundles_are_removed(made: Path) -> None:
    folder = Path(prepared(made, "dask=client")["bundle"]).parent
    old, new = folder / "old-dask", folder / "new-dask"
    for path in (old, new):
        path.mkdir()
    when = time.time() - 40 * 86_400
    os.utime(old, (when, when))
    prepared(made, "dask=client")
    assert not old.exists()
    assert new.exists()
