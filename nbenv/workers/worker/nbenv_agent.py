"""Make environments and start processes from within a cluster's own processes.

Sent as source, it is run in a worker of whatever engine and version. What takes long is done in
processes of its own, and asked for later: a worker has others to answer. Standard library only,
Python 3.8 and later.
"""

import atexit
import contextlib
import hashlib
import importlib.util
import io
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

_FAILURES, _SHORT = 3, 60.0
"""A process is not started again that so many times in a row lived for less than these seconds."""
_NOT_INHERITED = ("DASK_INTERNAL_INHERIT_CONFIG", "DASK_PARENT", "DASK_SCHEDULER_ADDRESS")

_builds = {}
"""Bundle → its `_Build`."""
_started = {}
_data = {}
"""Who sends a bundle, and which → the time of the last part, and the parts that have come."""
_ABANDONED = 600.0
"""Seconds without a further part until those that have come are forgotten."""
VERBS = {}
"""Name → function, also those of an engine's own module."""
PASSED_ON = []
"""Functions of an engine's own module: variables of what is started, known to this process."""


def verb(function):
    """Let a driver call a function by its name."""
    VERBS[function.__name__] = function
    return function


def call(name, arguments):
    """Do what a driver asks for; return plain data, with an ``error`` where it failed."""
    try:
        return VERBS[name](**arguments)
    except Exception as error:
        kind = type(error).__name__
        return {"error": str(error) if kind in ("PlaceError", "WorkerError") else named(error)}  # noqa: F821


@verb
def look(engine):
    """Return what this process is, and its version of an engine."""
    user = os.getuid() if hasattr(os, "getuid") else ""
    place = (platform.node(), user, os.environ.get("NBENV_WORKER_CACHE"), os.path.expanduser("~"))
    return {
        "node": platform.node(),
        "key": repr(place),
        "system": sys.platform,
        "python": "%d.%d" % sys.version_info[:2],
        "prefix": sys.prefix,
        "engine": getattr(sys.modules.get(engine), "__version__", ""),
        "process": os.getpid(),
    }


@verb
def has(bundle):
    """Return whether a bundle is here; what is asked for is not old."""
    with contextlib.suppress(OSError):
        os.utime(_folder(bundle))
    return os.path.exists(os.path.join(_folder(bundle), "manifest.json"))


@verb
def place(bundle, data, is_first=True, is_last=True, who=""):
    """Take a part of a bundle's zip file; unpack it after the last one.

    Several kernels may send the same one, and one may have stopped halfway: each begins anew.
    """
    now = time.monotonic()
    for key in [key for key, (last, _) in _data.items() if now - last > _ABANDONED]:
        del _data[key]
    _, parts = _data.pop((who, bundle), (now, []))
    parts = [data] if is_first else [*parts, data]
    if not is_last:
        _data[who, bundle] = now, parts
        return True
    content = b"".join(parts)
    if hashlib.sha256(content).hexdigest()[: len(bundle)] != bundle:
        return {"error": "it did not arrive as it was sent"}
    final = _folder(bundle)
    scratch = tempfile.mkdtemp(dir=os.path.dirname(final))
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(scratch)
        with contextlib.suppress(OSError):  # another process was faster
            os.rename(scratch, final)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return has(bundle)


class _Build:
    """A process that makes an environment, and the kernels that wait for it."""

    def __init__(self, words) -> None:
        self.waiting, self.said = set(), tempfile.TemporaryFile()  # noqa: SIM115  # read at the end
        self.process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=self.said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env={**os.environ, "_NBENV_WORKER_IMPORTED": os.pathsep.join(_imported())},
        )

    def is_running(self):
        return self.process.poll() is None


def _imported():
    """Return the modules that this worker has imported, below its packages' folder."""
    files = [getattr(each, "__file__", None) or "" for each in list(sys.modules.values())]
    return sorted(
        file.rpartition("site-packages" + os.sep)[2]
        for file in files
        if file.endswith(".py") and "site-packages" + os.sep in file
    )


@verb
def make(bundle, who=""):
    """Begin to make the environment, in a process of its own: this one has others to answer.

    Return True, or at once what `made` returns where it is there.
    """
    folder = _folder(bundle)
    there = _loaded(folder, "nbenv_worker").there(os.path.join(folder, "manifest.json"))
    if there is not None:
        return there
    if bundle not in _builds or not _builds[bundle].is_running():
        words = [sys.executable, os.path.join(folder, "nbenv_worker.py"), "make"]
        _builds[bundle] = _Build([*words, os.path.join(folder, "manifest.json")])
    _builds[bundle].waiting.add(who)
    return True


@verb
def made(bundle):
    """Return None while the environment is being made, then what it is."""
    build = _builds[bundle]
    if build.is_running():
        return None
    build.said.seek(0)
    text = build.said.read().decode("utf-8", "replace").strip()
    try:
        return json.loads(text.splitlines()[-1])
    except (ValueError, IndexError):
        return {"error": "It ended with status %s. %s" % (build.process.returncode, text[-1000:])}


@verb
def cancel(bundle, who=""):
    """Stop making the environment, unless another kernel waits for it, too."""
    build = _builds.get(bundle)
    if build is not None:
        build.waiting.discard(who)
        if not build.waiting:
            _kill(build.process)
    return True


@verb
def begin(key, bundle, python, words, *, about=None, file=None, waits=None, again=False):
    """Start a process in the environment; with `again`, also when it dies.

    ``{bundle}`` in its words is the bundle's folder. `about` is its last word, as JSON, with this
    process as its ``parent``. `file` is where it says that it is ready, and `waits` the one that
    it waits for (see `tell`).
    """
    end(key)
    folder = _folder(bundle)
    own = {"words": [python, *(each.replace("{bundle}", folder) for each in words)]}
    if about is not None:
        own["words"].append(json.dumps({**about, "parent": os.getpid()}))
    own["log"] = os.path.join(_below("logs"), "%s-%d.log" % (key, os.getpid()))
    own.update(wanted=True, failures=0, file=file, waits=waits, again=again)
    own["environ"] = _environment(bundle, python)
    _launch(own)
    _started[key] = own
    if again:
        threading.Thread(target=_keep, args=(own,), daemon=True).start()
    return True


@verb
def state(key):
    """Return what became of a process that was started: its address, or why there is none."""
    own = _started.get(key)
    if own is None:
        return {"error": "it was stopped"}
    with contextlib.suppress(OSError, ValueError, TypeError), open(own["file"]) as file:
        return json.load(file)
    if own["process"].poll() is None or (own["again"] and own["failures"] < _FAILURES):
        return None
    with open(own["log"], "rb") as file:
        return {"error": file.read().decode("utf-8", "replace").strip()[-1500:] or "it ended"}


@verb
def tell(key, value):
    """Tell a process that was started what it waits for: write it into its file."""
    path = _started[key]["waits"]
    with open(path + ".new", "w") as file:
        json.dump(value, file)
    os.replace(path + ".new", path)
    return True


@verb
def end(key):
    """Stop what was started."""
    own = _started.pop(key, None)
    if own:
        own["wanted"] = False
        _kill(own["process"])
    return True


@verb
def process(key):
    """Return the number of a process that was started, None for none."""
    own = _started.get(key)
    return own["process"].pid if own else None


@verb
def ready_file(key):
    """Return a path for what a process says of itself."""
    path = os.path.join(_below("logs"), "%s-%d.json" % (key, os.getpid()))
    with contextlib.suppress(OSError):
        os.unlink(path)
    return path


def _launch(own) -> None:
    with open(own["log"], "ab") as log:
        own["process"] = subprocess.Popen(
            own["words"],
            env=own["environ"],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _keep(own) -> None:
    """Start a worker again when it dies, unless it does so again and again."""
    while own["wanted"]:
        begun = time.monotonic()
        status = own["process"].wait()
        is_short = time.monotonic() - begun < _SHORT
        own["failures"] = own["failures"] + 1 if is_short else 1
        if status == 0 or own["failures"] >= _FAILURES:
            return
        time.sleep(0.2)
        if own["wanted"]:
            _launch(own)


def _kill(process) -> None:
    with contextlib.suppress(OSError):
        os.killpg(process.pid, 15)

    def later() -> None:
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, 9)
            process.wait()

    threading.Thread(target=later, daemon=True).start()


@atexit.register
def _end_all() -> None:
    for key in list(_started):
        own = _started.pop(key)
        own["wanted"] = False
        with contextlib.suppress(OSError):
            os.killpg(own["process"].pid, 15)
    for build in _builds.values():
        if build.is_running():
            with contextlib.suppress(OSError):
                os.killpg(build.process.pid, 15)


def _environment(bundle, python):
    found = _loaded(_folder(bundle), "nbenv_install").activated(python)
    kept = {name: value for name, value in found.items() if name not in _NOT_INHERITED}
    for more in PASSED_ON:
        kept.update(more())
    return kept


def _loaded(folder, name):
    """Load a module of a bundle."""
    spec = importlib.util.spec_from_file_location("_" + name, os.path.join(folder, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _below(name):
    return private(os.path.join(cache_folder(), name))  # noqa: F821  # of `nbenv_places`


def _folder(bundle):
    return os.path.join(_below("bundles"), bundle)
