"""A build before the kernel's start: what it reports, and when it is not tried again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.errors import BrokenEnvironmentError, NbenvError
from nbenv.home import paths, variables
from nbenv.home.process_identity import ProcessIdentity
from nbenv.kernel import build
from nbenv.progress import Outcome, Progress


def reported(notebook: Path) -> list[dict[str, object]]:
    path = Path(paths.progress_path(paths.key(str(notebook))))
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_progress_can_be_read_until_the_end(
    notebook: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[list[dict[str, object]]] = []

    def prepare(_: object) -> Iterator[Progress]:
        seen.append(reported(notebook))
        yield Progress("install", "Installing é…")
        seen.append(reported(notebook))
        return Outcome(environment="work-1")

    monkeypatch.setattr(build, "prepare", prepare)
    assert build.build(str(notebook)) == paths.environment_path("work-1")
    started = {"type": "started", **ProcessIdentity.own().to_dict()}
    step = {"type": "progress", "phase": "install", "message": "Installing é…"}
    assert seen == [[started], [started, step]]
    assert capsys.readouterr().err == "nbenv: Installing é…\n"
    assert not list(Path(paths.home(), "progress").iterdir())


def test_a_failed_build_leaves_no_report(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def prepare(_: object) -> Iterator[Progress]:
        yield Progress("resolve", "Resolving…")
        raise NbenvError("no")

    monkeypatch.setattr(build, "prepare", prepare)
    with pytest.raises(NbenvError):
        build.build(str(notebook))
    assert not list(Path(paths.home(), "progress").iterdir())


def test_an_environment_is_repaired_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variables.BROKEN, "ImportError: first")
    build.check_tries()
    assert "could not start a kernel: ImportError: first" in capsys.readouterr().err
    monkeypatch.setenv(variables.BROKEN, "ImportError: first\nImportError: second")
    with pytest.raises(BrokenEnvironmentError) as raised:
        build.check_tries()
    assert raised.value.why == "Its Python reported: ImportError: second"
    assert variables.BROKEN not in os.environ
