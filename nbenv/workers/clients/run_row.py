"""Run a notebook with the parameters of one row, on a worker of a cluster.

This travels as source, and imports the standard library alone, on Python 3.8 and later. What it
needs comes as one zip file, the payload: ``bundle/`` (the environment), ``programs/`` (what runs a
notebook), ``notebook.ipynb`` and ``files/`` (what is put beside it).
"""

import contextlib
import importlib.util
import io
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
import types
import zipfile
import zlib

KEPT = 7 * 24 * 60 * 60
"""Seconds that a payload stays on a worker after it was last used."""
SHOWN = 2000
"""Characters of an error that travel."""
STASH = "_nbenv_payloads"
"""The module in which a worker's process remembers the folders of payloads."""
COMMANDS = ("pip", "pip3", "uv", "nbenv")
"""What a notebook may call to install packages, and is told that nothing is installed."""
NOT_OURS = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONSAFEPATH", "JPY_SESSION_NAME")
"""Variables of the worker's own Python."""


def prepare(payload, digest):
    """Make the environment; return the worker's host, Python, and what was made in what time."""
    _, made = _prepared(payload, digest)
    return {
        "host": os.uname().nodename,
        "python": "{}.{}.{}".format(*sys.version_info[:3]),
        "made": made["made"],
        "seconds": made["seconds"],
        "with": made.get("with", ""),
    }


def run(payload, digest, values):
    """Run the notebook; return ``seconds``, ``host`` and ``notebook``, the compressed result.

    A failure is raised as `RuntimeError`, so that the engine runs it again; its ``nbenv_row`` has
    the same and ``error``.
    """
    folder, made = _prepared(payload, digest)
    scratch = tempfile.mkdtemp(prefix="nbenv-row-")
    try:
        begun = time.monotonic()
        error, result = _run_in(scratch, folder, made["python"], values)
        row = {"seconds": round(time.monotonic() - begun, 2), "host": os.uname().nodename}
        row.update(error=error, notebook=result)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if error:
        failure = RuntimeError(error)
        failure.nbenv_row = row
        raise failure
    return row


# -- what came with the task


def _prepared(payload, digest):
    """Return the folder of the unpacked payload, and what the worker file says that it made."""
    known = sys.modules.setdefault(STASH, types.ModuleType(STASH)).__dict__
    folder = known.get(digest)
    if folder is None or not os.path.isdir(folder):
        folder = known[digest] = _unpacked(payload, digest)
    with contextlib.suppress(OSError):
        os.utime(folder)
    manifest = os.path.join(folder, "bundle", "manifest.json")
    return folder, _worker_file(folder).make(manifest)


def _unpacked(payload, digest):
    """Unpack a payload, once for all processes of this user; return its folder."""
    partial = tempfile.mkdtemp(prefix="nbenv-payload-")
    try:
        with zipfile.ZipFile(io.BytesIO(payload)) as packed:
            packed.extractall(partial)
        place = os.path.join(_worker_file(partial).cache_folder(), "sweeps")
        os.makedirs(place, mode=0o700, exist_ok=True)
        _remove_old(place)
        folder = os.path.join(place, digest[:32])
        if not os.path.isdir(folder):
            beside = tempfile.mkdtemp(prefix=".", dir=place)
            shutil.copytree(partial, os.path.join(beside, "payload"))
            with contextlib.suppress(OSError):  # another process was quicker
                os.rename(os.path.join(beside, "payload"), folder)
            shutil.rmtree(beside, ignore_errors=True)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _worker_file(folder):
    """Load what makes environments from a payload's folder."""
    path = os.path.join(folder, "bundle", "nbenv_worker.py")
    spec = importlib.util.spec_from_file_location("nbenv_worker", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _remove_old(place):
    for name in os.listdir(place):
        path = os.path.join(place, name)
        with contextlib.suppress(OSError):
            if time.time() - os.stat(path).st_mtime > KEPT:
                shutil.rmtree(path, ignore_errors=True)


# -- the run


def _run_in(scratch, folder, python, values):
    """Run the notebook in a scratch folder; return the error, "" for none, and the result."""
    work = os.path.join(scratch, "work")
    beside = os.path.join(folder, "files")
    shutil.copytree(beside, work) if os.path.isdir(beside) else os.mkdir(work)
    with open(os.path.join(folder, "name.txt"), encoding="utf-8") as file:
        notebook = os.path.join(work, file.read())
    shutil.copyfile(os.path.join(folder, "notebook.ipynb"), notebook)
    result, given = os.path.join(scratch, "result.ipynb"), os.path.join(scratch, "values.json")
    with open(given, "w", encoding="utf-8") as file:
        file.write(values)
    command = [python, os.path.join(folder, "programs", "start.py"), notebook, result, "-f", given]
    environ = _environ(scratch, folder, python)
    said = os.path.join(scratch, "said.txt")
    with open(said, "wb") as errors:
        status = subprocess.call(
            command, cwd=work, env=environ, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=errors,
        )  # fmt: skip
    error = _reason(said, status) if status else ""
    content = b""
    if os.path.exists(result):
        with open(result, "rb") as file:
            content = zlib.compress(file.read())
    return error, content


def _reason(said, status):
    """Return the last that the runner said itself, else the last line."""
    with open(said, encoding="utf-8", errors="replace") as file:
        lines = [line.strip() for line in file if line.strip()]
    own = [line[len("nbenv: ") :] for line in lines if line.startswith("nbenv: ")]
    last = own[-1:] or lines[-1:] or ["Its process ended with status {}.".format(status)]
    return last[0][:SHOWN]


def _environ(scratch, folder, python):
    """Return the variables of the run: its Python, and commands that install nothing."""
    programs = os.path.join(folder, "programs")
    commands = os.path.join(scratch, "bin")
    os.mkdir(commands)
    for name in COMMANDS:
        code = "import nbenv_image, sys; sys.exit(nbenv_image.main(sys.argv[2:], sys.argv[1]))"
        line = 'exec {} -c {} {} "$@"\n'.format(
            shlex.quote(python), shlex.quote(code), name.replace("pip3", "pip")
        )
        path = os.path.join(commands, name)
        with open(path, "w") as file:
            file.write("#!/bin/sh\n" + line)
        os.chmod(path, 0o755)
    profile = os.path.join(scratch, "ipython", "profile_default")
    os.makedirs(profile)
    with open(os.path.join(profile, "ipython_kernel_config.py"), "w") as file:
        file.write('c.InteractiveShellApp.extensions = ["nbenv_image"]\n')
    environ = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    environ.update(
        PATH=os.pathsep.join([commands, os.path.dirname(python), environ.get("PATH", os.defpath)]),
        VIRTUAL_ENV=os.path.dirname(os.path.dirname(python)),
        PYTHONPATH=os.path.join(programs, "site"),
        IPYTHONDIR=os.path.dirname(profile),
    )
    return environ
