"""The words between nbenv and a program that hands rows to a cluster, one JSON text a line.

The program gets a job, and prints events: ``node`` (the environment was made there), ``row`` (how
one went), ``note``, and last of all ``failed`` or ``end``. Standard library only, Python 3.8.
"""

import base64
import json
import signal
import sys
import zlib


class ClusterError(Exception):
    """The cluster cannot run the rows; the message says why, `todo` what to do next."""

    def __init__(self, message, todo=""):
        super().__init__(message)
        self.todo = todo


class Job:
    """The work of one run: the rows, and the payload that the workers get."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            known = json.load(file)
        self.address, self.retries = known["address"], known["retries"]
        self.patience, self.rows = known["patience"], known["rows"]
        self.digest = known["digest"]
        with open(known["payload"], "rb") as file:
            self.payload = file.read()
        with open(known["source"], encoding="utf-8") as file:
            self.source = file.read()


def tell(event, **more):
    """Print an event."""
    print(json.dumps(dict(more, event=event)), flush=True)


def tell_done(number, row):
    """Print that a row was run, with its notebook."""
    tell("row", row=number, status="done", error="", **_plain(row))


def tell_failed(number, error):
    """Print that a row failed: `error` is what was raised for it at last."""
    row = getattr(error, "nbenv_row", None) or {}
    text = row.get("error") or _last_line(error)
    tell("row", row=number, status="failed", error=text, **_plain(row))


def _plain(row):
    content = row.get("notebook") or b""
    text = zlib.decompress(content) if content else b""
    return {
        "seconds": row.get("seconds", 0.0),
        "host": row.get("host", ""),
        "notebook": base64.b64encode(text).decode("ascii"),
    }


def _last_line(error):
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return "{}: {}".format(type(error).__name__, lines[-1] if lines else "no message")[:2000]


def main(run, versions):
    """Run the program: ``versions ADDRESS`` or ``run JOB``; return the exit status."""
    verb, given = sys.argv[1:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that the cluster is told
    try:
        if verb == "versions":
            tell("versions", **versions(given))
        else:
            run(Job(given))
            tell("end")
    except ClusterError as error:
        tell("failed", error=str(error), todo=error.todo)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
