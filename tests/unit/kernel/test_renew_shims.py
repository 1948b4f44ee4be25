"""An environment of an earlier version gets the files by which pip is nbenv's."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.environments.pip.pip_shims import SCRIPTS
from nbenv.kernel import renew_shims
from tests.support.commands import succeed
from tests.support.environments import environment_of
from tests.support.index import LocalIndex


def test_they_are_written_and_the_environment_stays_ready(
    notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("alpha", "1.0")
    succeed("install", notebook, "alpha")
    environment = environment_of(notebook)
    script = environment.path / SCRIPTS / "pip"
    script.unlink()
    before = environment.read_marker()
    monkeypatch.setattr(sys, "argv", ["renew_shims", environment.identifier])
    assert renew_shims.main() == 0
    assert script.exists()
    assert environment.read_marker() == before
    environment.unmark()
    script.unlink()
    renew_shims.main()
    assert not script.exists()  # it is being changed, or not whole
