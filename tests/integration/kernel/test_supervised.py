"""Kernels whose launcher stays as their parent, as on Windows: to their clients all is the same."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from nbenv.environments.store import read_state
from nbenv.home import paths
from nbenv.home.handed_over import HandedOver
from nbenv.notebook.metadata import read_metadata
from nbenv.server.kernel_state import KernelState
from tests.conftest import write_other_copy
from tests.support.commands import succeed
from tests.support.kernels import PATIENCE, Kernel, kernel

SLEEP = "import time\nfor _ in range(600): time.sleep(0.1)"


@pytest.fixture(autouse=True)
def supervised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_SUPERVISE", "1")


def processes(running: Kernel) -> list[psutil.Process]:
    launcher = psutil.Process(running.manager.provisioner.pid)
    return [launcher, *launcher.children(recursive=True)]


def interrupted(running: Kernel, send: object) -> None:
    sent = running.client.execute(SLEEP)
    time.sleep(0.5)
    assert callable(send)
    send()
    assert running.reply(sent) == "error"
    time.sleep(0.5)  # as in any ipykernel, what waits behind an error is not run


def test_interrupt_restart_and_kill(notebook: Path) -> None:
    succeed("install", notebook, "tabulate")
    with kernel(notebook) as running:
        launcher = running.manager.provisioner.pid
        own = int(running.ok("import os; print(os.getpid())"))
        assert own != launcher
        assert KernelState(launcher).describe()["state"] == "running"
        assert "SUPERVISOR" not in running.ok("print([n for n in os.environ if 'SUPERV' in n])")
        interrupted(running, running.manager.interrupt_kernel)
        interrupted(running, lambda: os.kill(launcher, signal.SIGINT))
        before = processes(running)
        running.manager.restart_kernel(now=True)
        running.client.wait_for_ready(timeout=60)
        assert psutil.wait_procs(before, 10)[1] == []
        assert running.ok("import tabulate, os; print(os.getpid())") != f"{own}\n"
        before = processes(running)
    assert psutil.wait_procs(before, 10)[1] == []


def test_a_kernel_that_ends_itself_ends_the_launcher_in_the_same_way(notebook: Path) -> None:
    with kernel(notebook) as running:
        launcher = running.manager.provisioner.process
        running.client.execute("import os; os._exit(7)")
        assert launcher.wait(30) == 7


def test_a_waiting_kernel_becomes_real(notebook: Path, tmp_path: Path) -> None:
    succeed("install", notebook, "tabulate")
    shared = write_other_copy(notebook, tmp_path / "elsewhere")
    with kernel(shared, NBENV_HOME=str(tmp_path / "other-home")) as running:
        assert "%nbenv restore" in running.run("import tabulate")[1]
        cells = ("%nbenv restore", "x = 42", "print(x + 1)")
        sent = [running.client.execute(code) for code in cells]
        assert [running.reply(each) for each in sent] == ["ok", "ok", "ok"]
        assert running.ok("import tabulate; print(x)") == "42\n"
        interrupted(running, running.manager.interrupt_kernel)


def test_an_environment_that_cannot_start_a_kernel_is_mended(notebook: Path) -> None:
    succeed("install", notebook, "tabulate")
    state = read_state(str(notebook))
    assert state is not None
    [package] = Path(paths.environment_path(state.environment)).glob("lib/*/site-packages/zmq")
    (package / "__init__.py").unlink()
    with kernel(notebook) as running:
        running.ok("import tabulate")
        assert len([p for p in processes(running) if "boot.py" in " ".join(p.cmdline())]) == 1


def told(running: Kernel, handed: HandedOver) -> dict[str, Any]:
    """Hand the same over once more, as a server does whose page connects; return the answer."""
    client = running.client
    data = {"handed_over": handed.to_text()}
    content = {"comm_id": "page", "target_name": "nbenv", "data": data}
    client.shell_channel.send(client.session.msg("comm_open", content))
    while True:
        found = client.get_iopub_msg(timeout=PATIENCE)["content"]
        if found.get("comm_id") == "nbenv-handed-over":
            return dict(found["data"])


def test_a_kernel_of_another_machines_notebook(notebook: Path, tmp_path: Path) -> None:
    """What is handed over is for the kernel, whichever of its processes asks for it."""
    succeed("install", notebook, "tabulate")
    record = read_metadata(str(notebook))["nbenv"]
    handed = HandedOver("work-1", "/front/work.ipynb", record, (), "1")
    there = {"NBENV_HOME": str(tmp_path / "other-home"), **handed.to_variables()}
    with kernel(**there) as running:
        assert "%nbenv restore" in running.run("import tabulate")[1]
        assert told(running, handed)["state"] == "waiting"
        running.ok("%nbenv restore")
        running.ok("import tabulate")
        assert told(running, handed)["state"] == "running"
        running.ok("%nbenv install six")
        assert told(running, handed)["record"]["requirements"] == ["six", "tabulate"]
