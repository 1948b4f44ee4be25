"""A language server that was started for one environment."""

from __future__ import annotations

import contextlib
import os
import queue
import re
import subprocess
import threading
from collections.abc import Sequence
from typing import IO

from nbenv.home.processes.console import no_window
from nbenv.server.language_servers import framing
from nbenv.server.language_servers.documents import OpenDocument, Surroundings
from nbenv.server.language_servers.framing import Message

__all__ = ["OWN", "Event", "LanguageServer", "listen"]

OWN = "nbenv:"
"""Begins the identifiers of the router's own requests."""
_JEDI = re.compile(r"\b(?:pylsp|jedi)\b")
"""Language servers that know packages by Jedi; others download programs to the same folder."""
_STOPPING = 5.0
"""Seconds that a server may take to shut down."""

Event = tuple["LanguageServer | None", "Message | None"]
"""A message from a server, or from the client for None; no message once that has gone."""


class LanguageServer:
    """A language server that sees one environment.

    Parameters
    ----------
    command
        The words that start it.
    surroundings
        The environment that it is to see.
    number
        What distinguishes it from the router's others.
    """

    def __init__(self, command: Sequence[str], surroundings: Surroundings, number: int) -> None:
        self.surroundings, self.number = surroundings, number
        self.documents: dict[str, OpenDocument] = {}
        self._waiting: list[Message] | None = None
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_variables(command, surroundings),
            creationflags=no_window(),
        )

    def listen(self, events: queue.SimpleQueue[Event]) -> None:
        """Put what it says into a queue from now on."""
        assert self._process.stdout is not None, "it is a pipe"
        listen(self._process.stdout, self, events)

    def hold(self) -> None:
        """Keep messages back until it has answered that it is initialized."""
        self._waiting = []

    def release(self) -> None:
        """Send the messages that were kept back."""
        waiting, self._waiting = self._waiting or [], None
        for message in waiting:
            self.send(message)

    def send(self, message: Message, *, at_once: bool = False) -> None:
        """Send it a message; one that has ended gets none."""
        if self._waiting is not None and not at_once:
            self._waiting.append(message)
            return
        assert self._process.stdin is not None, "it is a pipe"
        with contextlib.suppress(OSError):
            framing.write(self._process.stdin, message)

    def notify(self, method: str, params: object) -> None:
        """Send it a notification."""
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def open(self, document: OpenDocument) -> None:
        """Have it know a document."""
        self.documents[document.uri] = document
        self.notify("textDocument/didOpen", {"textDocument": document.item()})

    def close(self, uri: str) -> None:
        """Have it forget a document."""
        if self.documents.pop(uri, None):
            self.notify("textDocument/didClose", {"textDocument": {"uri": uri}})

    def stop(self) -> None:
        """Ask it to shut down, and see to it that it does."""
        self._waiting = None
        self.send({"jsonrpc": "2.0", "id": f"{OWN}shutdown", "method": "shutdown"})
        self.notify("exit", None)
        threading.Thread(target=self._await_end, daemon=True).start()

    def _await_end(self) -> None:
        try:
            self._process.wait(_STOPPING)
        except subprocess.TimeoutExpired:
            self._process.kill()

    def end(self) -> int:
        """Wait until it has ended; return its exit code."""
        self._await_end()
        return self._process.wait()

    def terminate(self) -> None:
        """Have it end, as jupyter_lsp does when no page is left."""
        self._process.terminate()


def _variables(command: Sequence[str], surroundings: Surroundings) -> dict[str, str]:
    variables = surroundings.variables(os.environ)
    parsed = surroundings.parsed_files() if _JEDI.search(" ".join(command)) else None
    return {**variables, "XDG_CACHE_HOME": parsed} if parsed else variables


def listen(
    stream: IO[bytes], server: LanguageServer | None, events: queue.SimpleQueue[Event]
) -> None:
    """Put what a server or, for None, the client says into a queue, until it has gone."""

    def put() -> None:
        with contextlib.suppress(OSError, ValueError):
            while (message := framing.read(stream)) is not None:
                events.put((server, message))
        events.put((server, None))

    threading.Thread(target=put, daemon=True).start()
