"""Answer an install of what is installed already, before the rest of nbenv is imported.

Notebooks that are run again and again install again and again; this makes that cost next to
nothing. Every case that is not perfectly clear is left to the ordinary command, which gives the
same answer.
"""

from __future__ import annotations

import json
import os

from nbenv.core.file_names import is_notebook
from nbenv.environments.readiness import check_readiness
from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.home.kernel_parent import server_process

__all__ = ["already_installed"]

_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def already_installed(words: list[str]) -> bool:
    """Answer ``install`` of names that the notebook requires in exactly these words.

    Parameters
    ----------
    words
        The command line of a terminal, or that of a kernel's magic: ``install --events
        --environment ID NAME …``.

    Returns
    -------
    bool
        Whether it was answered; if not, nothing was done.
    """
    if words[:1] != ["install"]:
        return False
    if words[1:3] == ["--events", "--environment"] and len(words) > 4:
        path, names = _notebook_of(words[3]), words[4:]
    else:
        path, *names = [*words[1:], ""] if len(words) < 3 else words[1:]
        path = os.path.abspath(path) if is_notebook(path) else ""
    if not path or not names or not all(name and _NAME.issuperset(name) for name in names):
        return False
    try:
        return _answer(path, names, as_events="--events" in words)
    except (NbenvError, OSError):  # the ordinary command will report it
        return False


def _notebook_of(identifier: str) -> str:
    marker = paths.read_json(paths.marker_path(paths.environment_path(identifier)))
    owner = marker.get("notebook") if marker else None
    state = paths.read_json(paths.state_path(paths.key(owner))) if owner else None  # type: ignore[arg-type]
    return str(owner) if state and state.get("environment") == identifier else ""


def _answer(path: str, names: list[str], as_events: bool) -> bool:
    found = check_readiness(path)
    environment, value = found.environment, found.record
    if environment is None or value is None:
        return False
    asked = value.get("requirements")
    versions = [_version(value, name) for name in names]
    if not isinstance(asked, list) or not set(names) <= set(asked) or None in versions:
        return False
    if not (paths.is_document(path) or _is_recorded(value, found.metadata)):
        return False
    installed = ", ".join(f"{name} {version}" for name, version in zip(names, versions))  # noqa: B905
    summary = f"Already installed: {installed}."
    event = {
        "type": "result",
        "summary": summary,
        "changes": [],
        "environment": os.path.basename(environment),
        "data": {"python": value.get("python"), "requirements": asked, "changes": []},
        "pth": [],
        "replaced": False,
    }
    print(json.dumps(event) if as_events else summary, flush=True)
    return True


def _version(value: dict[str, object], name: str) -> str | None:
    """Return the version that is locked of a name, if there is exactly one, for every machine."""
    lock = value.get("lock")
    known: list[str] = lock if isinstance(lock, list) else []
    lines = [text for text in known if text.startswith(f"{name}==")]
    if len(lines) != 1 or " ; " in lines[0]:
        return None
    return lines[0].split()[0][len(name) + 2 :]


def _is_recorded(value: dict[str, object], metadata: dict[str, object]) -> bool:
    """Return whether nothing must be written: the file has the record, or a server writes it."""
    if os.environ.get("JPY_SESSION_NAME") and paths.is_server(server_process(os.environ)):
        return True
    kernelspec = metadata.get("kernelspec")
    named = kernelspec.get("name") if isinstance(kernelspec, dict) else None
    return metadata.get("nbenv") == value and named == "nbenv"
