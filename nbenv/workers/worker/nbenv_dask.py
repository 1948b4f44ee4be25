"""Dask on a worker: moving a whole cluster, and the notebook's own processes.

It has two parts. Sent as source behind `nbenv_agent`, whose functions it uses, it is run in the
processes of a cluster. As a program, run with the environment's Python, it is a scheduler or a
worker of the notebook's. Standard library and Dask only, Python 3.8 and later.
"""

# ruff: noqa: F821  # the names of `nbenv_agent`, which it is sent behind
import asyncio
import contextlib
import importlib.util
import json
import os
import subprocess
import sys
import time
import types
from multiprocessing import spawn

_ABSENCE = 60.0
"""Seconds without a client until a notebook's scheduler ends, unless the worker sets others."""
_BEGINNING = 180.0
"""Seconds that the first client may take."""
_ROLES = ("scheduler", "worker", "client")
_PAIRS = [(role, kind) for role in _ROLES for kind in ("cert", "key")]
_COMPILED = ("numpy", "pandas", "pyarrow", "scipy")
"""Packages that others are compiled for."""

if __name__ == "__main__":

    def verb(function):
        """Return a function as it is: nobody calls this process."""
        return function

    def _places():
        """Load the module of places from beside this file."""
        path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "nbenv_places.py")
        spec = importlib.util.spec_from_file_location("_nbenv_places", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module


# -- a cluster that is the notebook's alone


@verb
def owner():
    """Return the digest of the environment that a scheduler was moved to, "" for none."""
    return getattr(sys.modules.get("_nbenv_owner"), "digest", "")


@verb
def move_scheduler(bundle, python, digest):
    """Let a scheduler find the environment's packages, before its own ones."""
    words = [python, "-c", "import site; print(*site.getsitepackages(), sep='\\n')"]
    text = subprocess.run(words, stdout=subprocess.PIPE, check=True, universal_newlines=True)
    with open(os.path.join(_folder(bundle), "manifest.json")) as file:
        _check_imported(json.load(file)["versions"])
    paths = text.stdout.split("\n")[:-1]
    sys.path[:0] = [each for each in paths if each not in sys.path]
    sys.modules["_nbenv_owner"] = own = types.ModuleType("_nbenv_owner")
    own.digest, own.paths = digest, paths
    return True


def _check_imported(versions) -> None:
    """Raise if something is imported here whose version would not go with the environment's."""
    for name, version in versions.items():
        module = sys.modules.get(name.replace("-", "_"))
        found = getattr(module, "__version__", version)
        if name in _COMPILED and found != version:
            raise RuntimeError("the scheduler has imported %s %s" % (name, found))


async def move(nanny, bundle, data):
    """Let a nanny start its workers with the environment's Python."""
    loop = asyncio.get_running_loop()
    try:
        python = await loop.run_in_executor(None, _prepared, bundle, data)
    except BaseException:
        spawn.set_executable("/bin/false")  # rather no worker than one with other packages
        raise
    spawn.set_executable(python)
    if not hasattr(spawn, "_nbenv_original"):
        spawn._nbenv_original = spawn.get_preparation_data
        spawn.get_preparation_data = _preparation
    nanny.env["VIRTUAL_ENV"] = os.path.dirname(os.path.dirname(python))
    folders = [os.path.dirname(python), os.environ.get("PATH", os.defpath)]
    nanny.env["PATH"] = os.pathsep.join(folders)


def _prepared(bundle, data):
    if not has(bundle):
        place(bundle, data)
    found = make(bundle)
    while found in (True, None):
        time.sleep(0.1)
        found = made(bundle)
    if "error" in found:
        raise RuntimeError(found["error"])
    return found["python"]


def _preparation(name):
    """Return what a spawned process begins with; its path is the environment's own."""
    found = spawn._nbenv_original(name)
    found.pop("sys_path", None)
    return found


async def move_back(nanny):
    """Let a nanny start its workers as before."""
    spawn.set_executable(sys.executable)
    if hasattr(spawn, "_nbenv_original"):
        spawn.get_preparation_data = spawn._nbenv_original
        del spawn._nbenv_original
    for name in ("VIRTUAL_ENV", "PATH"):
        nanny.env.pop(name, None)
        if name in os.environ:
            nanny.env[name] = os.environ[name]
    await nanny.restart()


# -- a process of the notebook's


def _security():
    """Return this server's certificates as variables that Dask reads: they stay on this machine."""
    from distributed import Scheduler, Worker

    server = next(iter([*Worker._instances, *Scheduler._instances]), None)
    security = getattr(server, "security", None)
    names = ("ca_file", "ciphers", *("%s_%s" % pair for pair in _PAIRS))
    found = {name: getattr(security, "tls_" + name, None) for name in names}
    kept = {_tls(name): str(value) for name, value in found.items() if value}
    if getattr(security, "require_encryption", False):
        kept["DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION"] = "True"
    return kept


def _tls(name):
    """Return the variable of a setting: a role's certificate is one level deeper."""
    role, _, kind = name.partition("_")
    place = "%s__%s" % (role, kind) if role in _ROLES else name
    return ("DASK_DISTRIBUTED__COMM__TLS__" + place).upper()


if __name__ != "__main__":
    PASSED_ON.append(_security)


async def _scheduler(about) -> None:
    """Run a scheduler for as long as the notebook's client is there."""
    from distributed import Scheduler
    from distributed.diagnostics.plugin import SchedulerPlugin

    class Came(SchedulerPlugin):
        """Note that a client came: it may be gone again before one looks."""

        is_so = False

        def add_client(self, scheduler, client):
            self.is_so = True

    came = Came()
    absence = _places().seconds_of_absence(_ABSENCE)
    options = {name: about[name] for name in ("host", "protocol")}
    scheduler = await Scheduler(port=0, dashboard=False, **options)
    scheduler.add_plugin(came)
    _write(about["file"], {"address": scheduler.address})
    limit = time.time() + _BEGINNING
    while scheduler.status.name == "running" and time.time() < limit:
        await asyncio.sleep(0.5)
        if os.getppid() != about["parent"]:
            break
        if came.is_so or set(scheduler.clients) - {"fire-and-forget"}:
            limit, came.is_so = time.time() + absence, False
    await _end(scheduler)


async def _worker(about) -> None:
    """Run a worker for as long as the scheduler is there, and the worker that started it."""
    from distributed import Worker

    options = {name: about[name] for name in ("nthreads", "memory_limit", "name", "resources")}
    address = await _told_address(about)
    worker = await Worker(
        address,
        host=about["host"],
        local_directory=about["folder"],
        death_timeout=30,
        dashboard=False,
        **options,
    )
    while worker.status.name in ("running", "paused", "init", "closing_gracefully"):
        await asyncio.sleep(0.5)
        if os.getppid() != about["parent"]:
            break
    await _end(worker)


async def _told_address(about):
    """Wait until the agent that started this tells the address of the scheduler."""
    limit = time.time() + _BEGINNING
    while time.time() < limit and os.getppid() == about["parent"]:
        with contextlib.suppress(OSError, ValueError), open(about["waits"]) as file:
            return json.load(file)["address"]
        await asyncio.sleep(0.02)
    os._exit(0)  # its scheduler did not start, or what started it is gone


async def _end(server) -> None:
    """Close a server and end the process, well or not: one that fails would be started again."""
    with contextlib.suppress(Exception, asyncio.CancelledError):
        await asyncio.wait_for(server.close(), 10)
    sys.stderr.flush()
    os._exit(0)


def _write(path, value) -> None:
    with open(path + ".new", "w") as file:
        json.dump(value, file)
    os.replace(path + ".new", path)


if __name__ == "__main__":
    sys.path.pop(0)  # nothing beside this file shadows a module
    asyncio.run({"scheduler": _scheduler, "worker": _worker}[sys.argv[1]](json.loads(sys.argv[2])))
