"""The files of a lock: each index is asked for what comes from it, and for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.environments.interpreters import default_python
from nbenv.installer.lookup.lock_files import files_of_lock, own_files_of_lock
from tests.support.index import LocalIndex
from tests.support.torch_indexes import serving


def test_the_files_of_a_build_are_on_its_index(
    tmp_path: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("leaf", "1.0")
    locked = [LockedDistribution("leaf", "1.0"), LockedDistribution("torch", "2.9.1+cpu")]
    spec = Spec(default_python(), torch_backend="cpu")
    with serving(tmp_path / "torch", "cpu") as torch:
        torch["cpu"].wheel("torch", "2.9.1+cpu")
        monkeypatch.setenv("NBENV_TORCH_MIRROR", torch.url)
        found = own_files_of_lock(locked, spec)
        assert {name: len(files) for name, files in found.items()} == {"leaf": 1, "torch": 1}
        assert torch.requested == {"torch"}
    gone = own_files_of_lock(locked, spec)  # nothing else depends on it
    assert {name: len(files) for name, files in gone.items()} == {"leaf": 1, "torch": 0}


LOCKED = [LockedDistribution(name, "1.0") for name in ("acme-core", "acme-util", "leaf", "six")]
SERVING = [
    ({"packages": ("acme-core", "acme-util")}, ["acme-core", "acme-util"]),
    ({"packages": ("acme-*",)}, ["acme-core", "acme-util"]),
    ({"packages": ("acme-core",), "dependencies": ("leaf",)}, ["acme-core", "leaf"]),
    ({"default": True}, ["acme-core", "acme-util", "leaf"]),  # six is a kernel's own
]


@pytest.mark.parametrize(("serving", "hidden"), SERVING)
def test_no_other_index_learns_the_names_of_one(
    serving: dict[str, Any], hidden: list[str], tmp_path: Path, index: LocalIndex
) -> None:
    for each in LOCKED:
        index.wheel(each.name, "1.0")
    with LocalIndex(tmp_path / "private") as private:
        for name in hidden:
            private.wheel(name, "1.0")
        spec = Spec(default_python(), indexes=(Index("corp", private.url, **serving),))
        assert not {*own_files_of_lock(LOCKED, spec)} & {*hidden}
        assert private.requests == []
        assert {*files_of_lock(LOCKED, spec)} == {each.name for each in LOCKED}
        private.close()
        assert not {*files_of_lock(LOCKED, spec)} & {*hidden}
    asked = {path.split("/")[2] for _, path in index.requests}
    assert asked == {each.name for each in LOCKED} - {*hidden}


def test_an_index_that_this_machine_names_too_is_its_own(index: LocalIndex) -> None:
    index.wheel("leaf", "1.0")
    own = Index("corp", index.url.rstrip("/"), packages=("leaf",))
    spec = Spec(default_python(), indexes=(own,))
    assert len(own_files_of_lock([LockedDistribution("leaf", "1.0")], spec)["leaf"]) == 1
