"""Connect to a Ray cluster so that all tasks and actors run in the notebook's environment.

A connection costs the cluster a process, which takes seconds. The first one of an environment is an
ordinary connection: it tells the versions before anything that depends on them is sent, and makes
the environment on each node. The next one is in the environment. What was found is kept in the
cluster, so that later kernels need the second connection only.
"""

from __future__ import annotations

import contextlib

from _nbenv_workers import WorkersError, load

on_nodes = load("ray_nodes")
versions = load("ray_versions")
memory = load("ray_memory")
handshake = load("ray_handshake", "clients")

_QUIET = {"logging_level": "ERROR", "log_to_driver": False}
_FAILURES = (ConnectionError, RuntimeError, ValueError, OSError)


def connect(ray, target, bundle, packed, options):
    """Connect to a client server, or to ``auto``; return the nodes to report.

    Nothing is connected if this fails, or is stopped.
    """
    known = None if target == "auto" else _known(target, bundle)
    try:
        nodes = known and _again(ray, target, bundle, known, options)
        return nodes or _first(ray, target, bundle, packed, options)
    except BaseException:
        ray.shutdown()
        raise


def shown(target):
    """Return a target as messages name it."""
    return "this machine's cluster" if target == "auto" else target


def _known(target, bundle):
    """Return what the cluster keeps about itself; raise if it is not for this notebook."""
    versions.check_reachable(target)
    try:
        known = memory.recall(target, bundle)
    except ImportError as error:
        raise versions.not_a_client(target, error) from None
    except memory.handshake.NoAnswerError as error:
        raise versions.not_a_server(target, error) from None
    if known is not None:
        versions.check_equal(target, known.ray, known.python, bundle)
    return known


def _again(ray, target, bundle, known, options):
    """Connect where every node had the environment; None if a node is new or something fails.

    Then the first connection is made again: it can say what fails.
    """
    try:
        _in_environment(ray, target, bundle, known.executables, options)
        if set(on_nodes.ids(ray)) <= set(known.nodes):
            found = on_nodes.verify(ray, bundle, None)
            return [(name, python, 0.0, False) for name, python in found.items()]
    except (WorkersError, *_FAILURES):
        pass
    ray.shutdown()
    return None


def _first(ray, target, bundle, packed, options):
    """Make the environment on each node in the cluster's own Python, then connect in it."""
    options.tell("Connecting to {}…".format(shown(target)))
    with _explained(target, bundle):
        found = _plainly(ray, target, bundle)
    try:
        nodes, executables = on_nodes.prepare(ray, bundle, packed, options)
        ids = on_nodes.ids(ray)
    finally:
        ray.shutdown()
    with _explained(target, bundle):
        _in_environment(ray, target, bundle, executables, options)
    on_nodes.verify(ray, bundle, None)
    if found is not None:
        memory.keep(target, bundle, memory.Known(*found, executables, ids))
    return nodes


def _in_environment(ray, target, bundle, executables, options):
    runtime_env = {"working_dir": bundle.folder, "py_executable": on_nodes.command(executables)}
    options.tell("Connecting to {} in the environment…".format(shown(target)))
    _attempted(lambda: ray.init(target, runtime_env=runtime_env))
    options.tell("Trying one task on each node…")


def _plainly(ray, target, bundle):
    """Connect in the cluster's own Python; return its versions of Ray and of Python.

    Raises WorkersError if they are not the notebook's. ``ray.init`` would first send a pickle, for
    which they have to be equal already.
    """
    if target == "auto":
        _attempted(lambda: ray.init(target, **_QUIET))
        return None
    try:
        from ray.util.client_connect import connect as to_server
    except ImportError:  # a Ray that has it elsewhere
        versions.check_same(target, bundle)
        _attempted(lambda: ray.init(target, **_QUIET))
        return None
    place = target[len("ray://") :]
    about = _attempted(lambda: to_server(place, ignore_version=True, ray_init_kwargs=dict(_QUIET)))
    versions.check_equal(target, about["ray_version"], about["python_version"], bundle)
    return about["ray_version"], about["python_version"]


def _attempted(action):
    with handshake.failing_at_once():
        for _ in range(handshake.ATTEMPTS - 1):
            try:
                return action()
            except _FAILURES as error:
                if not handshake.is_unlucky(error):
                    raise
        return action()


@contextlib.contextmanager
def _explained(target, bundle):
    """Say in our words why a connection failed: Ray often gives no reason, or another one."""
    try:
        yield
    except _FAILURES as error:
        if found := versions.in_refusal(str(error)):
            raise versions.mismatch(target, *found, bundle) from None
        if target != "auto":
            versions.check_same(target, bundle)
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        raise WorkersError(
            "Ray did not connect to {}: {}".format(
                shown(target), " ".join(lines)[-600:] or "no answer."
            ),
            "Check the address: it is that of the Ray client server, by default port 10001 of the "
            "head node. A kernel on one of the nodes can use %nbenv workers ray://auto.",
        ) from None
