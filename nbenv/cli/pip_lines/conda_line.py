"""Conda in a cell: what would change another environment is answered with nbenv's command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from nbenv.adopt.conda_specs import add_match_spec
from nbenv.adopt.findings import Findings, Source
from nbenv.adopt.install_commands import installs
from nbenv.errors import UsageError

__all__ = ["conda_refusal"]

_COMMANDS = {"install": "install", "update": "upgrade", "upgrade": "upgrade"}
_COMMANDS |= {"remove": "uninstall", "uninstall": "uninstall"}
"""conda's commands → nbenv's."""
_ELSEWHERE = ("-n", "--name", "-p", "--prefix")
_SOURCE = Source(0, "the line")


def conda_refusal(program: str, words: Sequence[str]) -> UsageError | None:
    """Return the error for a line that would change an environment which it does not name.

    Parameters
    ----------
    program
        ``conda``, ``mamba`` or ``micromamba``.
    words
        The words after it.

    Returns
    -------
    UsageError | None
        None for a line that only looks, or names its environment.
    """
    plain = [word for word in words if not word.startswith("-")]
    verb = plain[0] if plain else ""
    is_file = verb == "env" and plain[1:2] == ["update"]
    if (verb not in _COMMANDS and not is_file) or any(map(_names_environment, words)):
        return None
    shown = "env update" if is_file else verb
    return UsageError(
        f"{program} {shown} cannot change this notebook's environment, which is not conda's.",
        "It would change another one. Nothing was changed.",
        _instead(program, verb, words),
    )


def _names_environment(word: str) -> bool:
    is_joined = word[:2] in ("-n", "-p") and len(word) > 2
    return word.partition("=")[0] in _ELSEWHERE or is_joined


def _instead(program: str, verb: str, words: Sequence[str]) -> str:
    if verb == "env":
        return "Use %nbenv adopt, which reads the environment.yml beside the notebook."
    rest = list(words[list(words).index(verb) + 1 :])
    findings = Findings()
    for install in installs(shlex.join(["conda", "install", *rest])):
        for text in install.requirements:
            add_match_spec(text, _SOURCE, findings)
    found = [each.requirement for each in findings.requirements]
    command = _COMMANDS[verb]
    names = " ".join(map(shlex.quote, found)) or "NAME"
    todo = [f"Use %nbenv {command} {names}, which records it."]
    if findings.python:
        todo.append(f"To move to another Python: %nbenv python {findings.python}.")
    for name in findings.conda_only.get(_SOURCE.name, ()):
        todo.append(f"{name} is a conda package whose name on Python's indexes is not known.")
    if findings.system:
        system = ", ".join(findings.system)
        todo.append(f"For {system}, use the package manager of the system.")
    return " ".join(todo)
