"""The verb that writes an archive: its words, and what it needs an approval for."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.engine.archiving.archive import ArchiveOptions
from nbenv.errors import ApprovalNeededError
from nbenv.home import variables
from nbenv.operations.sharing.pack_archive import pack_archive
from nbenv.progress import drain
from tests.support.environments import install, ref_of
from tests.support.index import LocalIndex


def test_the_summary_says_what_was_packed(
    notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("leaf", "1.0")
    install(notebook, "leaf")
    file = str(tmp_path / "a.tar.gz")
    options = ArchiveOptions(without=("leaf",))
    done = drain(pack_archive(ref_of(notebook), file, options))
    assert done.summary.startswith(f"Packed 1 package into {file}, for CPython 3.")
    assert isinstance(done.data, dict)
    assert done.data["left_out"] == ["leaf"]
    assert done.data["bytes"] == Path(file).stat().st_size
    monkeypatch.setenv(variables.HOME, str(tmp_path / "elsewhere"))
    with pytest.raises(ApprovalNeededError):
        drain(pack_archive(ref_of(notebook), file, options))
