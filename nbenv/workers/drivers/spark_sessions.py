"""The two kinds of Spark's sessions, and which of them a notebook has."""

from __future__ import annotations

import contextlib
import sys
import uuid

from _nbenv_workers import WorkersError, load

tasks = load("spark_tasks")
_PYTHON = "spark.sql.execution.pyspark.python"
"""The setting of a session by which Spark starts Python workers with another program."""
_TASKS = 8
_known = {}
"""Identity of a session → what is known of it."""


def session_of(client):
    """Return what is known of a session; the same object as long as it lives."""
    known = _known.get(id(client))
    if known is None or known.client is not client:
        known = Connect(client) if is_remote(client) else Classic(client)
        _known[id(client)] = known
    return known


def session_types():
    """Return the classes of sessions that are imported."""
    names = ("pyspark.sql.session", "pyspark.sql.connect.session")
    modules = [sys.modules[name] for name in names if name in sys.modules]
    return tuple(each.SparkSession for each in modules)


def is_remote(client):
    """Return whether a session is one of Spark Connect."""
    connect = sys.modules.get("pyspark.sql.connect.session")
    return connect is not None and isinstance(client, connect.SparkSession)


def is_stopped(client):
    """Return whether a session is over."""
    with contextlib.suppress(Exception):
        if is_remote(client):
            return client.is_stopped
        return client.sparkContext._jsc is None or client.sparkContext._jsc.sc().isStopped()
    return True


def active_session():
    """Return the session that is active here, None for none."""
    for kind in session_types():
        with contextlib.suppress(Exception):
            active = kind.getActiveSession()
            if active is not None and not is_stopped(active):
                return active
    return None


class _Session:
    """A session: `former` is the Python that its workers had, `names` are archives that it has."""

    def __init__(self, client) -> None:
        self.client, self.former, self.names = client, None, set()

    def rows(self, query):
        """Return the rows of a query, which run in Spark's own processes, without Python."""
        return [row[0] for row in self.client.sql(query).collect()]


class Classic(_Session):
    """A session whose driver is in this kernel: archives are those of its application."""

    def __init__(self, client) -> None:
        super().__init__(client)
        self.context = client.sparkContext

    def master(self):
        """Return the address of the cluster."""
        return self.context.master

    def is_on_this_machine(self):
        """Return whether the workers are started by this very process, from its environment."""
        return self.master().split("[")[0] == "local"

    def environ(self):
        """Return the variables that Python workers get."""
        return dict(self.context.environment)

    def python(self):
        """Return the program that Python workers are started with."""
        return self.context.pythonExec

    def use(self, python) -> None:
        """Start Python workers with a program from now on."""
        self.context.pythonExec = python

    def add(self, file, name) -> None:
        """Give the workers an archive, which they unpack into a folder `name`."""
        if not hasattr(self.context, "addArchive"):
            raise _too_old(self.client.version)
        self.context.addArchive("{}#{}".format(file, name))

    def look(self, about, patience):
        """Run tasks on all executors; return what each says of its environment."""
        context, group = self.context, "nbenv-" + uuid.uuid4().hex[:8]
        number = max(_TASKS, 4 * context.defaultParallelism)
        function = tasks.look_for(about)

        def work():
            context.setJobGroup(group, "%nbenv workers", True)
            try:
                return context.parallelize(range(number), number).map(function).collect()
            finally:
                for name in ("spark.jobGroup.id", "spark.job.description"):
                    context.setLocalProperty(name, None)

        return tasks.answers(work, patience, lambda: context.cancelJobGroup(group))


class Connect(_Session):
    """A session on a server of Spark Connect: archives are artifacts of the session."""

    def master(self):
        """Return what the cluster is."""
        return "Spark Connect"

    def is_on_this_machine(self):
        """Return False: the server's workers are not in this notebook's environment."""
        return False

    def environ(self):
        """Return no variables: those of Python workers are the server's."""
        return {}

    def python(self):
        """Return the program that Python workers are started with."""
        return self.client.conf.get(_PYTHON, "") or "python3"

    def use(self, python) -> None:
        """Start Python workers with a program from now on, or else with the server's own."""
        if python.startswith("./"):
            self.client.conf.set(_PYTHON, python)
        else:
            self.client.conf.unset(_PYTHON)

    def add(self, file, name) -> None:
        """Give the workers an archive, which they unpack into a folder `name`."""
        add = getattr(self.client, "addArtifacts", None)
        if add is None:
            raise _too_old(self.client.version)
        add("{}#{}".format(file, name), archive=True)

    def look(self, about, patience):
        """Run tasks on the executors; return what each says of its environment."""
        # That of pyspark.sql is for a classic session where a notebook has one of each kind.
        from pyspark.sql.connect.functions import udf
        from pyspark.sql.types import StringType

        client, tag = self.client, "nbenv-" + uuid.uuid4().hex[:8]
        told = udf(tasks.look_for(about), StringType())

        def work():
            client.addTag(tag)
            try:
                rows = client.range(0, _TASKS, 1, _TASKS).select(told("id")).collect()
                return [row[0] for row in rows]
            finally:
                client.removeTag(tag)

        return tasks.answers(work, patience, lambda: client.interruptTag(tag))


def _too_old(version):
    return WorkersError(
        "Spark {} cannot give a running session an archive.".format(version),
        "Start the session with it: nbenv export NOTEBOOK --format spark -o FOLDER shows how.",
    )
