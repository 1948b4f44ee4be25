"""Check that a notebook's environment holds, completely, what the notebook records.

Light on purpose: every kernel that starts imports this, and a ready one nothing further.
"""

from __future__ import annotations

import os

from nbenv.core import record
from nbenv.core.record import RecordDict
from nbenv.environments import layout
from nbenv.home import paths
from nbenv.notebook.metadata import read_metadata

__all__ = ["Readiness", "check_readiness", "newest_record", "ready_environment"]


class Readiness:
    """A starting kernel's view of its notebook.

    `environment` is the folder of the environment, None if that is not ready; `record` is then the
    record that it holds. `metadata` is what the file contains, and `is_stripped` says that the file
    lost a record that this machine knows.
    """

    # No dataclass: importing `dataclasses` takes a millisecond, and each start would pay it.
    __slots__ = ("environment", "is_stripped", "metadata", "record")

    def __init__(
        self,
        environment: str | None,
        record: RecordDict | None,
        metadata: RecordDict,
        is_stripped: bool,
    ) -> None:
        self.environment = environment
        self.record = record
        self.metadata = metadata
        self.is_stripped = is_stripped


def ready_environment(path: str) -> str | None:
    """Return the folder of the notebook's environment if it is ready, else None."""
    return check_readiness(path).environment


def check_readiness(path: str) -> Readiness:
    """Check whether the environment of the notebook at `path` is ready; change nothing.

    Parameters
    ----------
    path
        The notebook's path; there may be no file yet, or the path may be a placeholder.

    Raises
    ------
    NotebookError
        The notebook's file cannot be read.
    RecordError
        Its ``metadata.nbenv`` is broken or of a newer version.
    """
    metadata = read_metadata(path) if os.path.exists(path) else {}
    in_file = metadata.get("nbenv")
    state = paths.read_json(paths.state_path(paths.key(path)))
    is_stripped = record.is_stripped(in_file, state)
    environment, held = _ready_with_record(state, in_file)
    return Readiness(environment, held, metadata, is_stripped)


def _ready_with_record(
    state: RecordDict | None, in_file: object
) -> tuple[str | None, RecordDict | None]:
    """Return the folder of a ready environment and the record that it holds."""
    if state is None or not isinstance(state.get("environment"), str):
        return None, None
    environment = paths.environment_path(str(state["environment"]))
    marker = paths.read_json(paths.marker_path(environment))
    held = marker.get("value") if marker else None
    if not isinstance(held, dict) or not os.path.exists(layout.python_path(environment)):
        return None, None
    if marker is None or layout.is_touched(environment, marker):
        return None, None  # partly deleted, or changed by hand: its files are checked first
    if layout.SHARED in marker and not layout.is_closed_to_others(environment, marker):
        return None, None
    checked = None if in_file is None else record.check(in_file)
    newest = record.current(checked, state)
    return (environment, newest) if record.is_held(held, newest, in_file, state) else (None, None)


def newest_record(path: str) -> RecordDict | None:
    """Return the record that counts for a notebook: the one in its file, or a newer unsaved one.

    None of it is checked. Raises `NotebookError` if there is a file that cannot be read.
    """
    found = read_metadata(path).get("nbenv") if os.path.exists(path) else None
    in_file = found if isinstance(found, dict) else None
    return record.current(in_file, paths.read_json(paths.state_path(paths.key(path))))
