"""pip's words: what becomes a recorded change, what only looks, what is refused."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from nbenv.cli.pip_lines import pip_magic
from nbenv.engine.document import NotebookRef
from nbenv.errors import UsageError
from nbenv.operations.install import InstallRequest
from nbenv.progress import Outcome, Progress, Steps

TARGET = NotebookRef("/x/a.ipynb")


@pytest.fixture(autouse=True)
def _operations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Return what each operation is asked for, in place of doing it, without settings."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("install", "uninstall", "pip_look"):
        monkeypatch.setattr(
            pip_magic,
            name,
            lambda target, asked, *more, name=name, **options: Outcome(name, data=asked),
        )


def asked(line: str) -> tuple[str, object]:
    outcome = pip_magic.perform_pip(line.split(), TARGET)
    assert isinstance(outcome, Outcome)
    return outcome.summary, outcome.data


@pytest.mark.parametrize(
    ("line", "request_"),
    [
        ("install six", InstallRequest(requirements=("six",))),
        ("-q add six -q --quiet -y", InstallRequest(requirements=("six",))),
        ("install -U six pandas>=2", InstallRequest(("six", "pandas>=2"), upgrade=True)),
        (
            "install -r r.txt -e . --pre",
            InstallRequest(files=("r.txt",), editable=(".",), pre=True),
        ),
        ("install --dry-run six", InstallRequest(requirements=("six",), dry_run=True)),
        (
            "install -i https://me@pip.example:8080/root/simple --index n=https://x.example six",
            InstallRequest(
                requirements=("six",),
                index_url="https://me@pip.example:8080/root/simple",
                indexes=("n=https://x.example",),
            ),
        ),
    ],
)
def test_installs_are_recorded(line: str, request_: InstallRequest) -> None:
    assert asked(line) == ("install", request_)


def test_uninstalls_and_looks() -> None:
    assert asked("uninstall -y six") == ("uninstall", ["six"])
    assert asked("remove six") == ("uninstall", ["six"])
    assert asked("list --outdated") == ("pip_look", ["list", "--outdated"])
    assert asked("freeze") == ("pip_look", ["freeze"])
    line = "--disable-pip-version-check list --no-input --format freeze -v"
    assert asked(line) == ("pip_look", ["list", "--format", "freeze", "-v"])


def test_what_is_ignored_is_said_below_the_summary() -> None:
    assert asked("install --user six") == (
        "install\nIgnored --user: a notebook has an environment of its own.",
        InstallRequest(requirements=("six",)),
    )


@pytest.mark.parametrize("line", ["help", "--help", "install --help"])
def test_help(line: str) -> None:
    outcome = pip_magic.perform_pip(line.split(), TARGET)
    assert isinstance(outcome, Outcome)
    assert "--no-deps" in outcome.text


def test_the_version_is_in_the_form_of_pip(notebook: Path) -> None:
    outcome = pip_magic.perform_pip(["--version"], NotebookRef(str(notebook)))
    assert isinstance(outcome, Outcome)
    assert re.fullmatch(r"pip \d[\w.]* from \S.*pip \(python 3\.\d+\)", outcome.text)


@pytest.mark.parametrize("flag", ["-q", "-qq", "-Uq"])
def test_no_progress_where_none_is_wanted(flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def install(*asked: object) -> Steps[Outcome]:
        yield Progress("resolve", "Resolving…")
        yield Progress("resolve", "Warning", lasting=True)
        return Outcome("done")

    monkeypatch.setattr(pip_magic, "install", install)

    def messages(line: str) -> list[str]:
        steps = pip_magic.perform_pip(line.split(), TARGET)
        assert not isinstance(steps, Outcome)
        return [each.message for each in steps]

    assert messages("install six") == ["Resolving…", "Warning"]
    assert messages(f"install {flag} six") == ["Warning"]


def test_addresses_behind_names_are_no_names() -> None:
    assert asked("uninstall -y a @ file:///x/a b==1") == ("uninstall", ["a", "b==1"])


@pytest.mark.parametrize("line", ["", "download six", "install --foo x six", "install --p six"])
def test_other_commands_are_refused(line: str) -> None:
    with pytest.raises(UsageError, match="%nbenv"):
        pip_magic.perform_pip(line.split(), TARGET)
