"""The driver of ipyparallel: engines that run in the notebook's environment, beside the others.

The client then uses these engines alone; those that were there stay as they are, for others.
"""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
import time
import uuid

from _nbenv_workers import Clock, Report, WorkersError, load

_nodes = load("nodes")
ENGINE = "ipyparallel"
_STARTED = 120.0
_FILE = (
    "(lambda app: getattr(app, 'url_file', '') or '')"
    "(__import__('traitlets').config.application.Application.instance())"
)
_WHO = "(__import__('platform').node(), __import__('os').getpid())"
_given = {}
"""Identity of a client → its `Engines`."""


def find(namespace):
    """Return the clients in a namespace: those that are open, or else those that were."""
    module = sys.modules.get("ipyparallel")
    if module is None or not hasattr(module, "Client"):
        return []
    found = [
        (name, value)
        for name, value in list(namespace.items())
        if isinstance(value, module.Client) and not name.startswith("_")
    ]
    return [pair for pair in found if not pair[1]._closed] or found


def ship(client, bundle, options):
    """Start an engine in the environment beside each engine of a client; return the report."""
    if options.own:
        raise WorkersError("--own is for Dask: engines of ipyparallel are started beside others.")
    if client._closed:
        raise WorkersError("The client is closed.", "Connect again: rc = ipyparallel.Client()")
    _check_version(bundle)
    clock, former = Clock(), _given.get(id(client))
    nodes = _EngineNodes(client, bundle)
    bare = former.bare(client) if former else list(client._ids)
    if not bare:
        raise WorkersError("The cluster has no engines yet.", "Start some, then try again.")
    looks = nodes.look(bare)
    if _nodes.are_here(looks):
        return _nodes.nothing_to_do(ENGINE)
    _check_engines(looks, bundle)
    nodes.place(looks)
    made = nodes.make(looks, options)
    fresh = Engines(nodes, bundle)
    try:
        options.tell("Starting the notebook's own engines…")
        fresh.start(made)
        fresh.keep()
        found = fresh.check()
        _nodes.raise_wrong(found)
    except BaseException:
        fresh.stop()
        raise
    if former:
        former.stop()
    _given[id(client)] = fresh
    fresh.restrict()
    return Report(
        ENGINE,
        _nodes.rows(looks, made),
        bytes_sent=nodes.bytes_sent,
        seconds=clock.seconds,
        workers=len(found),
    )


def status(client, bundle):
    """Say what the engines of a client have."""
    known = _given.get(id(client))
    if known is None:
        return _nodes.without(ENGINE)
    found = known.check()
    version = next(iter(found.values()), {"version": "?"})["version"]
    return _nodes.having(ENGINE, len(found), version, known.digest == bundle.digest)


def stop(client):
    """Stop the notebook's own engines; the client uses the others again."""
    known = _given.pop(id(client), None)
    if known is None:
        return Report(ENGINE, notes=["Nothing was started on this cluster by %nbenv workers."])
    known.stop()
    return Report(ENGINE, notes=["Stopped the notebook's own engines; the client uses the others."])


class _EngineNodes(_nodes.Nodes):
    """The engines of a cluster, by number."""

    engine = "ipyparallel"
    own = ("nbenv_ipyparallel.py",)

    def call_each(self, verb, arguments):
        """Call a verb with arguments of its own for each engine; return the results by number."""
        expression = _nodes.CALL
        asked = {
            number: evaluated(self.client, number, expression, self.given(verb, own))
            for number, own in arguments.items()
        }
        return {number: answer(each) for number, each in asked.items()}


def evaluated(client, number, expression, names):
    """Begin to evaluate an expression on an engine; return the asynchronous result."""
    view = client.direct_view([number])
    return view.apply_async(eval, expression, names)


def answer(result):
    """Return what an engine answers, or an ``error``."""
    try:
        return result.get(timeout=60)[0]
    except Exception as error:
        name = type(error).__name__
        return {"error": "{}: {}".format(name, " ".join(str(error).split())[:500])}


class Engines:
    """The engines of a notebook's own, and the client that is restricted to them."""

    def __init__(self, nodes, bundle) -> None:
        self.nodes, self.digest, self.client = nodes, bundle.digest, nodes.client
        self.numbers, self._parents = [], []
        self._key, self._class = "nbenv-" + uuid.uuid4().hex[:12], None
        self._stopped = threading.Event()

    def bare(self, client):
        """Return the engines that are not the notebook's own."""
        return [number for number in client._ids if number not in self.numbers]

    def start(self, made) -> None:
        """Start an engine beside each; wait until all are registered."""
        before = set(self.client._ids)
        for number, each in made.items():
            file = answer(evaluated(self.client, number, _FILE, {}))
            if not isinstance(file, str) or not file:
                raise WorkersError("Engine {} does not say how to connect.".format(number))
            words = ["-m", "ipyparallel.engine", "--file=" + file]
            begun = {"key": self._key, "bundle": self.nodes.bundle, "python": each["python"]}
            found = self.nodes.call([number], "begin", words=words, **begun)[number]
            if found is not True:
                raise WorkersError("Engine {}: {}".format(number, found["error"]))
            self._parents.append(number)
        self._wait(before)

    def _wait(self, before) -> None:
        end, seen = time.monotonic() + _STARTED, {}
        while len(self.numbers) < len(self._parents):
            if time.monotonic() > end:
                raise WorkersError("Not all of the notebook's engines started within 120 s.")
            for number, found in self.nodes.call(self._parents, "state", key=self._key).items():
                if found is not None:
                    raise WorkersError("Beside engine {}: {}".format(number, found["error"]))
            for number in set(self.client._ids) - before - set(seen):
                seen[number] = answer(evaluated(self.client, number, _WHO, {}))
            nodes = self.nodes.look(self._parents)
            processes = self.nodes.call(self._parents, "process", key=self._key)
            own = {(nodes[number]["node"], processes[number]) for number in self._parents}
            self.numbers = sorted(n for n, who in seen.items() if tuple(who) in own)
            time.sleep(0.1)

    def check(self):
        """Compare the packages of each engine with the manifest."""
        asked = {n: evaluated(self.client, n, _nodes.CHECK, {}) for n in self.numbers}
        found = {number: answer(each) for number, each in asked.items()}
        for number, each in found.items():
            if "error" in each:
                raise WorkersError("Engine {}: {}".format(number, each["error"]))
        return found

    def keep(self) -> None:
        """Let the engines know that this kernel is there, for as long as it is."""
        asked = self._pulses()
        pauses = [answer(each) for each in asked.values()]
        self._forget(asked.values())
        pause = min((each for each in pauses if isinstance(each, float)), default=300.0) / 5
        threading.Thread(target=self._keep, args=(pause,), daemon=True, name=self._key).start()

    def _pulses(self, busy=()):
        """Ask the engines that are not busy with the former question."""
        expression, given = _nodes.CALL, self.nodes.given("pulse", {})
        numbers = [n for n in self.numbers if n in self.client._ids and n not in busy]
        return {n: evaluated(self.client, n, expression, given) for n in numbers}

    def _keep(self, pause) -> None:
        asked = {}
        while not self._stopped.wait(pause) and not self.client._closed:
            with contextlib.suppress(Exception):  # an engine that has just died
                self._forget([each for each in asked.values() if each.ready()])
                asked = {number: each for number, each in asked.items() if not each.ready()}
                asked.update(self._pulses(asked))

    def _forget(self, results) -> None:
        """Leave nothing of ours in the client's history."""
        for each in results:
            self.client.purge_local_results(each)
            for number in each.msg_ids:
                with contextlib.suppress(ValueError):
                    self.client.history.remove(number)

    def restrict(self) -> None:
        """Let the client use these engines alone, unless others are named by number."""
        engines, original = self, type(self.client)

        class Restricted(original):
            @property
            def ids(self):
                return [number for number in self._ids if number in engines.numbers]

            def _build_targets(self, targets):
                if targets is None or (isinstance(targets, str) and targets.lower() == "all"):
                    targets = self.ids
                elif isinstance(targets, slice):
                    targets = self.ids[targets]
                return original._build_targets(self, targets)

            def load_balanced_view(self, targets=None, **options):
                chosen = self.ids if targets in (None, "all") else targets
                return original.load_balanced_view(self, chosen, **options)

        Restricted.__name__, Restricted.__qualname__ = original.__name__, original.__qualname__
        self._class, self.client.__class__ = original, Restricted

    def stop(self) -> None:
        """Stop the engines; the client uses the others again."""
        self._stopped.set()
        if self._class is not None:
            self.client.__class__ = self._class
        there = [number for number in self._parents if number in self.client._ids]
        with contextlib.suppress(Exception):
            self.nodes.call(there, "end", key=self._key)
        end = time.monotonic() + 5
        while set(self.numbers) & set(self.client._ids) and time.monotonic() < end:
            time.sleep(0.1)


@atexit.register
def _stop_all() -> None:
    """End the engines with the kernel that they are for."""
    for each in list(_given.values()):
        with contextlib.suppress(Exception):
            each.stop()


def _check_version(bundle) -> None:
    if "ipyparallel" not in bundle.manifest["versions"]:
        raise WorkersError(
            "The engines would have no ipyparallel: the notebook does not record it.",
            "Install it: %nbenv install ipyparallel",
        )


def _check_engines(looks, bundle) -> None:
    """Raise where engines have another major version: they would not understand the controller."""
    wanted = bundle.manifest["versions"]["ipyparallel"]
    for number, each in looks.items():
        if each["engine"].split(".")[0] != wanted.split(".")[0]:
            text = "Engine {} runs ipyparallel {}, and the notebook has {}."
            raise WorkersError(
                text.format(number, each["engine"], wanted),
                "Bring them together: %nbenv install ipyparallel=={}".format(each["engine"]),
            )
