"""Sockets of a kernel that takes another one's place, with real clients."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import count
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
import zmq

_COUNT = count()
LEFT: dict[str, Any] = {
    "prepared": [[b"client", b"prepared"]],
    "requests": [[b"client", b"queued"]],
    "subscribers": 1,
    "output": [[b"kept"]],
}


@pytest.fixture
def sockets(load: Callable[[str], ModuleType], monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, where ipykernel cannot be imported."""
    monkeypatch.setitem(sys.modules, "ipykernel", None)
    return load("client_sockets")


@pytest.fixture
def context(sockets: Any) -> Iterator[Any]:
    found = sockets.Context()
    yield found
    found.destroy(linger=0)


def bound(context: Any, kind: int, transport: str = "inproc") -> tuple[Any, str]:
    """Return a socket and its address."""
    socket = context.socket(kind)
    place = "127.0.0.1:*" if transport == "tcp" else f"sockets-{next(_COUNT)}"
    socket.bind(f"{transport}://{place}")
    return socket, socket.get(zmq.LAST_ENDPOINT).rstrip(b"\0").decode()


def client(context: Any, address: str, name: bytes = b"client") -> Any:
    socket = context.socket(zmq.DEALER)
    socket.routing_id = name
    socket.connect(address)
    return socket


def subscriber(context: Any, address: str) -> Any:
    socket = context.socket(zmq.SUB)
    socket.subscribe(b"")
    socket.connect(address)
    return socket


def received(socket: Any, *, within: int = 5000) -> list[bytes]:
    """Return the next message, none if there is none in so many milliseconds."""
    return socket.recv_multipart() if socket.poll(within) else []


def look_until(publisher: Any, condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        publisher.look()
        time.sleep(0.005)


# -- requests and replies


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_what_was_handed_over_comes_first(context: Any, transport: str) -> None:
    router, address = bound(context, zmq.ROUTER, transport)
    assert not router.getsockopt(zmq.EVENTS) & zmq.POLLIN
    router.handed_over = deque([[b"client", b"one"], [b"client", b"two"]])
    assert router.getsockopt(zmq.EVENTS) & zmq.POLLIN
    client(context, address).send(b"new")
    assert router.poll(5000)
    assert router.recv_multipart() == [b"client", b"one"]
    frames = router.recv_multipart(zmq.NOBLOCK, copy=False)  # as ipykernel receives
    assert [frame.bytes for frame in frames] == [b"client", b"two"]
    assert router.recv_multipart(zmq.NOBLOCK) == [b"client", b"new"]
    assert not router.get(zmq.EVENTS) & zmq.POLLIN


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_a_reply_waits_until_its_client_is_back(context: Any, transport: str) -> None:
    router, address = bound(context, zmq.ROUTER, transport)
    router.wait_for_clients()
    present = client(context, address, b"present")
    back: list[Any] = []
    timer = threading.Timer(0.2, lambda: back.append(client(context, address)))
    timer.start()
    router.send_multipart([b"client", b"reply"])
    timer.join()
    assert received(back[0]) == [b"reply"]
    router.send_multipart([b"present", b"another"])
    assert received(present) == [b"another"]


def test_a_reply_to_one_that_never_comes_is_dropped(
    sockets: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_REPLY_WAITS", 0.2)
    router, address = bound(context, zmq.ROUTER)
    router.wait_for_clients()
    start = time.monotonic()
    router.send_multipart([b"gone", b"reply"])
    assert time.monotonic() - start >= 0.2
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("the next one waits, too"))
    router.send_multipart([b"gone", b"reply"])
    present = client(context, address)
    present.send(b"request")
    assert received(router) == [b"client", b"request"]
    router.send_multipart([b"client", b"reply"])
    assert received(present) == [b"reply"]


def test_a_client_that_reads_no_replies_does_not_stop_the_kernel(
    sockets: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_REPLY_WAITS", 0.2)
    router, address = bound(context, zmq.ROUTER)
    router.sndhwm = 1
    router.sndtimeo = 3000  # or the test would hang where this fails
    start = time.monotonic()
    router.wait_for_clients()
    idle = context.socket(zmq.DEALER)
    idle.routing_id, idle.rcvhwm = b"client", 1
    idle.connect(address)
    for number in range(2100):  # more than any of the limits
        router.send_multipart([b"client", b"%d" % number])
    assert time.monotonic() - start < 3
    assert received(idle) == [b"0"]


def test_another_failure_is_no_absent_client(context: Any) -> None:
    router, _ = bound(context, zmq.ROUTER)
    router.wait_for_clients()
    router.close()
    with pytest.raises(zmq.ZMQError) as caught:
        router.send_multipart([b"client", b"reply"])
    assert caught.value.errno == zmq.ENOTSOCK


def test_a_muted_socket_sends_nothing(context: Any) -> None:
    router, address = bound(context, zmq.ROUTER)
    present = client(context, address)
    router.wait_for_clients()
    router.is_muted = True
    router.send_multipart([b"client", b"muted"])
    router.is_muted = False
    router.send_multipart([b"client", b"reply"])
    assert received(present) == [b"reply"]


# -- output


@pytest.mark.parametrize("transport", ["inproc", "tcp"])
def test_output_waits_for_as_many_subscribers(context: Any, transport: str) -> None:
    publisher, address = bound(context, zmq.PUB, transport)
    publisher.wait_for_subscribers(2, [[b"topic", b"kept"]])
    publisher.send_multipart([b"first"])
    one = subscriber(context, address)
    look_until(publisher, lambda: publisher.subscribers == 1)
    publisher.send_multipart([b"second"], copy=False)
    assert received(one, within=50) == []
    two = subscriber(context, address)
    look_until(publisher, lambda: not publisher.expected)
    publisher.send_multipart([b"third"])
    for each in (one, two):
        messages = [received(each) for _ in range(4)]
        assert messages == [[b"topic", b"kept"], [b"first"], [b"second"], [b"third"]]


def test_output_does_not_wait_long_for_the_rest(
    sockets: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_OUTPUT_WAITS", 0.2)
    publisher, address = bound(context, zmq.PUB)
    publisher.wait_for_subscribers(3)
    time.sleep(0.25)  # the time counts from the first one on
    publisher.send_multipart([b"output"])
    assert publisher.expected
    start, only = time.monotonic(), subscriber(context, address)
    look_until(publisher, lambda: not publisher.expected)
    assert time.monotonic() - start >= 0.2
    assert received(only) == [b"output"]


def test_no_more_output_is_kept_than_zeromq_sends(
    sockets: Any, context: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sockets, "_MOST", 3)
    publisher, address = bound(context, zmq.PUB)
    publisher.wait_for_subscribers(1)
    for number in range(4):
        publisher.send_multipart([b"%d" % number])
        assert len(publisher.kept) == number + 1
    publisher.send_multipart([b"4"])
    assert not publisher.kept
    late = subscriber(context, address)
    look_until(publisher, lambda: publisher.subscribers == 1)
    publisher.send_multipart([b"5"])
    assert received(late) == [b"5"]


def test_the_next_kernel_learns_of_subscribers_and_kept_output(context: Any) -> None:
    publisher, address = bound(context, zmq.PUB, "tcp")
    assert publisher.left() == {"subscribers": 0, "output": []}
    clients = [subscriber(context, address) for _ in range(3)]
    look_until(publisher, lambda: publisher.left()["subscribers"] == 3)
    clients[0].close()
    look_until(publisher, lambda: publisher.left()["subscribers"] == 2)
    publisher.wait_for_subscribers(4, [[b"kept"]])
    publisher.send_multipart([zmq.Frame(b"topic"), b"new"])
    assert publisher.left() == {"subscribers": 4, "output": [[b"kept"], [b"topic", b"new"]]}


def test_other_messages_of_a_proxy_do_not_count(context: Any) -> None:
    publisher, address = bound(context, zmq.PUB)
    proxy = context.socket(zmq.XSUB)
    proxy.connect(address)
    for message in (b"\1", b"\1a", b"hello", b"", b"\0a"):
        proxy.send(message)
    seen: list[bytes] = []
    publisher.on_subscription = lambda frames: seen.append(frames[0])
    look_until(publisher, lambda: b"\0a" in seen)
    assert seen == [b"\1", b"\1a", b"hello", b"", b"\0a"]
    assert publisher.subscribers == 1


# -- in an application


class Loop:
    """An event loop whose callbacks a test calls."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def add_callback(self, callback: Callable[[], None]) -> None:
        self.waiting.append(callback)

    def call_later(self, _: float, callback: Callable[[], None]) -> None:
        self.waiting.append(callback)

    def turn(self) -> None:
        callbacks, self.waiting = self.waiting, []
        for each in callbacks:
            each()


class App:
    """An application that makes its sockets as ipykernel's does."""

    def __init__(self, **thread: Any) -> None:
        self.iopub_thread = SimpleNamespace(io_loop=Loop(), **thread)

    def init_sockets(self) -> None:
        self.context: Any = zmq.Context()
        self.shell_socket, self.shell = bound(self.context, zmq.ROUTER)
        self.stdin_socket, _ = bound(self.context, zmq.ROUTER)
        self.iopub_thread.socket, self.iopub = bound(self.context, zmq.PUB)


@pytest.mark.parametrize("shows_welcome", [False, True])
def test_an_application_goes_on_with_what_was_left(sockets: Any, shows_welcome: bool) -> None:
    seen: list[Any] = []
    plain, app = (
        zmq.Context,
        App(**({"_handle_subscription": seen.append} if shows_welcome else {})),
    )
    sockets.use(app, LEFT)
    app.init_sockets()
    assert zmq.Context is plain
    try:
        shell, loop = app.shell_socket, app.iopub_thread.io_loop
        assert [shell.recv_multipart()[1] for _ in range(2)] == [b"prepared", b"queued"]
        assert app.stdin_socket.waits_until
        loop.turn()
        present = subscriber(app.context, app.iopub)
        end = time.monotonic() + 5
        while loop.waiting and time.monotonic() < end:
            loop.turn()
        assert loop.waiting == []  # nothing looks any longer
        assert received(present) == [b"kept"]
        assert seen == ([[b"\1"]] if shows_welcome else [])
    finally:
        app.context.destroy(linger=0)


def test_a_first_kernel_waits_for_nobody(sockets: Any) -> None:
    app = App()
    sockets.use(app)
    app.init_sockets()
    try:
        assert isinstance(app.shell_socket, sockets.Router)
        assert not app.shell_socket.waits_until
        assert not app.iopub_thread.socket.expected
        assert app.iopub_thread.io_loop.waiting == []
    finally:
        app.context.destroy(linger=0)


def test_sockets_that_cannot_be_made_leave_zeromq_as_it_was(sockets: Any) -> None:
    def failing() -> None:
        assert zmq.Context is sockets.Context
        raise OSError("The port is taken.")

    plain, app = zmq.Context, SimpleNamespace(init_sockets=failing)
    sockets.use(app, LEFT)
    with pytest.raises(OSError, match="taken"):
        app.init_sockets()
    assert zmq.Context is plain
