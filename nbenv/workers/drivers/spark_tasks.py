"""Tasks on Spark's executors: before an archive is sent, and in the environment that it holds."""

from __future__ import annotations

import base64
import json
import shlex

from _nbenv_workers import WorkersError, load

NOTHING = "Nothing was changed: the session goes on with the Python that it had."
_BEFORE = 120.0
"""Seconds that executors have to say what they are; they may have to be started first."""
_TASKS = 8
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
# It prints a line: the machine, its Spark, and what the archive's own launcher says of it.
_PREFLIGHT = """cat >/dev/null
for jar in "${SPARK_HOME:-/nowhere}"/jars/spark-core_*.jar; do
  if [ -e "$jar" ]; then jar=${jar##*-} spark=${jar%.jar}; fi
done
said=$(NBENV_ARCHIVE_CHECK=1 sh -c "$launcher" python 2>&1 </dev/null)
printf '%s|%s|%s\n' "$(uname -n)" "$spark" "$(printf %s "$said" | tr '\n\t|' '   ')"
"""


# -- before anything is sent


def preflight(session, about, tell) -> None:
    """Raise unless each executor can start the archive's Python, with the notebook's Spark.

    The script runs in a query of Spark's own, without Python: the cluster's may be one that
    pyspark refuses.
    """
    import pyspark

    tell("Asking Spark's executors for their Python…")
    try:
        lines = _within(lambda: session.rows(_query(session, about)), _BEFORE, lambda: None)
    except WorkersError:
        raise
    except Exception:  # a cluster that forbids scripts: the first task says what is wrong
        return
    for line in sorted({each for each in lines if each}):
        node, spark, said = line.split("|", 2)
        if said.startswith("nbenv: "):
            raise WorkersError(
                "On a worker: " + said[len("nbenv: ") :].replace(" nbenv:", ""), NOTHING
            )
        if spark and _minor(spark) != _minor(pyspark.__version__):
            raise other_version(node, spark)


def _query(session, about):
    """Return the query that runs the script on the executors."""
    given = {name: value for name, value in session.environ().items() if name == "NBENV_PYTHON"}
    given["launcher"] = about["launcher"]
    text = "".join("{}={}\n".format(name, shlex.quote(each)) for name, each in given.items())
    text += "".join("export {}\n".format(name) for name in given if name != "launcher")
    encoded = base64.b64encode((text + _PREFLIGHT).encode()).decode()
    return (
        "SELECT TRANSFORM(id) USING 'eval \"$(echo {} | base64 -d)\"' AS (said STRING) "
        "FROM (SELECT id FROM range(0, {tasks}, 1, {tasks}))"
    ).format(encoded, tasks=_TASKS)


def other_version(node, spark):
    """Return the error about a node, or a cluster, with another Spark than the notebook."""
    import pyspark

    return WorkersError(
        "The notebook has pyspark {}, and {} has Spark {}.".format(
            pyspark.__version__, node or "the cluster", spark
        ),
        "Install the cluster's: %nbenv install pyspark=={}. {}".format(spark, NOTHING),
    )


def _minor(version):
    return ".".join(version.split(".")[:2])


# -- in the environment


def look_for(about):
    """Return the function that a task runs: of no module, so that its code goes along."""
    scope = {"__name__": "__main__", "WANTED": about["versions"]}
    exec(_LOOK, scope)
    return scope["look"]


def answers(work, patience, cancel):
    """Return what tasks say; raise WorkersError if they fail, or take too long."""
    try:
        said = _within(work, patience, cancel)
    except WorkersError:
        raise
    except Exception as error:
        raise _reason(error) from None
    return [json.loads(each) for each in said]


def _within(work, patience, cancel):
    late = WorkersError(
        "No task ran on Spark's workers within {:.0f} s.".format(patience),
        "Look whether the cluster has free executors for this session. " + NOTHING,
    )
    return load("nodes").within(work, late, patience, cancel)


def _reason(error):
    """Return the error for people: what the environment's Python said, else Spark's own words."""
    lines = [line.strip() for line in str(error).splitlines()]
    own = list(dict.fromkeys(line for line in lines if line.startswith("nbenv: ")))
    if own:
        text = " ".join(line[len("nbenv: ") :] for line in own)
        return WorkersError("On a worker: " + text, NOTHING)
    told = [line for line in lines if "Error" in line or "Exception" in line] or lines
    return WorkersError(
        "Spark's workers could not run a task in the environment: " + " ".join(told[:2])[:600],
        NOTHING,
    )


def checked(found):
    """Return what the workers say; raise WorkersError where that is not what was sent."""
    import pyspark

    for each in found:
        for name, (wanted, there) in sorted(each["wrong"].items()):
            text = "{} has {} {} instead of {}.".format(each["node"], name, there, wanted)
            raise WorkersError(text, NOTHING)
        if _minor(each["pyspark"]) != _minor(pyspark.__version__):
            raise other_version(each["node"], each["pyspark"])
    return found
