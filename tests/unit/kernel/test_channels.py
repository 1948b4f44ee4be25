"""The sockets of a kernel, with a real client at the other end."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyter_client import BlockingKernelClient
from jupyter_client.connect import write_connection_file

from nbenv.home import variables
from nbenv.kernel.channels import Channels, ChannelScreen, Request
from nbenv.kernel.guest import boot


@pytest.fixture
def connection(tmp_path: Path) -> str:
    path, _ = write_connection_file(str(tmp_path / "x.json"), key=b"secret")
    return path


@pytest.fixture
def channels(connection: str) -> Iterator[Channels]:
    channels = Channels(connection)
    yield channels
    channels.close()


@pytest.fixture
def client(connection: str, channels: Channels) -> Iterator[BlockingKernelClient]:
    client = BlockingKernelClient()
    client.load_connection_file(connection)
    client.start_channels()
    yield client
    client.stop_channels()


def received(channels: Channels) -> Request:
    assert channels.poll(5000) == {channels.shell}
    request = channels.receive(channels.shell)
    assert request is not None
    return request


def test_a_request_is_answered_to_its_client(
    channels: Channels, client: BlockingKernelClient
) -> None:
    identifier = client.kernel_info()
    request = received(channels)
    assert request.kind == "kernel_info_request"
    channels.reply(channels.shell, request, {"status": "ok"})
    reply = client.get_shell_msg(timeout=5)
    assert (reply["msg_type"], reply["content"]) == ("kernel_info_reply", {"status": "ok"})
    assert reply["parent_header"]["msg_id"] == identifier


def test_a_wrong_signature_is_no_request(channels: Channels, client: BlockingKernelClient) -> None:
    client.session.key = b"guessed"
    client.kernel_info()
    assert channels.poll(5000) == {channels.shell}
    assert channels.receive(channels.shell) is None


def test_progress_replaces_its_line(channels: Channels, client: BlockingKernelClient) -> None:
    while not client.iopub_channel.msg_ready():  # until it has subscribed
        channels.publish("status", {"execution_state": "starting"})
    client.execute("%nbenv list")
    screen = ChannelScreen(channels, received(channels))
    screen.failed({"type": "error"})  # nothing to clear
    screen.progress("Resolving…")
    screen.text("a table")
    screen.result("Done.", {"type": "result"})
    shown = []
    while len(shown) < 3:
        message = client.get_iopub_msg(timeout=5)
        if message["msg_type"] != "status":
            shown.append((message["msg_type"], message["content"]))
    [(first, one), (second, two), (third, three)] = shown
    assert (first, second, third) == ("display_data", "stream", "update_display_data")
    assert (one["data"]["text/plain"], two["text"]) == ("Resolving…", "a table\n")
    assert three["data"]["text/plain"] == "Done."
    assert three["transient"]["display_id"] == one["transient"]["display_id"]
    assert three["transient"]["nbenv"] == {"type": "result"}


def test_queued_requests_are_handed_over(
    channels: Channels,
    client: BlockingKernelClient,
    connection: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variables.HANDED_OVER, "")
    for code in ("1", "2"):
        client.execute(code)
    assert channels.poll(5000)
    channels.hand_over()
    path = os.environ[variables.HANDED_OVER]
    assert path == f"{connection}.waiting"
    left = boot.load("handover").read(path)
    assert [json.loads(frames[-1])["code"] for frames in left["requests"]] == ["1", "2"]


def test_the_ports_are_free_at_the_end(connection: str) -> None:
    Channels(connection).close()
    described = json.loads(Path(connection).read_text(encoding="utf-8"))
    for name in ("shell", "control", "stdin", "iopub"):
        with socket.socket() as probe:
            probe.bind((described["ip"], described[f"{name}_port"]))


def test_output_waits_for_a_client_that_looks_late(
    connection: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.HANDED_OVER, "")
    former = Channels(connection)
    client = BlockingKernelClient()
    client.load_connection_file(connection)
    client.start_channels()
    client.execute("1")
    assert former.poll(5000)
    while not client.iopub_channel.msg_ready():  # until it has subscribed
        former.poll(0)
        former.publish("status", {"execution_state": "starting"})
    former.hand_over()
    channels = Channels(with_own_heartbeat(connection))
    [request] = channels.handed_over()
    channels.publish("stream", {"name": "stdout", "text": "seen"}, request)
    channels.reply(channels.shell, request, {"status": "ok"})
    assert client.get_shell_msg(timeout=5)["content"] == {"status": "ok"}
    assert not any(message["msg_type"] == "stream" for message in arrived(client))
    channels.poll(0)
    assert client.get_iopub_msg(timeout=5)["content"]["text"] == "seen"
    client.stop_channels()
    channels.close()


def with_own_heartbeat(connection: str) -> str:
    """Return a like connection file: a heartbeat ends with its process, which is this one here."""
    described = json.loads(Path(connection).read_text(encoding="utf-8"))
    with socket.socket() as free:
        free.bind((described["ip"], 0))
        described["hb_port"] = free.getsockname()[1]
    path = f"{connection}.next"
    Path(path).write_text(json.dumps(described), encoding="utf-8")
    return path


def arrived(client: BlockingKernelClient) -> Iterator[dict[str, Any]]:
    """Yield the output that has arrived; looking for it has the client subscribe again."""
    while client.iopub_channel.msg_ready():
        yield client.get_iopub_msg(timeout=1)
    time.sleep(0.5)
