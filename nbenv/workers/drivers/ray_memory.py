"""The memory of a Ray cluster about its versions and ready nodes, for the next connection.

To ask a Ray cluster for its versions takes a connection, and so does making environments before
anything is started in them. The result is kept in the cluster's own store, which its client server
reads without a connection; it ends with the cluster, so that another one at the same address is
asked anew. Whatever is there is only a hint: the next connection tries a task on each node anyway.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from _nbenv_workers import load

handshake = load("ray_handshake", "clients")

_KEY = "nbenv:{}"


class Known:
    """The versions of a cluster, and the nodes that have an environment, with their Pythons."""

    def __init__(self, ray, python, executables, nodes) -> None:
        self.ray, self.python = ray, python
        self.executables, self.nodes = list(executables), list(nodes)


def recall(target, bundle):
    """Return the `Known` of a cluster for a bundle, None if this is its first connection.

    Raises NoAnswerError, or ImportError where this Python cannot be a client.
    """
    return parsed(handshake.kept_at(urlsplit(target).netloc, _KEY.format(bundle.digest)))


def keep(target, bundle, known):
    """Keep what is known about a cluster; the next connection is only slower if that fails."""
    text = json.dumps(vars(known), sort_keys=True)
    try:
        handshake.keep_at(urlsplit(target).netloc, _KEY.format(bundle.digest), text.encode())
    except handshake.NoAnswerError:
        return


def parsed(content):
    """Return the `Known` of what was kept, None if that is something else."""
    try:
        found = json.loads(content)
        known = Known(found["ray"], found["python"], found["executables"], found["nodes"])
    except (ValueError, KeyError, TypeError):
        return None
    texts = [known.ray, known.python, *known.executables, *known.nodes]
    return known if all(isinstance(each, str) for each in texts) else None
