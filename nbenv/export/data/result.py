"""The executed notebook's way out of the container: a file, an address, or standard output."""

import contextlib
import json
import os
import sys
import time
import urllib.request

from recorded_values import recorded_values


class ResultError(Exception):
    """The result cannot be written."""


class Result:
    """The place that the notebook is saved to, as it is then; `row` is that of a sweep, or None.

    `log` is where to print what cells put out.
    """

    def __init__(self, place, notebook, row):
        self.place, self.notebook, self.row = place, notebook, row
        self.log = sys.stderr if place == "-" else sys.stdout
        self._begun = time.monotonic()
        self._saved, self._took = self._begun, 0.0

    def save(self):
        """Save it; what goes to standard output is printed by `finish` only."""
        if self.place != "-":
            self._put(self.place, json.dumps(self.notebook, ensure_ascii=False, indent=1) + "\n")

    def save_now_and_then(self):
        """Save it, also within a cell, as the container may be killed at any time."""
        now = time.monotonic()
        pause = 30 if is_address(self.place) else 2
        if now - self._saved > max(pause, 10 * self._took):  # at most a tenth of the time
            with contextlib.suppress(ResultError):  # the end will say so, if it is still so
                self.save()
            self._saved = time.monotonic()
            self._took = self._saved - now

    def finish(self, status, message):
        """Save it for good, and beside it how a row of a sweep went."""
        self.save()
        if self.row is not None:
            how = {
                **self.row,
                "status": "done" if status == 0 else "failed",
                "exit": status,
                "error": message,
                "seconds": round(time.monotonic() - self._begun, 2),
                "values": recorded_values(self.notebook["cells"]),
            }
            if self.place == "-":
                self.notebook["metadata"]["nbenv_run"] = how
            else:
                root, _ = os.path.splitext(self.place)
                self._put(root + ".json", json.dumps(how, ensure_ascii=False) + "\n")
        if self.place == "-":
            print(json.dumps(self.notebook, ensure_ascii=False), flush=True)

    def _put(self, place, text):
        content = text.encode("utf-8", "surrogatepass")
        try:
            if is_address(place):
                request = urllib.request.Request(place, content, method="PUT")
                urllib.request.urlopen(request, timeout=60).close()
            else:
                write(place, content)
        except OSError as error:
            reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or error
            raise ResultError(unwritable(place, reason)) from None


def is_address(place):
    """Return whether a place takes a PUT."""
    return place.startswith(("https://", "http://"))


def write(place, content):
    """Write a file so that whoever reads it finds all of it, even if this process is killed."""
    partial = place + ".part"
    try:
        with open(partial, "wb") as file:
            file.write(content)
        os.replace(partial, place)
    except OSError:  # the file alone was mounted, or may be written, not its folder
        if os.path.exists(partial):
            os.unlink(partial)
        with open(place, "wb") as file:
            file.write(content)


def unwritable(place, reason):
    """Return what to say about a result that cannot be written."""
    if is_address(place):
        return "{} did not take the notebook: {}.".format(place, reason)
    user = "{}:{}".format(os.getuid(), os.getgid())
    return (
        "{} cannot be written by user {}: {}.\n"
        "Give that folder to this user, or run as the folder's owner: "
        'docker run --user "$(id -u):$(id -g)" --group-add 0 …'.format(place, user, reason)
    )


def error_of(notebook):
    """Return the last error that a cell ended with, "" for none."""
    for cell in reversed(notebook["cells"]):
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                return "{}: {}".format(output["ename"], output["evalue"])
    return ""
