"""The notebook that a verb is about: its record, what this machine knows of it, its folder."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core import record
from nbenv.core.spec import Spec
from nbenv.environments.environment import Environment
from nbenv.environments.interpreters import default_python
from nbenv.environments.store import State, Store
from nbenv.errors import NotebookError, UsageError
from nbenv.home import paths
from nbenv.notebook.metadata import read_metadata

__all__ = ["NotebookRef", "NotebookSnapshot"]

_SESSIONS = "detached"


@dataclass(frozen=True)
class NotebookRef:
    """Which notebook, and whether a Jupyter Server has it open and writes the record itself.

    `base` is the folder that local requirements are relative to, where that is not the notebook's.
    """

    notebook: str
    in_server: bool = False
    base: str | None = None

    @classmethod
    def of_kernel(cls, path: str, environ: Mapping[str, str]) -> NotebookRef:
        """Return the notebook of a kernel whose environment variables are `environ`."""
        parent = environ.get("JPY_PARENT_PID", "")
        open_in_server = bool(environ.get("JPY_SESSION_NAME")) and parent.isdigit()
        in_server = open_in_server and os.path.exists(paths.server_path(parent))
        return cls(paths.moved(path) if in_server else path, in_server)

    @classmethod
    def of_environment(cls, identifier: str, environ: Mapping[str, str]) -> NotebookRef:
        """Return the notebook that an environment belongs to, wherever it is by now."""
        path = Store().notebook_of(identifier)
        if path is None:
            raise UsageError(
                f"The environment {identifier} belongs to no notebook any more.",
                todo="Restart the kernel.",
            )
        return cls.of_kernel(path, environ)

    @classmethod
    def of_session(cls, session: str) -> NotebookRef:
        """Return a stand-in for a kernel without a notebook: nothing is recorded."""
        return cls(os.path.join(paths.home(), _SESSIONS, f"{session}.ipynb"))

    def following(self, identifier: str) -> NotebookRef:
        """Return the target where the notebook of that environment is by now."""
        store = Store()
        state = store.state(self.notebook)
        if state and state.environment == identifier:
            return self
        return replace(self, notebook=store.notebook_of(identifier) or self.notebook)

    @property
    def is_session(self) -> bool:
        """Whether there is no notebook to record into."""
        return os.path.dirname(self.notebook) == os.path.join(paths.home(), _SESSIONS)

    @property
    def keeps_unsaved(self) -> bool:
        """Whether the record stays in this machine's state until a front end saves."""
        return self.in_server or self.is_session

    @property
    def folder(self) -> Path:
        """The folder that local requirements are relative to."""
        if self.base is not None:
            return Path(self.base)
        return Path.cwd() if self.is_session else Path(os.path.realpath(self.notebook)).parent


@dataclass(frozen=True)
class NotebookSnapshot:
    """A target as it is now: the record in its file, and the true one."""

    target: NotebookRef
    state: State
    in_file: dict[str, object] | None
    value: dict[str, object] | None

    @classmethod
    def read(cls, target: NotebookRef, store: Store) -> NotebookSnapshot:
        """Read the file and the state; raise `NotebookError` when the file cannot be used."""
        state = store.state_for(target.notebook)
        in_file: dict[str, object] | None = None
        if os.path.exists(target.notebook):
            found = read_metadata(target.notebook).get("nbenv")
            in_file = None if found is None else record.check(found)
        elif not target.keeps_unsaved:
            raise NotebookError(
                f"There is no notebook {target.notebook}.",
                todo="Check the name, or create and save it in Jupyter first.",
            )
        return cls(target, state, in_file, record.current(in_file, vars(state)))

    def check_recorded(self) -> None:
        """Raise `NotebookError` when there is no record to restore."""
        if self.value is None:
            raise NotebookError(
                "This notebook records no environment, so there is nothing to restore.",
                todo="Give it one: nbenv install NAME … (in a cell: %nbenv install NAME …).",
            )

    def check_locked(self) -> None:
        """Raise `NotebookError` when there is a record, but nothing locked that could be built."""
        if self.value is not None and not self.spec.lock.distributions:
            raise NotebookError(
                "This notebook records what it needs, but no lock: not which versions exactly.",
                todo="Resolve and lock it: nbenv restore NOTEBOOK (in a cell: %nbenv restore).",
            )

    @property
    def spec(self) -> Spec:
        """The record, typed; an empty one for a notebook without."""
        return Spec(default_python()) if self.value is None else Spec.from_record(self.value)

    @property
    def digest(self) -> str:
        """The digest that an approval of the record is for."""
        return self.spec.digest(self.target.folder)

    @property
    def environment(self) -> Environment:
        """The notebook's environment, whether or not it exists yet."""
        return Environment(self.state.environment)

    @property
    def is_stripped(self) -> bool:
        """Whether the file lost the record that this machine still knows."""
        return record.is_stripped(self.in_file, vars(self.state)) and not self.target.is_session

    @property
    def is_ready(self) -> bool:
        """Whether the environment is, whole, what the record says."""
        held = self.environment.value
        if held is None:
            return False
        return record.is_held(held, self.value, self.in_file, vars(self.state))
