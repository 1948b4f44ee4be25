"""The command lines that are answered fast; with real environments: tests/integration/cli."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.cli import fast_install
from nbenv.cli.fast_install import already_installed
from nbenv.environments.readiness import Readiness
from nbenv.errors import NbenvError

VALUE: dict[str, object] = {
    "python": "3.11",
    "requirements": ["six", "two", "elsewhere"],
    "lock": ["six==1.17.0 --hash=sha256:x", "two==1 ; a", "two==2 ; b", "elsewhere==1 ; a"],
}


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a notebook whose environment is ready."""
    metadata = {"nbenv": VALUE, "kernelspec": {"name": "nbenv"}}
    found = Readiness("/envs/x-1", VALUE, metadata, False)
    monkeypatch.setattr(fast_install, "check_readiness", lambda _: found)
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    return str(tmp_path / "a.ipynb")


def test_a_plain_install_is_answered(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert already_installed(["install", path, "six"])
    assert capsys.readouterr().out == "Already installed: six 1.17.0.\n"


@pytest.mark.parametrize(
    "names",
    [[], ["two"], ["elsewhere"], ["six>=1"], ["Six"], ["-U", "six"], ["six", "two"], [""]],
)  # fmt: skip
def test_anything_else_is_left_to_the_command(
    path: str, names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert not already_installed(["install", path, *names])
    assert capsys.readouterr().out == ""


def test_other_commands_are_left_alone(path: str) -> None:
    assert not already_installed([])
    assert not already_installed(["uninstall", path, "six"])
    assert not already_installed(["install", "six", path])
    assert not already_installed(["install", "--events", "--environment", "unknown-1", "six"])


def test_an_environment_that_is_not_ready_is_left_to_the_command(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for found in (Readiness(None, VALUE, {}, False), Readiness("/envs/x-1", None, {}, False)):
        monkeypatch.setattr(fast_install, "check_readiness", lambda _, found=found: found)
        assert not already_installed(["install", path, "six"])


def test_a_problem_is_left_to_the_command(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: str) -> None:
        raise NbenvError("It is broken.")

    monkeypatch.setattr(fast_install, "check_readiness", broken)
    assert not already_installed(["install", path, "six"])


def test_what_is_not_recorded_yet_is_written_by_the_command(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    metadata = {"nbenv": VALUE, "kernelspec": {"name": "python3"}}
    found = Readiness("/envs/x-1", VALUE, metadata, False)
    monkeypatch.setattr(fast_install, "check_readiness", lambda _: found)
    assert not already_installed(["install", path, "six"])
    monkeypatch.setenv("JPY_SESSION_NAME", path)
    monkeypatch.setenv("JPY_PARENT_PID", "1")
    assert not already_installed(["install", path, "six"])  # no server of ours to write it
