"""Kernels of a gateway, whose processes are not on this machine."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.notebook.metadata import read_metadata
from tests.conftest import write_notebook
from tests.support.api import ask
from tests.support.server import JupyterServer


def test_behind_a_gateway(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_notebook(tmp_path / "root" / "a.ipynb", "1")
    there = tmp_path / "there" / "root"
    there.mkdir(parents=True)
    with JupyterServer(there, {"NBENV_HOME": str(tmp_path / "there" / "home")}) as gateway:
        environ = {
            "JUPYTER_GATEWAY_URL": gateway.url,
            "JUPYTER_GATEWAY_AUTH_TOKEN": gateway.token,
        }
        with JupyterServer(path.parent, environ) as server:
            kernel = server.session("a.ipynb", "python3")["kernel"]["id"]
            status = ask(server, f"status?path=a.ipynb&kernel={kernel}")
            assert status["kernel"] == {"state": "ordinary", "remote": True}
            assert status["job"] is None
            # It passes no variables on: the record is handed over in a message.
            path = write_notebook(tmp_path / "root" / "b.ipynb", "1")
            kernel = server.session("b.ipynb")["kernel"]["id"]
            channel = server.channel(kernel)
            ran, after = channel.send("%nbenv install six==1.16.0"), channel.send("import six")
            assert [each.status for each in channel.receive(ran, after)] == ["ok", "ok"]
            status = ask(server, f"status?path=b.ipynb&kernel={kernel}")
            assert (status["saved"], status["ready"]) == (False, True)
            server.save("b.ipynb", server.load("b.ipynb"))
            assert read_metadata(str(path))["nbenv"]["requirements"] == ["six==1.16.0"]
            assert server.request("POST", f"api/kernels/{kernel}/restart")[0] == 200
            assert channel.run("import six; print(six.__version__)").text == "1.16.0\n"
