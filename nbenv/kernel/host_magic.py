"""``%nbenv`` in an ordinary kernel of the host: a notebook gets an environment and moves there."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Any

import psutil

from nbenv.home import variables
from nbenv.home.kernel_parent import name_server
from nbenv.kernel import host_move
from nbenv.kernel.guest import boot
from nbenv.kernel.named_notebook import SESSION, find_notebook

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["notebook_of", "run"]

_MOVING = ("install", "uninstall", "upgrade", "restore", "undo", "redo", "python", "adopt")
"""Commands after which the notebook has an environment to move to."""
_HELP = ("--help", "-h", "help")

command = boot.load("command")


class _Screen(command.Screen):  # type: ignore[misc,name-defined]  # of a guest
    """The display of a command after which the notebook may move; its page is told."""

    def __init__(self, shell: InteractiveShell) -> None:
        super().__init__()
        self._shell = shell
        self.offers_move = False
        self.lost: list[dict[str, Any]] = []

    def result(self, summary: str, event: dict[str, Any]) -> None:
        """Show the end of a command that succeeded."""
        self.offers_move = True
        self.lost = host_move.lost_variables(self._shell)
        super().result(summary, event if self.lost else {**event, "move": host_move.NOW})


def run(line: str, shell: InteractiveShell) -> None:
    """Run one line of the magic, and move the notebook to its kernel where that loses nothing.

    Raises the command's ``NbenvError`` when it fails, or when no notebook is known.
    """
    words = boot.load("shell_words").split(line)
    name_server(os.environ)
    if words == ["move"]:
        host_move.listen_to_page(shell)
        command.Screen().result(host_move.MOVING, {"type": "result", "move": host_move.NOW})
        host_move.move()
        return
    path = notebook_of(shell)
    if path is None and words and words[0] not in _HELP:
        raise command.NbenvError(
            "nbenv cannot tell which notebook this kernel belongs to.\n"
            "The client that started the kernel did not name the notebook.\n"
            "Choose the kernel Python (own environment), or set NBENV_NOTEBOOK before the kernel "
            "starts."
        )
    target = ["--notebook", str(path)]
    if not words or words[0] not in _MOVING or "--dry-run" in words:
        command.run(words, target)
        return
    host_move.listen_to_page(shell)
    screen = _Screen(shell)
    command.run(words, target, screen)
    if screen.offers_move:
        _offer_move(screen.lost)


def _offer_move(lost: list[dict[str, Any]]) -> None:
    """Move the notebook now, unless that loses variables; then say which, and how to."""
    if lost:
        print(host_move.lost_text(lost))
        return
    try:
        host_move.move()
    except command.NbenvError as error:
        print(error)


def notebook_of(shell: InteractiveShell) -> str | None:
    """Return the path of the notebook that a kernel belongs to, None where no client said it."""
    named = shell.user_ns.get(boot.load("detached").VSCODE_VARIABLE)
    if isinstance(named, str) and named:
        return named
    _put_names_back()
    return find_notebook(psutil.Process().create_time())


def _put_names_back() -> None:
    """Put back the variables that name the notebook, if a cell removed them."""
    names = (SESSION, variables.NOTEBOOK)
    if not any(name in os.environ for name in names):
        with contextlib.suppress(psutil.Error, OSError, NotImplementedError):
            began_with = psutil.Process().environ()
            os.environ.update({name: began_with[name] for name in names if name in began_with})
