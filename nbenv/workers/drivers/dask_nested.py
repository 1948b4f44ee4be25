"""A notebook's own scheduler and workers, on the machines of a shared Dask cluster.

They are started through the shared cluster, and end with the notebook's kernel.
"""

from __future__ import annotations

import atexit
import contextlib
import threading
import time
import uuid

from _nbenv_workers import Options, Report, WorkersError, load

_nodes = load("nodes")
SCHEDULER = load("dask_nodes").SCHEDULER
_CONNECTED = ("running", "connecting", "newly-created")
_CONNECT = 20.0
_STARTED = 120.0
"""Seconds that connecting, and the notebook's processes, may take."""
_LATE = 3.0
"""Seconds between two looks for workers that the cluster got later."""

_running = []
"""The `Nested` of this kernel; those of closed clients stay until they are replaced."""


def all_nested():
    """Return all that run."""
    return list(_running)


def nested_of(client):
    """Return what a client is connected to, None where that is no notebook's own scheduler."""
    return next((each for each in _running if each.client is client), None)


def is_connected(client):
    """Return whether a client has its scheduler."""
    return client is not None and client.status in _CONNECTED


class Nested:
    """A scheduler and workers in the notebook's environment, on the machines of a cluster."""

    def __init__(self, carrier, nodes, bundle) -> None:
        self.carrier, self.nodes, self.digest = carrier, nodes, bundle.digest
        self.bundle, self.client = nodes.bundle, None
        self._key = "nbenv-" + uuid.uuid4().hex[:12]
        self._address, self._begun, self._is_stopped = "", {}, False
        self._keys, self._in_process = {}, {}
        self._failure = ""
        self._lock = threading.Lock()

    def start(self, workers, made, looks) -> None:
        """Start the scheduler and the workers, and connect; `looks` says where each is.

        All of them import Dask meanwhile; the workers are told the scheduler's address then.
        """
        self._set_keys(looks)
        protocol, _, place = self.nodes.address().partition("://")
        host = place.rpartition(":")[0].strip("[]")
        files = self._call([SCHEDULER, *workers], "ready_file")
        about = {"host": host, "protocol": protocol, "file": files[SCHEDULER]}
        python = made[SCHEDULER]["python"]
        own = self._workers(workers, made, files)
        self._begun.update(own)
        self._begin({SCHEDULER: ("scheduler", python, about), **own})
        self._address = self._wait()["address"]
        self._tell_address(own)
        self.client = self._connected()

    def start_workers(self, workers, made, looks) -> None:
        """Start workers beside those that came later."""
        self._set_keys(looks)
        files = self._call(workers, "ready_file")
        own = self._workers(workers, made, files)
        self._begin(own)
        self._begun.update(own)
        self._tell_address(own)

    def _set_keys(self, looks) -> None:
        """Choose the names by which what is started is known to the processes that start it.

        One process may have several workers, and the scheduler, too: then each has its own.
        """
        for address, look in looks.items():
            where = look["node"], look["process"]
            number = self._in_process[where] = self._in_process.get(where, 0) + 1
            self._keys[address] = self._key if number == 1 else "%s-%d" % (self._key, number)

    def _call(self, addresses, verb, **arguments):
        """Call a verb about what was started on each: once for all that have equal names for it."""
        shared, given = {}, {}
        for address in addresses:
            key = self._keys[address]
            given[address] = shared.setdefault(key, {"key": key, **arguments})
        return self.nodes.call_each(verb, given)

    def _tell_address(self, workers) -> None:
        value = {"address": self._address}
        for address, found in self._call(workers, "tell", value=value).items():
            if found is not True:
                raise WorkersError("The worker at {}: {}".format(address, found["error"]))

    def _workers(self, workers, made, files):
        """Return what one worker beside each of the cluster's is started with, like that one."""
        begun = {}
        for address, about in workers.items():
            host = address.partition("://")[2].rpartition(":")[0].strip("[]")
            options = {
                "waits": files[address],
                "host": host,
                "name": str(about.get("name") or address),
                "nthreads": about["nthreads"],
                "memory_limit": about.get("memory_limit") or 0,
                "resources": about.get("resources") or {},
                "folder": about.get("local_directory"),
            }
            begun[address] = ("worker", made[address]["python"], options)
        return begun

    def _begin(self, begun) -> None:
        calls = {
            address: {
                "key": self._keys[address],
                "bundle": self.bundle,
                "python": python,
                "words": ["{bundle}/nbenv_dask.py", kind],
                "about": about,
                "file": about.get("file"),
                "waits": about.get("waits"),
                "again": kind == "worker",
            }
            for address, (kind, python, about) in begun.items()
        }
        for address, found in self.nodes.call_each("begin", calls).items():
            if found is not True:
                raise WorkersError("{} could not be started: {}".format(address, found["error"]))

    def _wait(self):
        """Return what the scheduler says of itself once it runs."""
        end = time.monotonic() + _STARTED
        while time.monotonic() < end:
            found = self._call([SCHEDULER], "state")[SCHEDULER]
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
        number = len(self._begun)
        options.tell("Waiting for {} worker{}…".format(number, "" if number == 1 else "s"))
        self._wait_for_workers()
        found = self.verify() if rows else self.check()  # those that were there may be busy
        _nodes.raise_wrong(found)
        return Report(
            "Dask",
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
            for address, found in self._call(self._begun, "state").items():
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
        late = _nodes.no_answer("A worker of the notebook")
        return _nodes.within(lambda: call(eval, _nodes.CHECK, {}), late)

    def verify(self):
        """Run a task on each worker that compares its packages with the manifest."""
        tasks = {
            address: self.client.submit(eval, _nodes.CHECK, {}, workers=[address], pure=False)
            for address in self.own_workers()
        }
        return {address: task.result(timeout=_STARTED) for address, task in tasks.items()}

    def add_new(self, options) -> None:
        """Start workers beside those that the cluster got since."""
        with self._lock:
            workers = self.nodes.workers()
            for address in set(self._begun) - set(workers):
                del self._begun[address]
            new = {
                address: about for address, about in workers.items() if address not in self._begun
            }
            if new:
                looks = self.nodes.look(new)
                self.nodes.place(looks)
                self.start_workers(new, self.nodes.make(looks, options), looks)

    def status(self, bundle):
        """Say what its workers have, and which of the cluster's have none beside them, and why."""
        found = self.check()
        version = next(iter(found.values()), {"version": "?"})["version"]
        report = _nodes.having("Dask", len(found), version, self.digest == bundle.digest)
        if self._failure:
            report.notes.append("New workers of the cluster have none: " + self._failure)
        return report

    def replace_former(self) -> None:
        """Stop the notebook's former workers on this cluster, and watch for later ones."""
        for each in [each for each in _running if each.carrier is self.carrier]:
            each.stop()
        _running.append(self)
        threading.Thread(target=self._watch, daemon=True, name=self._key).start()

    def _watch(self) -> None:
        pause = _LATE
        while not self._is_stopped:
            time.sleep(pause)
            if not (is_connected(self.client) and is_connected(self.carrier)):
                return
            try:
                self.add_new(Options())
                pause, self._failure = _LATE, ""
            except Exception as error:  # it is tried again, later and later; --status tells
                self._failure = str(error)
                pause = min(pause * 2, 300.0)

    def stop(self) -> None:
        """Stop the workers and the scheduler."""
        self._is_stopped = True
        if self in _running:
            _running.remove(self)
        if self.client is not None:
            with contextlib.suppress(Exception):
                self.client.close(timeout=2)
        if is_connected(self.carrier):
            with contextlib.suppress(Exception):
                there = [address for address in self.nodes.workers() if address in self._begun]
                self._call([SCHEDULER, *there], "end")


@atexit.register
def _stop_all() -> None:
    for each in list(_running):
        each.stop()
