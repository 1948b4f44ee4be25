"""The magics ``%nbenv``, ``%pip`` and ``%uv`` in a kernel of a notebook's own environment."""

from __future__ import annotations

import importlib
import os

from _nbenv_boot import load


def _is_detached():
    return bool(os.environ.get("NBENV_DETACHED"))


def _target():
    """Return the hidden options that name the notebook to a command."""
    if _is_detached():
        return load("detached").target()
    return ["--environment", os.environ["NBENV_ENVIRONMENT"]]


def nbenv(line):
    """Change or show this notebook's environment: %nbenv install pandas, %nbenv --help"""
    load("command").run(load("shell_words").split(line), _target())


def pip(line):
    """Run pip on this notebook's environment; installs are recorded: %pip install pandas"""
    load("command").run(["pip", *load("shell_words").split(line)], _target())


def uv(line):
    """Run uv pip on this notebook's environment; installs are recorded: %uv pip install pandas"""
    words = load("shell_words").split(line)
    if "pip" in words and words[0].startswith("-"):  # options of uv's own, as in %uv -q pip …
        place = words.index("pip")
        words = ["pip", *words[:place], *words[place + 1 :]]
    if words[:1] != ["pip"]:
        raise load("command").NbenvError(
            "In a notebook's environment, only %uv pip is available.\n"
            "For everything else, see %nbenv --help."
        )
    load("command").run(words, _target())


def register(shell, kernel) -> None:
    """Give a shell the magics, and route its ``!pip`` to nbenv too."""
    for magic in (nbenv, pip, uv):
        shell.register_magic_function(magic, "line")
    for name in ("system", "getoutput"):
        setattr(shell, name, _routing(shell, getattr(shell, name)))
    if _is_detached():
        load("detached").watch(shell, kernel)
    else:
        load("import_hint").watch(shell)


def _routing(shell, original):
    """Return a replacement of a shell's `system` or `getoutput` that routes pip commands."""

    def route(command, *arguments, **options):
        if "pip" not in command:
            return original(command, *arguments, **options)
        expanded = shell.var_expand(command, depth=1)  # {sys.executable} -m pip
        hosted = load("host_python").command()
        rewritten = load("shell_words").route(expanded, hosted, _target())
        if rewritten == expanded:
            return original(command, *arguments, **options)
        try:
            return original(rewritten, *arguments, **options)
        finally:
            importlib.invalidate_caches()

    return route
