"""Run nbenv's command line from a kernel: progress while it works, one short line at the end.

Standard library only: guests have no nbenv.
"""

from __future__ import annotations

import importlib
import json
import os
import site
import subprocess
import sys
import sysconfig
import tempfile

_PATIENCE = 20.0
"""Seconds that a stopped command has to put everything back."""


class NbenvError(Exception):
    """What nbenv could not do: its message, and no traceback."""

    def _render_traceback_(self):
        return str(self).splitlines()


def _hosted():
    return sys.modules["_nbenv_boot"].load("host_python")


class Screen:
    """Where a command shows what it does: one updated line, texts, and the end.

    Front ends also get the last event, below `transient`, which is not saved in the notebook.
    """

    def __init__(self) -> None:
        self._handle = None

    def _show(self, text, event=None) -> None:
        from IPython.display import display

        bundle, transient = {"text/plain": text}, {"nbenv": event} if event else {}
        if self._handle is None:
            self._handle = display(bundle, raw=True, display_id=True, transient=transient)
        else:
            self._handle.update(bundle, raw=True, transient=transient)

    def progress(self, message) -> None:
        self._show(message)

    def text(self, text) -> None:
        print(text)

    def result(self, summary, event) -> None:
        if summary or self._handle is not None:
            self._show(summary, event)

    def failed(self, event) -> None:
        if self._handle is not None:
            self._show("", event)


def run(words, target, screen=None):
    """Run ``nbenv WORDS`` on `target` (hidden options that name the notebook); return its result.

    Raises NbenvError with the one message when it fails.
    """
    screen = screen or Screen()
    verb, rest = (words[0], list(words[1:])) if words else ("--help", [])
    if verb in ("--help", "-h", "help") or {"-h", "--help"} & set(rest):
        return _help([verb] if verb not in ("-h", "help") else ["--help"], rest)
    separator = ["--"] if verb == "pip" else []
    event = _events([*_hosted().command(), verb, "--events", *target, *separator, *rest], screen)
    if event["type"] == "error":
        screen.failed(event)
        raise NbenvError(event["message"])
    notes = _live(event)
    first, newline, more = event.get("summary", "").partition("\n")
    told = " ".join([part for part in (first, *notes) if part])
    screen.result(told + newline + more, event)
    return event


def _help(words, rest):
    done = subprocess.run(
        [*_hosted().command(), *words, *rest], stdout=subprocess.PIPE, check=False
    )
    print(done.stdout.decode("utf-8", "replace").rstrip())
    return


def _events(command, screen):
    """Run a command; show its events and return the last."""
    last = {"type": "error", "message": "nbenv ended without a result."}
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        try:
            last = _shown(child, screen) or last
        except KeyboardInterrupt:
            last = _stopped(child, screen) or last
        child.wait()
        if child.returncode not in (0, 1, 2, 3):
            errors.seek(0)
            tail = errors.read().decode("utf-8", "replace").strip().splitlines()[-3:]
            last["message"] = "\n".join(["nbenv could not be run.", *tail])
            last["type"] = "error"
    return last


def _shown(child, screen):
    last = None
    for line in child.stdout:
        try:
            event = json.loads(line.decode("utf-8"))
        except ValueError:
            continue
        if event["type"] == "progress":
            screen.progress(event["message"])
        elif event["type"] == "text":
            screen.text(event["text"])
        else:
            last = event
    return last


def _stopped(child, screen):
    """Let an interrupted command put everything back; the interrupt has reached it too."""
    import threading

    timer = threading.Timer(_PATIENCE, child.terminate)
    timer.start()
    try:
        return _shown(child, screen)
    finally:
        timer.cancel()


# -- what a running kernel must do after a change

_stale = {}


def applied(event):
    """Take note of a change that was made outside this kernel (the last event's JSON, or "").

    Returns JSON: of each distribution that only a restart brings up to date, its name, old and new
    version, and the imported module that makes it so.
    """
    if event:
        _live(json.loads(event))
    return json.dumps(list(_stale.values()))


def _live(event):
    """Let the running kernel see what changed; return what only a restart can do."""
    importlib.invalidate_caches()
    if os.environ.get("NBENV_ENVIRONMENT") == event.get("environment"):
        _read_path_files(event.get("pth", ()))
    changes = event.get("changes", ())
    for change in changes:
        name, before = change["name"], _stale.pop(change["name"], {})
        module = before.get("module") or _imported(change, sys.modules)
        old = before.get("old", change["old"])  # what is imported, however many changes ago
        if module and old != change["new"]:  # the same: as after an undo
            _stale[name] = {"name": name, "old": old, "new": change["new"], "module": module}
    event["restart"] = list(_stale.values())
    if event.get("replaced"):
        return ["Restart the kernel to move into it."]
    return verdict(changes, sys.modules)


def _imported(change, modules):
    """Return the imported module of a distribution that was there before the change."""
    return next((each for each in change["imports"] if change["old"] and each in modules), None)


def _read_path_files(names) -> None:
    folder = sysconfig.get_path("purelib")
    for name in names:
        site.addpackage(folder, name, set())


def verdict(changes, modules):
    """Return a sentence for each changed distribution that is imported already."""
    notes = []
    for change in changes:
        if not _imported(change, modules):
            continue
        if change["new"]:
            notes.append(
                "Restart the kernel to use {name} {new}: {old} is imported.".format(**change)
            )
        else:
            notes.append("Restart the kernel to be rid of {name}: it is imported.".format(**change))
    if len(notes) > 3:
        names = ", ".join(c["name"] for c in changes if _imported(c, modules))
        return [f"Restart the kernel: of what changed, {names} are imported."]
    return notes
