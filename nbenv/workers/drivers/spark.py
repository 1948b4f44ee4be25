"""The driver of Spark: an archive of the environment, which each executor unpacks beside itself.

A session of Spark Connect gets it as an artifact of its own, a classic one as an archive of its
application. Its name has the digest of its content, so that what came before stays as it is. Spark
brings ``pyspark`` and ``py4j`` to its workers; the archive has none.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
import uuid

from _nbenv_workers import Clock, Report, WorkersError

ENGINE = "Spark"
_PYTHON = "spark.sql.execution.pyspark.python"
"""The setting of a session by which Spark starts Python workers with another program."""
_TASKS = 8
_NOTHING = "Nothing was changed: the session goes on with the Python that it had."
# Tasks get it as source: pickled by its name, it would have to be imported there.
_LOOK = """
def look(_):
    import json, platform, sys, time
    from importlib import metadata
    time.sleep(0.1)
    wrong = {}
    for name, wanted in WANTED.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = None
        if found != wanted:
            wrong[name] = [wanted, found]
    import pyspark
    return json.dumps({
        "node": platform.node(), "prefix": sys.prefix, "wrong": wrong,
        "version": platform.python_version(), "pyspark": pyspark.__version__,
    })
"""

_former = {}
"""Identity of a session → the session, the Python that its workers had, and the one they have."""


def find(namespace):
    """Return the sessions in a namespace that are not stopped; else contexts without a session."""
    if "pyspark" not in sys.modules:
        return []
    named = [pair for pair in list(namespace.items()) if not pair[0].startswith("_")]
    sessions = [(name, value) for name, value in named if isinstance(value, _session_types())]
    running = [(name, value) for name, value in sessions if not _is_stopped(value)]
    if running or sessions:
        return running or sessions
    active = _active_session()
    return [("spark", active)] if active is not None else []


def ship(client, bundle, options):
    """Give the workers of a session the environment; return the report."""
    about = bundle.manifest
    if _is_stopped(client):
        raise WorkersError("The Spark session is stopped.", "Make a new one, then try again.")
    session = _session_of(client)
    if session.is_on_this_machine():
        text = (
            "This session's workers run in this notebook's environment already: its master is {}."
        )
        return Report(ENGINE, notes=[text.format(session.master())])
    _check_versions(client, session)
    if options.own or options.wheels:
        option = "--own" if options.own else "--wheels"
        raise WorkersError(
            "{} is for other engines.".format(option), "Spark always gets the packages themselves."
        )
    clock, file = Clock(), about["archive"]
    name = os.path.basename(file)[: -len(".tar.gz")]
    before, sent = session.python(), 0
    if name not in session.names:
        size = os.path.getsize(file)
        options.tell("Sending {:.1f} MB to Spark…".format(size / 1e6))
        session.add(file, name)
        session.names.add(name)
        sent = size
    session.use("./{}/bin/python".format(name))
    options.tell("Starting Python on the workers…")
    try:
        found = session.verify(about, options.patience)
    except BaseException:
        session.use(before)
        raise
    session.former = session.former or before
    nodes = sorted({(each["node"], each["version"]) for each in found})
    rows = [(node, version, clock.seconds, bool(sent)) for node, version in nodes]
    workers = len({each["prefix"] for each in found})
    return Report(ENGINE, rows, bytes_sent=sent, seconds=clock.seconds, workers=workers)


def status(client, bundle):
    """Say what the workers of a session have."""
    session = _session_of(client)
    python = session.python()
    if session.former is None or not python.startswith("./nbenv-"):
        return Report(ENGINE, notes=["The workers do not have this notebook's environment yet."])
    found = session.look(bundle.manifest, 60.0)
    workers, version = len({each["prefix"] for each in found}), found[0]["version"]
    counted = "{} worker{}".format(workers, "" if workers == 1 else "s")
    lines = ["{} in an environment of this notebook, Python {}.".format(counted, version)]
    if any(each["wrong"] for each in found):
        lines.append("It is the former one: %nbenv workers gives them the present one.")
    return Report(ENGINE, notes=lines)


def stop(client):
    """Let the session's workers have the Python that they had before."""
    session = _session_of(client)
    if session.former is None:
        return Report(ENGINE, notes=["Nothing was started for this notebook."])
    session.use(session.former)
    session.former = None
    return Report(ENGINE, notes=["New tasks run with {} again.".format(session.python())])


# -- the two kinds of sessions


class _Classic:
    """A session whose driver is in this kernel: archives are those of its application."""

    def __init__(self, client) -> None:
        self.client, self.context = client, client.sparkContext
        self.former, self.names = None, set()

    def master(self):
        return self.context.master

    def is_on_this_machine(self):
        """Return whether the workers are started by this very process, from its environment."""
        return self.master().split("[")[0] == "local"

    def python(self):
        return self.context.pythonExec

    def use(self, python) -> None:
        self.context.pythonExec = python

    def add(self, file, name) -> None:
        if not hasattr(self.context, "addArchive"):
            raise _too_old(self.client.version)
        self.context.addArchive("{}#{}".format(file, name))

    def verify(self, about, patience):
        return _checked(self.look(about, patience))

    def look(self, about, patience):
        """Run tasks on all executors; return what each says of its environment."""
        context, group = self.context, "nbenv-" + uuid.uuid4().hex[:8]
        tasks = max(_TASKS, 4 * context.defaultParallelism)
        function = _look_for(about)

        def work():
            context.setJobGroup(group, "%nbenv workers", True)
            try:
                return context.parallelize(range(tasks), tasks).map(function).collect()
            finally:
                for name in ("spark.jobGroup.id", "spark.job.description"):
                    context.setLocalProperty(name, None)

        return _within(work, patience, lambda: context.cancelJobGroup(group))


class _Connect:
    """A session on a server of Spark Connect: archives are artifacts of the session."""

    def __init__(self, client) -> None:
        self.client, self.former, self.names = client, None, set()

    def master(self):
        return "Spark Connect"

    def is_on_this_machine(self):
        return False

    def python(self):
        return self.client.conf.get(_PYTHON, "") or "python3"

    def use(self, python) -> None:
        if python.startswith("./"):
            self.client.conf.set(_PYTHON, python)
        else:
            self.client.conf.unset(_PYTHON)

    def add(self, file, name) -> None:
        add = getattr(self.client, "addArtifacts", None)
        if add is None:
            raise _too_old(self.client.version)
        add("{}#{}".format(file, name), archive=True)

    def verify(self, about, patience):
        return _checked(self.look(about, patience))

    def look(self, about, patience):
        """Run tasks on the executors; return what each says of its environment."""
        # That of pyspark.sql is for a classic session where a notebook has one of each kind.
        from pyspark.sql.connect.functions import udf
        from pyspark.sql.types import StringType

        client, tag = self.client, "nbenv-" + uuid.uuid4().hex[:8]
        told = udf(_look_for(about), StringType())

        def work():
            client.addTag(tag)
            try:
                rows = client.range(0, _TASKS, 1, _TASKS).select(told("id")).collect()
                return [row[0] for row in rows]
            finally:
                client.removeTag(tag)

        return _within(work, patience, lambda: client.interruptTag(tag))


def _session_of(client):
    """Return what is known of a session; the same object as long as it lives."""
    known = _former.get(id(client))
    if known is None or known.client is not client:
        known = _Connect(client) if _is_remote(client) else _Classic(client)
        _former[id(client)] = known
    return known


def _session_types():
    names = ("pyspark.sql.session", "pyspark.sql.connect.session")
    modules = [sys.modules[name] for name in names if name in sys.modules]
    return tuple(each.SparkSession for each in modules)


def _is_remote(client):
    connect = sys.modules.get("pyspark.sql.connect.session")
    return connect is not None and isinstance(client, connect.SparkSession)


def _is_stopped(client):
    with contextlib.suppress(Exception):
        if _is_remote(client):
            return client.is_stopped
        return client.sparkContext._jsc is None or client.sparkContext._jsc.sc().isStopped()
    return True


def _active_session():
    for kind in _session_types():
        with contextlib.suppress(Exception):
            active = kind.getActiveSession()
            if active is not None and not _is_stopped(active):
                return active
    return None


# -- before and after


def _check_versions(client, session) -> None:
    """Raise unless this kernel's pyspark is one for the Spark of the session."""
    import pyspark

    here, there = pyspark.__version__, client.version
    if here.split(".")[:2] != there.split(".")[:2]:
        raise WorkersError(
            "The notebook has pyspark {}, and the cluster Spark {}.".format(here, there),
            "Install the cluster's: %nbenv install pyspark=={}. {}".format(there, _NOTHING),
        )


def _too_old(version):
    return WorkersError(
        "Spark {} cannot give a running session an archive.".format(version),
        "Start the session with it: nbenv export NOTEBOOK --format spark -o FOLDER shows how.",
    )


def _look_for(about):
    """Return the function that a task runs: of no module, so that its code goes along."""
    scope = {"__name__": "__main__", "WANTED": about["versions"]}
    exec(_LOOK, scope)
    return scope["look"]


def _within(work, patience, cancel):
    """Return what tasks say; raise WorkersError if they fail, or take too long."""
    done = []

    def run() -> None:
        try:
            done.append((work(), None))
        except BaseException as error:
            done.append((None, error))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        thread.join(patience)
    except BaseException:  # the user stopped it
        cancel()
        raise
    if not done:
        with contextlib.suppress(Exception):
            cancel()
        raise WorkersError(
            "No task ran on Spark's workers within {:.0f} s.".format(patience),
            "Look whether the cluster has free executors for this session. " + _NOTHING,
        )
    said, error = done[0]
    if error is not None:
        raise _reason(error) from None
    return [json.loads(each) for each in said]


def _reason(error):
    """Return the error for people: what the environment's Python said, else Spark's own words."""
    lines = [line.strip() for line in str(error).splitlines()]
    own = list(dict.fromkeys(line for line in lines if line.startswith("nbenv: ")))
    if own:
        text = " ".join(line[len("nbenv: ") :] for line in own)
        return WorkersError("On a worker: " + text, _NOTHING)
    told = [line for line in lines if "Error" in line or "Exception" in line] or lines
    return WorkersError(
        "Spark's workers could not run a task in the environment: " + " ".join(told[:2])[:600],
        _NOTHING,
    )


def _checked(found):
    """Return what the workers say; raise WorkersError where that is not what was sent."""
    import pyspark

    for each in found:
        for name, (wanted, there) in sorted(each["wrong"].items()):
            text = "{} has {} {} instead of {}.".format(each["node"], name, there, wanted)
            raise WorkersError(text, _NOTHING)
        if each["pyspark"].split(".")[:2] != pyspark.__version__.split(".")[:2]:
            text = "{} has Spark {}, and the notebook pyspark {}."
            raise WorkersError(
                text.format(each["node"], each["pyspark"], pyspark.__version__), _NOTHING
            )
    return found
