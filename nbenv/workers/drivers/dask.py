"""The driver of Dask: by default, a scheduler and workers of the notebook's own on a cluster.

They are started through the shared cluster, run in the notebook's environment, and end with its
kernel. So several notebooks share a cluster without sharing packages.
"""

from __future__ import annotations

import contextlib
import sys

from _nbenv_workers import Clock, Report, WorkersError, load

_nodes, _nested, _own = load("nodes"), load("dask_nested"), load("dask_own")
dask_nodes = load("dask_nodes")

ENGINE = "Dask"


def find(namespace):
    """Return the clients in a namespace: those that are connected, or else those that were."""
    distributed = sys.modules.get("distributed")
    if distributed is None or not hasattr(distributed, "Client"):
        return []
    named = [
        (name, value)
        for name, value in list(namespace.items())
        if isinstance(value, distributed.Client) and not name.startswith("_")
    ]
    own = [value for _, value in named]
    for each in _nested.all_nested():  # its cluster's client is another name of the same
        if each.client in own:
            named = [pair for pair in named if pair[1] is not each.carrier]
    connected = [pair for pair in named if _nested.is_connected(pair[1])]
    if named:
        return connected or named
    with contextlib.suppress(ValueError):
        return [("client", distributed.get_client())]  # made, and given no name
    return []


def ship(client, bundle, options):
    """Give the workers of a client's cluster the environment; return the report."""
    known = _nested.nested_of(client)
    carrier = known.carrier if known else client
    _check_client(carrier)
    _check_distributed(bundle)
    if options.own:
        report = _own.ship(carrier, bundle, options)
        if known:
            known.stop()
            report.client = carrier
        return report
    clock, nodes = Clock(), dask_nodes.DaskNodes(carrier, bundle)
    workers = nodes.workers()
    if not workers:
        raise WorkersError("The cluster has no workers yet.", _how_to_start(carrier))
    looks = nodes.look([dask_nodes.SCHEDULER, *workers])
    if _nodes.are_here(looks):
        return _nodes.nothing_to_do(ENGINE)
    if known and known.digest == bundle.digest and _nested.is_connected(client):
        known.add_new(options)
        return known.report(clock, options, (), 0)
    nodes.place(looks)
    made = nodes.make(looks, options)
    fresh = _nested.Nested(carrier, nodes, bundle)
    try:
        options.tell("Starting the notebook's own scheduler and workers…")
        fresh.start(workers, made, looks)
        report = fresh.report(clock, options, _nodes.rows(looks, made), nodes.bytes_sent)
    except BaseException:
        fresh.stop()
        raise
    fresh.replace_former()
    if _is_adaptive(carrier):
        report.notes.append(_ADAPTIVE.format(len(workers)))
    return report


def status(client, bundle):
    """Say what the workers of a client have."""
    if not _nested.is_connected(client):
        return Report(ENGINE, notes=["The client is closed."])
    known = _nested.nested_of(client)
    return known.status(bundle) if known else _own.status(client, bundle)


def stop(client):
    """Stop what was started; the report's client is that of the shared cluster."""
    known = _nested.nested_of(client)
    if known is None:
        return _own.stop(client)
    known.stop()
    return Report(
        ENGINE,
        notes=["Stopped the notebook's own workers; the client is that of the cluster again."],
        client=known.carrier,
    )


# -- before anything is shipped


def _check_client(client) -> None:
    if client.asynchronous:
        raise WorkersError(
            "The client is asynchronous, and %nbenv workers needs one that waits.",
            "Make one without asynchronous=True.",
        )
    if not _nested.is_connected(client):
        raise WorkersError(
            "The client is closed.", "Connect again: client = distributed.Client('tcp://HOST:8786')"
        )


def _check_distributed(bundle) -> None:
    if "distributed" not in bundle.manifest["versions"]:
        raise WorkersError(
            "The workers would have no Dask: the notebook does not record distributed.",
            "Install it: %nbenv install distributed",
        )


# -- adaptive clusters: the notebook's own workers do not count as work of the shared ones

_ADAPTIVE = (
    "The cluster is adaptive: it ends workers that look idle to it, and this notebook's with them. "
    "Fix its size meanwhile: client.cluster.adapt(minimum={0}, maximum={0}) on the shared client."
)


def _is_adaptive(client):
    """Return whether a cluster that this kernel manages changes its size by itself."""
    adaptive = getattr(getattr(client, "cluster", None), "_adaptive", None)
    is_running = getattr(adaptive, "periodic_callback", None) is not None
    return is_running and adaptive.minimum != adaptive.maximum


def _how_to_start(client):
    if _is_adaptive(client):
        return (
            "It is adaptive, and gets workers when there is work. Fix its size while this notebook "
            "uses it: client.cluster.adapt(minimum=4, maximum=4); then try again."
        )
    return "Start some, or wait for them, then try again."
