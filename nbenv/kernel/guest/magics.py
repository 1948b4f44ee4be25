"""The magics ``%nbenv``, ``%pip``, ``%uv`` and ``%conda`` in a notebook's own environment."""

from __future__ import annotations

import builtins
import os
import sys

from _nbenv_boot import load, variables

_VALUES = "application/vnd.nbenv.value+json"


def _is_detached():
    return bool(variables.get("NBENV_DETACHED"))


def target():
    """Return the hidden options that name the notebook to a command."""
    if _is_detached():
        return load("detached").target()
    return ["--environment", variables["NBENV_ENVIRONMENT"]]


def nbenv(line):
    """Change or show this notebook's environment: %nbenv install pandas, %nbenv --help"""
    return load("command").run(load("shell_words").split(line), target())


def pip(line):
    """Run pip on this notebook's environment; installs are recorded: %pip install pandas"""
    if load("shell_words").is_for_shell(line):
        _run_in_shell("pip", line)
    else:
        load("command").run(["pip", *load("shell_words").split(line)], target())


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
    if load("shell_words").is_for_shell(line):
        _run_in_shell("uv", line)
    else:
        load("command").run(words, target())


def conda(line):
    """Say how to install here what conda would: a notebook's environment is not conda's."""
    _run_conda("conda", line)


def mamba(line):
    """Say how to install here what mamba would: a notebook's environment is not conda's."""
    _run_conda("mamba", line)


def micromamba(line):
    """Say how to install here what micromamba would."""
    _run_conda("micromamba", line)


def record(**values) -> None:
    """Record values of this run, for the table of a sweep: nbenv_record(loss=0.1)"""
    from IPython.display import display

    plain = {name: getattr(value, "item", lambda v=value: v)() for name, value in values.items()}
    text = ", ".join("{} = {!r}".format(*each) for each in plain.items())
    display({_VALUES: plain, "text/plain": text}, raw=True)


def _run_conda(program, line) -> None:
    name = program if os.name == "posix" else program + ".cmd"
    script = os.path.join(sys.prefix, "nbenv.scripts", name)
    load("command").run_program([script, *load("shell_words").split(line)])


def _run_in_shell(program, line) -> None:
    """Run a magic's line with what follows it in a shell, where pip and uv are nbenv's too."""
    from IPython.core.getipython import get_ipython

    get_ipython().system("{} {}".format(program, load("shell_words").for_shell(line)))


def register(shell, kernel) -> None:
    """Give a shell the magics, and have it notice what pip does outside of them."""
    for magic in (nbenv, pip, uv, conda, mamba, micromamba):
        shell.register_magic_function(magic, "line")
    shell.register_magic_function(pip, "line", "pip3")
    builtins.nbenv_record = record
    load("own_variables").watch(shell)
    load("outside_changes").watch(shell)
    if _is_detached():
        load("detached").watch(shell, kernel)
    else:
        load("import_hint").watch(shell)
    if variables.get("NBENV_RECORD"):
        load("front").watch(shell, kernel)
    _renew_shims()


def _renew_shims() -> None:
    """Have nbenv write the files by which pip is its own, where another version wrote none.

    Everywhere else they have been imported by now, and nothing is started.
    """
    shims, host = sys.modules.get("_nbenv_pip"), load("host_python").python()
    written_by = getattr(shims, "HOST", [""])[0]
    if os.path.dirname(written_by) != os.path.dirname(host):
        load("on_exit").start_apart("nbenv.kernel.renew_shims")
    if shims is None:  # this process does not see what that one writes
        sys.meta_path.insert(0, load("pip_finder"))
