"""References to notebooks, and snapshots of them: the input of every operation."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from nbenv.core import record as records
from nbenv.core.spec import Spec
from nbenv.environments.environment import Environment, Marker
from nbenv.environments.interpreters import default_python
from nbenv.environments.local_projects import digest_of
from nbenv.environments.store import State, notebook_of, read_state, state_for
from nbenv.errors import NotebookError, RecordError, UsageError
from nbenv.home import paths
from nbenv.home.handed_over import METADATA
from nbenv.home.kernel_parent import server_process
from nbenv.home.locks import is_locked
from nbenv.notebook.metadata import check_is_notebook, keeps_record, read_metadata
from nbenv.notebook.read_record import read_record

__all__ = ["NotebookRef", "NotebookSnapshot", "parse_record"]


@dataclass(frozen=True)
class NotebookRef:
    """A reference to a notebook, from which nothing was read yet.

    Parameters
    ----------
    notebook
        Its path, or a placeholder.
    in_server
        Whether a Jupyter Server has it open, and writes the record when a front end saves.
    base
        The folder that local requirements are relative to, if that is not the notebook's own.
    """

    notebook: str
    in_server: bool = False
    base: str | None = None

    @classmethod
    def of_kernel(cls, path: str, environ: Mapping[str, str]) -> NotebookRef:
        """Return the notebook of a kernel.

        Parameters
        ----------
        path
            The path that the kernel was started with; a rename since then is followed.
        environ
            The environment variables of the kernel.
        """
        server = server_process(environ)
        in_server = bool(environ.get("JPY_SESSION_NAME")) and paths.is_server(server)
        return cls(paths.moved(path) if in_server else path, in_server)

    @classmethod
    def of_environment(cls, identifier: str, environ: Mapping[str, str]) -> NotebookRef:
        """Return the notebook that an environment belongs to, also after a rename.

        Raises
        ------
        UsageError
            It belongs to none.
        """
        path = notebook_of(identifier)
        if path is None:
            raise UsageError(
                f"The environment {identifier} no longer belongs to a notebook.",
                "The notebook was deleted, or has another environment now.",
                "Save the notebook if you want to keep it, then restart the kernel.",
            )
        return cls.of_kernel(path, environ)

    @classmethod
    def detached(cls, name: str) -> NotebookRef:
        """Return the placeholder of a detached kernel; nothing is recorded in a file."""
        return cls(paths.placeholder_path(name))

    def following(self, identifier: str) -> NotebookRef:
        """Return the reference with the present path of the notebook that has an environment."""
        state = read_state(self.notebook)
        if state and state.environment == identifier:
            return self
        return replace(self, notebook=notebook_of(identifier) or self.notebook)

    @property
    def is_detached(self) -> bool:
        """Whether it is a placeholder: there is no notebook to record in."""
        return paths.is_placeholder(self.notebook)

    @property
    def is_elsewhere(self) -> bool:
        """Whether its notebook is on another machine, whose server handed over the record."""
        return paths.is_handed_over(self.notebook)

    @property
    def path_elsewhere(self) -> str:
        """The notebook's path on that machine, "" where it is not known."""
        about = read_metadata(self.notebook).get(METADATA)
        path = about.get("path") if isinstance(about, dict) else None
        return path if isinstance(path, str) else ""

    @property
    def keeps_unsaved(self) -> bool:
        """Whether the record stays in the notebook's state until a front end saves it."""
        return self.in_server or self.is_detached

    @property
    def folder(self) -> Path:
        """The folder that local requirements are relative to."""
        if self.base is not None:
            return Path(self.base)
        if self.is_elsewhere:  # with a shared file system, its folder is here too
            folder = os.path.dirname(self.path_elsewhere)
            return Path(os.path.realpath(folder)) if os.path.isdir(folder) else Path.cwd()
        return Path.cwd() if self.is_detached else Path(os.path.realpath(self.notebook)).parent


@dataclass(frozen=True)
class NotebookSnapshot:
    """A notebook and its environment's marker as they were when they were read.

    Parameters
    ----------
    ref
        The notebook.
    state
        Its state on this machine; a fresh one, not written, for a notebook that is new here.
    in_file
        The record in its file.
    record
        The record that counts: the file's, or a newer one that was not saved yet.
    marker
        The record that its environment was last synced to.
    """

    ref: NotebookRef
    state: State
    in_file: dict[str, object] | None
    record: dict[str, object] | None
    marker: Marker

    @classmethod
    def read(cls, ref: NotebookRef) -> NotebookSnapshot:
        """Read the file, what this machine knows of the notebook, and its environment's marker.

        Raises
        ------
        NotebookError
            There is no such file, or it is not a notebook that nbenv can use.
        RecordError
            Its record is broken, or of a newer version.
        """
        state = state_for(ref.notebook)
        in_file: dict[str, object] | None = None
        if os.path.exists(ref.notebook):
            in_file = read_record(ref.notebook)
            if in_file is None and not ref.keeps_unsaved:
                check_is_notebook(ref.notebook)
        elif not ref.keeps_unsaved:
            raise NotebookError(
                f"There is no notebook {ref.notebook}.",
                todo="Check the name, or create and save it in Jupyter first.",
            )
        record = records.current(in_file, state.to_dict())
        return cls(ref, state, in_file, record, Environment(state.environment).read_marker())

    @cached_property
    def spec(self) -> Spec:
        """The typed record; an empty one for a notebook without a record.

        Raises
        ------
        RecordError
            The record cannot be used.
        """
        return Spec(default_python()) if self.record is None else parse_record(self.record)

    @cached_property
    def digest(self) -> str:
        """The digest by which the record is approved."""
        return digest_of(self.spec, self.ref.folder)

    @property
    def environment(self) -> Environment:
        """The notebook's environment, whether or not it exists yet."""
        return Environment(self.state.environment)

    @property
    def is_stripped(self) -> bool:
        """Whether the file lost a record that this machine still knows."""
        return records.is_stripped(self.in_file, self.state.to_dict()) and not self.ref.is_detached

    @property
    def keeps_record(self) -> bool:
        """Whether the file can hold the record: a plain text without a notebook's header cannot."""
        return not os.path.exists(self.ref.notebook) or keeps_record(self.ref.notebook)

    @property
    def is_ready(self) -> bool:
        """Whether the environment held, completely, what the record locks."""
        return self.describes(self.marker)

    @property
    def is_changing(self) -> bool:
        """Whether a change was moving packages in and out of the environment: neither the former
        nor the new ones are all there.
        """
        is_marked = self.marker.record is not None or self.environment.read_version() is None
        return not is_marked and is_locked(self.state.environment)

    def describes(self, marker: Marker) -> bool:
        """Return whether an environment with a marker holds, completely, what the record locks."""
        held = marker.record
        known = self.state.to_dict()
        return held is not None and records.is_held(held, self.record, self.in_file, known)

    def check_recorded(self) -> None:
        """Raise `NotebookError` if the notebook has no record."""
        if self.record is None:
            raise NotebookError(
                "This notebook records no environment, so there is nothing to restore.",
                todo="Give it one: nbenv install NAME… (in a cell: %nbenv install NAME…).",
            )

    def check_locked(self) -> None:
        """Raise `NotebookError` if the notebook has a record without a lock."""
        if self.record is not None and not self.spec.lock.distributions:
            raise NotebookError(
                "This notebook records requirements, but no lock with their exact versions.",
                todo="Resolve and lock it: nbenv restore NOTEBOOK (in a cell: %nbenv restore).",
            )


# -- parsing once


class _ByContent:
    """A record as the key of a cache: keys of equal content are equal."""

    __slots__ = ("fingerprint", "record")

    def __init__(self, record: dict[str, object]) -> None:
        self.record = record
        self.fingerprint = records.fingerprint(record)

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByContent) and other.fingerprint == self.fingerprint


def parse_record(record: dict[str, object]) -> Spec:
    """Parse a record, once for each content: a lock has hundreds of lines.

    A command finds the same record in the notebook, in its state and in its environment's marker,
    and a server that is asked for the status finds it every few seconds.

    Raises
    ------
    RecordError
        The record cannot be used.
    """
    found = _parse(_ByContent(record))
    if isinstance(found, RecordError):
        raise type(found)(*found.args)  # a new one: what is raised keeps its traceback alive
    return found


@lru_cache(maxsize=16)
def _parse(key: _ByContent) -> Spec | RecordError:
    try:
        return Spec.from_record(key.record)
    except RecordError as error:
        return error.with_traceback(None)
