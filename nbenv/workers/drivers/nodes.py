"""Calls into the processes of a cluster, as source: versions there may differ from ours."""

from __future__ import annotations

import contextlib
import hashlib
import os
import platform
import sys
import threading
import time
import uuid

from _nbenv_workers import Report, WorkersError

CALL = (
    "(lambda sys, types: (sys.modules.get(name) or (lambda m: (exec(source, m.__dict__), "
    "sys.modules.__setitem__(name, m), m)[-1])(types.ModuleType(name))).call(verb, arguments))"
    "(__import__('sys'), __import__('types'))"
)
"""An expression for ``eval``, with the names that `Nodes.given` returns."""
CHECK = (
    "(lambda path: __import__('runpy').run_path(path + '/nbenv_worker.py')['check']"
    "(path + '/manifest.json'))(__import__('sys').prefix + '/nbenv-worker')"
)
"""An expression for ``eval`` in the environment: compare all its packages with the manifest."""
_AGENT = ("nbenv_places.py", "nbenv_agent.py")
_ANSWER = 60.0
"""Seconds that a process has to answer; it does no work meanwhile."""
_PART = 4_000_000
"""Bytes of a bundle that are sent at a time."""
_PAUSE = 0.1
"""Seconds between two questions at first: each is a line in the log of a worker."""
_NOTHING = "Nothing was started: the cluster is as it was."


class Nodes:
    """The processes of a cluster that a client is connected to, by address.

    A subclass has `call_each`. `engine` is the name of the engine's module.
    """

    engine = ""
    own = ()

    def __init__(self, client, bundle) -> None:
        self.client = client
        self.source = "\n\n".join(map(bundle.source, (*_AGENT, *self.own)))
        self.data, self._digest = bundle.zipped(), bundle.digest
        self.bundle = hashlib.sha256(self.data).hexdigest()[:32]
        self.bytes_sent = 0
        self._who = uuid.uuid4().hex
        self._name = "_nbenv_" + hashlib.sha256(self.source.encode()).hexdigest()[:16]

    def call_each(self, verb, arguments):
        """Call a verb with arguments of its own for each address; return the results by address."""
        raise NotImplementedError

    def call(self, addresses, verb, **arguments):
        """Call a verb of the agent on each; return the results by address."""
        return self.call_each(verb, dict.fromkeys(addresses, arguments))

    def given(self, verb, arguments):
        """Return the names that the expression `CALL` needs."""
        names = {"name": self._name, "source": self.source}
        return {**names, "verb": verb, "arguments": arguments}

    def look(self, addresses):
        """Return what each node is; raise where one does not answer as it should."""
        looks = self.call(addresses, "look", engine=self.engine)
        for address, each in looks.items():
            if each.get("error"):
                text = "The node at {} does not answer as it should: {}"
                raise WorkersError(text.format(address, each["error"]), "Look at its log.")
            if each["system"] == "win32":
                text = "The worker at {} runs Windows; nbenv makes environments on Linux workers."
                raise WorkersError(text.format(address), _NOTHING)
        return looks

    def is_inside(self, look):
        """Return whether a process runs in the environment."""
        return self._digest in look.get("prefix", "")

    def place(self, looks):
        """Put the bundle on each machine, once; `looks` are the nodes' own descriptions."""
        there = self.call(looks, "has", bundle=self.bundle)
        self._raise_first(there, looks)
        lacking = [address for address in looks if there[address] is not True]
        first = {}
        for address in lacking:
            first.setdefault(looks[address]["key"], address)
        for address in first.values():
            self._send(address)
        for address in lacking:  # machines that only look alike
            if self.call([address], "has", bundle=self.bundle)[address] is not True:
                self._send(address)

    def _send(self, address) -> None:
        for start in range(0, len(self.data), _PART):
            data = self.data[start : start + _PART]
            options = {"bundle": self.bundle, "data": data, "who": self._who}
            options["is_first"] = start == 0
            options["is_last"] = start + _PART >= len(self.data)
            found = self.call([address], "place", **options)[address]
            if found is not True:
                text = "The bundle could not be sent to {}: {}"
                raise WorkersError(text.format(address, found.get("error", found)), _NOTHING)
            self.bytes_sent += len(data)

    def make(self, looks, options):
        """Make the environment on all nodes; return what each says of it, by address.

        Raises WorkersError where one cannot.
        """
        begin, done = time.monotonic(), {}
        build = {"bundle": self.bundle, "who": self._who}
        begun = self.call(looks, "make", **build)
        self._raise_first(begun, looks)
        done.update({address: each for address, each in begun.items() if each is not True})
        try:
            while len(done) < len(looks):
                waiting = [address for address in looks if address not in done]
                found = self.call(waiting, "made", bundle=self.bundle)
                ready = {address: each for address, each in found.items() if each is not None}
                self._raise_first(ready, looks)
                done.update(ready)
                passed = time.monotonic() - begin
                if len(done) == len(looks):
                    break
                if passed > options.patience:
                    raise self._too_slow(waiting, looks, options.patience)
                text = "Making the environment: {} of {} nodes are ready, {:.0f} s…"
                options.tell(text.format(len(done), len(looks), passed))
                time.sleep(min(_PAUSE + passed / 20, 1.0))
        except BaseException:
            self.call([a for a in looks if a not in done], "cancel", **build)
            raise
        return done

    def _raise_first(self, found, looks) -> None:
        """Raise the first error, with the node that it is from."""
        for address, each in found.items():
            if isinstance(each, dict) and each.get("error"):
                node = "{} ({})".format(looks[address].get("node", "a node"), address)
                raise WorkersError("On {}: {}".format(node, each["error"]), _NOTHING)

    def _too_slow(self, waiting, looks, patience):
        nodes = ", ".join(sorted({looks[address]["node"] for address in waiting}))
        return WorkersError(
            "The environment was not ready within {:.0f} s on {}.".format(patience, nodes),
            "Look at the connection of that machine, then run %nbenv workers again: what was "
            "downloaded is kept.",
        )


def rows(looks, made):
    """Return the rows of a report: node, Python, seconds, and whether it was made now."""
    return [
        (looks[address]["node"], each["python"], each["seconds"], each["made"])
        for address, each in made.items()
    ]


def no_answer(who):
    """Return the error about a process that does not answer."""
    return WorkersError(
        "{} did not answer within {:.0f} seconds.".format(who, _ANSWER),
        "Look at the cluster's own logs, then try again.",
    )


def within(call, late, patience=_ANSWER, cancel=lambda: None):
    """Return what a call returns; raise `late` where that takes too long.

    It is cancelled then, and where the user stops to wait for it.
    """
    done = []

    def work() -> None:
        try:
            done.append((call(), None))
        except BaseException as error:
            done.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        thread.join(patience)
    except BaseException:  # the user stopped it
        cancel()
        raise
    if not done:
        with contextlib.suppress(Exception):
            cancel()
        raise late
    result, error = done[0]
    if error is not None:
        raise error
    return result


def raise_wrong(found) -> None:
    """Raise WorkersError for the first package that a worker has in another version."""
    for address, each in found.items():
        for name, (wanted, there) in sorted(each["wrong"].items()):
            text = "{} has {} {} instead of {}.".format(address, name, there, wanted)
            raise WorkersError(text, "Run %nbenv workers --stop, then %nbenv workers again.")


def are_here(looks):
    """Return whether all processes run in this kernel's own environment, on this machine."""
    here = (platform.node(), os.path.realpath(sys.prefix))
    return all((each["node"], os.path.realpath(each["prefix"])) == here for each in looks.values())


def nothing_to_do(engine):
    """Return the report where the workers are in the kernel's own environment."""
    text = (
        "The workers run in this notebook's environment already: they are this machine's own. "
        "After an install, restart them."
    )
    return Report(engine, notes=[text])


def without(engine):
    """Return the report on workers that were given nothing."""
    return Report(engine, notes=["The workers do not have this notebook's environment yet."])


def having(engine, number, version, is_present):
    """Return the report on workers in an environment of this notebook, perhaps the former one."""
    text = "{} worker{} in an environment of this notebook, Python {}."
    notes = [text.format(number, "" if number == 1 else "s", version)]
    if not is_present:
        notes.append("It is the former one: %nbenv workers gives them the present one.")
    return Report(engine, notes=notes)
