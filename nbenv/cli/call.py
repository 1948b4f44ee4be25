"""One call of a command: what was parsed, and what an operation is asked for."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypeVar

from nbenv.engine.document import NotebookRef

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Request = TypeVar("Request", bound=DataclassInstance)

__all__ = ["Ask", "Call", "is_in_cell", "nobody"]

Ask = Callable[[str], "bool | None"]
"""Asks a question; None means that nobody is there to answer."""


def nobody(question: str) -> bool | None:
    """Answer that nobody is there to ask."""
    return None


def is_in_cell(options: argparse.Namespace) -> bool:
    """Return whether a kernel or the server made the call, and named the notebook."""
    return bool(options.environment or options.detached or options.notebook)


def _agree(question: str) -> bool:
    """Answer yes, as ``--yes`` does."""
    return True


@dataclass(frozen=True)
class Call:
    """A command with its words and options; `path` is the notebook that a terminal's words name.

    `places` are the notebooks and folders that they name, where it is not one notebook.
    `options` holds the words too, below the name of the request's field that they fill.
    """

    command: str
    words: tuple[str, ...]
    options: argparse.Namespace
    path: str = ""
    ask: Ask = nobody
    places: tuple[str, ...] = ()

    @property
    def agreed(self) -> str | None:
        """The digest of what the user was shown and agreed to (see `nbenv.engine.consent`)."""
        digest: str | None = self.options.agreed
        return digest

    @property
    def consent(self) -> Ask:
        """The way that a command with the option ``--yes`` asks: with that, the answer is yes."""
        return _agree if self.options.yes else self.ask

    def notebook(self) -> NotebookRef:
        """Return the notebook that the call is about."""
        if self.options.environment:
            return NotebookRef.of_environment(self.options.environment, os.environ)
        if self.options.detached:
            return NotebookRef.detached(self.options.detached)
        if self.options.notebook:
            return NotebookRef.of_kernel(self.options.notebook, os.environ)
        return NotebookRef(os.path.abspath(self.path))

    def request(self, kind: type[Request]) -> Request:
        """Build an operation's request: each field from the option or the words declared for it."""
        names = {each.name for each in fields(kind)}
        return kind(**{name: each for name, each in vars(self.options).items() if name in names})
