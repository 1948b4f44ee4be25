"""Start ipykernel in a notebook's own environment, with nbenv's magics.

Run by path with the environment's Python. It imports nothing of nbenv, which is not installed
there; the other modules of this folder are loaded by path, each when it is needed.
"""

from __future__ import annotations

import gc
import os
import sys

_WHOLE = "nbenv_whole"
"""The interpreter's option (``-X``) by which ipykernel is imported with all that it imports."""

_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if entry != _HERE]
variables = dict(os.environ)
"""The environment variables that this process began with; cells may change those of `os`."""
at_start = frozenset()
"""The top-level modules that the kernel itself had imported when it was ready."""
sys.modules["_nbenv_boot"] = sys.modules[__name__]  # whence its siblings import from it


def load(name):
    """Load a module of this folder, or below it, under a name that no package has."""
    known = "_nbenv_" + name.rpartition("/")[2]
    if known not in sys.modules:
        from importlib.util import module_from_spec, spec_from_file_location

        spec = spec_from_file_location(known, os.path.join(_HERE, name + ".py"))
        module = module_from_spec(spec)
        sys.modules[known] = module
        spec.loader.exec_module(module)
    return sys.modules[known]


def _start_again(error) -> None:
    """Have the launcher check this environment's files; it reports why ipykernel did not start."""
    host = os.environ.get("NBENV_HOST_PYTHON")
    if not load("handover").can_become() or not host or "-f" not in sys.argv:
        return
    try:
        os.unlink(os.path.join(sys.prefix, "nbenv.json"))  # the environment is not whole
    except OSError:
        return
    why = " ".join("{}: {}".format(type(error).__name__, error).split())
    before = os.environ.get("NBENV_BROKEN", "")
    environ = {**os.environ, "NBENV_BROKEN": "{}\n{}".format(before, why).strip()}
    for name in ("VIRTUAL_ENV", "NBENV_ENVIRONMENT"):  # it runs in no environment any more
        environ.pop(name, None)
    words = load("host_python").command("nbenv.kernel.launcher")
    load("handover").become([*words, *sys.argv[1:]], environ)


def _ipykernel():
    """Import ipykernel and make its application, without what both import but do not need."""
    deferred = None
    if os.name == "posix" and _WHOLE not in sys._xoptions:
        deferred = load("lazy_jupyter_client").defer()
    try:
        from ipykernel import kernelapp

        app = kernelapp.IPKernelApp.instance()
    finally:
        if deferred is not None and deferred.is_missed:  # only a new process forgets what it saw
            words = [sys.executable, "-X", _WHOLE, *sys.argv]
            load("handover").become(words, os.environ)
    if deferred is not None:
        deferred.release()
    return kernelapp, app, deferred


def _answer_page(comm, message) -> None:
    """Answer a page that opens a comm; what that needs is imported for the first one only."""
    load("page_comm").answer(comm, message)


def main() -> None:
    """Become an IPython kernel, as ipykernel_launcher does."""
    os.environ.pop("NBENV_SUPERVISOR", None)  # this process's, not of those it may start
    gc.disable()  # what is imported stays: looking for garbage in it is a tenth of the time
    try:
        kernelapp, app, deferred = _ipykernel()
    except Exception as error:  # files are missing: the launcher checks, repairs and starts again
        _start_again(error)
        raise
    finally:
        gc.enable()
    own = ("NBENV_BROKEN", "NBENV_DOCUMENT", "NBENV_NOTEBOOK")
    for name in own:  # this kernel's, not of those it may start
        os.environ.pop(name, None)

    folder = os.path.dirname(os.path.dirname(os.path.abspath(kernelapp.__file__)))
    sys.argv[0] = os.path.join(folder, "ipykernel_launcher.py")
    handed_over = os.environ.pop("NBENV_HANDED_OVER", None)
    if handed_over:
        load("handover").prepare(app, handed_over)
    elif os.environ.get("NBENV_DETACHED") or os.environ.get("NBENV_RECORD"):  # may become others
        load("client_sockets").use(app)
    app.initialize(sys.argv[1:])
    if app.shell is not None:
        load("magics").register(app.shell, app.kernel)
        if deferred is not None:
            deferred.watch(app.shell)
        load("child_notebooks").watch()
        app.kernel.comm_manager.register_target("nbenv", _answer_page)
    if handed_over:
        load("handover").show_idle(app.kernel)
    global at_start
    at_start = frozenset([name.partition(".")[0] for name in list(sys.modules)])
    app.start()
    load("on_exit").save_bytecode()


if __name__ == "__main__":
    main()
