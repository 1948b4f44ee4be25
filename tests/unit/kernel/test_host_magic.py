"""``%nbenv`` in an ordinary kernel: its notebook, and how that moves to another kernel."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import jupyter_server.serverapp
import pytest

from nbenv.home import variables
from nbenv.kernel import host_magic

SESSIONS = [
    {"id": "console", "kernel": None},
    {"id": "other", "kernel": {"id": "k1"}},
    {"id": "own", "kernel": {"id": "k2"}},
]


class Handler(BaseHTTPRequestHandler):
    """A server's sessions; notes what it is asked."""

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        asked = (self.command, self.path, self.headers["Authorization"], body.decode())
        self.server.asked.append(asked)  # type: ignore[attr-defined]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(SESSIONS).encode())

    do_GET = do_PATCH = _answer

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def server() -> Iterator[Any]:
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.asked = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def described(server: Any, **more: object) -> dict[str, object]:
    """Describe a server as Jupyter does."""
    return {"url": f"http://127.0.0.1:{server.server_port}/", "token": "t", "pid": 1, **more}


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """Return the servers that run, to be filled."""
    found: list[dict[str, object]] = []
    monkeypatch.setattr(jupyter_server.serverapp, "list_running_servers", lambda: iter(found))
    return found


GONE = {"url": "http://127.0.0.1:9/", "token": "", "pid": 2}


# -- the notebook


def shell(**names: object) -> Any:
    return SimpleNamespace(user_ns=names, user_ns_hidden={"In": [], "Out": {}})


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], list[str]]]:
    found: list[tuple[list[str], list[str]]] = []
    monkeypatch.setattr(host_magic.command, "run", lambda *words: found.append(words))
    return found


def test_a_command_is_about_the_kernels_notebook(
    ran: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.NOTEBOOK, "/x/work.ipynb")
    host_magic.run("status --json", shell())
    host_magic.run("status", shell(__vsc_ipynb_file__="/x/code.ipynb"))
    assert ran == [
        (["status", "--json"], ["--notebook", "/x/work.ipynb"]),
        (["status"], ["--notebook", "/x/code.ipynb"]),
    ]


def test_without_a_notebook_only_help(ran: list[Any]) -> None:
    host_magic.run("", shell())
    host_magic.run("--help", shell())
    assert [words for words, _ in ran] == [[], ["--help"]]
    with pytest.raises(host_magic.command.NbenvError, match="cannot tell which notebook"):
        host_magic.run("install a", shell())


# -- moving


def test_variables_keep_the_notebook_here(
    ran: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(variables.NOTEBOOK, "/x/work.ipynb")
    moved: list[bool] = []
    monkeypatch.setattr(host_magic, "_move", lambda: moved.append(True))
    host_magic.run("install a", shell(df=1))
    assert (moved, "%nbenv move" in capsys.readouterr().out) == ([], True)
    host_magic.run("install a", shell(_i=1, In=[]))  # IPython's own
    assert moved == [True]
    for line in ("list", "install a --dry-run"):
        host_magic.run(line, shell())
    assert moved == [True]
    host_magic.run("move", shell(df=1))
    assert moved == [True, True]


def test_the_server_that_started_the_kernel_is_asked_first(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running += [GONE, described(server, pid=7)]
    assert [each.url for each in host_magic._servers()] == [each["url"] for each in running]
    monkeypatch.setenv("JPY_PARENT_PID", "7")
    assert next(host_magic._servers()).url == running[1]["url"]


def test_the_hubs_token_serves_where_a_server_has_none(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.append(described(server, token=""))
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "hub")
    [found] = host_magic._servers()
    found.sessions()
    assert server.asked == [("GET", "/api/sessions", "token hub", "")]


def test_the_notebooks_session_gets_the_new_kernel(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running += [GONE, described(server)]
    monkeypatch.setattr(host_magic, "_kernel_id", lambda: "k2")
    monkeypatch.setattr(host_magic, "_REPLIED", 0.0)
    host_magic._move()
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(10)
    body = json.dumps({"kernel": {"name": "nbenv"}})
    assert server.asked[-1] == ("PATCH", "/api/sessions/own", "token t", body)


def test_a_kernel_of_no_server_is_moved_by_hand(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.append(described(server))
    monkeypatch.setattr(host_magic, "_kernel_id", lambda: "unknown")
    with pytest.raises(host_magic.command.NbenvError, match="Change Kernel"):
        host_magic._move()


def test_a_move_that_fails_lets_cells_run_again(capsys: pytest.CaptureFixture[str]) -> None:
    kernel = SimpleNamespace(_aborting=True)
    host_magic._ask_for_kernel(host_magic._Server(str(GONE["url"]), ""), "own", kernel)
    assert kernel._aborting is False
    assert "could not be moved" in capsys.readouterr().out


def test_a_terminal_is_no_kernel() -> None:
    assert host_magic._kernel_id() is None
