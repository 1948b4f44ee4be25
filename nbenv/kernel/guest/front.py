"""A kernel whose notebook is on another machine, as behind a gateway.

The server there hands over the notebook's identity and record: with the kernel's start, or with a
comm to the target ``nbenv`` whose data has the text ``handed_over``. What is changed here is told
to that server, in messages of a comm that no page has and that pages ignore; it writes the record
into the notebook. ``nbenv/kernel/receive_record.py`` keeps what was handed over in a file.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from _nbenv_boot import load, variables

COMM = "nbenv-handed-over"
"""The identifier of the comm."""
HINT = (
    "nbenv: this notebook records no requirements yet. Run %nbenv install NAME for what it needs."
)
_front = None


def path(kernel=None):
    """Return the file of what was handed over to this kernel; None where nothing was.

    The host gives the number of the kernel's process, which it knows in another way.
    """
    process, _, file = variables.get("NBENV_RECORD", "").partition(" ")
    return file if process == str(kernel or load("handover").kernel_process()) else None


class _Front:
    """The server that has the notebook.

    `send` publishes the content of a message of the comm, and `about` returns what this kernel is.
    """

    def __init__(self, file, send, about) -> None:
        self._file, self._send, self._about = file, send, about
        self._told = _version(file)

    def tell(self, always=False) -> None:
        """Tell the server the record and what this kernel is, if the record has changed."""
        now = _version(self._file)
        if always or now != self._told:
            self._told = now
            found = _report(self._file)
            self._send({"comm_id": COMM, "data": {**found, **self._about(found["record"])}})


def connect(file, send, about) -> None:
    """Let `tell` reach the server."""
    global _front
    _front = _Front(file, send, about)


def tell(always=False) -> None:
    """Tell the server what changed, or everything; nothing for a kernel whose notebook is here."""
    if _front is not None:
        _front.tell(always)


def _version(file):
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(file):
    try:
        with open(file, encoding="utf-8") as opened:
            found = json.load(opened)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _handed(file):
    return _read(file).get("metadata", {}).get("nbenv_handed_over", {})


def _report(file):
    """Return the record, and the fingerprints of those that it follows, for the server."""
    metadata = _read(file).get("metadata", {})
    about = metadata.get("nbenv_handed_over", {})
    home = os.path.dirname(os.path.dirname(file))
    state = _read(os.path.join(home, "notebooks", "{}.json".format(about.get("state"))))
    return {
        "identity": about.get("identity"),
        "number": about.get("number"),
        "record": metadata.get("nbenv"),
        "known": state.get("superseded", []),
    }


# -- in the environment's kernel


def watch(shell, kernel) -> None:
    """Tell the server of this kernel, and of each change of the record after a cell."""
    from tornado.ioloop import IOLoop

    connect(path(), lambda content: _publish(kernel, content), _about)
    _Takeover.instance = _Takeover(shell, load("detached").Departure(kernel))
    shell.events.register("post_run_cell", lambda *_: tell())
    # The kernel may have taken another one's place, of which the server was told.
    IOLoop.current().add_callback(tell, True)


def watch_detached(shell, departure) -> None:
    """Let a kernel that no notebook is known for become that of one which is handed over."""
    _Takeover.instance = _Takeover(shell, departure)


def _publish(kernel, content) -> None:
    kernel.session.send(kernel.iopub_socket, "comm_msg", content, ident=b"comm-nbenv")


def _about(record):
    marker = _read(os.path.join(sys.prefix, "nbenv.json"))
    held = marker.get("value") or {}
    if isinstance(record, dict):
        is_behind = held.get("lock") != record.get("lock")
    else:
        is_behind = held.get("requirements")
    return {
        "state": "running",
        "environment": variables.get("NBENV_ENVIRONMENT"),
        "folder": sys.prefix,
        "python": "{}.{}.{}".format(*sys.version_info[:3]),
        "behind": bool(is_behind),
    }


def take_over(text) -> None:
    """Take what the server handed over in a message, and tell it what this kernel is."""
    if _Takeover.instance is not None and not _Takeover.instance.take(text):
        tell(always=True)


class _Takeover:
    """Takes records that come while the kernel runs.

    As long as no cell has run, the kernel becomes that of the record; later only a restart does.
    """

    instance = None

    def __init__(self, shell, departure) -> None:
        self._shell, self._departure = shell, departure
        self._number = _handed(path()).get("number") if path() else None

    def take(self, text):
        """Take a hand-over; return whether this kernel becomes another one."""
        number = _number(text)
        if number == self._number:
            return False
        found = _received(text)
        self._number = number
        is_same = (found["path"], found["environment"]) == (
            path(),
            variables.get("NBENV_ENVIRONMENT"),
        )
        if is_same or self._shell.execution_count > 1:
            return False
        kernel = load("handover").kernel_process()
        self._departure.begin({"NBENV_RECORD": "{} {}".format(kernel, found["path"])})
        return True


def _number(text):
    import base64
    import zlib

    return json.loads(zlib.decompress(base64.b64decode(text)).decode("utf-8"))["number"]


def _received(text):
    """Have the host's nbenv keep what was handed over."""
    command = load("host_python").command("nbenv.kernel.receive_record")
    environ = load("own_variables").for_command()
    done = subprocess.run(
        command,
        input=text.encode("ascii"),
        stdout=subprocess.PIPE,
        check=True,
        env=environ,
        creationflags=load("host_python").no_window(),
    )
    return json.loads(done.stdout.decode("utf-8"))
