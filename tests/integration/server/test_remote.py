"""Kernels of a gateway, whose processes are not on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.support.api import ask
from tests.support.server import JupyterServer


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
