"""Client of nbenv's REST API, used as its front end does: views, jobs, and their events."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.server import JupyterServer

__all__ = ["ask", "events", "following", "start", "stop"]

Event = dict[str, Any]


def ask(server: JupyterServer, path: str) -> Any:
    """Get a resource that must exist."""
    status, answer = server.request("GET", f"nbenv/api/{path}")
    assert status == 200, (status, answer)
    return answer


def start(server: JupyterServer, path: str, verb: str, *words: str, **more: object) -> Any:
    """Start a job and return its description."""
    body = {"path": path, "verb": verb, "words": list(words), **more}
    status, job = server.request("POST", "nbenv/api/jobs", body)
    assert status == 201, (status, job)
    return job


def stop(server: JupyterServer, identifier: str) -> Any:
    """Stop a job and return its description."""
    status, job = server.request("DELETE", f"nbenv/api/jobs/{identifier}")
    assert status == 200, (status, job)
    return job


@contextmanager
def following(server: JupyterServer, identifier: str, query: str = "") -> Iterator[Iterator[Event]]:
    """Read a job's events as they arrive; leaving early is allowed."""
    url = f"{server.url}nbenv/api/jobs/{identifier}/events{query}"
    request = urllib.request.Request(url, headers={"Authorization": f"token {server.token}"})
    with urllib.request.urlopen(request, timeout=120) as lines:
        yield (json.loads(line) for line in lines if line.strip())


def events(server: JupyterServer, identifier: str, query: str = "") -> list[Event]:
    """Read a job's events until it ends."""
    with following(server, identifier, query) as received:
        return list(received)
