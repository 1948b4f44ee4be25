"""The state of a kernel by its process, also of one on another machine."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.provisioning import KernelProvisionerBase

from nbenv.environments import layout
from nbenv.home import paths, private_files
from nbenv.home.process_identity import ProcessIdentity
from nbenv.server.kernel_state import KernelState, is_launcher
from tests.unit.server.conftest import LAUNCHER, Start


class Elsewhere(KernelProvisionerBase):
    """A provisioner that starts kernels on another machine, where they have numbers too."""

    pid = os.getpid()

    async def _nothing(self, *_: object, **__: object) -> Any:
        return None

    has_process = True
    poll = wait = send_signal = kill = terminate = launch_kernel = cleanup = _nothing


class Kernels(dict[str, Any]):
    """A manager of kernels."""

    def get_kernel(self, identifier: str) -> Any:
        return self[identifier]


def test_another_machines_process_is_not_looked_for_here() -> None:
    class Manager:
        provisioner = Elsewhere()

    kernel = KernelState.of(Kernels(there=Manager()), "there")
    assert kernel.describe() == {"state": "none", "remote": True}
    assert KernelState.of(Kernels(), "gone").describe() == {"state": "none"}


def test_a_process_that_is_gone_is_none() -> None:
    gone = next(number for number in range(4_000_000, 1, -1) if not psutil.pid_exists(number))
    assert KernelState(gone).describe() == {"state": "none"}
    assert KernelState().describe() == {"state": "none"}


def test_a_kernel_of_another_kernelspec(start: Start) -> None:
    assert KernelState(start("ipykernel_launcher").pid).describe() == {"state": "ordinary"}


def test_the_launcher_starts_or_waits(start: Start) -> None:
    kernel = KernelState(start(LAUNCHER).pid)
    assert kernel.describe() == {"state": "starting"}
    why = {"kind": "ApprovalNeeded", "what": "Agree first."}
    identity = ProcessIdentity.of(kernel.process or 0)
    assert identity is not None
    note = paths.waiting_path(identity.pid)
    private_files.write_json(note, {"error": why, **identity.to_dict()})
    assert kernel.describe() == {"state": "waiting", "error": why}
    for other in ({"created": identity.created - 60}, {"machine": "x"}, {"process": 1}):
        private_files.write_json(note, {"error": why, **identity.to_dict(), **other})
        assert kernel.describe() == {"state": "starting"}


@pytest.mark.skipif(os.name == "nt", reason="there the launcher stays as the parent")
def test_a_running_kernel_is_known_by_its_python(start: Start) -> None:
    python = Path(layout.python_path(paths.environment_path("work-1")))
    python.parent.mkdir(parents=True)
    process = start("x", python=python)
    found = KernelState(process.pid).describe()
    assert (found["state"], found["environment"]) == ("running", "work-1")
    assert found["started"] == psutil.Process(process.pid).create_time()


def test_the_kernelspecs_command() -> None:
    assert is_launcher(["python", "-m", LAUNCHER, "-f", "x.json"])
    assert is_launcher(["python", "-c", f"from {LAUNCHER} import main; main()"])
    assert not is_launcher(["python", "-m", "ipykernel_launcher"])
