"""Compare a Ray cluster's versions with the notebook's, before Ray itself does."""

from __future__ import annotations

import re
import socket
import sys
from urllib.parse import urlsplit

from _nbenv_workers import WorkersError, load

handshake = load("ray_handshake", "clients")

_CONNECT = 5.0
"""Seconds to wait until something answers."""


def check_has_ray(bundle):
    """Raise unless the environment has Ray: a worker without it would be started for ever."""
    if "ray" not in bundle.manifest["versions"]:
        raise WorkersError(
            "This notebook's environment does not have Ray, which its workers need.",
            'Install it: %nbenv install "ray[client]"',
        )


def with_port(target):
    """Return an address with Ray's usual port where it has none: Ray itself takes another then."""
    try:
        parts = urlsplit(target)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host:
        raise WorkersError("{} is no address of Ray.".format(target), "Write ray://HOST:10001.")
    shown = "[{}]".format(host) if ":" in host else host
    return "ray://{}:{}".format(shown, port or 10001)


def check_reachable(target):
    """Raise at once where nothing listens: Ray tries for minutes."""
    parts = urlsplit(target)
    try:
        socket.create_connection((parts.hostname, parts.port), timeout=_CONNECT).close()
    except OSError as error:
        why = getattr(error, "strerror", None) or error
        raise WorkersError(
            "{} does not answer: {}.".format(target, why),
            "Check that the cluster is running, and that port {} of its head node, where the Ray "
            "client server listens, is reachable from here.".format(parts.port),
        ) from None


def check_same(target, bundle):
    """Raise unless the cluster has the notebook's Ray, and this Python."""
    found = _ask(target) or _ask(target)  # a busy head node may fail to start its server
    if found is None:
        return  # another protocol than this knows: Ray will say what it does not like
    check_equal(target, *found, bundle)


def check_equal(target, ray, python, bundle):
    """Raise unless these are the notebook's Ray, and this Python."""
    mine = "{}.{}".format(*sys.version_info[:2])
    if ray != bundle.manifest["versions"]["ray"] or minor(python) != mine:
        raise mismatch(target, ray, python, bundle)


def mismatch(where, ray, python, bundle):
    """Return the error about a cluster, or a node, with other versions."""
    own, mine = bundle.manifest["versions"]["ray"], bundle.manifest["python"]
    todo = []
    if minor(python) != mine:
        todo.append("%nbenv python {}".format(minor(python)))
    if ray != own:
        todo.append('%nbenv install "ray[client]=={}"'.format(ray))
    return WorkersError(
        "{} runs Ray {} with Python {}, and this notebook has Ray {} with Python {}.".format(
            where, ray, python, own, mine
        ),
        "Ray needs the same on both sides. Run {}, and restart the kernel.".format(
            ", then ".join(todo)
        ),
    )


def in_refusal(text):
    """Return the cluster's versions of Ray and Python in Ray's own refusal, None without them."""
    found = re.search(r"started with:\s+Ray: (\S+)\s+Python: (\S+)", text)
    return found.groups() if found else None


def minor(version):
    """Return the first two numbers of a version."""
    return ".".join(version.split(".")[:2])


def not_a_client(target, error):
    """Return the error about an environment whose Ray cannot be a client."""
    return WorkersError(
        "Connecting to {} needs what ray[client] brings: {}.".format(target, error),
        'Install it: %nbenv install "ray[client]"',
    )


def not_a_server(target, error):
    """Return the error about an address at which something else answers, or nothing."""
    return WorkersError(
        "No Ray client server answers at {}: {}.".format(target, error),
        "Check the address: it is the client server's, by default port 10001 of the head node, "
        "not that of ray start --address.",
    )


def _ask(target):
    """Return a cluster's versions of Ray and Python; None where it answers in an unknown way."""
    try:
        return handshake.versions_at(urlsplit(target).netloc)
    except ImportError as error:
        raise not_a_client(target, error) from None
    except handshake.OtherAnswerError:
        return None
    except handshake.NoAnswerError as error:
        raise not_a_server(target, error) from None
