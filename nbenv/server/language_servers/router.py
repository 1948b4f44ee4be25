"""One language server for each environment, behind the one that a page talks to.

A page has one connection to a language server, for all notebooks; a language server knows one
Python. This process stands between them: it starts the server once as usual, once more for each
environment of a notebook that is open, and sends what is about a document to the right one.
"""

from __future__ import annotations

import argparse
import json
import os
import queue
import signal
import sys
import time
from collections.abc import Sequence
from typing import IO, Any, NoReturn

from nbenv.server.language_servers import framing
from nbenv.server.language_servers.documents import (
    OpenDocument,
    Places,
    Surroundings,
    surroundings_of,
)
from nbenv.server.language_servers.framing import Message
from nbenv.server.language_servers.server_process import OWN, Event, LanguageServer, listen

__all__ = ["Router", "main"]

_SECOND_LOOK = 1.0
"""Seconds after which a document's environment is looked up again, when something is asked."""
_OF_DOCUMENT = {"textDocument/publishDiagnostics"}
"""Notifications that only the server of the document may send."""
_REGISTRATIONS = {"client/registerCapability", "client/unregisterCapability"}
"""Requests that the client is to hear once, not from each server."""


class Router:
    """Sends the messages of one client to several language servers, and theirs to the client.

    Parameters
    ----------
    command
        The words that start a language server.
    places
        Where the documents' notebooks are.
    output
        Where the client reads.
    """

    def __init__(self, command: Sequence[str], places: Places, output: IO[bytes]) -> None:
        self._command, self._places, self._output = command, places, output
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._count = 0
        self._first: Message = {}
        self._settings: Message | None = None
        self._looked: dict[str, float] = {}
        self._default = self._start(Surroundings())
        self._others: dict[str, LanguageServer] = {}
        self._failed: set[Surroundings] = set()
        self._asked: dict[str, LanguageServer] = {}
        self._last = self._default

    def _start(self, surroundings: Surroundings) -> LanguageServer:
        server = LanguageServer(self._command, surroundings, self._count)
        self._count += 1
        server.listen(self._events)
        return server

    def serve(self, source: IO[bytes]) -> int:
        """Serve the client until it leaves or the language server ends; return the exit code."""
        signal.signal(signal.SIGTERM, lambda *_: self._events.put((None, None)))
        listen(source, None, self._events)
        while True:
            server, message = self._events.get()
            if server is None:
                if message is None:
                    self._stop_all()
                    return 0
                try:
                    self._from_client(message)
                except (AttributeError, KeyError, TypeError, ValueError):  # not as it should be
                    self._default.send(message)
            elif message is not None:
                self._from_server(server, message)
            elif server is self._default:
                code = server.end()
                self._stop_all()
                return code
            else:
                self._lost(server)

    def _stop_all(self) -> None:
        for server in self._all():
            server.terminate()
        for server in self._all():
            server.end()

    # -- what the client says

    def _from_client(self, message: Message) -> None:
        method = message.get("method")
        uri = _uri(message)
        if method is None:
            self._answer(message)
        elif method == "initialize":
            self._first = message
            self._default.send(message)
        elif method == "$/cancelRequest":
            identifier = _text(message.get("params", {}).get("id"))
            self._asked.get(identifier, self._default).send(message)
        elif uri:
            self._about_document(method, uri, message)
        elif "id" in message:  # completionItem/resolve goes where the completions came from
            self._ask(self._default if method == "shutdown" else self._last, message)
        else:
            if method == "workspace/didChangeConfiguration":
                self._settings = message
            for server in self._all():
                server.send(message)

    def _all(self) -> list[LanguageServer]:
        return [self._default, *self._others.values()]

    def _answer(self, message: Message) -> None:
        """Give a server the client's answer to its request."""
        number, _, identifier = str(message.get("id")).partition(":")
        for server in self._all():
            if str(server.number) == number:
                server.send({**message, "id": json.loads(identifier)})

    def _about_document(self, method: str, uri: str, message: Message) -> None:
        params = message["params"]
        if method == "textDocument/didOpen":
            document = OpenDocument.opened(params["textDocument"])
            self._holder(uri).close(uri)
            self._looked[uri] = time.monotonic()
            self._wanted(uri, self._default).open(document)
            return
        server = self._holder(uri)
        if method == "textDocument/didClose":
            server.close(uri)
            self._looked.pop(uri, None)
            self._stop_if_unused(server)
            return
        if method == "textDocument/didChange" and uri in server.documents:
            version = params["textDocument"].get("version")
            server.documents[uri].change(version, params["contentChanges"])
            server.send(message)
            self._follow(uri)
            return
        server = self._follow(uri)
        if "id" in message:
            self._ask(server, message)
        else:
            server.send(message)

    def _ask(self, server: LanguageServer, message: Message) -> None:
        self._asked[_text(message["id"])] = server
        self._last = server
        server.send(message)

    # -- which server a document belongs to

    def _holder(self, uri: str) -> LanguageServer:
        return next((each for each in self._all() if uri in each.documents), self._default)

    def _follow(self, uri: str) -> LanguageServer:
        """Move a document to the server of its notebook's present environment."""
        held = self._holder(uri)
        document = held.documents.get(uri)
        looked = self._looked.get(uri, 0.0)
        if document is None or time.monotonic() - looked < _SECOND_LOOK:
            return held
        self._looked[uri] = time.monotonic()
        wanted = self._wanted(uri, held)
        if wanted is not held:
            held.close(uri)
            wanted.open(document)
            self._stop_if_unused(held)
        return wanted

    def _wanted(self, uri: str, held: LanguageServer) -> LanguageServer:
        """Return the server that a document belongs to: `held` while its environment changes."""
        surroundings = surroundings_of(self._places.path(uri))
        if surroundings is None:
            return held
        if not surroundings.environment or surroundings in self._failed:
            return self._default
        found = self._others.get(surroundings.environment)
        if found is not None and found.surroundings == surroundings:
            return found
        if found is not None:  # servers keep what they saw of an environment: a new one looks anew
            del self._others[surroundings.environment]
        server = self._others[surroundings.environment] = self._initialized(surroundings)
        if found is not None:
            for document in found.documents.values():
                server.open(document)
            found.documents.clear()
            found.stop()
        return server

    def _initialized(self, surroundings: Surroundings) -> LanguageServer:
        server = self._start(surroundings)
        server.hold()
        first = {**self._first, "id": f"{OWN}initialize"}
        server.send(first, at_once=True)
        return server

    def _stop_if_unused(self, server: LanguageServer) -> None:
        if server is self._default or server.documents:
            return
        self._forget(server)
        server.stop()

    def _forget(self, server: LanguageServer) -> None:
        self._others = {each: found for each, found in self._others.items() if found is not server}
        if self._last is server:
            self._last = self._default

    def _lost(self, server: LanguageServer) -> None:
        """Go on without a server that has ended; its documents get the usual one's answers."""
        unanswered = [each for each, asked in self._asked.items() if asked is server]
        if server in self._others.values():
            self._failed.add(server.surroundings)
        self._forget(server)
        for document in server.documents.values():
            self._default.open(document)
        for identifier in unanswered:
            failure = {"code": -32603, "message": "The language server has ended."}
            response = {"jsonrpc": "2.0", "id": json.loads(identifier), "error": failure}
            framing.write(self._output, response)

    # -- what servers say

    def _from_server(self, server: LanguageServer, message: Message) -> None:
        method, identifier = message.get("method"), message.get("id")
        if method is None:
            self._respond(server, message)
        elif server not in self._all():
            return  # it is shutting down
        elif identifier is None:
            uri = message.get("params", {}).get("uri", "") if method in _OF_DOCUMENT else ""
            if not uri or self._holder(uri) is server:
                framing.write(self._output, message)
        elif method in _REGISTRATIONS and server is not self._default:
            server.send({"jsonrpc": "2.0", "id": identifier, "result": None})
        else:
            named = f"{server.number}:{json.dumps(identifier)}"
            framing.write(self._output, {**message, "id": named})

    def _respond(self, server: LanguageServer, message: Message) -> None:
        identifier = message.get("id")
        if isinstance(identifier, str) and identifier.startswith(OWN):
            if identifier == f"{OWN}initialize":
                server.send({"jsonrpc": "2.0", "method": "initialized", "params": {}}, at_once=True)
                if self._settings:
                    server.send(self._settings, at_once=True)
                server.release()
            return
        self._asked.pop(_text(identifier), None)
        framing.write(self._output, message)


def _uri(message: Message) -> str:
    params = message.get("params")
    document = params.get("textDocument") if isinstance(params, dict) else None
    return str(document.get("uri", "")) if isinstance(document, dict) else ""


def _text(identifier: Any) -> str:
    """Return an identifier as text in which 1 and "1" differ."""
    return json.dumps(identifier)


def main(words: Sequence[str] | None = None) -> NoReturn:
    """Serve standard input and output as a language server, then end the process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", required=True, help="root folder of the Jupyter server")
    parser.add_argument("--virtual", default="", help="folder of jupyter_lsp's copies, in it")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- words of a language server")
    chosen = parser.parse_args(words)
    command = chosen.command[1:] if chosen.command[:1] == ["--"] else chosen.command
    places = Places(os.path.normpath(chosen.root), chosen.virtual)
    code = Router(command, places, sys.stdout.buffer).serve(sys.stdin.buffer)
    os._exit(code)  # a thread still reads standard input, which Python's own end would wait for
