"""Whether a notebook's environment is, whole, what the notebook records.

Light on purpose: a starting kernel asks this, and nothing else is imported for it.
"""

from __future__ import annotations

import os

from nbenv.core import record
from nbenv.home import paths, variables
from nbenv.notebook.metadata import read_metadata

__all__ = ["ready", "ready_environment"]

Value = dict[str, object]


def ready_environment(path: str) -> str | None:
    """Return the folder of the notebook's environment if it is what the notebook records."""
    found = ready(path)
    return found[0] if found else None


def ready(path: str) -> tuple[str, Value | None, Value] | None:
    """Return the folder of a ready environment, the true record, and the file's metadata."""
    metadata = read_metadata(path) if os.path.exists(path) else {}
    in_file = metadata.get("nbenv")
    state = paths.read_json(paths.state_path(paths.key(path)))
    os.environ[variables.STRIPPED] = "1" if record.is_stripped(in_file, state) else ""
    if state is None or not isinstance(state.get("environment"), str):
        return None
    environment = paths.environment_path(str(state["environment"]))
    marker = paths.read_json(paths.marker_path(environment))
    held = marker.get("value") if marker else None
    if not isinstance(held, dict) or not os.path.exists(paths.python_path(environment)):
        return None
    if marker is None or paths.is_touched(environment, marker):
        return None  # half deleted, or only installed into by hand: looked at before it runs
    if in_file is not None:
        record.check(in_file)
    value = record.current(in_file, state)  # type: ignore[arg-type]
    return (environment, value, metadata) if record.is_held(held, value, in_file, state) else None
