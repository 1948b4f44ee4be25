"""The sockets of a kernel's connection file, and the Jupyter messages that go over them.

Unlike ipykernel's they can be left at a known moment: the requests that were not answered then are
handed over to the kernel that takes this one's place.
https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import zmq
from jupyter_client.session import Session

from nbenv.home import variables
from nbenv.kernel.guest import boot
from nbenv.kernel.replies import Content, ok

__all__ = ["ChannelScreen", "Channels", "Request"]

_LINGER = 1000
"""Milliseconds that a closed socket may take to send what is left."""
_QUEUED = 50
"""Milliseconds without another request, after which none is queued any more."""


@dataclass(frozen=True)
class Request:
    """A request of a client; `message` is the parent of all that answers it, `frames` the whole."""

    kind: str
    content: Content
    message: Content = field(repr=False)
    identities: list[bytes] = field(repr=False)
    frames: list[bytes] = field(default_factory=list, repr=False)


class Channels:
    """The bound sockets of one kernel. Of those, requests come in on `shell` and `control`.

    Parameters
    ----------
    connection_file
        The path of the file in which the kernel's client wrote ports, transport and keys.
        https://jupyter-client.readthedocs.io/en/stable/kernels.html#connection-files
    """

    def __init__(self, connection_file: str) -> None:
        with open(connection_file, encoding="utf-8") as file:
            self._connection: Mapping[str, str] = json.load(file)
        self._file = connection_file
        self._prepared: list[list[bytes]] = []
        self._session = Session(
            key=self._connection["key"].encode(),
            signature_scheme=self._connection.get("signature_scheme", "hmac-sha256"),
        )
        self._sockets = boot.load("client_sockets")
        self._context = self._sockets.Context()
        self.shell = self._bind(zmq.ROUTER, "shell")
        self.control = self._bind(zmq.ROUTER, "control")
        self._stdin = self._bind(zmq.ROUTER, "stdin")
        self._iopub = self._bind(zmq.PUB, "iopub")
        self._beating = zmq.Context()
        self._heartbeat = self._bind(zmq.REP, "hb", self._beating)
        self._poller = zmq.Poller()
        self._poller.register(self.shell, zmq.POLLIN)
        self._poller.register(self.control, zmq.POLLIN)
        threading.Thread(target=self._beat, daemon=True).start()

    def _bind(
        self, kind: int, name: str, context: zmq.Context[zmq.Socket[bytes]] | None = None
    ) -> Any:
        connection = self._connection
        socket = (context or self._context).socket(kind)
        socket.linger = _LINGER
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

    def _beat(self) -> None:
        with contextlib.suppress(zmq.ZMQError):  # `close` ends its context
            zmq.proxy(self._heartbeat, self._heartbeat)
        self._heartbeat.close(0)

    def poll(self, milliseconds: int) -> set[zmq.Socket[bytes]]:
        """Return which of `shell` and `control` hold requests, as soon as one does."""
        self._iopub.look()
        return {socket for socket, _ in self._poller.poll(milliseconds)}

    def receive(self, socket: zmq.Socket[bytes]) -> Request | None:
        """Take the next request from a socket that holds one; None when its signature is wrong."""
        return self._request(socket.recv_multipart())

    def queued(self) -> list[Request]:
        """Take the requests that are queued on `shell`, such as the other cells of a Run All."""
        found = []
        while self.shell.poll(_QUEUED):
            found.append(self.receive(self.shell))
        return list(filter(None, found))

    def handed_over(self) -> list[Request]:
        """Take the requests that the kernel left which became this one.

        Their answers wait until the clients are back. Those in the queue of `shell` follow them.
        """
        path = os.environ.pop(variables.HANDED_OVER, "")
        if not path:
            return []
        with contextlib.suppress(OSError, ValueError, LookupError, TypeError):
            left = boot.load("handover").read(path)
            self.shell.wait_for_clients()
            self._iopub.wait_for_subscribers(left["subscribers"], left["output"])
            self._prepared = left["prepared"]
            for request in filter(None, map(self._request, self._prepared)):
                self.reply(
                    self.shell, request, ok(execution_count=0, user_expressions={}, payload=[])
                )
            return list(filter(None, map(self._request, left["requests"])))
        return []

    def _request(self, received: list[bytes]) -> Request | None:
        identities, frames = self._session.feed_identities(received)
        try:
            message = self._session.deserialize(frames)
        except ValueError:
            return None
        kind = message["header"]["msg_type"]
        return Request(kind, message["content"], message, identities, received)

    def publish(self, kind: str, content: Content, parent: Request | None = None) -> None:
        """Send a message to all clients."""
        message = parent.message if parent else {}
        self._session.send(self._iopub, kind, content, parent=message, ident=kind.encode())

    def reply(self, socket: zmq.Socket[bytes], request: Request, content: Content) -> None:
        """Answer a request of one client."""
        kind = request.kind.replace("_request", "_reply")
        self._session.send(socket, kind, content, parent=request.message, ident=request.identities)

    def hand_over(self, first: Sequence[Request] = ()) -> None:
        """Close the sockets; leave requests, in a file, to the kernel that this process becomes.

        Those that were received already are `first`; the queued ones follow.
        """
        queued = [request.frames for request in first]
        while self.shell.poll(_QUEUED):
            queued.append(self.shell.recv_multipart())
        left = {"prepared": self._prepared, "requests": queued, **self._iopub.left()}
        self.close()
        path = f"{self._file}.waiting"
        boot.load("handover").write(path, left)
        os.environ[variables.HANDED_OVER] = path

    def close(self) -> None:
        """Send what is still under way, and free the ports; the heartbeat's last.

        The kernel that takes this one's place may be another process.
        """
        for socket in (self.shell, self.control, self._stdin, self._iopub):
            socket.close()
        sending = threading.Thread(target=self._context.term, daemon=True)
        sending.start()
        sending.join(2 * _LINGER / 1000)
        self._beating.term()


class ChannelScreen:
    """Shows a command's progress below the cell of a request, as `guest.command.Screen` does."""

    def __init__(self, channels: Channels, request: Request) -> None:
        self._channels, self._request = channels, request
        self._is_shown = False
        self._identifier = os.urandom(8).hex()

    def _show(self, text: str, event: Content | None = None) -> None:
        kind = "update_display_data" if self._is_shown else "display_data"
        transient = {"display_id": self._identifier, **({"nbenv": event} if event else {})}
        content: Content = {"data": {"text/plain": text}, "metadata": {}, "transient": transient}
        self._channels.publish(kind, content, self._request)
        self._is_shown = True

    def progress(self, message: str) -> None:
        """Show the line of a phase in place of the one before."""
        self._show(message)

    def text(self, text: str) -> None:
        """Print what was asked for."""
        content: Content = {"name": "stdout", "text": text if text.endswith("\n") else f"{text}\n"}
        self._channels.publish("stream", content, self._request)

    def result(self, summary: str, event: Content) -> None:
        """Show the last line, and give front ends the result."""
        if summary or self._is_shown:
            self._show(summary, event)

    def failed(self, event: Content) -> None:
        """Clear the line, and give front ends the error; the cell's own error shows it."""
        if self._is_shown:
            self._show("", event)
