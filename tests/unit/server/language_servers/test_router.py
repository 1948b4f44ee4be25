"""The router between a client and language servers, which are small ones of the test's."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nbenv.core.python_command import main_command
from nbenv.server.language_servers import framing
from tests.support.environments import install
from tests.support.index import LocalIndex

SERVER = """
import os, sys
from nbenv.server.language_servers import framing
own = os.path.basename(os.environ.get("VIRTUAL_ENV", ""))[:4]
texts = {}
def say(**message):
    framing.write(sys.stdout.buffer, message)
while (message := framing.read(sys.stdin.buffer)) is not None:
    method, params = message.get("method"), message.get("params") or {}
    document = params.get("textDocument") or {}
    if method == "textDocument/didOpen":
        texts[document.get("uri")] = document.get("text")
        told = {"uri": document.get("uri"), "by": own}
        say(method="textDocument/publishDiagnostics", params=told)
    elif method == "textDocument/didChange":
        texts[document.get("uri")] = params.get("contentChanges", [{}])[-1].get("text")
    elif method == "initialized":
        say(id=7, method="client/registerCapability", params={})
        say(id=8, method="workspace/configuration", params={"by": own})
    elif method == "die":
        os._exit(3)
    elif method == "textDocument/die" and own:
        os._exit(3)
    elif method == "exit":
        sys.exit(5)
    elif method is None:
        say(method="note", params={"by": own, "got": message})
    elif "id" in message and method != "textDocument/die":
        say(id=message["id"], result={"by": own, "text": texts.get(document.get("uri"))})
"""


class Client:
    """A client of a router that runs as a process."""

    def __init__(self, folder: Path) -> None:
        (folder / "server.py").write_text(SERVER, encoding="utf-8")
        words = ["--root", str(folder), "--", sys.executable, str(folder / "server.py")]
        self._folder = folder
        self.process = subprocess.Popen(
            main_command(sys.executable, "nbenv.server.language_servers.router", *words),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"},
        )
        self.heard: list[dict[str, Any]] = []

    def send(self, **message: object) -> None:
        assert self.process.stdin is not None
        framing.write(self.process.stdin, message)

    def ask(self, number: int, method: str, name: str = "") -> Any:
        params = {"textDocument": {"uri": self.uri(name)}} if name else {}
        self.send(id=number, method=method, params=params)
        return self.until(lambda message: message.get("id") == number and "method" not in message)

    def until(self, is_it: Any) -> Any:
        assert self.process.stdout is not None
        while (message := framing.read(self.process.stdout)) is not None:
            self.heard.append(message)
            if is_it(message):
                return message
        raise AssertionError(self.heard)

    def uri(self, name: str) -> str:
        return (self._folder / name).as_uri()

    def open(self, name: str, text: str) -> Any:
        document = {"uri": self.uri(name), "languageId": "python", "version": 1, "text": text}
        self.send(method="textDocument/didOpen", params={"textDocument": document})
        found = self.until(lambda message: message.get("params", {}).get("uri") == document["uri"])
        return found["params"]["by"]


@pytest.fixture
def client(notebook: Path, index: LocalIndex) -> Iterator[Client]:
    """Return a client of a router; ``work.ipynb`` has an environment, other notebooks have none."""
    index.wheel("alpha", "1.0")
    install(notebook, "alpha")
    client = Client(notebook.parent)
    try:
        assert client.ask(0, "initialize")["result"]["by"] == ""
        client.send(method="initialized", params={})
        yield client
    finally:
        client.process.kill()
        client.process.wait()
        for pipe in (client.process.stdin, client.process.stdout):
            assert pipe is not None
            with contextlib.suppress(OSError):
                pipe.close()


def test_documents_go_to_the_server_of_their_environment(client: Client) -> None:
    assert client.open("other.ipynb", "o") == ""
    assert client.open("work.ipynb", "w") == "work"
    for number, name, text, by in ((1, "work.ipynb", "w", "work"), (2, "other.ipynb", "o", "")):
        assert client.ask(number, "hover", name)["result"] == {"by": by, "text": text}
        assert client.ask(number, "completionItem/resolve")["result"]["by"] == by
    assert client.ask(3, "shutdown")["result"]["by"] == ""


def test_requests_of_servers_find_their_way_back(client: Client) -> None:
    client.open("work.ipynb", "w")

    def is_asked(message: dict[str, Any]) -> bool:
        is_one = message.get("method") == "workspace/configuration"
        return is_one and message["params"]["by"] == "work"

    asked = next((each for each in client.heard if is_asked(each)), None) or client.until(is_asked)
    client.send(id=asked["id"], result=[1])
    got = client.until(lambda message: "[1]" in str(message.get("params")))["params"]
    assert got["by"] == "work"
    assert got["got"]["id"] == 8
    registered = [
        each for each in client.heard if each.get("method") == "client/registerCapability"
    ]
    assert len(registered) == 1


def test_a_server_that_ends_leaves_its_documents_to_the_usual_one(client: Client) -> None:
    client.open("work.ipynb", "w")
    assert "has ended" in client.ask(1, "textDocument/die", "work.ipynb")["error"]["message"]
    assert client.ask(2, "hover", "work.ipynb")["result"] == {"by": "", "text": "w"}
    assert client.open("work.ipynb", "again") == ""


def test_odd_messages_do_no_harm(client: Client) -> None:
    for params in (None, [], {"textDocument": None}, {"textDocument": {"uri": "file:///x"}}):
        client.send(method="textDocument/didOpen", params=params)
        client.send(method="textDocument/didChange", params=params)
        client.send(method="$/cancelRequest", params=params)
    client.send(id="not ours", result=None)
    assert client.ask(1, "hover", "x.ipynb")["result"] == {"by": "", "text": None}


def test_it_ends_with_the_usual_server_or_the_client(client: Client) -> None:
    client.open("work.ipynb", "w")
    client.send(method="exit")
    assert client.process.wait(20) == 5


def test_it_ends_when_the_client_has_gone(client: Client) -> None:
    client.open("work.ipynb", "w")
    assert client.process.stdin is not None
    client.process.stdin.close()
    assert client.process.wait(20) == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_it_ends_on_a_signal(client: Client) -> None:
    client.open("work.ipynb", "w")
    client.process.terminate()
    assert client.process.wait(20) == 0
