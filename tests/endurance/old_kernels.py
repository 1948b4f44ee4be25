"""Start kernels of many ages, and compare what is imported in them with plain ipykernel.

``python -m tests.endurance.old_kernels [NAME…]`` makes each environment with uv, from this
machine's index and with the Pythons that nbenv finds here, starts a kernel in it with the guest's
``boot.py`` and with ``ipykernel_launcher``, and runs the same pieces of code in both, each in a
process forked from the kernel. It prints what differs, and exits with 1 if anything does.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from jupyter_client import BlockingKernelClient, KernelManager
from uv import find_uv_bin

from nbenv.environments import interpreters
from nbenv.kernel import guest
from tests.support.kernels import text_of

BOOT = str(Path(guest.__file__).with_name("boot.py"))
PATIENCE = 90.0
CLIENTS = ("nbclient", "nbconvert", "papermill", "nbformat", "jupyter_server", "ipyparallel")
VERSIONS = {
    "5-6": ("3.8", "ipykernel==5.5.6", "jupyter_client==6.1.12", "ipython==7.34.0"),
    "5-7.1": ("3.8", "ipykernel==5.5.6", "jupyter_client==7.1.2"),
    "6.0-6": ("3.9", "ipykernel==6.0.3", "jupyter_client==6.1.12", "ipython_genutils"),
    "6.4-7.0": ("3.9", "ipykernel==6.4.2", "jupyter_client==7.0.6", "ipython==7.34.0"),
    "6.6-7.1": ("3.9", "ipykernel==6.6.1", "jupyter_client==7.1.2"),
    "6.9-7.2": ("3.10", "ipykernel==6.9.2", "jupyter_client==7.2.2"),
    "6.15-7.3": ("3.10", "ipykernel==6.15.3", "jupyter_client==7.3.5"),
    "6.20-7.4": ("3.11", "ipykernel==6.20.2", "jupyter_client==7.4.9"),
    "6.22-8.0": ("3.11", "ipykernel==6.22.0", "jupyter_client==8.0.3"),
    "6.29-8.6": ("3.12", "ipykernel==6.29.5", "jupyter_client==8.6.3"),
    "6.29-3.8": ("3.8", "ipykernel==6.29.5", "jupyter_client==8.6.3"),
    "7.0-8.6": ("3.12", "ipykernel==7.0.1", "jupyter_client==8.6.3", "ipython==8.37.0"),
    "newest": ("3.13", "ipykernel", "jupyter_client"),
}
"""Python, and what is installed, by a name: ipykernel's version and jupyter_client's."""
_MODULES = (
    *("adapter", "asynchronous", "blocking", "channels", "client", "connect", "consoleapp"),
    *("ioloop", "jsonutil", "kernelspec", "kernelspecapp", "launcher", "localinterfaces"),
    *("manager", "multikernelmanager", "provisioning", "session", "threaded", "utils", "absent"),
)
_IN_THREADS = """\
import importlib, threading
names = ["jupyter_client", "jupyter_client.manager", "nbclient", "nbconvert"] * 3
found = []
def load(name):
    try: found.append(importlib.import_module(name).__name__)
    except BaseException as error: found.append(repr(error))
threads = [threading.Thread(target=load, args=(name,)) for name in names]
for each in threads: each.start()
for each in threads: each.join()
result = sorted(found)"""
PIECES = [
    *(f"import {name}; result = {name}.__name__" for name in (*CLIENTS, "notebook")),
    *(f"import jupyter_client.{name} as m; result = m.__name__" for name in _MODULES),
    "from jupyter_client import *; result = sorted(name for name in dir() if name[0].isupper())",
    "from jupyter_client import manager, session; result = manager.__name__, session.__name__",
    "from jupyter_client import absent",
    "import jupyter_client; jupyter_client.absent",
    "import jupyter_client; result = sorted(vars(jupyter_client))",
    "import jupyter_client; result = sorted(dir(jupyter_client)), jupyter_client.__version__",
    "import jupyter_client as j; s = j.__spec__; result = j.__name__, type(j).__name__, s.name, "
    "type(s.loader).__name__, j.__loader__ is s.loader, j.__file__ == s.origin, j.__package__, "
    "list(j.__path__) == list(s.submodule_search_locations), hasattr(j, 'absent')",
    "import jupyter_client as j, sys; result = sys.modules['jupyter_client'] is j",
    "import sys; result = sorted(vars(sys.modules['jupyter_client']))",
    "import sys, importlib; result = importlib.reload(sys.modules['jupyter_client.session'])",
    "import jupyter_client as j, importlib; result = importlib.reload(j) is j, sorted(vars(j))",
    "import jupyter_client as j, inspect; result = len(inspect.getsource(j))",
    "import jupyter_client as j, pkgutil; result = len(list(pkgutil.iter_modules(j.__path__)))",
    "import jupyter_client as j, pickle; result = pickle.loads(pickle.dumps(j.KernelManager))",
    "import typing, jupyter_client.session as s; result = len(typing.get_type_hints(s.Session))",
    "import importlib.util as u; result = u.find_spec('jupyter_client').name",
    "import ipykernel.connect as c, jupyter_client as j; result = vars(c).get(j.__name__, j) is j",
    "import ipykernel; result = sorted(ipykernel.get_connection_info(unpack=True))",
    "import sys, gc, jupyter_client; result = gc.isenabled(), gc.get_freeze_count()",
    _IN_THREADS,
]
_PROBE = """
def _probe(code):
    import os, warnings
    out, into = os.pipe()
    if os.fork() == 0:
        warnings.simplefilter("ignore")
        try:
            names = {"__name__": "piece"}
            exec(code, names)
            found = repr(names.get("result"))
        except BaseException as error:
            found = "{}: {}".format(type(error).__name__, error)
        os.write(into, found.encode())
        os._exit(0)
    os.close(into)
    with open(out, "rb") as file:
        found = file.read().decode()
    os.wait()
    return found
"""
_MARK = "\x01"


@contextmanager
def _kernel(command: Sequence[str]) -> Iterator[BlockingKernelClient]:
    manager = KernelManager()
    manager.kernel_spec.argv = [*command, "-f", "{connection_file}"]
    own = {"NBENV_ENVIRONMENT": "old-1", "NBENV_STRIPPED": "", "NBENV_BACKGROUND": "0"}
    manager.start_kernel(env={**os.environ, **own}, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield client
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _run(client: BlockingKernelClient, code: str) -> str:
    shown: list[str] = []
    hook = lambda message: shown.append(text_of(message))  # noqa: E731
    client.execute_interactive(code, timeout=PATIENCE, output_hook=hook)
    return "".join(shown)


def _found(command: Sequence[str]) -> dict[str, str]:
    """Return what each piece of code results in, in a kernel that is started with `command`."""
    try:
        with _kernel(command) as client:
            _run(client, _PROBE)
            cells = {
                piece: f"import json; print({_MARK!r} + json.dumps(_probe({piece!r})))"
                for piece in PIECES
            }
            shown = {piece: _run(client, cell) for piece, cell in cells.items()}
    except RuntimeError as error:
        return {"start": str(error)}
    return {piece: _marked(text) for piece, text in shown.items()}


def _marked(text: str) -> str:
    """Return the result in what a cell printed: a fork may warn behind it."""
    _, mark, rest = text.partition(_MARK)
    return str(json.loads(rest.splitlines()[0])) if mark else text


def _make(folder: Path, python: str, requirements: Sequence[str]) -> str:
    """Make an environment; return its Python."""
    base = interpreters.find(python)
    if base is None:
        sys.exit(f"Python {python} is not on this machine.")
    subprocess.run([find_uv_bin(), "venv", "-q", "-p", base.executable, folder], check=True)
    program = str(folder / "bin" / "python")
    command = [find_uv_bin(), "pip", "install", "-q", "-p", program, *requirements, *CLIENTS]
    subprocess.run(command, check=True)
    return program


def differences(python: str) -> list[str]:
    """Return what is otherwise in our kernel than in a plain one, of an environment's Python."""
    plain, ours = _found([python, "-m", "ipykernel_launcher"]), _found([python, BOOT])
    return [
        f"{piece}\n  plain: {plain.get(piece)}\n  ours:  {ours.get(piece)}"
        for piece in {**plain, **ours}
        if plain.get(piece) != ours.get(piece)
    ]


def main(names: Sequence[str]) -> int:
    """Try the versions of those names, or all; return how many differ."""
    failed = 0
    for name in names or VERSIONS:
        with tempfile.TemporaryDirectory(prefix="nbenv-old-") as folder:
            python, *requirements = VERSIONS[name]
            found = differences(_make(Path(folder, "env"), python, requirements))
        print(f"{name}: {' '.join(VERSIONS[name])}: {len(found)} differences", flush=True)
        print("\n".join(found), end="\n" if found else "")
        failed += bool(found)
    return failed


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
