"""Kernels whose process is not on this machine: what is here by the same number is not them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.provisioning import KernelProvisionerBase

from nbenv.server.kernel_state import KernelState
from tests.conftest import write_notebook
from tests.support.api import ask
from tests.support.server import JupyterServer


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


def test_behind_a_gateway(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_notebook(tmp_path / "root" / "a.ipynb", "1")
    there = tmp_path / "there" / "root"
    there.mkdir(parents=True)
    with JupyterServer(there) as gateway:
        environ = {
            "JUPYTER_GATEWAY_URL": gateway.url,
            "JUPYTER_GATEWAY_AUTH_TOKEN": gateway.token,
        }
        with JupyterServer(path.parent, environ) as server:
            kernel = server.session("a.ipynb", "python3")["kernel"]["id"]
            status = ask(server, f"status?path=a.ipynb&kernel={kernel}")
            assert status["kernel"] == {"state": "none", "remote": True}
            assert status["job"] is None
