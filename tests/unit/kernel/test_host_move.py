"""The move of an ordinary kernel's notebook: by a page, or by the server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace
from typing import Any

import jupyter_server.serverapp
import pytest

from nbenv.kernel import host_move
from nbenv.kernel.guest import boot

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


def test_the_server_that_started_the_kernel_is_asked_first(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running += [GONE, described(server, pid=7)]
    assert [each.url for each in host_move._servers()] == [each["url"] for each in running]
    monkeypatch.setenv("JPY_PARENT_PID", "7")
    assert next(host_move._servers()).url == running[1]["url"]


def test_the_hubs_token_serves_where_a_server_has_none(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.append(described(server, token=""))
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "hub")
    [found] = host_move._servers()
    found.sessions()
    assert server.asked == [("GET", "/api/sessions", "token hub", "")]


def wait_for_timers() -> None:
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(10)


def test_the_notebooks_session_gets_the_new_kernel(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running += [GONE, described(server)]
    monkeypatch.setattr(host_move, "_kernel_id", lambda: "k2")
    monkeypatch.setattr(host_move, "_PAGE", 0.0)
    host_move.move()
    wait_for_timers()
    body = json.dumps({"kernel": {"name": "nbenv"}})
    assert server.asked[-1] == ("PATCH", "/api/sessions/own", "token t", body)


def test_a_kernel_of_no_server_is_moved_by_hand(
    running: list[Any], server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.append(described(server))
    monkeypatch.setattr(host_move, "_kernel_id", lambda: "unknown")
    with pytest.raises(boot.load("command").NbenvError, match="Change Kernel"):
        host_move.move()


def test_a_move_that_fails_lets_cells_run_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kernel = SimpleNamespace(_aborting=True)
    monkeypatch.setattr(host_move, "get_ipython", lambda: SimpleNamespace(kernel=kernel))
    server = host_move._Server(str(GONE["url"]), "")
    host_move._move_unless_page_does(host_move._Move(), (server, "own"))
    assert kernel._aborting is False
    assert "could not be moved" in capsys.readouterr().out


def test_a_terminal_is_no_kernel() -> None:
    assert host_move._kernel_id() is None


# -- the page


class Comm:
    """A comm that a page opened."""

    def __init__(self) -> None:
        self.is_open = True
        self.sent: list[object] = []

    def send(self, data: object) -> None:
        self.sent.append(data)

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """Return a kernel that belongs to a session; `told` gives it what a page says."""
    targets: dict[str, Any] = {}
    kernel = SimpleNamespace(
        _aborting=False, comm_manager=SimpleNamespace(register_target=targets.__setitem__)
    )
    shell = SimpleNamespace(kernel=kernel)
    monkeypatch.setattr(host_move, "get_ipython", lambda: shell)
    monkeypatch.setattr(host_move, "_kernel_id", lambda: "k2")
    monkeypatch.setattr(host_move, "_asked", [])
    host_move.listen_to_page(shell)

    def told(data: object) -> list[object]:
        comm = Comm()
        targets["nbenv"](comm, {"content": {"data": data}})
        assert not comm.is_open
        return comm.sent

    kernel.told = told
    return kernel


def test_a_page_that_takes_the_move_leaves_the_server_alone(
    running: list[Any], server: Any, kernel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.append(described(server))
    monkeypatch.setattr(host_move, "_PAGE", 0.3)
    assert kernel.told({"moving": True}) == []  # nobody asked
    host_move.move()
    assert kernel._aborting is True
    assert kernel.told({"event": None}) == kernel.told("x") == []
    assert kernel._aborting is True
    assert kernel.told({"moving": True}) == [{"granted": True}]
    assert kernel._aborting is False
    assert kernel.told({"moving": True}) == []  # another page
    wait_for_timers()
    assert [method for method, *_ in server.asked] == ["GET"]


def test_a_page_that_comes_late_moves_nothing(
    running: list[Any], server: Any, kernel: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    running.append(described(server))
    monkeypatch.setattr(host_move, "_PAGE", 0.0)
    host_move.move()
    wait_for_timers()
    assert kernel.told({"moving": True}) == []
    assert [method for method, *_ in server.asked] == ["GET", "PATCH"]


def test_a_page_may_know_the_session_that_the_kernel_does_not_find(
    running: list[Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As where the server wants a password, and has no token: nothing is looked for at once."""
    monkeypatch.setattr(host_move, "_PAGE", 0.0)
    monkeypatch.setattr(host_move.paths, "is_server", lambda process: True)
    host_move.move()
    wait_for_timers()
    assert "could not be moved" in capsys.readouterr().out


# -- variables


def test_the_first_variables_are_named() -> None:
    def variable(number: int) -> dict[str, object]:
        return {"name": f"v{number}", "type": "list", "size": number * 1_000_000}

    text = host_move.lost_text([variable(each) for each in range(10)])
    assert "v0 (list), v1 (list, 1.0 MB)" in text
    assert "v7 (list, 7.0 MB), and 2 more." in text


def test_a_terminal_listens_to_no_page() -> None:
    host_move.listen_to_page(SimpleNamespace())
