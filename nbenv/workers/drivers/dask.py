"""The driver of Dask: by default, a scheduler and workers of the notebook's own on a cluster.

They are started through the shared cluster, run in the notebook's environment, and end with its
kernel. So several notebooks share a cluster without sharing packages.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
import time
import uuid

from _nbenv_workers import Clock, Report, WorkersError, load

ENGINE = "Dask"
_CONNECTED = ("running", "connecting", "newly-created")
_CONNECT = 20.0
_STARTED = 120.0
"""Seconds that connecting, and the notebook's processes, may take."""
_LATE = 3.0
"""Seconds between two looks for workers that the cluster got later."""
CHECK = (
    "(lambda path: __import__('runpy').run_path(path + '/nbenv_worker.py')['check']"
    "(path + '/manifest.json'))(__import__('sys').prefix + '/nbenv-worker')"
)

_nested = []
"""The `Nested` of this kernel; those of closed clients stay until they are replaced."""


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
    for each in _nested:  # its cluster's client is another name of the same
        if each.client in own:
            named = [pair for pair in named if pair[1] is not each.carrier]
    connected = [pair for pair in named if _is_connected(pair[1])]
    if named:
        return connected or named
    with contextlib.suppress(ValueError):
        return [("client", distributed.get_client())]  # made, and given no name
    return []


def ship(client, bundle, options):
    """Give the workers of a client's cluster the environment; return the report."""
    known = next((each for each in _nested if each.client is client), None)
    carrier = known.carrier if known else client
    _check_client(carrier)
    _check_distributed(bundle)
    if options.own:
        report = load("dask_own").ship(carrier, bundle, options)
        if known:
            known.stop()
            report.client = carrier
        return report
    clock, nodes = Clock(), load("dask_nodes").DaskNodes(carrier, bundle)
    scheduler = load("dask_nodes").SCHEDULER
    workers = nodes.workers()
    if not workers:
        raise WorkersError(
            "The cluster has no workers yet.", "Start some, or wait for them, then try again."
        )
    looks = nodes.look([scheduler, *workers])
    if load("nodes").are_here(looks):
        return load("nodes").nothing_to_do(ENGINE)
    if known and known.digest == bundle.digest and _is_connected(client):
        known.add_new(options)
        return known.report(clock, options, (), 0)
    nodes.place(looks)
    made = nodes.make(looks, options)
    fresh = Nested(carrier, nodes, bundle)
    try:
        options.tell("Starting the notebook's own scheduler and workers…")
        fresh.start(made[scheduler]["python"])
        fresh.start_workers(workers, made)
        rows = load("nodes").rows(looks, made)
        report = fresh.report(clock, options, rows, nodes.bytes_sent)
    except BaseException:
        fresh.stop()
        raise
    for each in [each for each in _nested if each.carrier is carrier]:
        each.stop()
    _nested.append(fresh)
    fresh.watch()
    return report


def status(client, bundle):
    """Say what the workers of a client have."""
    known = next((each for each in _nested if each.client is client), None)
    if not _is_connected(client):
        return Report(ENGINE, notes=["The client is closed."])
    if known is None:
        return load("dask_own").status(client, bundle)
    return status_of(known.check(), known.digest == bundle.digest)


def status_of(found, is_present):
    """Return the report on what workers were found to have."""
    text = "{} worker{} in an environment of this notebook, Python {}."
    first = next(iter(found.values()), {"version": "?"})
    notes = [text.format(len(found), "" if len(found) == 1 else "s", first["version"])]
    if not is_present:
        notes.append("It is the former one: %nbenv workers gives them the present one.")
    return Report(ENGINE, notes=notes)


def stop(client):
    """Stop what was started; the report's client is that of the shared cluster."""
    known = next((each for each in _nested if each.client is client), None)
    if known is None:
        return load("dask_own").stop(client)
    known.stop()
    return Report(
        ENGINE,
        notes=["Stopped the notebook's own workers; the client is that of the cluster again."],
        client=known.carrier,
    )


class Nested:
    """A scheduler and workers in the notebook's environment, on the machines of a cluster."""

    def __init__(self, carrier, nodes, bundle) -> None:
        self.carrier, self.nodes, self.digest = carrier, nodes, bundle.digest
        self.bundle, self.client, self.made = nodes.bundle, None, {}
        self._key = "nbenv-" + uuid.uuid4().hex[:12]
        self._address, self._begun, self._is_stopped = "", {}, False
        self._lock = threading.Lock()

    def start(self, python) -> None:
        """Start the scheduler, and connect to it."""
        where = load("dask_nodes").SCHEDULER
        protocol, _, place = self.nodes.address().partition("://")
        host = place.rpartition(":")[0].strip("[]")
        file = self.nodes.call([where], "ready_file", key=self._key)[where]
        about = {"host": host, "protocol": protocol, "file": file}
        self._begin({where: ("scheduler", python, about)})
        self._address = self._wait(where)["address"]
        self.client = self._connected()

    def start_workers(self, workers, made) -> None:
        """Start one worker beside each of the cluster's, with its threads and its memory."""
        begun = {}
        for address, about in workers.items():
            host = address.partition("://")[2].rpartition(":")[0].strip("[]")
            options = {
                "address": self._address,
                "host": host,
                "name": str(about.get("name") or address),
                "nthreads": about["nthreads"],
                "memory_limit": about.get("memory_limit") or 0,
                "resources": about.get("resources") or {},
                "folder": about.get("local_directory"),
            }
            begun[address] = ("worker", made[address]["python"], options)
            self.made[address] = made[address]
        self._begin(begun)
        self._begun.update(begun)

    def _begin(self, begun) -> None:
        calls = {
            address: {
                "key": self._key,
                "bundle": self.bundle,
                "python": python,
                "words": ["{bundle}/nbenv_dask.py", kind],
                "about": about,
                "file": about.get("file"),
                "again": kind == "worker",
            }
            for address, (kind, python, about) in begun.items()
        }
        for address, found in self.nodes.call_each("begin", calls).items():
            if found is not True:
                raise WorkersError("{} could not be started: {}".format(address, found["error"]))

    def _wait(self, where):
        end = time.monotonic() + _STARTED
        while time.monotonic() < end:
            found = self.nodes.call([where], "state", key=self._key)[where]
            if found is not None:
                if "error" in found:
                    raise WorkersError("The scheduler did not start: " + found["error"])
                return found
            time.sleep(0.1)
        raise WorkersError("The notebook's scheduler did not start in {:.0f} s.".format(_STARTED))

    def _connected(self):
        """Return a client of the notebook's scheduler, by the address that can be reached."""
        from distributed import Client

        protocol, _, place = self._address.partition("://")
        near = self.carrier.scheduler.address.partition("://")[2].rpartition(":")[0]
        port = place.rpartition(":")[2]
        tried = list(dict.fromkeys([self._address, "{}://{}:{}".format(protocol, near, port)]))
        for address in tried:
            with contextlib.suppress(OSError, TimeoutError):
                timeout = _CONNECT / len(tried)
                return Client(address, timeout=timeout, security=self.carrier.security)
        raise WorkersError(
            "The notebook's scheduler is at {}, which cannot be reached from here.".format(
                tried[0]
            ),
            "Let the machines reach each other's ports, or use %nbenv workers --own on a cluster "
            "that is this notebook's alone.",
        )

    def report(self, clock, options, rows, sent):
        """Wait for the workers, verify each with a task, and return the report."""
        options.tell("Waiting for {} workers…".format(len(self._begun)))
        self._wait_for_workers()
        found = self.verify() if rows else self.check()  # those that were there may be busy
        load("nodes").raise_wrong(found)
        return Report(
            ENGINE,
            rows,
            bytes_sent=sent,
            seconds=clock.seconds,
            client=self.client,
            workers=len(found),
        )

    def _wait_for_workers(self) -> None:
        end, number = time.monotonic() + _STARTED, len(self._begun)
        while time.monotonic() < end:
            if len(self.own_workers()) >= number:
                return
            for address, found in self.nodes.call(self._begun, "state", key=self._key).items():
                if found is not None:
                    raise WorkersError("The worker at {}: {}".format(address, found["error"]))
            time.sleep(0.1)
        text = "{} of {} workers of the notebook came within {:.0f} s."
        raise WorkersError(
            text.format(len(self.own_workers()), number, _STARTED),
            "Check that the machines reach {}.".format(self._address),
        )

    def own_workers(self):
        """Return the addresses of the notebook's own workers."""
        return list(self.client.sync(self.client.scheduler.identity)["workers"])

    def check(self):
        """Compare the packages of each worker with the manifest, whatever it is busy with."""
        call = self.client.run
        return load("nodes").within(lambda: call(eval, CHECK, {}), "A worker of the notebook")

    def verify(self):
        """Run a task on each worker that compares its packages with the manifest."""
        tasks = {
            address: self.client.submit(eval, CHECK, {}, workers=[address], pure=False)
            for address in self.own_workers()
        }
        return {address: task.result(timeout=_STARTED) for address, task in tasks.items()}

    def add_new(self, options) -> None:
        """Start workers beside those that the cluster got since."""
        with self._lock:
            workers = self.nodes.workers()
            for address in set(self._begun) - set(workers):
                del self._begun[address]
                self.made.pop(address, None)
            new = {
                address: about for address, about in workers.items() if address not in self._begun
            }
            if new:
                looks = self.nodes.look(new)
                self.nodes.place(looks)
                self.start_workers(new, self.nodes.make(looks, options))

    def watch(self) -> None:
        """Let workers that the cluster gets later have the environment too."""
        threading.Thread(target=self._watch, daemon=True, name=self._key).start()

    def _watch(self) -> None:
        from _nbenv_workers import Options

        pause = _LATE
        while not self._is_stopped:
            time.sleep(pause)
            if not (_is_connected(self.client) and _is_connected(self.carrier)):
                return
            try:
                self.add_new(Options())
                pause = _LATE
            except Exception:  # it is tried again, later and later; --status tells
                pause = min(pause * 2, 300.0)

    def stop(self) -> None:
        """Stop the workers and the scheduler."""
        self._is_stopped = True
        if self in _nested:
            _nested.remove(self)
        if self.client is not None:
            with contextlib.suppress(Exception):
                self.client.close(timeout=2)
        if _is_connected(self.carrier):
            with contextlib.suppress(Exception):
                where = load("dask_nodes").SCHEDULER
                there = [address for address in self.nodes.workers() if address in self._begun]
                self.nodes.call([where, *there], "end", key=self._key)


@atexit.register
def _stop_all() -> None:
    for each in list(_nested):
        each.stop()


def _is_connected(client):
    return client is not None and client.status in _CONNECTED


# -- before anything is shipped


def _check_client(client) -> None:
    if client.asynchronous:
        raise WorkersError(
            "The client is asynchronous, and %nbenv workers needs one that waits.",
            "Make one without asynchronous=True.",
        )
    if not _is_connected(client):
        raise WorkersError(
            "The client is closed.", "Connect again: client = distributed.Client('tcp://HOST:8786')"
        )


def _check_distributed(bundle) -> None:
    if "distributed" not in bundle.manifest["versions"]:
        raise WorkersError(
            "The workers would have no Dask: the notebook does not record distributed.",
            "Install it: %nbenv install distributed",
        )
