"""The nodes of a Ray cluster: tasks on each of them, in the cluster's Python or the notebook's."""

from __future__ import annotations

import shlex

from _nbenv_workers import WorkersError, load

minor, mismatch = load("ray_versions").minor, load("ray_versions").mismatch

PATIENCE = 120.0
"""Seconds that a node has to start one worker in an environment that is there."""
_SOURCE = '''
def on_node(packed, action):
    """Make the environment of a bundle on this node, or look whether it is there."""
    import importlib.util, io, json, os, platform, shutil, sys, tempfile, zipfile
    import ray
    about = {"python": "%d.%d.%d" % sys.version_info[:3], "ray": ray.__version__}
    about["executable"] = getattr(sys, "_base_executable", None) or sys.executable
    folder = tempfile.mkdtemp(prefix="nbenv-")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            archive.extractall(folder)
        spec = importlib.util.spec_from_file_location(
            "nbenv_worker", os.path.join(folder, "nbenv_worker.py")
        )
        worker = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(worker)
        manifest = os.path.join(folder, "manifest.json")
        if action == "make":
            about.update(worker.make(manifest, wait=False))
        else:
            with open(manifest) as file:
                name = "%s-%s" % (json.load(file)["digest"], platform.machine() or "any")
            place = os.path.join(worker.cache_folder(), "envs", name, "nbenv-ready.json")
            about["ready"] = os.path.exists(place)
    except Exception as error:
        name = type(error).__name__
        about["error"] = str(error) if name == "WorkerError" else "%s: %s" % (name, error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return about

def put_package(uri, packed):
    """Put a bundle where the nodes of this cluster take working folders from."""
    from ray.experimental.internal_kv import _internal_kv_put
    _internal_kv_put(uri.encode(), packed, overwrite=True)

def in_environment(names):
    """Return this worker's Python, and the versions of packages in it."""
    import sys
    from importlib import metadata
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "none"
    return "%d.%d.%d" % sys.version_info[:3], found
'''


def prepare(ray, bundle, packed, options):
    """Have each node make the environment; return what to report, and the nodes' Pythons."""
    options.tell("Making the environment on each node…")
    found = ask(ray, packed, "make", options.patience)
    own = bundle.manifest["versions"]["ray"]
    for name, each in found.items():
        if each["ray"] != own:
            raise mismatch(name, each["ray"], each["python"], bundle)
    wrong = {name: each["error"] for name, each in found.items() if "error" in each}
    if wrong:
        raise WorkersError(_reasons(wrong), "No task was started in it.")
    nodes = [(name, each["python"], each["seconds"], each["made"]) for name, each in found.items()]
    return nodes, sorted({each["executable"] for each in found.values()})


def _reasons(wrong):
    """Return what to say about nodes that failed: each reason once."""
    reasons = {}
    for name, reason in wrong.items():
        reasons.setdefault(reason, []).append(name)
    return "\n".join(
        "{} cannot make the environment. {}".format(", ".join(names), reason)
        for reason, names in reasons.items()
    )


def ask(ray, packed, action, patience):
    """Run `on_node` once on every node; return name → answer."""
    function, content = _function("on_node", ray), ray.put(packed)
    tasks = {
        name: function.options(scheduling_strategy=where).remote(content, action)
        for name, where in _nodes(ray).items()
    }
    return {name: _result(ray, task, patience, name) for name, task in tasks.items()}


def put(ray, uri, packed, patience):
    """Put a bundle into the cluster, from where its nodes take it."""
    task = _function("put_package", ray).remote(uri, packed)
    _result(ray, task, patience, "The cluster")


def verify(ray, bundle, runtime_env):
    """Run one task in the environment on every node, and compare what it finds installed.

    Returns name → Python of the nodes.
    """
    known = bundle.manifest["versions"]
    wanted = {name: known[name] for name in {*bundle.manifest.get("asked", ()), "ray"} & {*known}}
    more = {} if runtime_env is None else {"runtime_env": runtime_env}
    function = _function("in_environment", ray)
    tasks = {
        name: function.options(scheduling_strategy=where, **more).remote(sorted(wanted))
        for name, where in _nodes(ray).items()
    }
    pythons = {}
    for name, task in tasks.items():
        python, found = _result(ray, task, PATIENCE, name)
        if minor(python) != bundle.manifest["python"] or found != wanted:
            other = ["{} {}".format(*each) for each in found.items() if each not in wanted.items()]
            raise WorkersError(
                "A task on {} found Python {} and {}.".format(name, python, ", ".join(other)),
                "Run %nbenv workers again, and report this if it stays so.",
            )
        pythons[name] = python
    return pythons


def ids(ray):
    """Return the identifiers of the nodes that run tasks: a node that starts again has another."""
    return [node["NodeID"] for node in _that_run_tasks(ray)]


def _that_run_tasks(ray):
    return [
        node for node in ray.nodes()
        if node["Alive"] and node.get("Resources", {}).get("CPU", 0) > 0
    ]  # fmt: skip


def _nodes(ray):
    """Return name → scheduling strategy of the nodes that run tasks."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    found = {}
    for node in _that_run_tasks(ray):
        name = node["NodeManagerAddress"]
        if name in found:
            name = "{} ({})".format(name, node["NodeID"][:8])
        found[name] = NodeAffinitySchedulingStrategy(node["NodeID"], soft=False)
    if not found:
        raise WorkersError(
            "The cluster has no node that runs tasks.", "Start one: ray start --address=HOST:6379"
        )
    return found


def _result(ray, task, patience, name):
    """Return the result of a task, or raise within a time."""
    try:
        return ray.get(task, timeout=patience)
    except ray.exceptions.GetTimeoutError:
        ray.cancel(task, force=True)
        raise WorkersError(
            "{} did not finish within {:.0f} s.".format(name, patience),
            "Look at the logs of that node (ray logs), and at what else runs there.",
        ) from None
    except ray.exceptions.RayError as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise WorkersError(
            "{} could not run a task: {}".format(name, "\n".join(lines[-8:])),
            "Look at the logs of that node (ray logs).",
        ) from None


def _function(name, ray):
    """Return a remote function that travels with its source, as workers have no such module."""
    namespace = {"__name__": "__main__"}
    exec(_SOURCE, namespace)
    return ray.remote(num_cpus=0, max_retries=0)(namespace[name])


def command(executables):
    """Return Ray's ``py_executable``, which bash runs in the bundle's folder.

    The nodes' own Pythons come first: ``python3`` may be a very old one.
    """
    choices = " || ".join("command -v " + shlex.quote(each) for each in [*executables, "python3"])
    return '"$({})" nbenv_worker.py exec manifest.json --'.format(choices)
