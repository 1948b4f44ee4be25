"""The sockets of a kernel that takes the place of another one, whose clients are connected to that.

A client's sockets connect again by themselves, but not at once, and they subscribe to the output
only when the client looks for some: one that waits for a reply first does so much later. ZeroMQ
drops what is sent meanwhile. Here requests that were handed over are the first to be received,
replies wait until their client is back, and output waits until as many have subscribed again as
there were.

A waiting kernel uses these sockets too; `use` has ipykernel make them.
"""

from __future__ import annotations

import time
from collections import deque

import zmq

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from typing import Any

_REPLY_WAITS = 5.0
"""Seconds from a kernel's start in which replies wait for clients, which try 10 times a second."""
_OUTPUT_WAITS = 2.0
"""Seconds that output waits for the rest, once the first client has subscribed."""
_MOST = 900
"""Messages of output that are kept: ZeroMQ drops some of more than 1000 that are sent together."""
_LOOK = 0.05
"""Seconds between looks whether the clients are back."""


class Router(zmq.Socket):
    """A socket for requests. It begins with those that were handed over.

    Its replies wait for their clients.
    """

    handed_over: Any = ()
    """Requests (a deque of lists of bytes) that come before those of the network."""
    is_muted = False
    """Whether replies are dropped, because the next kernel gives them."""
    waits_until = 0.0
    """When replies no longer wait, on the monotonic clock."""

    def wait_for_clients(self) -> None:
        """Keep replies, from now on and for some seconds, until their clients are back."""
        self.waits_until = time.monotonic() + _REPLY_WAITS
        self.router_mandatory = 1
        self.sndtimeo = 0  # such a socket would wait for ever for a client that reads nothing

    def get(self, option, *arguments):
        """Return an option; a request that was handed over is one to be read."""
        value = super().get(option, *arguments)
        return value | zmq.POLLIN if self.handed_over and option == zmq.EVENTS else value

    getsockopt = get

    def recv_multipart(self, flags=0, copy=True, track=False):
        """Receive the next request."""
        if not self.handed_over:
            return super().recv_multipart(flags, copy=copy, track=track)
        first = self.handed_over.popleft()
        return first if copy else [zmq.Frame(frame) for frame in first]

    def send_multipart(self, *arguments, **options):
        """Send a reply, as soon as its client is there; without one it is dropped."""
        if self.is_muted:
            return None
        while time.monotonic() < self.waits_until:
            try:
                return super().send_multipart(*arguments, **options)
            except zmq.ZMQError as error:
                if error.errno not in (zmq.EHOSTUNREACH, zmq.EAGAIN):
                    raise
            time.sleep(_LOOK)
        if self.waits_until:
            self.waits_until, self.router_mandatory, self.sndtimeo = 0.0, 0, -1
        return super().send_multipart(*arguments, **options)


class Publisher(zmq.Socket):
    """A socket for output. It counts its subscribers, and keeps output until they are back."""

    subscribers = 0
    expected = 0
    """The subscribers that output waits for; 0 once it no longer does."""
    kept: Any = ()
    """Output that waits, as arguments of `send_multipart`."""
    first_came = 0.0
    on_subscription = None
    """What ipykernel does with a subscription, where it does anything."""

    def wait_for_subscribers(self, count: int, output=()) -> None:
        """Keep output, beginning with that of the former kernel, until so many have subscribed."""
        self.kept = [((message,), {}) for message in output]
        self.expected = count

    def left(self):
        """Return what the next kernel has to know: who subscribed, and what was kept for them."""
        self.look()
        output = [[bytes(frame) for frame in arguments[0]] for arguments, _ in self.kept]
        return {"subscribers": max(self.subscribers, self.expected), "output": output}

    def recv_multipart(self, *arguments, **options):
        """Receive a subscription, or the end of one."""
        frames = super().recv_multipart(*arguments, **options)
        first = bytes(frames[0])[:1]  # a proxy's socket may send other messages, too
        self.subscribers += (first == b"\1") - (first == b"\0")
        return frames

    def look(self) -> None:
        """Count who subscribed, and send what was kept once all have."""
        came = []
        while super().get(zmq.EVENTS) & zmq.POLLIN:
            came.append(self.recv_multipart(zmq.NOBLOCK))
        if self.expected and self._is_complete():
            kept, self.kept, self.expected = self.kept, (), 0
            for arguments, options in kept:
                super().send_multipart(*arguments, **options)
        if self.on_subscription is not None:
            for frames in came:
                self.on_subscription(frames)

    def _is_complete(self):
        now = time.monotonic()
        if self.subscribers and not self.first_came:
            self.first_came = now
        is_late = self.first_came and now - self.first_came > _OUTPUT_WAITS
        return self.subscribers >= self.expected or is_late or len(self.kept) > _MOST

    def send_multipart(self, *arguments, **options):
        """Send output, or keep it until the clients are back."""
        if self.expected:
            self.look()
        if self.expected:
            self.kept.append((arguments, options))
            return None
        return super().send_multipart(*arguments, **options)


class Context(zmq.Context):
    """Makes the sockets of clients as they are here, and all others as usual."""

    def socket(self, socket_type, *arguments, **options):
        """Return a new socket."""
        if socket_type == zmq.PUB:
            socket_type = zmq.XPUB  # a subscriber does not tell them apart
        self._socket_class = _CLASSES.get(socket_type, zmq.Socket)
        made = super().socket(socket_type, *arguments, **options)
        if socket_type == zmq.XPUB:
            made.xpub_verboser = 1  # each of several clients counts
        return made


_CLASSES = {zmq.ROUTER: Router, zmq.XPUB: Publisher}


def use(app, left=None) -> None:
    """Have ipykernel's application make these sockets, and go on with what a kernel left.

    What that is, `handover` says.
    """
    original = app.init_sockets

    def init_sockets() -> None:
        plain, zmq.Context = zmq.Context, Context
        try:
            original()
        finally:
            zmq.Context = plain
        if left is not None:
            _go_on(app, left)

    app.init_sockets = init_sockets


def _go_on(app, left) -> None:
    app.shell_socket.handed_over = deque([*left["prepared"], *left["requests"]])
    for socket in (app.shell_socket, app.stdin_socket):
        socket.wait_for_clients()
    thread, publisher = app.iopub_thread, app.iopub_thread.socket
    publisher.on_subscription = getattr(thread, "_handle_subscription", None)  # ipykernel 7
    publisher.wait_for_subscribers(left["subscribers"], left["output"])

    def look() -> None:
        if publisher.expected and not publisher.closed:
            publisher.look()
            thread.io_loop.call_later(_LOOK, look)

    thread.io_loop.add_callback(look)
