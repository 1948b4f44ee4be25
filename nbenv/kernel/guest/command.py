"""Run nbenv's command line from a kernel: progress while it works, one short line at the end.

The kernels of ordinary notebooks and the waiting kernel, which run on the host, use it as well.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading

from _nbenv_boot import load

_PATIENCE = 20.0
"""Seconds that a stopped command has to put everything back."""
STOPPED = {
    "type": "error",
    "kind": "Stopped",
    "message": "Stopped before it began; the notebook and its environment are unchanged.",
}
"""What a command says that was interrupted before it could say so itself."""
_WINDOWS = os.name == "nt"
_LOOK = 0.2
"""Seconds between two looks for an interrupt, where nothing wakes a thread that waits."""
_BAR = 20
"""Characters of the bar of a download."""
_HELP = ("--help", "-h", "help")


class NbenvError(Exception):
    """A command of nbenv's failed: shown as its message, without a traceback.

    `digest` names the record that the message shows, where it asks for an approval.
    """

    digest = ""

    def _render_traceback_(self):
        return str(self).splitlines()


class Screen:
    """The display of a command in a cell: one updated line, texts, and the end.

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
        print(text, end="" if text.endswith("\n") else "\n")

    def result(self, summary, event) -> None:
        if summary or self._handle is not None:
            self._show(summary, event)

    def failed(self, event) -> None:
        if self._handle is not None:
            self._show("", event)


def run(words, target, screen=None):
    """Run ``nbenv WORDS`` on `target` (hidden options that name the notebook), and show it.

    Returns what a cell may use of it, which only ``workers`` has; otherwise None.

    Raises NbenvError with its message when the command fails.
    """
    screen = screen or Screen()
    verb, rest = (words[0], list(words[1:])) if words else ("--help", [])
    if verb in _HELP or (verb != "pip" and {"-h", "--help"} & set(rest)):
        # No other word: without `target`, they would be those of a terminal.
        _show_help(["--help"] if verb in _HELP else [verb, "--help"], screen)
        return None
    if verb == "workers":  # its clients are here
        return load("clusters/cluster_workers").run(rest, target, screen)
    separator = ["--"] if verb == "pip" else []
    event = finish(verb, [*target, *separator, *rest], screen)
    update = load("live_update")
    notes = update.apply(event)
    workers = sys.modules.get("_nbenv_cluster_workers")
    notes += workers.note(event) if workers else []
    first, newline, more = event.get("summary", "").partition("\n")
    line = " ".join([part for part in (first, *notes) if part])
    screen.result(line + newline + more, {**event, "restart": update.stale()})
    return None


def finish(verb, words, screen):
    """Run a command and show its progress; return the event of its result.

    Raises NbenvError with its message when the command fails.
    """
    event = _last_event([*load("host_python").command(), verb, "--events", *words], screen)
    front = sys.modules.get("_nbenv_front")  # where the notebook is on another machine
    if front is not None:
        front.tell()  # before a page asks its server for the record
    if event["type"] == "error":
        screen.failed(event)
        failure = NbenvError(event["message"])
        failure.digest = event.get("digest", "")
        raise failure
    return event


def progress_line(event):
    """Return the line of a progress, with a bar and the time left where bytes are known."""
    done, total, left = event.get("done"), event.get("total"), event.get("left")
    if not total:
        return event["message"]
    full = int(_BAR * done / total)
    bar = "\u2588" * full + "\u2591" * (_BAR - full)
    parts = ["{:.1f} of {:.1f} MB".format(done / 1e6, total / 1e6)]
    if left is not None:
        parts.append("{} left".format(_duration(left)))
    return "{}  {} {}".format(event["message"], bar, ", ".join(parts))


def _duration(seconds):
    minutes, rest = divmod(seconds, 60)
    return "{} min {} s".format(minutes, rest) if minutes else "{} s".format(rest)


def run_pip(words):
    """Run a command of pip's that a program in the kernel calls; return its exit status."""
    try:
        run(["pip", *words], load("magics").target())
    except NbenvError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def run_program(words) -> None:
    """Run another program and print what it says; raise NbenvError with that if it fails."""
    environ = _printing_utf8()
    options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    try:
        done = subprocess.run(
            words,
            check=False,
            env=environ,
            **options,
            creationflags=load("host_python").no_window(),
        )
    except OSError as error:
        raise NbenvError("{}: {}".format(words[0], error.strerror or error)) from None
    text = done.stdout.decode("utf-8", "replace").rstrip()
    if done.returncode:
        raise NbenvError(text)
    print(text)


def _printing_utf8():
    """Return the variables for a command whose output is read here."""
    return {**load("own_variables").for_command(), "PYTHONIOENCODING": "utf-8"}


def _show_help(words, screen) -> None:
    command = [*load("host_python").command(), *words]
    try:
        environ = _printing_utf8()
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            check=False,
            env=environ,
            creationflags=load("host_python").no_window(),
        )
    except OSError as error:
        raise NbenvError("nbenv could not be run: {}.".format(error.strerror or error)) from None
    screen.text(done.stdout.decode("utf-8", "replace").rstrip())


def _last_event(command, screen):
    """Run a command and show its events; return the last one, a result or an error."""
    try:
        return _followed(command, screen)
    except OSError as error:  # a full disk or process table, for example
        why = "nbenv could not be run: {}.".format(error.strerror or error)
        return {"type": "error", "message": why + "\nMake room, then try again."}


def _followed(command, screen):
    last = {"type": "error", "message": "nbenv ended without a result."}
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if _WINDOWS else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**_printing_utf8(), **({"NBENV_STOPPABLE": "1"} if _WINDOWS else {})},
            creationflags=load("host_python").no_window(),
        )
        lines = _lines(child.stdout)
        try:
            last = _show_events(lines, screen) or last
        except KeyboardInterrupt:
            last = _show_stop(child, lines, screen) or STOPPED
        child.wait()
        for stream in (child.stdin, child.stdout):
            if stream is not None:
                stream.close()
        if child.returncode not in (0, 1, 2, 3):
            errors.seek(0)
            tail = _printable(errors.read().decode("utf-8", "replace")).strip().splitlines()[-3:]
            return {"type": "error", "message": "\n".join(["nbenv could not be run.", *tail])}
    return last


def _printable(text):
    """Return what a crash printed, with the characters that would control a terminal escaped."""
    return "".join(
        each if each.isprintable() or each in "\n\t" else ascii(each)[1:-1] for each in text
    )


def _lines(stream):
    """Return the lines of a stream, one after the other; an interrupt gets in between.

    On Windows, a thread that reads from a pipe cannot be interrupted, so another one does that.
    """
    return iter(_Lines(stream)) if _WINDOWS else stream


class _Lines:
    """The lines of a stream that a thread reads; each iteration goes on where the last one was."""

    def __init__(self, stream) -> None:
        from queue import Queue

        self._queue = Queue()
        threading.Thread(target=self._read, args=(stream,), daemon=True).start()

    def _read(self, stream) -> None:
        for line in stream:
            self._queue.put(line)
        self._queue.put(b"")

    def __iter__(self):
        return self

    def __next__(self):
        from queue import Empty

        while True:
            try:
                line = self._queue.get(timeout=_LOOK)
            except Empty:
                continue
            if not line:
                self._queue.put(b"")
                raise StopIteration
            return line


def _show_events(lines, screen):
    """Show a command's events as they come; return the one that is a result or an error."""
    last = None
    for line in lines:
        try:
            event = json.loads(line.decode("utf-8"))
        except ValueError:
            continue
        if event["type"] == "progress":
            screen.progress(progress_line(event))
        elif event["type"] == "text":
            screen.text(event["text"])
        else:
            last = event
    return last


def _show_stop(child, lines, screen):
    """Let an interrupted command put everything back; the interrupt has reached it too.

    On Windows it has not: there, the end of its standard input stops a command.
    """
    if child.stdin is not None:
        child.stdin.close()
    timer = threading.Timer(_PATIENCE, child.terminate)
    timer.start()
    try:
        while True:
            try:
                return _show_events(lines, screen)
            except KeyboardInterrupt:  # once more: it is putting everything back already
                continue
    finally:
        timer.cancel()
