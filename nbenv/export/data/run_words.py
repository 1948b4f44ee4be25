"""The words of the runner: the notebook, with the parameters that it is run with."""

import argparse
import json
import os
import re

from declared_parameters import ParameterError, declared
from given_values import read_file, read_rows, read_words
from parameters import inject, typed


class RunError(Exception):
    """The words cannot be followed."""


def read_run(words):
    """Return the notebook with its parameters in it, the place of its result, and a sweep's row."""
    check_environment(os.environ)
    options = parser().parse_args(words)
    notebook = read_json(options.notebook)
    if "cells" not in notebook:
        raise RunError("The notebook is in an old format: open and save it in Jupyter.")
    notebook.setdefault("metadata", {})
    try:
        given = {}
        for file in options.parameters_file:
            given.update(read_file(read_text(file), file))
        given.update(read_words(options.parameter))
        number = None
        if options.sweep:
            rows = read_rows(read_text(options.sweep), options.sweep)
            number = row_number(options.row, len(rows))
            given.update(rows[number - 1])
        values = typed(declared(notebook["cells"]), given) if given else {}
        if values:  # without any, a cell of an earlier run stays, as in papermill
            inject(notebook, values)
    except ParameterError as error:
        raise RunError(str(error)) from None
    place = options.output or options.result
    if number is None:
        return notebook, place, None
    return notebook, of_row(place, number), {"row": number, "parameters": values}


def check_environment(environ):
    """Refuse to run what was locked with other packages than this image has."""
    expected = environ.get("NBENV_EXPECTED_LOCK")
    if expected and expected != environ.get("NBENV_IMAGE_LOCK"):
        raise RunError(
            "This image has another environment than the notebook records. Build its image again: "
            "nbenv build NOTEBOOK."
        )


def parser():
    """Return the parser of the words."""
    made = argparse.ArgumentParser(prog="headless.py", allow_abbrev=False)
    add = made.add_argument
    add("notebook")
    add("result", help="where to write it: a file, an address that takes a PUT, or -")
    add("-o", "--output", metavar="RESULT", help="write it there instead")
    add("-p", "--parameter", action="append", default=[], metavar="NAME=VALUE")
    add(
        "-f",
        "--parameters-file",
        action="append",
        default=[],
        metavar="FILE",
        help="parameters in JSON, or in YAML where this environment has PyYAML",
    )
    add("--sweep", metavar="FILE", help="take parameters from a row of this CSV or JSONL file")
    add(
        "--row",
        type=int,
        metavar="N",
        help="the row, from 1 on; otherwise that of this Kubernetes pod or Swarm task",
    )
    return made  # fmt: skip


def row_number(given, rows):
    """Return the number of the row to run, from 1 on.

    An Indexed Job of Kubernetes numbers its pods in a variable, from 0 on. Swarm has no such
    variable; the name of a task, which the service passes in, is SERVICE.SLOT.ID, and for slot 0
    SERVICE.NODE.ID.
    """
    if given is None:
        index = os.environ.get("JOB_COMPLETION_INDEX", "")
        task = re.match(r".*\.(\w+)\.\w+$", os.environ.get("SWARM_TASK", ""))
        if not index and not task:
            raise RunError("A sweep runs one row: choose it with --row N.")
        slot = index or task.group(1)
        given = int(slot) + 1 if slot.isdigit() else 1
    if not 1 <= given <= rows:
        raise RunError("There is no row {}: the sweep has {}.".format(given, rows))
    return given


def of_row(result, number):
    """Return where a row's notebook is written to, beside those of other rows."""
    folder, slash, _ = result.rpartition("/")
    return result if result == "-" else "{}{}row-{:04}.ipynb".format(folder, slash, number)


def read_text(path):
    """Return the text of a file."""
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise RunError("{} cannot be read: {}.".format(path, reason)) from None


def read_json(path):
    """Return what a file of JSON holds."""
    try:
        return json.loads(read_text(path))
    except ValueError as error:
        raise RunError("{} is not JSON: {}.".format(path, error)) from None
