"""Calls into the scheduler and the workers of a Dask cluster."""

from __future__ import annotations

import inspect

from _nbenv_workers import load

_nodes = load("nodes")
SCHEDULER = "scheduler"
"""The address by which a cluster's scheduler is called here."""


class DaskNodes(_nodes.Nodes):
    """The scheduler and the workers of a cluster that a client is connected to."""

    engine = "distributed"
    own = ("nbenv_dask.py",)

    def workers(self):
        """Return the workers by address, with what the scheduler knows of them."""
        return dict(self._identity()["workers"])

    def address(self):
        """Return the scheduler's address as it knows it itself."""
        return self._identity()["address"]

    def _identity(self):
        async def ask():
            return await self.client.scheduler.identity()

        return _nodes.within(lambda: self.client.sync(ask), _nodes.no_answer("The scheduler"))

    def call_each(self, verb, arguments):
        """Call a verb with arguments of its own for each address; return the results by address."""
        found, rest = {}, {}
        for address, own in arguments.items():
            if address == SCHEDULER:
                found[address] = self._on_scheduler(self.given(verb, own))
            else:
                rest.setdefault(id(own), (own, []))[1].append(address)
        for own, addresses in rest.values():
            found.update(self._on_workers(self.given(verb, own), addresses))
        return found

    def _on_scheduler(self, given):
        call = self.client.run_on_scheduler
        late = _nodes.no_answer("The scheduler")
        return _nodes.within(lambda: call(eval, _nodes.CALL, given), late)

    def _on_workers(self, given, addresses):
        def call():
            run, where = self.client.run, {"workers": list(addresses)}
            if "on_error" in inspect.signature(run).parameters:  # not in old versions
                where["on_error"] = "return"
            return run(eval, _nodes.CALL, given, **where)

        return {
            address: {"error": "{}: {}".format(type(each).__name__, each)}
            if isinstance(each, BaseException)
            else each
            for address, each in _nodes.within(call, _nodes.no_answer("A worker")).items()
        }
