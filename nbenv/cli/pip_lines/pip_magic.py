"""pip's own commands in a notebook: installs are recorded, and commands that only look are run.

``%pip``, ``!pip``, ``!python -m pip``, ``%uv pip`` and ``!uv pip`` end up here.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from importlib import metadata

from nbenv.cli.pip_lines.pip_grammar import PipLine, read_line, read_options
from nbenv.cli.pip_lines.pip_options import OPTIONS, Fate
from nbenv.cli.pip_lines.pip_request import install_request
from nbenv.cli.pip_lines.pip_variables import add_environment
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.errors import UsageError
from nbenv.operations.install import install
from nbenv.operations.listing import pip_look
from nbenv.operations.uninstall import uninstall
from nbenv.progress import Outcome, Steps

__all__ = ["perform_pip"]

_LOOKS = ("list", "show", "freeze", "check", "tree")
_INSTALLS = ("install", "add")
_UNINSTALLS = ("uninstall", "remove")
_HELP = f"""\
pip of nbenv: it changes this notebook's own environment, and records that in the notebook.

  install    with pip's and uv's options: -r, -c, -e, -U, -i, -f, --no-deps, --pre, …
  uninstall  with -r FILE
  {", ".join(_LOOKS)}

What an option cannot do here, its error says, and what to do instead. See also %nbenv --help."""


def perform_pip(words: Sequence[str], ref: NotebookRef) -> Outcome | Steps[Outcome]:
    """Run a pip command line on the notebook's environment.

    Raises
    ------
    UsageError
        For commands and options that do not apply to a recorded environment.
    """
    line = read_line(words)
    if line.answer in ("--version", "-V"):
        return Outcome(text=_version(ref))
    if line.command in ("help", "") and (line.answer or line.command):
        return Outcome(text=_HELP)
    if line.command in _LOOKS:
        return pip_look(ref, [line.command, *_of_look(line.words)])
    if line.command not in (*_INSTALLS, *_UNINSTALLS):
        raise _unavailable(line.command)
    read_options(line)
    if line.answer:
        return Outcome(text=_HELP)
    if line.command in _INSTALLS:
        ignored = add_environment(line, os.environ)
        request, notes = install_request(line)
        return _told(line, install(ref, request), [*notes, *ignored])
    return _told(line, _uninstall(line, ref), line.notes())


def _told(
    line: PipLine, done: Outcome | Steps[Outcome], notes: Sequence[str]
) -> Outcome | Steps[Outcome]:
    """Return what an operation returns, as a line wants it to be told."""
    return _with_notes(_quietly(done) if line.is_quiet else done, notes)


def _quietly(done: Outcome | Steps[Outcome]) -> Outcome | Steps[Outcome]:
    """Return what an operation returns, without the progress that nothing is lost with."""
    return done if isinstance(done, Outcome) else _quiet_steps(done)


def _quiet_steps(steps: Steps[Outcome]) -> Steps[Outcome]:
    while True:
        try:
            progress = next(steps)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        if progress.lasting:
            yield progress


def _version(ref: NotebookRef) -> str:
    """Return pip's own line, which other programs read: with the version of the pip of nbenv."""
    snapshot = NotebookSnapshot.read(ref)
    environment = snapshot.environment
    python = ".".join((environment.read_version() or snapshot.spec.python).split(".")[:2])
    place = environment.site_packages() / "pip"
    return f"pip {metadata.version('pip')} from {place} (python {python})"


def _unavailable(command: str) -> UsageError:
    return UsageError(
        f"pip {command} is not available in a notebook's environment.",
        f"Available are install, uninstall, {', '.join(_LOOKS)}.",
        "For everything else, see %nbenv --help.",
    )


def _uninstall(line: PipLine, ref: NotebookRef) -> Outcome | Steps[Outcome]:
    given = [(each.to, value) for each, _, value in line.options if each.fate is Fate.FOLLOWED]
    files = tuple(value for field, value in given if field == "files")
    dry_run = "dry_run" in dict(given)
    names = _without_addresses(line.words)
    return uninstall(ref, names, dry_run, files=files, is_lenient=True)


def _without_addresses(words: Sequence[str]) -> list[str]:
    """Return names without the addresses that ``pip freeze`` prints behind some: NAME @ URL."""
    before = ["", *words]
    return [each for last, each in zip(before, words, strict=False) if "@" not in (last, each)]


def _of_look(words: Sequence[str]) -> list[str]:
    """Return the words of a command that only looks without what uv would not know."""
    left_out = {
        flag
        for option in OPTIONS
        if option.fate in (Fate.QUIET, Fate.IGNORED) and not option.value
        for flag in option.flags
        if flag.startswith("--") and flag not in ("--strict", "--quiet", "--verbose")
    }
    return [word for word in words if word not in left_out]


def _with_notes(done: Outcome | Steps[Outcome], notes: Sequence[str]) -> Outcome | Steps[Outcome]:
    """Return what an operation returns, with lines below its summary."""
    if not notes:
        return done
    if isinstance(done, Outcome):
        return _noted(done, notes)
    return _noted_steps(done, notes)


def _noted_steps(steps: Steps[Outcome], notes: Sequence[str]) -> Steps[Outcome]:
    return _noted((yield from steps), notes)


def _noted(outcome: Outcome, notes: Sequence[str]) -> Outcome:
    return replace(outcome, summary="\n".join([outcome.summary, *notes]))
