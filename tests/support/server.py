"""Real Jupyter Server in a scratch folder, with its REST API and its kernels over websockets."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import websocket

STARTING = 120.0
START = """\
import sys
sys.modules["rfc3987_syntax"] = None
from jupyterlab.labapp import main
sys.exit(main())
"""
"""Starts JupyterLab without what jsonschema takes two seconds to import, for a format that none of
the schemas has."""


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Ran:
    """The result of a cell: its status, the text that it printed, and all its messages."""

    status: str
    text: str
    messages: list[dict[str, Any]] = field(default_factory=list)


class JupyterServer:
    """A JupyterLab server on a free port, used as a context manager.

    That is the one of the last server if possible: a browser then has what it loaded from that.
    """

    _usual_port = 0

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str] | None = None,
        python: str | Path = sys.executable,
        prefix: Sequence[str] = (),
        **options: object,
    ) -> None:
        self.root = root
        self._python, self._prefix, self._options = python, prefix, options
        self.token = secrets.token_hex(8)
        self.port = JupyterServer._usual_port = _free_port(JupyterServer._usual_port)
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = root.parent / f"server-{self.port}.log"
        self._environ = {**os.environ, **(environ or {})}

    def __enter__(self) -> JupyterServer:
        options: dict[str, object] = {
            "ServerApp.token": self.token,
            "ServerApp.port": self.port,
            "ServerApp.root_dir": self.root,
            "ServerApp.open_browser": "False",
            "ServerApp.allow_root": "True",
            "LabApp.news_url": "",
            "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
            # Looking for language servers starts npm, which the tests of what is left running see.
            "LanguageServerManager.autodetect": "False",
        }
        options |= {name.replace("__", "."): value for name, value in self._options.items()}
        words = [f"--{name}={value}" for name, value in options.items()]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*self._prefix, self._python, "-c", START, *words],
                cwd=self.root,
                env=self._environ,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()
        return self

    @property
    def process(self) -> int:
        """The server's process id."""
        return self._process.pid

    def _wait(self) -> None:
        end = time.monotonic() + STARTING
        while time.monotonic() < end:
            try:
                self.request("GET", "api/status")
            except OSError:
                time.sleep(0.1)
            else:
                return
        raise RuntimeError(self.log.read_text(encoding="utf-8"))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def request(
        self, method: str, path: str, body: object = None, *, token: str | None = None
    ) -> tuple[int, Any]:
        """Send a request; return the status and the JSON of the response."""
        request = urllib.request.Request(
            self.url + path,
            data=None if body is None else json.dumps(body).encode(),
            method=method,
            headers={
                "Authorization": f"token {self.token if token is None else token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text.startswith(b"{") else None

    def save(self, name: str, notebook: dict[str, Any]) -> None:
        """Save a notebook as a bare REST client does."""
        body = {"type": "notebook", "format": "json", "content": notebook}
        status, _ = self.request("PUT", f"api/contents/{name}", body)
        assert status in (200, 201), status

    def load(self, name: str) -> dict[str, Any]:
        """Load a notebook as a bare REST client does."""
        return self.request("GET", f"api/contents/{name}?type=notebook")[1]["content"]

    def session(self, name: str, kernel: str = "nbenv") -> dict[str, Any]:
        """Start a session for a notebook, as front ends do."""
        body = {
            "path": name,
            "name": name.rpartition("/")[2],
            "type": "notebook",
            "kernel": {"name": kernel},
        }
        status, session = self.request("POST", "api/sessions", body)
        assert status == 201, session
        return session

    def channel(self, kernel: str) -> Channel:
        """Connect to a kernel."""
        return Channel(f"ws://127.0.0.1:{self.port}/api/kernels/{kernel}/channels", self.token)


class Channel:
    """A kernel's websocket, for running cells."""

    def __init__(self, url: str, token: str) -> None:
        self._session = uuid.uuid4().hex
        self._url = f"{url}?session_id={self._session}"
        self._header = [f"Authorization: token {token}"]
        self.open()

    def open(self) -> None:
        """Connect, or connect again as the same page."""
        self._socket = websocket.create_connection(self._url, header=self._header, timeout=120)

    def close(self) -> None:
        """Disconnect."""
        self._socket.close()

    def send(self, code: str) -> str:
        """Send a cell; return its message id."""
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        content |= {"user_expressions": {}, "stop_on_error": True}
        return self._ask("execute_request", content)

    def _ask(self, kind: str, content: Mapping[str, object]) -> str:
        identifier = uuid.uuid4().hex
        header = {
            "msg_id": identifier,
            "msg_type": kind,
            "session": self._session,
            "username": "test",
            "version": "5.3",
            "date": "2026-01-01T00:00:00Z",
        }
        message = {"channel": "shell", "header": header, "parent_header": {}, "metadata": {}}
        self._socket.send(json.dumps({**message, "content": content, "buffers": []}))
        return identifier

    def wait_until_heard(self, timeout: float = 60) -> None:
        """Wait until the kernel is heard: what it publishes right after its start can get lost."""
        end = time.monotonic() + timeout
        while True:
            asked = self._ask("kernel_info_request", {})
            try:
                self.receive(asked, timeout=3)
                return
            except (TimeoutError, websocket.WebSocketTimeoutException):
                if time.monotonic() > end:
                    raise

    def receive(self, *identifiers: str, timeout: float = 120) -> list[Ran]:
        """Wait until these cells are done; return the result of each."""
        runs = {identifier: Ran("", "") for identifier in identifiers}
        waiting = {(identifier, part) for identifier in identifiers for part in ("reply", "idle")}
        end = time.monotonic() + timeout
        while waiting:
            left = end - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no answer within {timeout} s: {waiting}")
            self._socket.settimeout(left)
            # Control frames too: the server's pings would otherwise extend the wait for ever.
            try:
                kind, frame = self._socket.recv_data_frame(control_frame=True)
            except websocket.WebSocketTimeoutException:
                continue
            if kind != websocket.ABNF.OPCODE_TEXT:
                continue
            message = json.loads(frame.data)
            parent = message["parent_header"].get("msg_id")
            if parent in runs:
                runs[parent].messages.append(message)
                waiting.discard((parent, _noted(runs[parent], message)))
        return list(runs.values())

    def run(self, code: str, timeout: float = 120) -> Ran:
        """Run one cell."""
        return self.receive(self.send(code), timeout=timeout)[0]


def _noted(ran: Ran, message: dict[str, Any]) -> str:
    kind, content = message["header"]["msg_type"], message["content"]
    if kind in ("execute_reply", "kernel_info_reply"):
        ran.status = content["status"]
        return "reply"
    if kind == "status" and content["execution_state"] == "idle":
        return "idle"
    if kind == "stream":
        ran.text += content["text"]
    elif kind in ("display_data", "update_display_data", "execute_result"):
        ran.text += content["data"].get("text/plain", "") + "\n"
    elif kind == "error":
        ran.text += "\n".join(content["traceback"]) + "\n"
    return ""
