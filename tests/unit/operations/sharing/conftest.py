"""A machine whose administrator provides an environment, and a user of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from nbenv.environments.readiness import ready_environment
from nbenv.errors import ApprovalNeededError
from nbenv.operations.restore import prepare
from nbenv.operations.sharing.provide import provide
from nbenv.progress import drain
from tests.conftest import write_notebook, write_other_copy
from tests.support.environments import environment_of, install, ref_of
from tests.support.index import LocalIndex


class Machine:
    """A machine whose administrator provides one environment, and a user who has its notebook."""

    def __init__(self, tmp_path: Path, patch: pytest.MonkeyPatch, index: LocalIndex) -> None:
        self.folder = tmp_path / "provided for all"  # a path with spaces, as of some homes
        self.index, self._patch = index, patch
        for name in ("alpha", "beta"):
            index.wheel(
                name,
                "1.0",
                modules={f"{name}.py": "import sys\ndef main(): print(sys.prefix)\n"},
                entry_points={"console_scripts": {f"run-{name}": f"{name}:main"}},
            )
        patch.setenv("NBENV_HOME", str(tmp_path / "admin"))
        self.source = write_notebook(tmp_path / "course" / "work.ipynb", "1")
        install(self.source, "alpha")
        self.made = drain(provide(ref_of(self.source), str(self.folder)))
        self.notebook = self.be_another_user(tmp_path / "user one")

    def be_another_user(self, home: Path) -> Path:
        """Return the notebook in the home of a user who has nothing else."""
        self._patch.setenv("NBENV_HOME", str(home / "nbenv"))
        self._patch.setenv("UV_CACHE_DIR", str(home / "cache"))
        self._patch.setenv("NBENV_SHARED", str(self.folder))
        return write_other_copy(self.source, home)

    @property
    def environment(self) -> Path:
        """The provided environment."""
        [path] = (self.folder / "envs").iterdir()
        return path

    @property
    def packages(self) -> Path:
        [path] = self.environment.glob("lib/python*/site-packages")
        return path

    def is_used(self) -> bool:
        """Return whether a starting kernel is given it, without a question and a request."""
        self.index.requests.clear()
        try:
            drain(prepare(ref_of(self.notebook)))
        except ApprovalNeededError:
            assert self.index.requests == []
            return False
        found = ready_environment(str(self.notebook))
        assert found == str(environment_of(self.notebook).path)
        return environment_of(self.notebook).is_linked


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index: LocalIndex) -> Machine:
    return Machine(tmp_path, monkeypatch, index)


def output_of(*command: object) -> str:
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()
