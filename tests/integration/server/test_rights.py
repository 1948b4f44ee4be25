"""The server's own authorizer decides who may do what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.integration.server.test_api import ROUTES
from tests.support.server import JupyterServer

AUTHORIZER = '''
import json
from jupyter_server.auth import Authorizer

class ByFile(Authorizer):
    """Refuses what a file lists, and notes what is asked."""

    def is_authorized(self, handler, user, action, resource):
        with open(RULES) as file:
            refused = json.load(file)
        with open(RULES + ".log", "a") as file:
            print(action, resource, file=file)
        return [action, resource] not in refused

c.ServerApp.authorizer_class = ByFile
'''


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the server and of its authorizer's rules."""
    return tmp_path_factory.mktemp("rights")


@pytest.fixture(scope="module")
def server(folder: Path, settings: None) -> Iterator[JupyterServer]:
    config = folder / "config"
    config.mkdir()
    rules = folder / "rules.json"
    rules.write_text("[]", encoding="utf-8")
    text = f"RULES = {str(rules)!r}\n{AUTHORIZER}"
    (config / "jupyter_server_config.py").write_text(text, encoding="utf-8")
    write_notebook(folder / "root" / "a.ipynb", "1")
    environ = {"JUPYTER_CONFIG_DIR": str(config), "NBENV_HOME": str(folder / "home")}
    with JupyterServer(folder / "root", environ) as server:
        yield server


def test_every_address_asks_the_authorizer(server: JupyterServer, folder: Path) -> None:
    rules = folder / "rules.json"
    log = folder / "rules.json.log"
    for method, path in [*ROUTES, ("GET", "no-such-thing")]:
        action = "read" if method == "GET" else "write"
        body = {"path": "a.ipynb", "verb": "undo"} if method == "POST" else None
        for refused, statuses in (([], range(200, 600)), ([[action, "nbenv"]], [403])):
            rules.write_text(str(refused).replace("'", '"'), encoding="utf-8")
            log.write_text("", encoding="utf-8")
            status, answer = server.request(method, f"nbenv/api/{path}", body)
            assert status in statuses, (method, path, answer)
            assert f"{action} nbenv" in log.read_text(encoding="utf-8"), (method, path)
        assert "nbenv" in answer["message"]


def test_rights_to_notebooks_and_to_run_code_hold_here_too(
    server: JupyterServer, folder: Path
) -> None:
    rules = folder / "rules.json"
    rules.write_text('[["read", "contents"]]', encoding="utf-8")
    for path in ("status", "record", "packages", "module", "extensions"):
        answer = server.request("GET", f"nbenv/api/{path}?path=a.ipynb&name=yaml")
        assert (answer[0], answer[1]["message"]) == (403, "You are not allowed to read contents.")
    rules.write_text('[["execute", "kernels"]]', encoding="utf-8")
    body = {"path": "a.ipynb", "verb": "install", "words": ["six"]}
    status, answer = server.request("POST", "nbenv/api/jobs", body)
    assert (status, answer["message"]) == (403, "You are not allowed to execute kernels.")
    assert server.request("GET", "nbenv/api/status?path=a.ipynb")[0] == 200
