"""``%nbenv``, and pip's habits, in a kernel of a notebook's own environment."""

from __future__ import annotations

import os
import sys


def _load(name):
    return sys.modules["_nbenv_boot"].load(name)


def _target():
    detached = os.environ.get("NBENV_DETACHED")
    if detached:
        return ["--detached", detached]
    return ["--environment", os.environ["NBENV_ENVIRONMENT"]]


def nbenv(line):
    """Change or show this notebook's environment: %nbenv install pandas, %nbenv --help"""
    _load("command").run(_load("shell_words").split(line), _target())


def pip(line):
    """Run pip on this notebook's environment; installs are recorded: %pip install pandas"""
    _load("command").run(["pip", *_load("shell_words").split(line)], _target())


def uv(line):
    """Run uv pip on this notebook's environment; installs are recorded: %uv pip install pandas"""
    words = _load("shell_words").split(line)
    if words[:1] != ["pip"]:
        raise _load("command").NbenvError(
            "In a notebook's environment only %uv pip is available.\n"
            "Everything else: see %nbenv --help."
        )
    _load("command").run(words, _target())


def register(shell, kernel) -> None:
    """Give a shell the magics, and let its ``!pip`` come here too."""
    for magic in (nbenv, pip, uv):
        shell.register_magic_function(magic, "line")
    for name in ("system", "getoutput"):
        setattr(shell, name, _routed(shell, getattr(shell, name)))
    if os.environ.get("NBENV_DETACHED"):
        _load("vscode").watch(shell, kernel)
    else:
        _load("import_hint").watch(shell)


def _routed(shell, original):
    def routed(command, *arguments, **options):
        if "pip" not in command:
            return original(command, *arguments, **options)
        expanded = shell.var_expand(command, depth=1)  # {sys.executable} -m pip
        rewritten = _load("shell_words").route(expanded, _load("host_python").command(), _target())
        if rewritten == expanded:
            return original(command, *arguments, **options)
        try:
            return original(rewritten, *arguments, **options)
        finally:
            import importlib

            importlib.invalidate_caches()

    return routed
