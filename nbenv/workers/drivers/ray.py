"""Ray: tasks and actors run in the notebook's environment, which each node makes for itself.

Ray starts a worker with the command ``py_executable`` of its runtime environment, in the folder
``working_dir``, which is the bundle. What could fail in there is done by an ordinary task before:
Ray says nothing about a command that fails, and starts it again and again.
"""

from __future__ import annotations

import hashlib
import sys

from _nbenv_workers import Clock, Report, WorkersError, load

on_nodes = load("ray_nodes")
versions = load("ray_versions")
connection = load("ray_connection")

ENGINE = "Ray"
SCHEME = "ray://"
"""Begins the address of a cluster that nothing is connected to yet; ``auto`` is this machine's."""


def find(namespace):
    """Return the variable that holds the module ray, once that is connected to a cluster."""
    ray = sys.modules.get("ray")
    if ray is None or not hasattr(ray, "is_initialized") or not ray.is_initialized():
        return []
    names = [name for name, value in list(namespace.items()) if value is ray]
    return [(name, ray) for name in sorted(names)[:1] or ["ray"]]


def ship(client, bundle, options):
    """Give the nodes of a cluster the environment.

    `client` is the module ray, which is connected; or an address, ``ray://HOST:PORT`` or
    ``ray://auto``, to connect to so that all tasks have the environment. The report's `value` is
    the ``runtime_env`` for tasks and actors.
    """
    clock = Clock()
    versions.check_has_ray(bundle)
    if isinstance(client, str):
        return _connect(client, bundle, options, clock)
    packed = bundle.zipped()
    nodes, executables = on_nodes.prepare(client, bundle, packed, options)
    uri = "gcs://_ray_pkg_{}.zip".format(hashlib.sha256(packed).hexdigest()[:16])
    on_nodes.put(client, uri, packed, options.patience)
    runtime_env = {"working_dir": uri, "py_executable": on_nodes.command(executables)}
    options.tell("Trying one task on each node…")
    on_nodes.verify(client, bundle, runtime_env)
    note = (
        "Ray was connected already, so each task or actor has to ask for it: env = %nbenv workers, "
        "then @ray.remote(runtime_env=env) or f.options(runtime_env=env)."
    )
    return _report(nodes, packed, clock, note, runtime_env)


def status(client, bundle):
    """Say which nodes have the environment."""
    ray, clock = _connected(client), Clock()
    found = on_nodes.ask(ray, bundle.zipped(), "status", on_nodes.PATIENCE)
    notes = [
        "{}: Python {}, Ray {}; it {}.".format(name, each["python"], each["ray"], _state(each))
        for name, each in found.items()
    ]
    return Report(ENGINE, seconds=clock.seconds, notes=notes)


def _state(about):
    if "error" in about:
        return "cannot say more: " + about["error"]
    return "has the environment" if about["ready"] else "does not have the environment"


def stop(client):
    """End the connection; Ray ends the workers in the environment with it."""
    _connected(client).shutdown()
    return Report(ENGINE, notes=["Disconnected from Ray, which ends the workers of this notebook."])


def _report(nodes, packed, clock, note, runtime_env):
    return Report(
        ENGINE, nodes, bytes_sent=len(packed), seconds=clock.seconds, notes=[note],
        value=runtime_env, unit="node",
    )  # fmt: skip


def _connected(client):
    """Return the module ray, which has to be connected."""
    ray = sys.modules.get("ray")
    if isinstance(client, str) or ray is None or not ray.is_initialized():
        raise WorkersError(
            "Ray is not connected.", "To connect it: %nbenv workers ray://HOST:10001"
        )
    return ray


# -- connecting


def _connect(address, bundle, options, clock):
    """Connect so that everything runs in the environment, once every node has made it."""
    try:
        import ray
    except ImportError as error:
        raise WorkersError("Ray cannot be imported: {}.".format(error)) from None
    if ray.is_initialized():
        raise WorkersError(
            "Ray is connected already.",
            "Run %nbenv workers without an address; or ray.shutdown(), and then this again.",
        )
    target = "auto" if address == SCHEME + "auto" else versions.with_port(address)
    packed = bundle.zipped()
    nodes = connection.connect(ray, target, bundle, packed, options)
    note = "Ray is connected to {}: all tasks and actors run there."
    report = _report(nodes, packed, clock, note.format(connection.shown(target)), None)
    report.client = ray
    return report
