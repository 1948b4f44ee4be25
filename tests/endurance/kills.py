"""Kill -9 at random moments, and check what the next start does.

``python -m tests.endurance.kills 200`` kills an installing process (alone, its installer alone, or
both), a starting kernel, a running kernel, or a Jupyter Server in each round. With
``--background``, kernels make spare environments and keep what they compiled, as they do for users,
and the processes that do so are killed too.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from jupyter_client import KernelManager

from tests.endurance.ground import PYTHON, Ground, Value, differences, document_of, ground, recorded
from tests.support.commands import succeed
from tests.support.kernels import kernel
from tests.support.server import JupyterServer

_SPARE = "from nbenv.kernel.make_spare import make; make()"
_PREPARE = "import sys; from nbenv.kernel.build import build; print(build(sys.argv[1]))"
# From each environment, one command leads to the next.
MOVES = (
    ("install", "big==2.0"),
    ("install", "twig", "leaf<2"),
    ("install", "leaf>=2"),
    ("install", "big==1.0"),
    ("uninstall", "twig", "leaf"),
)


@dataclass
class Run:
    """The state of a run: the records that the moves lead through, and counts of the outcomes."""

    ground: Ground
    notebook: Path
    random: random.Random
    values: list[Value] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    place: int = 0
    seconds: float = 1.0
    """Duration of an undisturbed change."""

    def go_round(self) -> None:
        """Make every move once, undisturbed, and remember the record after each."""
        succeed("install", self.notebook, "big==1.0", "-q")
        start = time.monotonic()
        for move in MOVES:
            succeed(move[0], self.notebook, *move[1:], "-q")
            value = recorded(self.notebook)
            assert value is not None
            self.values.append(value)
        self.seconds = (time.monotonic() - start) / len(MOVES)

    @property
    def before(self) -> Value:
        """The current record."""
        return self.values[self.place - 1]

    @property
    def after(self) -> Value:
        """The record after the next move."""
        return self.values[self.place]

    def moment(self) -> float:
        """Return the number of seconds after which to kill."""
        return self.random.uniform(0.05, self.seconds)


# -- the victims


def kill_command(run: Run) -> str:
    """Kill an installing command, its installer, or both."""
    move = MOVES[run.place]
    whom = run.random.choice(("command", "installer", "both"))
    process = subprocess.Popen(
        [PYTHON, "-m", "nbenv", move[0], str(run.notebook), *move[1:], "-q"],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    _wait(run, process)
    if whom == "both":
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        _kill(process.pid, children=whom == "installer")
    process.wait()
    return whom


def _wait(run: Run, process: subprocess.Popen[bytes]) -> None:
    """Wait for a random moment, every other time one while files are being replaced."""
    if run.random.random() < 0.5:
        time.sleep(run.moment())
        return
    marker = document_of(run.notebook).environment.path / "nbenv.json"
    while marker.exists() and process.poll() is None:
        time.sleep(0.0005)
    time.sleep(run.random.uniform(0, 0.3 * run.seconds))


def _kill(process: int, children: bool) -> None:
    with suppress(psutil.NoSuchProcess):
        parent = psutil.Process(process)
        for each in parent.children(recursive=True) if children else [parent]:
            with suppress(psutil.NoSuchProcess):
                each.kill()


def kill_launcher(run: Run) -> str:
    """Kill a starting kernel whose environment must be built."""
    environment = document_of(run.notebook).environment
    run.random.choice((environment.remove, environment.unmark))()
    manager = KernelManager(kernel_name="nbenv")
    manager.start_kernel(env={**os.environ, "NBENV_NOTEBOOK": str(run.notebook)})
    time.sleep(run.moment())
    os.kill(manager.provisioner.pid, signal.SIGKILL)
    manager.shutdown_kernel(now=True)
    return "launcher"


def kill_kernel(run: Run) -> str:
    """Kill a kernel while a cell installs."""
    move = MOVES[run.place]
    with kernel(run.notebook) as running:
        running.client.execute(f"%nbenv {' '.join(map(repr, move))}")
        time.sleep(run.moment())
        os.kill(running.manager.provisioner.pid, signal.SIGKILL)
    return "kernel"


def kill_server(run: Run) -> str:
    """Kill a server while a cell of its kernel installs."""
    move = MOVES[run.place]
    with JupyterServer(run.notebook.parent) as server:
        channel = server.channel(server.session(run.notebook.name)["kernel"]["id"])
        with closing(channel):
            channel.run("1")
            channel.send(f"%nbenv {' '.join(map(repr, move))}")
            time.sleep(run.moment())
            os.kill(server.process, signal.SIGKILL)
    return "server"


def kill_spare(run: Run) -> str:
    """Kill what makes a spare environment; a new notebook then gets a whole one."""
    process = subprocess.Popen([PYTHON, "-c", _SPARE], start_new_session=True)
    time.sleep(run.moment())
    _kill(process.pid, children=run.random.random() < 0.5)
    process.kill()
    process.wait()
    number = run.seen.total()
    with kernel(run.ground.notebook(f"new-{number}")) as running:
        assert running.ok("print(6 * 7)") == "42\n"
    return "spare"


def kill_keeper(run: Run) -> str:
    """Kill what keeps compiled modules; the next environment of these packages is whole."""
    environment = document_of(run.notebook).environment
    compiling = [environment.python, "-m", "compileall", "-q", str(environment.site_packages())]
    subprocess.run(compiling, check=True)
    keeping = [PYTHON, "-m", "nbenv.kernel.save_bytecode", environment.identifier]
    process = subprocess.Popen(keeping, start_new_session=True)
    time.sleep(run.random.uniform(0, 1))
    process.kill()
    process.wait()
    environment.remove()
    return "keeper"


# -- a round


def one_round(run: Run, victim: Callable[[Run], str]) -> None:
    """Kill, start again, and compare with the old and the new record."""
    kept = recorded(run.notebook)  # a killed server may not have saved the newest record
    victim_kind = victim(run)
    allowed = [run.before, run.after]
    in_file = recorded(run.notebook)
    assert in_file in [kept, *allowed], (
        f"{victim_kind}: the file records neither the old nor the new"
    )
    done = subprocess.run(
        [PYTHON, "-c", _PREPARE, str(run.notebook)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"{victim_kind}: the next start failed\n{done.stderr}"
    document = document_of(run.notebook)
    assert document.record in allowed, victim_kind
    assert document.is_ready, f"{victim_kind}: the environment is not what is recorded"
    assert str(document.environment.path) == done.stdout.strip().splitlines()[-1]
    found = differences(document.environment, document.record, run.ground.index.folder)
    assert not found, f"{victim_kind}: {found[:5]}\n{done.stderr}"
    is_new = "Creating an environment" in done.stderr
    mended = "made anew" if is_new else "synced" if done.stderr else "ready"
    came = "new" if document.record == run.after else "old"
    run.seen[f"{victim_kind}: the {came} environment, {mended}"] += 1
    if came == "new":
        run.place = (run.place + 1) % len(MOVES)


def victims(
    rounds: int, chooser: random.Random, background: bool = False
) -> list[Callable[[Run], str]]:
    """Return which kind of process to kill in each round."""
    few = max(1, rounds // 20)
    others = [kill_launcher] * (rounds // 5) + [kill_kernel] * few + [kill_server] * few
    if background:
        others += [kill_spare] * few + [kill_keeper] * 2 * few
    chosen = [*others, *[kill_command] * (rounds - len(others))]
    chooser.shuffle(chosen)
    return chosen


def main(rounds: int, seed: int, background: bool = False) -> Counter[str]:
    """Run all rounds; raise after the first one that leaves something wrong."""
    chooser = random.Random(seed)
    with ground(background) as place:
        run = Run(place, place.notebook(), chooser)
        run.go_round()
        for number, victim in enumerate(victims(rounds, chooser, background)):
            one_round(run, victim)
            print(f"{number + 1}/{rounds}", end="\r", file=sys.stderr, flush=True)
        left = {each.name for each in run.notebook.parent.iterdir()}
        left = {each for each in left if not each.startswith(("work.ipynb", "new-"))}
        assert left <= {".ipynb_checkpoints"}, left
        succeed("install", run.notebook, "leaf", "-q")
        succeed("prune", "-q")
    return run.seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--background", action="store_true", help="with work in the background")
    options = parser.parse_args()
    print(f"seed {options.seed}")
    start = time.monotonic()
    for outcome, count in sorted(main(options.rounds, options.seed, options.background).items()):
        print(f"{count:4}  {outcome}")
    print(f"{options.rounds} kills in {time.monotonic() - start:.0f} s: all whole")
