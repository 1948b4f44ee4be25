"""Whether a notebook's environment is, whole, what the notebook records.

Light on purpose: a starting kernel asks this, and nothing else is imported for it.
"""

from __future__ import annotations

import os

from nbenv.core import record
from nbenv.home import paths
from nbenv.notebook.metadata import read_metadata

__all__ = ["Readiness", "check_readiness", "ready_environment"]

Value = dict[str, object]


class Readiness:
    """What a starting kernel needs to know of its notebook.

    `environment` is the folder of the environment, None where it is not, whole, what the notebook
    records; `record` is the true record and `metadata` the file's. `is_stripped` says that the file
    lost a record that this machine knows. (No dataclass: importing that takes a millisecond.)
    """

    __slots__ = ("environment", "is_stripped", "metadata", "record")

    def __init__(
        self, environment: str | None, record: Value | None, metadata: Value, is_stripped: bool
    ) -> None:
        self.environment = environment
        self.record = record
        self.metadata = metadata
        self.is_stripped = is_stripped


def ready_environment(path: str) -> str | None:
    """Return the folder of the notebook's environment if it is what the notebook records."""
    return check_readiness(path).environment


def check_readiness(path: str) -> Readiness:
    """Look whether the environment of the notebook at `path` is ready, and change nothing.

    Raises
    ------
    NotebookError
        The notebook's file cannot be read.
    RecordError
        Its record has not the shape of one.
    """
    metadata = read_metadata(path) if os.path.exists(path) else {}
    in_file = metadata.get("nbenv")
    state = paths.read_json(paths.state_path(paths.key(path)))
    is_stripped = record.is_stripped(in_file, state)
    environment, value = _environment_of(state, in_file)
    return Readiness(environment, value, metadata, is_stripped)


def _environment_of(state: Value | None, in_file: object) -> tuple[str | None, Value | None]:
    """Return the folder of a ready environment and the record that it holds."""
    if state is None or not isinstance(state.get("environment"), str):
        return None, None
    environment = paths.environment_path(str(state["environment"]))
    marker = paths.read_json(paths.marker_path(environment))
    held = marker.get("value") if marker else None
    if not isinstance(held, dict) or not os.path.exists(paths.python_path(environment)):
        return None, None
    if marker is None or paths.is_touched(environment, marker):
        return None, None  # half deleted, or installed into by hand: looked at before it runs
    if in_file is not None:
        record.check(in_file)
    value = record.current(in_file, state)  # type: ignore[arg-type]
    return (environment, value) if record.is_held(held, value, in_file, state) else (None, None)
