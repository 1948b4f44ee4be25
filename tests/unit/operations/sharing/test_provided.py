"""Tests of environments that are provided: used, never written, not trusted blindly."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from nbenv.environments.readiness import ready_environment
from nbenv.environments.shared import lower_layer
from nbenv.errors import ApprovalNeededError
from nbenv.home import approval_store
from nbenv.operations.envs import envs, prune
from nbenv.operations.restore import restore
from nbenv.operations.setup.doctor import doctor
from nbenv.operations.status import status
from nbenv.operations.undoing.undo import undo
from nbenv.progress import drain
from tests.conftest import write_notebook
from tests.support.environments import (
    environment_of,
    install,
    on_disk,
    ref_of,
    versions,
)
from tests.unit.operations.sharing.conftest import Machine, output_of

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no provided ones on Windows")
root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")


# -- used


def test_it_is_used_without_a_question_and_without_a_network(machine: Machine) -> None:
    before = on_disk(machine.folder)
    assert machine.is_used()
    assert machine.index.requests == []
    assert approval_store.approved() == []
    own = environment_of(machine.notebook)
    code = "import sys, alpha; print(sys.prefix, alpha.__file__)"
    prefix, module = output_of(own.python, "-c", code).split(" /")
    assert Path(prefix) == own.path and Path("/", module).is_relative_to(own.path)
    assert on_disk(machine.folder) == before
    data = status(ref_of(machine.notebook)).data
    assert isinstance(data, dict)
    assert data["ready"] and not data["approved"]


def test_two_users_at_once_and_a_second_start(machine: Machine, tmp_path: Path) -> None:
    assert machine.is_used() and machine.is_used()
    first = environment_of(machine.notebook).path
    machine.notebook = machine.be_another_user(tmp_path / "two")
    assert machine.is_used()
    assert environment_of(machine.notebook).path != first


def test_a_change_starts_an_environment_of_ones_own(machine: Machine) -> None:
    """It starts from what is recorded, so that has to be approved then."""
    assert machine.is_used()
    before, linked = on_disk(machine.folder), environment_of(machine.notebook)
    with pytest.raises(ApprovalNeededError, match="that this machine provides"):
        install(machine.notebook, "beta")
    drain(restore(ref_of(machine.notebook)))
    assert environment_of(machine.notebook) == linked
    install(machine.notebook, "ipykernel")  # is there already, so nothing has to be written
    assert environment_of(machine.notebook) == linked
    install(machine.notebook, "beta")
    own = environment_of(machine.notebook)
    assert own != linked and not own.is_linked
    assert versions(machine.notebook) == {"alpha": "1.0", "beta": "1.0"}
    drain(undo(ref_of(machine.notebook)))
    assert versions(machine.notebook) == {"alpha": "1.0"}
    assert on_disk(machine.folder) == before


def test_a_change_to_what_is_provided_uses_it(machine: Machine, tmp_path: Path) -> None:
    new = write_notebook(tmp_path / "user one" / "new.ipynb", "1")
    install(new, "alpha")
    assert environment_of(new).is_linked
    assert versions(new) == {"alpha": "1.0"}


def test_it_is_listed_and_never_removed(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert machine.is_used()
    before = on_disk(machine.folder)
    listed = envs().text
    assert f"{machine.environment.name}  provided for all users" in listed
    assert "its packages are in" in listed
    own = environment_of(machine.notebook).path
    machine.notebook.unlink()
    monkeypatch.setattr("nbenv.operations.envs._FRESH", -1.0)
    outcome = prune()
    assert outcome.text == own.name and not own.exists()
    assert on_disk(machine.folder) == before
    assert "1 for all users" in (doctor().text or "")


# -- images


def test_an_image_may_move_it_change_all_times_and_be_read_only(machine: Machine) -> None:
    """The layers of an image hold times in seconds, or all the same one."""
    moved = machine.folder.with_name("mounted")
    machine.folder.rename(moved)
    machine.folder = moved
    machine.notebook = machine.be_another_user(moved.parent / "user one")
    for path in (moved, *moved.rglob("*")):
        os.utime(path, (0, 0), follow_symlinks=False)
        if not path.is_symlink():
            path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o222)
    before = on_disk(moved)
    try:
        assert machine.is_used()
        own = environment_of(machine.notebook)
        code = "import alpha; alpha.main(); print(alpha.__cached__)"
        prefix, compiled = output_of(own.python, "-c", code).split("\n")
        assert prefix == str(own.path) and os.path.exists(compiled)
        program = own.path / "bin" / "run-alpha"
        assert output_of(program) == str(machine.environment)  # it finds its Python beside it
        assert on_disk(moved) == before
    finally:
        for path in (moved, *moved.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)


def test_an_image_that_no_longer_has_it_asks_as_always(machine: Machine) -> None:
    assert machine.is_used()
    shutil.rmtree(machine.environment)
    assert ready_environment(str(machine.notebook)) is None
    assert not machine.is_used()
    drain(restore(ref_of(machine.notebook)))
    assert not environment_of(machine.notebook).is_linked
    assert versions(machine.notebook) == {"alpha": "1.0"}


def test_an_image_with_a_newer_build_of_the_same(machine: Machine) -> None:
    assert machine.is_used()
    os.utime(machine.packages, (1, 1))
    assert ready_environment(str(machine.notebook)) is None  # looked at, and found whole
    assert machine.is_used()


def test_a_home_serves_as_well(machine: Machine, tmp_path: Path) -> None:
    """It is laid out in the same way; its environments are found by their records."""
    machine.folder = tmp_path / "admin"
    machine.notebook = machine.be_another_user(tmp_path / "other")
    assert machine.is_used()


# -- not used


def test_what_others_may_write_is_not_used(machine: Machine) -> None:
    places = (
        machine.folder,
        machine.folder / "envs",
        machine.environment,
        machine.environment / "lib",
        machine.environment / "nbenv.json",
        machine.packages,
        machine.packages / "alpha.py",
    )
    for number, path in enumerate(places):
        mode = path.stat().st_mode
        path.chmod(mode | (0o020 if number % 2 else 0o002))
        assert not machine.is_used(), path
        path.chmod(mode)
    assert machine.is_used()


@root
def test_what_another_user_owns_is_not_used(machine: Machine) -> None:
    os.chown(machine.environment / "nbenv.json", 65534, -1)
    assert not machine.is_used()


def test_a_folder_above_that_others_may_write(machine: Machine) -> None:
    """They could put another folder in its place."""
    above = machine.folder.parent
    above.chmod(0o777)
    assert not machine.is_used()
    above.chmod(0o1777)  # as /tmp is: there they cannot
    assert machine.is_used()


def test_it_is_no_longer_used_once_others_may_write(machine: Machine) -> None:
    assert machine.is_used()
    machine.packages.chmod(0o777)
    assert ready_environment(str(machine.notebook)) is None
    assert not machine.is_used()


def test_another_machine_or_half_of_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(lower_layer, "machine", lambda: "Plan9 pdp11")
        assert not machine.is_used()
    next(machine.packages.glob("alpha-1.0.dist-info/METADATA")).unlink()
    assert not machine.is_used()
    assert not any(each["ok"] for each in doctor().data if each["check"] == "provided")  # type: ignore[attr-defined]


def test_another_record_is_another_environment(machine: Machine, tmp_path: Path) -> None:
    other = write_notebook(tmp_path / "user one" / "other.ipynb", "1")
    install(other, "beta")
    assert not environment_of(other).is_linked


def test_it_is_not_ones_own_home(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NBENV_HOME", str(machine.folder))
    assert lower_layer.shared_folder() is None
    monkeypatch.setenv("NBENV_SHARED", str(tmp_path / "nothing"))
    assert lower_layer.shared_environments() == []
