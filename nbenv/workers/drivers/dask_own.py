"""``%nbenv workers --own``: a whole Dask cluster moves to the notebook's environment.

For a cluster that is this notebook's alone. A plugin of the nannies starts the workers anew with
the environment's Python, also those that come later; the scheduler finds its packages too, as
collections need. It asks for the same Python and the same Dask everywhere.
"""

from __future__ import annotations

import contextlib
import time

from _nbenv_workers import Clock, Report, WorkersError, load

_nodes, dask_nodes = load("nodes"), load("dask_nodes")
SCHEDULER = dask_nodes.SCHEDULER
_NAME = "nbenv-environment"
_STARTED = 120.0
_owned = {}
"""Address of a scheduler → digest of the environment that this kernel moved it to."""
_PLUGIN = '''
from distributed.diagnostics.plugin import NannyPlugin

class NbenvEnvironment(NannyPlugin):
    """Start the workers of a nanny with the Python of a notebook's environment."""
    restart = True
    name = {name!r}

    def __init__(self, source, bundle, data):
        self.source, self.bundle, self.data, self.agent = source, bundle, data, None

    def __getstate__(self):
        return dict(self.__dict__, agent=None)

    async def setup(self, nanny):
        import types
        self.agent = types.ModuleType("_nbenv_nanny")
        exec(self.source, self.agent.__dict__)
        await self.agent.move(nanny, self.bundle, self.data)

    async def teardown(self, nanny):
        if self.agent is not None:
            await self.agent.move_back(nanny)
'''


def ship(client, bundle, options):
    """Move a cluster to the environment; return the report."""
    clock, nodes = Clock(), dask_nodes.DaskNodes(client, bundle)
    workers = nodes.workers()
    looks = nodes.look([SCHEDULER, *workers])
    if _nodes.are_here(looks):
        return _nodes.nothing_to_do("Dask")
    _check_versions(looks, bundle.manifest)
    bare = [address for address, about in workers.items() if not about.get("nanny")]
    if bare or not workers:
        raise WorkersError(
            "{} has no nanny that starts it anew.".format(bare[0] if bare else "The cluster"),
            "Start the workers without --no-nanny, or leave --own away.",
        )
    owner = _free(client, nodes, bundle)
    if not owner:  # its workers may have come back under other addresses
        workers = nodes.workers()
        looks = nodes.look([SCHEDULER, *workers])
    nodes.place(looks)
    made = nodes.make(looks, options)
    options.tell("Starting the workers anew in the environment…")
    python = made[SCHEDULER]["python"]
    moved = nodes.call(
        [SCHEDULER], "move_scheduler", bundle=nodes.bundle, python=python, digest=bundle.digest
    )[SCHEDULER]
    if moved is not True:
        raise WorkersError(moved["error"], "Start the scheduler anew, then try again.")
    try:
        if owner != bundle.digest:
            client.register_plugin(_plugin(nodes), name=_NAME)
        found = _checked(client, nodes, len(workers))
    except BaseException:
        with contextlib.suppress(Exception):
            stop(client)
        raise
    _owned[client.scheduler.address] = bundle.digest
    return Report(
        "Dask",
        _nodes.rows(looks, made),
        bytes_sent=nodes.bytes_sent,
        seconds=clock.seconds,
        workers=len(found),
    )


def _free(client, nodes, bundle):
    """Return the digest of the environment that a cluster has, "" once it has none.

    The former one of this notebook makes room; raises WorkersError where it is another notebook's.
    """
    owner = nodes.call([SCHEDULER], "owner")[SCHEDULER]
    if not owner or owner == bundle.digest:
        return owner
    if owner != _owned.get(client.scheduler.address):
        raise WorkersError(
            "The cluster has another notebook's environment already, or a former one.",
            "Run %nbenv workers --stop there or here first; or leave --own away: then notebooks "
            "share a cluster without touching each other.",
        )
    number = len(nodes.workers())
    stop(client)
    end = time.monotonic() + _STARTED
    while len(nodes.workers()) < number and time.monotonic() < end:
        time.sleep(0.2)
    return ""


def status(client, bundle):
    """Say what the workers of a cluster have that was moved, or not."""
    nodes = dask_nodes.DaskNodes(client, bundle)
    owner = nodes.call([SCHEDULER], "owner")[SCHEDULER]
    if not owner or owner not in (bundle.digest, _owned.get(client.scheduler.address)):
        return _nodes.without("Dask")
    late = _nodes.no_answer("A worker")
    found = _nodes.within(lambda: client.run(eval, _nodes.CHECK, {}), late)
    version = next(iter(found.values()), {"version": "?"})["version"]
    return _nodes.having("Dask", len(found), version, owner == bundle.digest)


def stop(client):
    """Give a cluster its own environment back."""
    name = _NAME
    with contextlib.suppress(ValueError, KeyError):
        client.unregister_worker_plugin(name, nanny=True)
    found = client.run_on_scheduler(eval, _FORGET, {})
    _owned.pop(client.scheduler.address, None)
    if not found:
        return Report("Dask", notes=["Nothing was started on this cluster by %nbenv workers."])
    return Report("Dask", notes=["The cluster's workers are in its own environment again."])


_FORGET = (
    "(lambda sys, own: (sys.modules.pop('_nbenv_owner', None), own and "
    "[sys.path.remove(each) for each in own.paths if each in sys.path], bool(own))[-1])"
    "(__import__('sys'), __import__('sys').modules.get('_nbenv_owner'))"
)


def _plugin(nodes):
    """Return the plugin; its class is in no module, so that it is sent by value."""
    space = {"__name__": "_nbenv_sent_along"}
    exec(_PLUGIN.format(name=_NAME), space)
    return space["NbenvEnvironment"](nodes.source, nodes.bundle, nodes.data)


def _check_versions(looks, manifest) -> None:
    """Raise unless all processes have the notebook's Python and Dask: they exchange pickles."""
    wanted = {"python": manifest["python"], "engine": manifest["versions"]["distributed"]}
    for address, each in looks.items():
        for name, version in wanted.items():
            if each[name] != version:
                text = "{} ({}) runs {} {}, and the notebook has {}."
                shown = "Python" if name == "python" else "distributed"
                raise WorkersError(
                    text.format(each["node"], address, shown, each[name], version),
                    "Leave --own away: the notebook's own workers need no equal versions; or "
                    "bring the two together: {}".format(
                        "%nbenv python " + each[name]
                        if name == "python"
                        else "%nbenv install distributed==" + each[name]
                    ),
                )


def _checked(client, nodes, number):
    """Wait for the workers, and verify each with a task."""
    end = time.monotonic() + _STARTED
    while True:
        addresses = list(nodes.workers())
        looks = nodes.look(addresses) if len(addresses) >= number else {}
        inside = [a for a, each in looks.items() if nodes.is_inside(each)]
        if len(inside) >= number:
            break
        if time.monotonic() > end:
            text = "{} of {} workers came back in the environment within {:.0f} s."
            raise WorkersError(
                text.format(len(inside), number, _STARTED),
                "The cluster has its own environment again. Look at the log of its nannies.",
            )
        time.sleep(0.3)
    tasks = {a: client.submit(eval, _nodes.CHECK, {}, workers=[a], pure=False) for a in inside}
    found = {address: task.result(timeout=_STARTED) for address, task in tasks.items()}
    _nodes.raise_wrong(found)
    return found
