"""Questions about a notebook while it is saved and its environment changes: all are answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from tests.conftest import write_notebook
from tests.integration.server.conftest import Shared
from tests.support.api import events, start
from tests.support.commands import succeed
from tests.support.server import JupyterServer

NAME = "busy.ipynb"
QUESTIONS = (
    "status",
    "history",
    "packages",
    "record",
    "extensions",
    "package&name=alpha",
    "module&name=cv2",
)
CELLS = 300


@pytest.fixture
def server(local: Shared) -> JupyterServer:
    """Return a server whose environments come from the local index; their kernel is a stub."""
    return local.server


def saving(server: JupyterServer, path: Path, done: Event) -> None:
    """Save again and again, as front ends do: the server empties the file, and writes it."""
    content = json.loads(path.read_bytes())
    while not done.is_set():
        server.save(NAME, content)


def asking(server: JupyterServer, question: str, done: Event) -> list[tuple[object, ...]]:
    """Ask again and again; return the answers that are errors."""
    name, _, more = question.partition("&")
    refused = []
    while not done.is_set():
        if name == "marks":
            body = {"path": NAME, "cells": ["import alpha"]}
            answer = server.request("POST", "nbenv/api/marks", body)
        else:
            answer = server.request("GET", f"nbenv/api/{name}?path={NAME}&{more}")
        if answer[0] != 200:
            refused.append((question, *answer))
    return refused


@contextmanager
def asked_meanwhile(server: JupyterServer, path: Path) -> Iterator[None]:
    """Save and ask everything meanwhile; every answer must be one."""
    done = Event()
    with ThreadPoolExecutor() as pool:
        saved = pool.submit(saving, server, path, done)
        asked = [pool.submit(asking, server, each, done) for each in (*QUESTIONS, "marks")]
        try:
            yield
        finally:
            done.set()
        saved.result()
        assert [refused for each in asked for refused in each.result()] == []


def test_every_question_is_answered_while_changes_are_made(server: JupyterServer) -> None:
    path = write_notebook(server.root / NAME, *["x = '" + "é" * 2000 + "'"] * CELLS)
    succeed("install", path, "alpha")
    environment = NotebookSnapshot.read(NotebookRef(str(path))).environment
    with asked_meanwhile(server, path):
        for verb, words, flags in (
            ("install", ["beta"], []),
            ("uninstall", ["beta"], []),
            ("install", ["beta"], ["dry-run"]),
            ("export", ["requirements"], []),
            ("undo", [], []),
        ):
            last = events(server, start(server, NAME, verb, *words, flags=flags)["id"])[-1]
            assert last["type"] == "result", last
        # A damaged environment is replaced by another one.
        for folder in environment.dist_infos():
            (folder / "RECORD").unlink()
        last = events(server, start(server, NAME, "restore")["id"])[-1]
        assert last["type"] == "result", last
    assert NotebookSnapshot.read(NotebookRef(str(path))).environment != environment
