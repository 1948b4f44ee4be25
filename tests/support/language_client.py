"""A client of jupyter_lsp, as JupyterLab is one: all its documents share one connection."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

from tests.support.index import LocalIndex
from tests.support.server import JupyterServer


@contextmanager
def serving_language(
    folder: Path, name: str, command: Sequence[str | Path]
) -> Iterator[tuple[JupyterServer, Mapping[str, str], LocalIndex]]:
    """Run a server in a new folder with a language server; yield it, its variables and its index.

    The index has two versions of a package, ``alpha``, each with a function of its own.
    """
    (folder / "root").mkdir()
    (folder / "config").mkdir()
    spec = {
        "argv": [str(word) for word in command],
        "languages": ["python"],
        "version": 2,
        "mime_types": ["text/x-python"],
        "display_name": name,
    }
    config = {"LanguageServerManager": {"language_servers": {name: spec}}}
    (folder / "config" / "jupyter_server_config.json").write_text(json.dumps(config))
    with LocalIndex(folder / "index") as index:
        index.wheel("ipykernel", "7.0")
        for version in ("1.0", "2.0"):
            code = f'def only_{version[0]}():\n    """Documented in {version}."""\n'
            index.wheel("alpha", version, modules={"alpha.py": code})
        environ = {
            "NBENV_HOME": str(folder / "home"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": index.url,
            "UV_CACHE_DIR": str(folder / "cache"),
        }
        of_server = {**environ, "JUPYTER_CONFIG_DIR": str(folder / "config")}
        with JupyterServer(folder / "root", of_server) as server:
            yield server, environ, index


class LanguageClient:
    """A connection to a language server of a Jupyter server, used as a context manager."""

    def __init__(self, server: JupyterServer, name: str) -> None:
        self._base = server.root / ".virtual_documents"
        self._socket = websocket.create_connection(
            f"{server.url.replace('http', 'ws', 1)}lsp/ws/{name}",
            header=[f"Authorization: token {server.token}"],
            timeout=60,
        )
        self._numbers = itertools.count(1)
        self.ask("initialize", processId=None, rootUri=server.root.as_uri(), capabilities={})
        self.tell("initialized")

    def __enter__(self) -> LanguageClient:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def tell(self, method: str, **params: object) -> None:
        """Send a notification."""
        self._send(method=method, params=params)

    def ask(self, method: str, **params: object) -> Any:
        """Send a request; return its result."""
        number = next(self._numbers)
        self._send(id=number, method=method, params=params)
        while True:
            message = json.loads(self._socket.recv())
            if "method" in message and "id" in message:
                self._send(id=message["id"], result=None)
            elif "method" not in message and message["id"] == number:
                return message["result"]

    def _send(self, **message: object) -> None:
        self._socket.send(json.dumps({"jsonrpc": "2.0", **message}))

    def open(self, name: str, text: str) -> str:
        """Open the code of a notebook; return the document's URI."""
        uri = Path(self._base / name).as_uri()
        document = {"uri": uri, "languageId": "python", "version": 1, "text": text}
        self.tell("textDocument/didOpen", textDocument=document)
        return uri

    def change(self, uri: str, text: str) -> None:
        """Replace the code of a notebook."""
        document = {"uri": uri, "version": next(self._numbers)}
        self.tell("textDocument/didChange", textDocument=document, contentChanges=[{"text": text}])

    def close(self, uri: str) -> None:
        """Close a notebook."""
        self.tell("textDocument/didClose", textDocument={"uri": uri})

    def names(self, uri: str, line: int, character: int) -> set[str]:
        """Return the completions at a position."""
        place = {"line": line, "character": character}
        found = self.ask("textDocument/completion", textDocument={"uri": uri}, position=place)
        items = found.get("items", []) if isinstance(found, dict) else found or []
        return {item["label"].partition("(")[0] for item in items}

    def hover(self, uri: str, line: int, character: int) -> str:
        """Return the documentation of what is at a position."""
        place = {"line": line, "character": character}
        found = self.ask("textDocument/hover", textDocument={"uri": uri}, position=place)
        return json.dumps(found or "")
