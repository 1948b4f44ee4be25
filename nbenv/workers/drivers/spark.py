"""The driver of Spark: an archive of the environment, which each executor unpacks beside itself.

A session of Spark Connect gets it as an artifact of its own, a classic one as an archive of its
application. Its name has the digest of its content, so that what came before stays as it is. Spark
brings ``pyspark`` and ``py4j`` to its workers; the archive has none.
"""

from __future__ import annotations

import os
import sys

from _nbenv_workers import Clock, Report, WorkersError, load

sessions, tasks = load("spark_sessions"), load("spark_tasks")

ENGINE = "Spark"


def find(namespace):
    """Return the sessions in a namespace that are not stopped; else contexts without a session."""
    if "pyspark" not in sys.modules:
        return []
    named = [pair for pair in list(namespace.items()) if not pair[0].startswith("_")]
    found = [(name, value) for name, value in named if isinstance(value, sessions.session_types())]
    running = [(name, value) for name, value in found if not sessions.is_stopped(value)]
    if running or found:
        return running or found
    active = sessions.active_session()
    return [("spark", active)] if active is not None else []


def ship(client, bundle, options):
    """Give the workers of a session the environment; return the report."""
    about = bundle.manifest
    if sessions.is_stopped(client):
        raise WorkersError("The Spark session is stopped.", "Make a new one, then try again.")
    session = sessions.session_of(client)
    if session.is_on_this_machine():
        text = (
            "This session's workers run in this notebook's environment already: its master is {}."
        )
        return Report(ENGINE, notes=[text.format(session.master())])
    _check(client, options)
    clock, file = Clock(), about["archive"]
    name = os.path.basename(file)[: -len(".tar.gz")]
    before, sent = session.python(), 0
    if name not in session.names:
        tasks.preflight(session, about, options.tell)
        size = os.path.getsize(file)
        options.tell("Sending {:.1f} MB to Spark…".format(size / 1e6))
        session.add(file, name)
        session.names.add(name)
        sent = size
    session.use("./{}/bin/python".format(name))
    options.tell("Starting Python on the workers…")
    try:
        found = tasks.checked(session.look(about, options.patience))
    except BaseException:
        session.use(before)
        raise
    session.former = session.former or before
    nodes = sorted({(each["node"], each["version"]) for each in found})
    rows = [(node, version, clock.seconds, bool(sent)) for node, version in nodes]
    workers = len({each["prefix"] for each in found})
    return Report(ENGINE, rows, bytes_sent=sent, seconds=clock.seconds, workers=workers)


def _check(client, options) -> None:
    """Raise unless this is for Spark, and this kernel's pyspark for the Spark of the session."""
    import pyspark

    if options.own or options.wheels:
        option = "--own" if options.own else "--wheels"
        raise WorkersError(
            "{} is for other engines.".format(option), "Spark always gets the packages themselves."
        )
    if pyspark.__version__.split(".")[:2] != client.version.split(".")[:2]:
        raise tasks.other_version("", client.version)


def status(client, bundle):
    """Say what the workers of a session have."""
    session = sessions.session_of(client)
    python = session.python()
    if session.former is None or not python.startswith("./nbenv-"):
        return load("nodes").without(ENGINE)
    found = session.look(bundle.manifest, 60.0)
    workers, is_present = {each["prefix"] for each in found}, not any(e["wrong"] for e in found)
    return load("nodes").having(ENGINE, len(workers), found[0]["version"], is_present)


def stop(client):
    """Let the session's workers have the Python that they had before."""
    session = sessions.session_of(client)
    if session.former is None:
        return Report(ENGINE, notes=["Nothing was started for this notebook."])
    session.use(session.former)
    session.former = None
    return Report(ENGINE, notes=["New tasks run with {} again.".format(session.python())])
