"""Random verbs over many notebooks, against a model of what should be true; nothing leaks.

``python -m tests.endurance.soak 500``: so many operations over 20 notebooks. Hypothesis chooses
them, and finds the shortest sequence that fails.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nbenv.kernel.building import build
from nbenv.store import Store
from tests.endurance.ground import Ground, Value, differences, document_of, ground, recorded
from tests.support.commands import nbenv, succeed

NOTEBOOKS = 20
REQUIREMENTS = ("leaf", "leaf<2", "branch", "twig", "twig<2", "big==1.0", "big")
_number = st.integers(0, NOTEBOOKS - 1)
_place: list[Ground] = []
_counted = [0]


class Notebooks(RuleBasedStateMachine):
    """The notebooks, each with the records that it had, the last one being true."""

    @initialize()
    def begin(self) -> None:
        """Start on an empty machine."""
        self.place = _place[0]
        for name in ("home", "notebooks"):
            shutil.rmtree(self.place.folder / name, ignore_errors=True)
            (self.place.folder / name).mkdir()
        self.history: dict[Path, list[Value | None]] = {}
        self.made = 0
        self.last: Path | None = None

    def _one(self, number: int) -> Path:
        """Return an existing notebook or, up to a limit, a new one."""
        known = sorted(self.history)
        if number < len(known):
            return known[number]
        if len(known) >= NOTEBOOKS:
            return known[number % len(known)]
        self.made += 1
        path = self.place.notebook(f"n{self.made}")
        self.history[path] = [None]
        return path

    def _changed(self, path: Path) -> None:
        value = recorded(path)
        if value != self.history[path][-1]:
            self.history[path].append(value)
        self.last = path
        _counted[0] += 1

    # -- the verbs

    @rule(number=_number, requirement=st.sampled_from(REQUIREMENTS))
    def install(self, number: int, requirement: str) -> None:
        """Install: the requirement is recorded."""
        path = self._one(number)
        done = nbenv("install", path, requirement, "-q")
        assert done.status == 0 or "cannot be met together" in done.err, done.err
        self._changed(path)
        if done.status == 0:
            value = recorded(path)
            assert value is not None
            assert any(requirement.split("<")[0].split("=")[0] in r for r in value["requirements"])

    @rule(number=_number, name=st.sampled_from(("leaf", "branch", "twig", "big")))
    def uninstall(self, number: int, name: str) -> None:
        """Uninstall: works exactly where it was asked for."""
        path = self._one(number)
        before = self.history[path][-1] or {"requirements": []}
        asked = any(text.split("<")[0].split("=")[0] == name for text in before["requirements"])
        done = nbenv("uninstall", path, name, "-q")
        assert (done.status == 0) == asked, (before["requirements"], done.err)
        self._changed(path)

    @rule(number=_number)
    def upgrade(self, number: int) -> None:
        """Upgrade: the requirements stay."""
        path = self._one(number)
        before = (self.history[path][-1] or {}).get("requirements", [])
        succeed("upgrade", path, "-q")
        self._changed(path)
        value = recorded(path)
        assert value is not None
        assert value["requirements"] == before

    @rule(number=_number)
    def undo(self, number: int) -> None:
        """Undo: exactly the record before, or an empty one, or the word that there is none."""
        path = self._one(number)
        history = self.history[path]
        done = nbenv("undo", path, "-q")
        _counted[0] += 1
        self.last = path
        if len(history) == 1:
            assert "no change" in done.err
            return
        assert done.status == 0, done.err
        value = recorded(path)
        if history[-2] is None:
            assert value is not None
            assert value["requirements"] == []
            self.history[path] = [value]
        else:
            assert value == history[-2]
            history.pop()

    @rule(number=_number)
    def rename(self, number: int) -> None:
        """Rename, as the server's event tells it: the environment and the history go along."""
        path = self._one(number)
        new = path.with_name(f"r{self.made}-{_counted[0]}.ipynb")
        os.rename(path, new)
        Store().rename(str(path), str(new))
        self.history[new] = self.history.pop(path)
        self._changed(new)

    @rule(number=_number)
    def copy(self, number: int) -> None:
        """Copy: the copy has the record, an environment of its own, and no history."""
        path = self._one(number)
        if len(self.history) >= NOTEBOOKS or self.history[path][-1] is None:
            return
        new = path.with_name(f"c{self.made}-{_counted[0]}.ipynb")
        shutil.copy(path, new)
        build(str(new))
        assert document_of(new).environment != document_of(path).environment
        self.history[new] = [self.history[path][-1]]
        self._changed(new)

    @rule(number=_number, lost=st.booleans())
    def restart(self, number: int, lost: bool) -> None:
        """Start a kernel anew, sometimes where the environment was deleted."""
        path = self._one(number)
        if lost:
            document_of(path).environment.remove()
        build(str(path))
        self._changed(path)

    @rule(number=_number)
    def restore(self, number: int) -> None:
        """Restore what is recorded."""
        path = self._one(number)
        done = nbenv("restore", path, "-q")
        assert (done.status == 0) == (self.history[path][-1] is not None), done.err
        self._changed(path)

    @precondition(lambda self: len(getattr(self, "history", ())) > 3)
    @rule(number=_number)
    def delete_and_prune(self, number: int) -> None:
        """Delete a notebook and prune: its environment goes, and no other."""
        path = self._one(number)
        doomed = document_of(path).environment
        path.unlink()
        del self.history[path]
        for folder in (self.place.home / "envs").glob("*"):
            os.utime(folder, (1, 1))
        removed = succeed("prune", "--json").json["removed"]
        assert set(removed) == ({doomed.identifier} if doomed.identifier in removed else set())
        assert not doomed.path.exists()
        self.last = None
        _counted[0] += 1

    # -- what must be true

    @invariant()
    def the_last_is_as_recorded(self) -> None:
        """The notebook that was worked on records what the model says, and has it."""
        path = getattr(self, "last", None)
        if path is None:
            return
        value, document = recorded(path), document_of(path)
        assert value == self.history[path][-1]
        if value is not None and document.environment.path.exists():
            assert document.is_ready
            assert differences(document.environment, value, self.place.index.folder) == []

    def teardown(self) -> None:
        """Nothing is left over."""
        if not hasattr(self, "history"):
            return
        leaks(self.place, len(self.history), self.made)


def leaks(place: Ground, alive: int, made: int) -> None:
    """Raise where processes, scratch files or what no notebook needs is left."""
    assert [each for each in psutil.Process().children(recursive=True) if _runs(each)] == []
    assert list(Path(tempfile.gettempdir()).glob("nbenv-*")) == []
    assert [*place.home.rglob("*.new"), *place.home.glob("envs/.removed-*")] == []
    notebooks = place.folder / "notebooks"
    assert [each.name for each in notebooks.glob(".*.nbenv")] == []
    for path in place.home.rglob("*"):
        if path.exists() and "envs" not in path.parts:
            with suppress(OSError):
                os.utime(path, (1, 1))
    succeed("prune", "-q")
    count = {each.name: len(list(each.iterdir())) for each in place.home.iterdir() if each.is_dir()}
    assert count.get("envs", 0) <= alive + 1, count
    assert count.get("history", 0) <= made, count
    assert count.get("locks", 0) <= 2 * alive + 2, count


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def main(operations: int, steps: int = 50) -> int:
    """Run at least so many operations; return how many there were."""
    _counted[0] = 0
    opened = psutil.Process().num_fds()
    with ground() as place:
        _place[:] = [place]
        while _counted[0] < operations:
            left = operations - _counted[0]
            run_state_machine_as_test(
                Notebooks,
                settings=settings(
                    max_examples=2,  # the first is always the simplest
                    stateful_step_count=min(steps, max(2, left)),
                    deadline=None,
                    database=None,
                    phases=[Phase.generate],
                    suppress_health_check=list(HealthCheck),
                ),
            )
    assert psutil.Process().num_fds() <= opened + 2
    return _counted[0]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operations", nargs="?", type=int, default=500)
    begun = time.monotonic()
    told = main(parser.parse_args().operations)
    print(f"{told} operations in {time.monotonic() - begun:.0f} s: the model holds, nothing leaked")
