"""Random commands over many notebooks, checked against a model and for leaks.

``python -m tests.endurance.soak 500`` runs that many operations over 20 notebooks. Hypothesis
chooses them and prints the whole sequence if one fails. Commands run in this process, so that its
own leaks show as well; every kernel is a real one.
"""

from __future__ import annotations

import argparse
import gc
import io
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from contextlib import redirect_stderr
from pathlib import Path

import psutil
from hypothesis import HealthCheck, Phase, assume, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nbenv.environments import store
from nbenv.home import approval_store
from nbenv.kernel.build import build
from tests.endurance.ground import Ground, Value, differences, document_of, ground, recorded
from tests.support.commands import nbenv_here as nbenv
from tests.support.commands import succeed
from tests.support.kernels import kernel
from tests.support.processes import is_alive

NOTEBOOKS = 20
STEPS = 125
"""Operations on one machine before the next, empty one."""
REQUIREMENTS = ("leaf", "leaf<2", "branch", "twig", "twig<2", "big==1.0", "big")
_number = st.integers(0, NOTEBOOKS - 1)
_KNOWN = {"approvals", "bytecode", "checked", "envs", "history", "jupyter", "locks", "moved",
          "notebooks", "progress", "waiting"}  # fmt: skip
_others: set[psutil.Process] = set()
"""Child processes that existed before the run."""
_place: list[Ground] = []
_seen: Counter[str] = Counter()


class Notebooks(RuleBasedStateMachine):
    """The notebooks, each with the records that it has had; the last one is current."""

    @initialize(salt=st.integers(0, 2**16))
    def begin(self, salt: int) -> None:
        """Start on an empty machine."""
        assume(salt)  # Hypothesis tries the simplest sequence first: one command repeated
        self.place = _place[0]
        for name in ("home", "notebooks"):
            shutil.rmtree(self.place.folder / name, ignore_errors=True)
            (self.place.folder / name).mkdir()
        self.history: dict[Path, list[Value | None]] = {}
        self.made = 0
        self.last: Path | None = None

    def _one(self, verb: str, number: int) -> Path:
        """Return an existing notebook, or a new one up to a limit that leaves room for copies."""
        _seen[verb] += 1
        known = sorted(self.history)
        if number < len(known):
            return known[number]
        if len(known) >= NOTEBOOKS * 3 // 4:
            return known[number % len(known)]
        path = self.place.notebook(self._fresh_name())
        self.history[path] = [None]
        return path

    def _fresh_name(self) -> str:
        self.made += 1
        return f"n{self.made}"

    def _changed(self, path: Path) -> None:
        value = recorded(path)
        if value != self.history[path][-1]:
            self.history[path].append(value)
        self.last = path

    # -- the verbs

    @rule(number=_number, requirement=st.sampled_from(REQUIREMENTS))
    def install(self, number: int, requirement: str) -> None:
        """Install: the requirement must be recorded."""
        path = self._one("install", number)
        done = nbenv("install", path, requirement)
        assert done.status == 0 or "cannot be met together" in done.err, done.err
        self._changed(path)
        if done.status == 0:
            value = recorded(path)
            assert value is not None
            assert any(requirement.split("<")[0].split("=")[0] in r for r in value["requirements"])

    @rule(number=_number, name=st.sampled_from(("leaf", "branch", "twig", "big")))
    def uninstall(self, number: int, name: str) -> None:
        """Uninstall: it must succeed exactly if the name was required."""
        path = self._one("uninstall", number)
        before = self.history[path][-1] or {"requirements": []}
        asked = any(text.split("<")[0].split("=")[0] == name for text in before["requirements"])
        done = nbenv("uninstall", path, name, "-q")
        assert (done.status == 0) == asked, (before["requirements"], done.err)
        self._changed(path)

    @rule(number=_number)
    def upgrade(self, number: int) -> None:
        """Upgrade: the requirements must stay."""
        path = self._one("upgrade", number)
        before = (self.history[path][-1] or {}).get("requirements", [])
        done = nbenv("upgrade", path, "-q")
        assert done.status == 0, done.err
        self._changed(path)
        value = recorded(path)
        assert value is not None
        assert value["requirements"] == before

    @rule(number=_number)
    def undo(self, number: int) -> None:
        """Undo: the previous record, an empty one, or a message that there is none."""
        path = self._one("undo", number)
        history = self.history[path]
        done = nbenv("undo", path, "-q")
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
        """Rename as the server's event does: environment and history must follow."""
        path = self._one("rename", number)
        new = path.with_name(f"{self._fresh_name()}.ipynb")
        os.rename(path, new)
        store.rename(str(path), str(new))
        self.history[new] = self.history.pop(path)
        self._changed(new)

    @precondition(lambda self: len(getattr(self, "history", ())) < NOTEBOOKS)
    @rule(number=_number)
    def copy(self, number: int) -> None:
        """Copy: the copy must have the record, its own environment, and no history."""
        path = self._one("copy", number)
        new = path.with_name(f"{self._fresh_name()}.ipynb")
        shutil.copy(path, new)
        _prepare(new)
        assert document_of(new).environment != document_of(path).environment
        self.history[new] = [self.history[path][-1]]
        self._changed(new)

    @rule(number=_number, how=st.sampled_from(("lost", "prepared", "kernel", "lost kernel")))
    def restart(self, number: int, how: str) -> None:
        """Start a kernel, or only what precedes one; sometimes delete the environment first."""
        path = self._one(f"restart ({how})", number)
        if "lost" in how:
            document_of(path).environment.remove()
        if "kernel" not in how:
            _prepare(path)
        else:
            with kernel(path) as running:
                prefix = running.ok("import sys; print(sys.prefix)").strip()
            assert prefix == str(document_of(path).environment.path)
        self._changed(path)

    @rule(number=_number)
    def restore(self, number: int) -> None:
        """Restore the recorded environment."""
        path = self._one("restore", number)
        done = nbenv("restore", path, "-q")
        assert (done.status == 0) == (self.history[path][-1] is not None), done.err
        self._changed(path)

    @precondition(lambda self: len(getattr(self, "history", ())) > 3)
    @rule(number=_number)
    def delete_and_prune(self, number: int) -> None:
        """Delete a notebook and prune: only its environment may be removed."""
        path = self._one("prune", number)
        doomed = document_of(path).environment
        path.unlink()
        del self.history[path]
        for folder in (self.place.home / "envs").glob("*"):
            os.utime(folder, (1, 1))
        removed = succeed("prune", "--json").json["removed"]
        assert set(removed) <= {doomed.identifier}, removed
        assert not doomed.path.exists()
        self.last = None

    # -- what must be true

    @invariant()
    def the_last_is_as_recorded(self) -> None:
        """Check that the last notebook records, and has, what the model says."""
        path = getattr(self, "last", None)
        if path is None:
            return
        value, document = recorded(path), document_of(path)
        assert value == self.history[path][-1]
        if value is not None and document.environment.path.exists():
            assert document.is_ready
            assert differences(document.environment, value, self.place.index.folder) == []

    def teardown(self) -> None:
        """Check that nothing is left over."""
        if not hasattr(self, "history") or sys.exc_info()[0]:
            return
        leaks(self.place, len(self.history), self.made)
        for path, values in self.history.items():
            assert values[-1] is None or approval_store.is_approved(document_of(path).digest)


def _prepare(notebook: Path) -> None:
    """Do what precedes a kernel's start; hide its messages, which are for a server's log."""
    with redirect_stderr(io.StringIO()):
        build(str(notebook))


def leaks(place: Ground, alive: int, made: int) -> None:
    """Raise if processes, scratch files or files that no notebook needs are left."""
    assert [each for each in _children() - _others if is_alive(each)] == []
    assert list(Path(tempfile.gettempdir()).glob("nbenv-*")) == []
    assert [*place.home.glob("**/*.new"), *place.home.glob("envs/.removed-*")] == []
    notebooks = place.folder / "notebooks"
    assert [each.name for each in notebooks.glob(".*.nbenv")] == []
    for path in place.home.iterdir():
        if path.is_dir() and path.name != "envs":
            for each in path.iterdir():  # a year later
                os.utime(each, (1, 1))
    succeed("prune", "-q")  # in its own process, as a timer would
    count = Counter({each.name: _count(each) for each in place.home.iterdir() if each.is_dir()})
    assert count["envs"] <= alive + 1, count
    assert count["notebooks"] <= 2 * alive + 1, count
    assert count["history"] <= alive, count
    assert count["locks"] <= alive + 1, count
    assert count["approvals"] <= 2 * alive, count
    assert count["moved"] <= _seen["rename"], count
    assert not count.keys() - _KNOWN, count


def _count(folder: Path) -> int:
    return len(list(folder.iterdir()))


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _held() -> tuple[int, int]:
    """Return this process's number of open files and sockets, and its memory in megabytes."""
    gc.collect()
    process = psutil.Process()
    return process.num_fds(), process.memory_info().rss >> 20


def main(operations: int, number: int, steps: int = STEPS) -> list[str]:
    """Run at least that many operations; return lines about them."""
    _seen.clear()
    _others.clear()
    _others.update(_children())
    held: list[tuple[int, int]] = []
    with ground() as place:
        _place[:] = [place]
        while _seen.total() < operations:
            left = operations - _seen.total()
            one_machine(min(steps, left), number + len(held))
            place.index.requests.clear()
            held.append(_held())
            print(f"{_seen.total()}: {held[-1]}", file=sys.stderr, flush=True)
    files, megabytes = (last - first for first, last in zip(held[0], held[-1], strict=True))
    assert files <= 2, held
    assert megabytes <= 50, held
    counts = ", ".join(f"{verb} {count}" for verb, count in sorted(_seen.items()))
    return [counts, f"{files:+} open files and sockets, {megabytes:+} MB since the first machine"]


def one_machine(steps: int, number: int) -> None:
    """Run that many operations on an empty machine."""
    run_state_machine_as_test(
        seed(number)(type("Notebooks", (Notebooks,), {})),
        settings=settings(
            max_examples=1,
            stateful_step_count=steps + 1,  # the beginning counts as one
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
        _min_steps=steps + 1,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("operations", nargs="?", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    print(f"seed {options.seed}", flush=True)
    begun = time.monotonic()
    print("\n".join(main(options.operations, options.seed)))
    print(f"{time.monotonic() - begun:.0f} s: the model holds, nothing leaked")
