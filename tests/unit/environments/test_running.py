"""Processes of many kinds in an environment, each of which keeps it from being removed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from nbenv.environments import inventory, running
from nbenv.environments.environment import Environment
from nbenv.environments.interpreters import default_python, find
from nbenv.operations import envs

NAME = "work-0123abcd"
WAIT = "import sys; print(flush=True); sys.stdin.read()"

pytestmark = pytest.mark.skipif(os.name != "posix", reason="starts processes as POSIX can")


@pytest.fixture
def environment(home: Path) -> Environment:
    """Return an environment, whose notebook is gone."""
    environment = Environment(NAME)
    interpreter = find(default_python())
    assert interpreter is not None
    environment.create(interpreter)
    return environment


@contextmanager
def process(command: list[str], **options: object) -> Iterator[None]:
    """Run a process, from when it has started until it is told to end."""
    plain = {key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ}
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, **{"env": plain, **options}
    )  # type: ignore[call-overload]
    try:
        assert child.stdout is not None
        child.stdout.readline()
        yield
    finally:
        child.communicate(timeout=20)


def started_plainly(environment: Environment, tmp_path: Path) -> object:
    return process([environment.python, "-c", WAIT])


def started_as_python(environment: Environment, tmp_path: Path) -> object:
    folder = os.path.dirname(environment.python)
    return process(["python", "-c", WAIT], executable=environment.python, env={"PATH": folder})


def started_as_python_when_activated(environment: Environment, tmp_path: Path) -> object:
    variables = {"VIRTUAL_ENV": str(environment.path), "PATH": "/nowhere"}
    return process(["python", "-c", WAIT], executable=environment.python, env=variables)


def started_from_its_folder(environment: Environment, tmp_path: Path) -> object:
    return process(["./python", "-c", WAIT], cwd=os.path.dirname(environment.python))


def started_relative_to_the_home(environment: Environment, tmp_path: Path) -> object:
    program = os.path.relpath(environment.python, environment.path.parent)
    return process([program, "-c", WAIT], cwd=environment.path.parent)


def started_through_a_link_to_the_home(environment: Environment, tmp_path: Path) -> object:
    link = tmp_path / "link"
    link.symlink_to(environment.path.parent.parent)
    return process([str(link / "envs" / NAME / "bin" / "python"), "-c", WAIT])


def started_through_a_link_to_the_environment(environment: Environment, tmp_path: Path) -> object:
    link = tmp_path / "current"
    link.symlink_to(environment.path)
    return process([str(link / "bin" / "python"), "-c", WAIT])


def a_script_of_the_environment(environment: Environment, tmp_path: Path) -> object:
    script = environment.path / "bin" / "tool"
    script.write_text(f"#!{environment.python}\n{WAIT}\n", encoding="utf-8")
    script.chmod(0o755)
    return process([str(script)])


def a_script_elsewhere(environment: Environment, tmp_path: Path) -> object:
    script = tmp_path / "tool"
    script.write_text(f"#!{environment.python}\n{WAIT}\n", encoding="utf-8")
    script.chmod(0o755)
    return process([str(script)])


def a_child_of_another_program(environment: Environment, tmp_path: Path) -> object:
    command = [environment.python, "-c", WAIT]
    code = f"import subprocess; child = subprocess.Popen({command!r}); child.wait()"
    return process([sys.executable, "-c", code])


def a_program_that_a_kernel_started(environment: Environment, tmp_path: Path) -> object:
    variables = {"VIRTUAL_ENV": str(environment.path), "PATH": os.environ["PATH"]}
    return process(["sh", "-c", "echo; read line"], env=variables)


def a_file_that_is_open(environment: Environment, tmp_path: Path) -> object:
    code = f"kept = open({str(environment.path / 'pyvenv.cfg')!r}); {WAIT}"
    return process([sys.executable, "-c", code])


def a_library_that_is_loaded(environment: Environment, tmp_path: Path) -> object:
    file = environment.path / "lib" / "data.so"
    file.write_bytes(b"x" * 5000)
    code = (
        f"import mmap; file = open({str(file)!r}); "
        "mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ); file.close(); " + WAIT
    )
    return process([sys.executable, "-c", code])


KINDS: list[Callable[[Environment, Path], object]] = [
    started_plainly, started_as_python, started_as_python_when_activated, started_from_its_folder,
    started_relative_to_the_home, started_through_a_link_to_the_home,
    started_through_a_link_to_the_environment, a_script_of_the_environment, a_script_elsewhere,
    a_child_of_another_program, a_program_that_a_kernel_started, a_file_that_is_open,
    a_library_that_is_loaded,
]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_what_runs_in_an_environment_keeps_it(
    environment: Environment,
    tmp_path: Path,
    kind: Callable[[Environment, Path], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(envs, "_FRESH", 0.0)
    with kind(environment, tmp_path):  # type: ignore[attr-defined]
        assert running.names_in_use([NAME, "work-ffffffff"]) == {NAME}
        assert envs.prune().data == {"removed": []}
        assert not inventory.discard(environment)
        assert environment.path.is_dir()
    assert envs.prune().data == {"removed": [NAME]}


@pytest.mark.parametrize("kind", [started_plainly, started_through_a_link_to_the_home])
def test_a_home_that_was_renamed_since(
    environment: Environment,
    tmp_path: Path,
    kind: Callable[[Environment, Path], object],
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(envs, "_FRESH", 0.0)
    with kind(environment, tmp_path):  # type: ignore[attr-defined]
        new = home.rename(home.with_name("new-home"))
        monkeypatch.setenv("NBENV_HOME", str(new))
        assert envs.prune().data == {"removed": []}
    assert envs.prune().data == {"removed": [NAME]}


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_only_what_is_open_tells_after_home_and_command_changed(
    environment: Environment, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(envs, "_FRESH", 0.0)
    with process([sys.executable, "-c", WAIT], cwd=environment.path):
        monkeypatch.setenv("NBENV_HOME", str(home.rename(home.with_name("new-home"))))
        assert envs.prune().data == {"removed": []}


def test_a_name_that_only_begins_alike_is_another(environment: Environment) -> None:
    with process([sys.executable, "-c", WAIT, f"/x/{NAME}-more", f"{NAME}0"]):
        assert running.names_in_use([NAME]) == set()


def test_this_process_does_not_count(
    environment: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open(environment.path / "pyvenv.cfg", encoding="utf-8"):
        assert running.names_in_use([NAME]) == set()


def test_nothing_is_looked_at_for_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import psutil

    monkeypatch.setattr(psutil, "process_iter", lambda: pytest.fail("processes were listed"))
    assert running.names_in_use([]) == set()
