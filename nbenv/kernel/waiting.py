"""The kernel of a notebook whose environment cannot be used yet: it says why, and how to go on.

It speaks the Jupyter protocol on its sockets itself, so that it can leave them at a known moment:
once ``%nbenv restore`` succeeded, it becomes the environment's kernel in place, and hands the
requests that wait behind over to it.
https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from typing import Any

import psutil
import zmq
from jupyter_client.session import Session

from nbenv.environments.readiness import Readiness, check_readiness, ready_environment
from nbenv.errors import BrokenEnvironmentError, NbenvError, StoppedError
from nbenv.home import paths, variables
from nbenv.home.locks import is_locked
from nbenv.kernel.become import become
from nbenv.kernel.guest import boot

__all__ = ["serve_until_ready"]

_PREFIX = "%nbenv"
_TICK = 300
"""Milliseconds between looks whether somebody restored the environment meanwhile."""
_FLUSHED = 0.1
"""Seconds until the last reply is on its way."""
_LANGUAGE = {
    "name": "python",
    "version": ".".join(map(str, sys.version_info[:3])),
    "mimetype": "text/x-python",
    "file_extension": ".py",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
}
_EMPTY: dict[str, dict[str, object]] = {
    "complete_request": {"matches": [], "metadata": {}},
    "inspect_request": {"found": False, "data": {}, "metadata": {}},
    "history_request": {"history": []},
    "comm_info_request": {"comms": {}},
}

Message = dict[str, Any]


def serve_until_ready(arguments: list[str], path: str, error: BaseException) -> None:
    """Serve until the environment is ready, then become its kernel; or until shut down."""
    explained = _explained(error)
    waiting = paths.waiting_path(os.getpid())
    with contextlib.suppress(OSError):  # without it a front end says less
        paths.write_json(waiting, {"notebook": path, **explained.parts()})
    try:
        found = WaitingKernel(arguments, path, str(explained)).serve()
    finally:
        with contextlib.suppress(OSError):
            os.unlink(waiting)
    if found and found.environment:
        become(found.environment, arguments, stripped=found.is_stripped)


def _explained(error: BaseException) -> NbenvError:
    if isinstance(error, NbenvError):
        return error
    if isinstance(error, KeyboardInterrupt):
        return StoppedError(
            "Building this notebook's environment was stopped.",
            todo="To go on, run %nbenv restore in a cell, or restart the kernel.",
        )
    if isinstance(error, OSError):
        return BrokenEnvironmentError(
            f"This notebook's environment cannot be used: {error}.",
            todo="Put that right, then restart the kernel.",
        )
    return NbenvError(
        f"nbenv itself failed: {type(error).__name__}: {error}.",
        todo="This is a bug: please report it with what you did.",
    )


class WaitingKernel:
    """A kernel that answers every cell with one message and runs only ``%nbenv``."""

    def __init__(self, arguments: list[str], path: str, message: str) -> None:
        self._told, self._since, self._message = path, time.time(), message
        self._count = 0
        self._file = arguments[arguments.index("-f") + 1]
        with open(self._file, encoding="utf-8") as file:
            self._connection = json.load(file)
        key = self._connection["key"].encode()
        scheme = self._connection.get("signature_scheme", "hmac-sha256")
        self._session = Session(key=key, signature_scheme=scheme)
        self._context = zmq.Context()
        self._shell = self._bound(zmq.ROUTER, "shell")
        self._control = self._bound(zmq.ROUTER, "control")
        self._stdin = self._bound(zmq.ROUTER, "stdin")
        self._iopub = self._bound(zmq.PUB, "iopub")
        self._heartbeat = self._bound(zmq.REP, "hb")
        self._parent: Message = {}

    @property
    def _path(self) -> str:
        """The notebook, which may have been renamed meanwhile."""
        return paths.moved(self._told, self._since)

    def _bound(self, kind: int, name: str) -> zmq.Socket[bytes]:
        connection = self._connection
        socket = self._context.socket(kind)
        socket.linger = 1000
        if kind == zmq.ROUTER:
            socket.router_handover = 1
        if connection.get("curve_secretkey"):
            socket.curve_secretkey = connection["curve_secretkey"].encode()
            socket.curve_publickey = connection["curve_publickey"].encode()
            socket.curve_server = True
        separator = ":" if connection["transport"] == "tcp" else "-"
        port = connection[f"{name}_port"]
        socket.bind(f"{connection['transport']}://{connection['ip']}{separator}{port}")
        return socket

    # -- serving

    def serve(self) -> Readiness | None:
        """Answer requests; return once the environment is ready, None on shutdown."""
        self._publish("status", {"execution_state": "starting"})
        threading.Thread(target=self._beat, daemon=True).start()
        poller = zmq.Poller()
        poller.register(self._shell, zmq.POLLIN)
        poller.register(self._control, zmq.POLLIN)
        while True:
            try:
                ready = dict(poller.poll(_TICK))
                if self._control in ready and self._handle(self._control) == "shutdown":
                    return self._closed(None)
                if self._is_changing():  # cells wait until that ends, and then run
                    time.sleep(_TICK / 1000)
                elif self._is_ready() or (
                    self._shell in ready and self._handle(self._shell) == "ready"
                ):
                    return self._closed(check_readiness(self._path))
            except KeyboardInterrupt:
                continue  # an interrupt between cells

    def _beat(self) -> None:
        with contextlib.suppress(zmq.ZMQError):  # closed
            zmq.proxy(self._heartbeat, self._heartbeat)

    def _closed(self, found: Readiness | None) -> Readiness | None:
        if found:
            self._hand_over()
        for socket in (self._shell, self._control, self._stdin, self._iopub):
            socket.close()
        # Sends what is still under way; the heartbeat's socket stays open until the process ends.
        threading.Thread(target=self._context.term, daemon=True).start()
        time.sleep(_FLUSHED)
        return found

    def _hand_over(self) -> None:
        """Write the requests that wait behind to a file for the kernel that follows."""
        waiting = []
        while self._shell.poll(50):
            waiting.append(self._shell.recv_multipart())
        path = f"{self._file}.waiting"
        boot.load("handover").write(path, waiting)
        os.environ[variables.HANDED_OVER] = path

    # -- one message

    def _handle(self, socket: zmq.Socket[bytes]) -> str | None:
        identities, frames = self._session.feed_identities(socket.recv_multipart())
        try:
            message = self._session.deserialize(frames)
        except ValueError:
            return None  # a wrong signature
        self._parent = message
        self._publish("status", {"execution_state": "busy"})
        kind = message["header"]["msg_type"]
        content, then = self._answer(kind, message["content"])
        if content is not None:
            reply = kind.replace("_request", "_reply")
            self._session.send(socket, reply, content, parent=message, ident=identities)
        self._publish("status", {"execution_state": "idle"})
        return then

    def _publish(self, kind: str, content: Message) -> None:
        self._session.send(self._iopub, kind, content, parent=self._parent, ident=kind.encode())

    def _answer(self, kind: str, content: Message) -> tuple[Message | None, str | None]:
        if kind == "execute_request":
            return self._execute(content)
        if kind == "kernel_info_request":
            return self._kernel_info(), None
        if kind == "shutdown_request":
            return {"status": "ok", "restart": content.get("restart", False)}, "shutdown"
        if kind == "interrupt_request":
            os.kill(os.getpid(), signal.SIGINT)
            return {"status": "ok"}, None
        if kind == "is_complete_request":
            return {"status": "complete"}, None
        if kind in _EMPTY:
            place = {"cursor_start": 0, "cursor_end": content.get("cursor_pos", 0)}
            extra = place if kind == "complete_request" else {}
            return {"status": "ok", **_EMPTY[kind], **extra}, None
        return None, None

    def _kernel_info(self) -> Message:
        return {
            "status": "ok",
            "protocol_version": "5.3",
            "implementation": "nbenv",
            "implementation_version": "0",
            "language_info": _LANGUAGE,
            "banner": self._message,
            "help_links": [],
        }

    # -- cells

    def _execute(self, content: Message) -> tuple[Message, str | None]:
        code, silent = content["code"], content.get("silent", False)
        if not silent:
            self._count += 1
            self._publish("execute_input", {"code": code, "execution_count": self._count})
        if not code.strip():
            return self._ok(), None
        if silent:
            return self._failed(self._message, shown=False), None
        commands = _commands(code)
        if commands is None:
            return self._failed(self._message), None
        try:
            for words in commands:
                self._run(words)
        except Exception as error:  # the cell fails with the message, the kernel goes on
            return self._failed(str(error)), None
        except KeyboardInterrupt:
            return self._failed("Stopped."), None
        return self._ok(), "ready" if self._is_ready() else None

    def _ok(self) -> Message:
        return {
            "status": "ok",
            "execution_count": self._count,
            "user_expressions": {},
            "payload": [],
        }

    def _failed(self, message: str, shown: bool = True) -> Message:
        lines = message.splitlines() or [""]
        error = {"ename": "NbenvError", "evalue": lines[0], "traceback": lines}
        if shown:
            self._publish("error", error)
        return {"status": "error", "execution_count": self._count, **error}

    def _run(self, words: list[str]) -> None:
        client = boot.load("command")
        client.run(words, ["--notebook", self._path], _Screen(self._publish))

    def _is_changing(self) -> bool:
        """Whether a restore is under way: begun in a panel, a terminal, or by another kernel."""
        begun = paths.read_json(paths.begun_path(paths.key(self._path)))
        server = begun.get("process") if begun else None
        if isinstance(server, int) and psutil.pid_exists(server):
            return True
        state = paths.read_json(paths.state_path(paths.key(self._path)))
        identifier = state.get("environment") if state else None
        if not isinstance(identifier, str):
            return False
        try:
            return is_locked(identifier)
        except (NbenvError, OSError):
            return False

    def _is_ready(self) -> bool:
        try:
            return ready_environment(self._path) is not None
        except (NbenvError, OSError):
            return False


def _commands(code: str) -> list[list[str]] | None:
    """Return the words of a cell's ``%nbenv`` lines; None when it holds anything else."""
    lines = [line.strip() for line in code.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not all(line == _PREFIX or line.startswith(f"{_PREFIX} ") for line in lines):
        return None
    return [boot.load("shell_words").split(line[len(_PREFIX) :]) for line in lines]


class _Screen:
    """Shows a command's progress through this kernel's own messages."""

    def __init__(self, publish: Any) -> None:
        self._publish = publish
        self._shown = False
        self._identifier = os.urandom(8).hex()

    def _show(self, text: str, event: Message | None = None) -> None:
        kind = "update_display_data" if self._shown else "display_data"
        transient = {"display_id": self._identifier, **({"nbenv": event} if event else {})}
        data = {"text/plain": text}
        self._publish(kind, {"data": data, "metadata": {}, "transient": transient})
        self._shown = True

    def progress(self, message: str) -> None:
        self._show(message)

    def text(self, text: str) -> None:
        self._publish("stream", {"name": "stdout", "text": f"{text}\n"})

    def result(self, summary: str, event: Message) -> None:
        if summary or self._shown:
            self._show(summary, event)

    def failed(self, event: Message) -> None:
        if self._shown:
            self._show("", event)
