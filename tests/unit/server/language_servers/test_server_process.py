"""The process of one language server."""

from __future__ import annotations

import queue
import sys
from pathlib import Path
from typing import Any

import pytest

from nbenv.server.language_servers import server_process
from nbenv.server.language_servers.documents import Surroundings
from nbenv.server.language_servers.server_process import Event, LanguageServer

CODE = """
import os, sys, time
from nbenv.server.language_servers import framing
framing.write(sys.stdout.buffer, {"method": "cache", "params": os.environ.get("XDG_CACHE_HOME")})
while framing.read(sys.stdin.buffer) is not None:
    pass
time.sleep(600)
"""


def started(surroundings: Surroundings, *words: str) -> tuple[LanguageServer, Any]:
    """Start a server that tells its cache; return it and what is heard of it."""
    heard: queue.SimpleQueue[Event] = queue.SimpleQueue()
    server = LanguageServer([sys.executable, "-c", CODE, *words], surroundings, 1)
    server.listen(heard)
    return server, heard


@pytest.mark.parametrize(
    ("word", "has_own"), [("pylsp", True), ("jedi-language-server", True), ("pyright", False)]
)
def test_jedi_keeps_what_it_parsed_of_each_environment_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, has_own: bool
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "cache")
    server, heard = started(Surroundings(str(tmp_path), 1), word)
    _, message = heard.get(timeout=20)
    assert (message["params"] != "cache") == has_own
    server.terminate()
    assert server.end() != 0


def test_one_that_does_not_shut_down_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_process, "_STOPPING", 0.2)
    server, heard = started(Surroundings())
    heard.get(timeout=20)
    server.stop()
    assert heard.get(timeout=20)[1] is None
