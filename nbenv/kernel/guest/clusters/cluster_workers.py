"""``%nbenv workers``: give the workers of a cluster this notebook's environment.

The clients are in this kernel, and what may be shipped is known to the host's nbenv. So the kernel
tells it which clients there are, and does with the bundle that it writes what the engine's driver
says (``nbenv/workers/drivers``, loaded by path).
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
import threading
from importlib.util import module_from_spec, spec_from_file_location

from _nbenv_boot import load, variables

_DRIVERS = os.path.normpath(os.path.join(os.path.dirname(__file__), "../../../workers/drivers"))
_FORMER = (
    "The workers of {} still have the former environment; %nbenv workers{} gives them this one."
)
_STOPPED = "Stopped. What was started for this notebook has been ended."
_FAILED = (
    "The workers of {} could not be given the environment: {}: {}\n"
    "Check that the cluster answers, connect again, and repeat %nbenv workers."
)

_shipped = {}
"""Variable of a client → the client whose workers have the environment, and the command's words."""


def run(words, target, screen):
    """Run ``%nbenv workers WORDS``; raise NbenvError with its message when it fails.

    Returns what the driver has for the cell, such as Ray's ``runtime_env``.
    """
    namespace = _namespace()
    found = [] if namespace is None else [*_clients(namespace), *_addresses(words)]
    own = [] if namespace is None else ["--found", _listed(found)]
    if any(engine == "ray" for engine, _, _ in found):
        _import_meanwhile("ray")
    event = load("command").finish("workers", [*own, *target, *words], screen)
    asked = event["data"]["workers"]
    client = {name: client for _, name, client in found}[asked["client"]]
    try:
        line, value = _perform(asked, client, namespace, screen)
    except _protocol().WorkersError as error:
        failure = str(error)
    except KeyboardInterrupt:
        failure = _STOPPED
    except Exception as error:  # of an engine: a person must not see its traceback
        text = " ".join(str(error).split())[:500]
        failure = _FAILED.format(asked["client"], type(error).__name__, text)
    else:
        screen.result(line, {"type": "result"})
        return value
    screen.failed({"type": "error", "message": failure})
    raise load("command").NbenvError(failure)


def note(event):
    """Return a sentence for each client whose workers lack a change, in a list."""
    if not event.get("changes"):
        return []
    namespace = _namespace() or {}
    kept = [name for name in _shipped if namespace.get(name) is _shipped[name]]
    return [_FORMER.format(name, " " + name if len(kept) > 1 else "") for name in kept]


def driver(engine):
    """Load the driver of an engine."""
    return _protocol().load(engine)


def _perform(asked, client, namespace, screen):
    """Let the driver do what was asked for; return the line to show, and a value for the cell."""
    protocol, chosen = _protocol(), driver(asked["engine"])
    bundle, name = protocol.Bundle(asked["bundle"]), asked["client"].partition(":")[0]
    if asked["action"] == "status":
        return _shown(chosen.status(client, bundle), None), None
    if asked["action"] == "stop":
        report = chosen.stop(client)
        _shipped.pop(name, None)
        _put(namespace, name, report)
        return _shown(report, None), None
    options = protocol.Options(asked["own"], asked["wheels"], tell=_once(screen.progress))
    report = chosen.ship(client, bundle, options)
    _put(namespace, name, report)
    if report.workers:
        _shipped[name] = namespace.get(name, client)
    return _shown(report, bundle.manifest), report.value


def _once(show):
    """Return a function that shows a text unless it was the last one."""
    last = []

    def tell(text) -> None:
        if last != [text]:
            last[:] = [text]
            show(text)

    return tell


def _put(namespace, name, report) -> None:
    if report.client is not None:
        namespace[name] = report.client


def _shown(report, manifest):
    line = "" if manifest is None else report.line(manifest)
    return "\n".join([each for each in (line, *report.notes) if each])


def _namespace():
    """Return the cells' variables; None where this kernel has no environment of its own."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if hasattr(ipython, "get_ipython") else None
    own = variables.get("NBENV_ENVIRONMENT")
    is_inside = bool(own) and os.path.basename(sys.prefix) == own
    return shell.user_ns if shell is not None and is_inside else None


def _clients(namespace):
    """Return the engine, the variable and the client of each, once under its first name."""
    found, seen = [], set()
    for engine in _protocol().ENGINES:
        for name, client in driver(engine).find(namespace):
            if id(client) not in seen:
                seen.add(id(client))
                found.append((engine, name, client))
    return found


def _import_meanwhile(name):
    """Import a package that takes seconds while nbenv prepares; the driver says it if it fails."""

    def imported() -> None:
        with contextlib.suppress(Exception):
            importlib.import_module(name)

    threading.Thread(target=imported, daemon=True).start()


def _addresses(words):
    """Return the addresses among the words, to which a driver connects by itself: Ray's."""
    return [("ray", word, word) for word in words if word.startswith("ray://")]


def _listed(found):
    return ",".join("{}={}".format(engine, name) for engine, name, _ in found)


def _protocol():
    """Load what the drivers have in common."""
    if "_nbenv_workers" not in sys.modules:
        path = os.path.join(_DRIVERS, "protocol.py")
        spec = spec_from_file_location("_nbenv_workers", path)
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules["_nbenv_workers"] = module
    return sys.modules["_nbenv_workers"]
