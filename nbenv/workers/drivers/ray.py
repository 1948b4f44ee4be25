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
    if target != "auto":
        options.tell("Asking {} for its versions…".format(target))
        versions.check_reachable(target)
        versions.check_same(target, bundle)
    packed = bundle.zipped()
    options.tell("Connecting to {}…".format(target))
    _init(ray, target, bundle, logging_level="ERROR", log_to_driver=False)
    try:
        nodes, executables = on_nodes.prepare(ray, bundle, packed, options)
    finally:
        ray.shutdown()
    runtime_env = {"working_dir": bundle.folder, "py_executable": on_nodes.command(executables)}
    options.tell("Connecting to {} in the environment…".format(target))
    _init(ray, target, bundle, runtime_env=runtime_env)
    try:
        options.tell("Trying one task on each node…")
        on_nodes.verify(ray, bundle, None)
    except BaseException:
        ray.shutdown()
        raise
    note = "Ray is connected to {}: all tasks and actors run there.".format(target)
    report = _report(nodes, packed, clock, note, None)
    report.client = ray
    return report


def _init(ray, target, bundle, attempts=3, **more):
    try:
        ray.init(target, **more)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        if attempts > 1 and "client server failed" in str(error):  # its head node is busy
            _init(ray, target, bundle, attempts - 1, **more)
            return
        if found := versions.in_refusal(str(error)):  # where it did not answer the question
            raise versions.mismatch(target, *found, bundle) from None
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise WorkersError(
            "Ray did not connect to {}: {}".format(target, " ".join(lines)[-600:] or "no answer."),
            "Check the address: it is that of the Ray client server, by default port 10001 of the "
            "head node. A kernel on one of the nodes can use %nbenv workers ray://auto.",
        ) from None
