"""A private index that replaces the default one: never the public package of a private name."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Index, Spec
from nbenv.engine.own_kernel import installed_before
from nbenv.environments.environment import Marker
from nbenv.errors import ResolutionError
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.restore import restore
from nbenv.progress import drain
from tests.support.environments import read, ref_of, versions
from tests.support.index import LocalIndex

SECRET = "s3cr3t"


@pytest.fixture
def private(tmp_path: Path, index: LocalIndex) -> Iterator[LocalIndex]:
    """Yield an index with a private package, of whose name the public one has a newer version."""
    index.wheel("ipykernel", "7.0", requires=["traitlets"])
    index.wheel("traitlets", "5.0")
    index.wheel("mine", "9.0")
    index.wheel("leaf", "1.0")
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("mine", "1.0", requires=["mine-base"])
        private.wheel("mine-base", "1.0")
        yield private


def run(notebook: Path, file: Path, *lines: str) -> str:
    file.write_text("\n".join(lines), encoding="utf-8")
    return str(drain(install(ref_of(notebook), InstallRequest(files=(str(file),)))).summary)


def asked_for(index: LocalIndex, name: str) -> bool:
    return any(f"/simple/{name}/" in path for _, path in index.requests)


def test_a_private_name_is_never_taken_from_elsewhere(
    notebook: Path,
    index: LocalIndex,
    private: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "r.txt"
    assert run(notebook, file, f"-i {private.url}", "mine").startswith("Installed mine 1.0 ")
    assert versions(notebook) == {"mine": "1.0", "mine-base": "1.0", "traitlets": "5.0"}
    [recorded] = read(notebook).spec.indexes
    assert (recorded.url, recorded.default) == (private.url, False)
    assert (recorded.packages, recorded.dependencies) == (("mine",), ("mine-base",))
    assert not asked_for(index, "mine")
    assert run(notebook, file, "leaf").startswith("Installed leaf 1.0.")
    # Elsewhere, where nothing is in a cache
    shutil.rmtree(tmp_path / "cache")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other"))
    drain(restore(ref_of(notebook)))
    assert versions(notebook)["mine"] == "1.0"
    with pytest.raises(ResolutionError):
        run(notebook, file, "mine>1")
    assert not asked_for(index, "mine")
    assert not asked_for(index, "mine-base")


def test_a_default_index_is_asked_for_everything(
    notebook: Path, index: LocalIndex, private: LocalIndex
) -> None:
    request = InstallRequest(("mine",), default_index=f"corp={private.url}")
    drain(install(ref_of(notebook), request))
    assert read(notebook).spec.indexes == (Index("corp", private.url, default=True),)
    only = f"This notebook uses {private.url} instead of this machine's default index."
    with pytest.raises(ResolutionError, match=re.escape(only)):
        drain(install(ref_of(notebook), InstallRequest(("leaf",))))
    private.wheel("mine-too", "1.0")
    index.wheel("mine-too", "9.0")
    drain(install(ref_of(notebook), InstallRequest(("mine-too",))))
    assert versions(notebook)["mine-too"] == "1.0"
    assert not asked_for(index, "mine")


def test_a_login_counts_for_its_command_and_is_recorded_nowhere(
    notebook: Path,
    private: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    private.auth = ("me", SECRET)
    monkeypatch.setenv("MINE_TOKEN", SECRET)
    line = private.url.replace("//", "//me:${MINE_TOKEN}@")
    said = run(notebook, tmp_path / "r.txt", f"--extra-index-url {line}", "mine")
    assert said.startswith("Installed mine 1.0")
    assert f"The login for {private.url} was used for this command only" in said
    assert SECRET not in said
    assert read(notebook).spec.indexes == (
        Index("127-0-0-1", private.url, packages=("mine",), dependencies=("mine-base",)),
    )
    kept = [path for path in (tmp_path / "home").rglob("*") if path.is_file()]
    assert not [path for path in [notebook, *kept] if SECRET.encode() in path.read_bytes()]


def test_the_first_change_may_remove_what_the_former_kernel_needed() -> None:
    lock = Lock.from_lines([f"ipykernel==7.0 --hash=sha256:{'0' * 64}"])
    empty, kernel = Spec("3.11"), Spec("3.11", lock=lock)
    full = Spec("3.11", requirements=("leaf",), lock=lock)
    assert installed_before(empty, Marker(kernel.to_record())) == {"ipykernel"}
    assert installed_before(empty, Marker(full.to_record())) == set()  # whose record is lost
    assert installed_before(full, Marker()) == {"ipykernel"}
    assert installed_before(empty, Marker()) == set()
    assert installed_before(empty, Marker({"version": 10**6})) == set()
