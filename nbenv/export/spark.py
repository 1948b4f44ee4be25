"""A folder from which a Spark cluster that others start gets the notebook's environment."""

from __future__ import annotations

from pathlib import Path

from nbenv.engine.archiving.archive import ArchiveOptions, make_named_archive
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookSnapshot
from nbenv.export import Files
from nbenv.home.scratch import scratch_folder
from nbenv.progress import Steps

__all__ = ["write"]

_README = """\
# {notebook}: its environment for Spark

{name}.tar.gz holds what {notebook} locks, without what Spark brings to its workers. The workers
need a CPython {python}: on their PATH, of pyenv, of uv, or named by NBENV_PYTHON.{spark}

A script:

    spark-submit --archives {name}.tar.gz#{name} \\
        --conf spark.pyspark.python=./{name}/bin/python \\
        --conf spark.pyspark.driver.python=PYTHON script.py

PYTHON is a Python {python} with the packages that the script itself imports, such as
environment/bin/python after: mkdir environment && tar -xf {name}.tar.gz -C environment

A session, from a Python {python}:

    import os
    from pyspark.sql import SparkSession

    os.environ["PYSPARK_PYTHON"] = "./{name}/bin/python"
    spark = (
        SparkSession.builder.master("spark://MASTER:7077")
        .config("spark.archives", "{name}.tar.gz#{name}")
        .getOrCreate()
    )

Spark Connect, from Spark 3.5 on:

    spark = SparkSession.builder.remote("sc://SERVER:15002").getOrCreate()
    spark.addArtifacts("{name}.tar.gz#{name}", archive=True)
    spark.conf.set("spark.sql.execution.pyspark.python", "./{name}/bin/python")

For all sessions of a machine, spark-defaults.conf has the two lines for $SPARK_HOME/conf.
"""
_DEFAULTS = """\
spark.archives        {name}.tar.gz#{name}
spark.pyspark.python  ./{name}/bin/python
"""


def write(snapshot: NotebookSnapshot) -> Steps[Files]:
    """Return the archive, the calls that use it, and settings for Spark.

    Raises
    ------
    ApprovalNeededError
        The record was never approved here: an archive is of what is installed.
    NbenvError
        As of `nbenv.engine.archiving.archive.make_archive`.
    """
    check_approved(snapshot, None)
    with scratch_folder() as scratch:
        options = ArchiveOptions(engine="spark")
        made = yield from make_named_archive(snapshot, Path(scratch), options)
        content = made.file.read_bytes()
    spark = snapshot.spec.lock.versions().get("pyspark", "")
    about = {
        "notebook": Path(snapshot.ref.notebook).name,
        "name": made.file.name.removesuffix(".tar.gz"),
        "python": snapshot.spec.python,
        "spark": f"\nThe notebook was made for Spark {spark}." if spark else "",
    }
    return {
        made.file.name: content,
        "README.md": _README.format(**about).encode(),
        "spark-defaults.conf": _DEFAULTS.format(**about).encode(),
    }
