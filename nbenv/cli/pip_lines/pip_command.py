"""Run pip, or uv, for a process in a notebook's environment: its scripts and its module call this.

`nbenv.environments.pip.pip_shims` has those. What is meant for this environment is done by nbenv,
and recorded; what is meant for another one is left to the program that was called.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from typing import NoReturn

from nbenv.cli.main import run
from nbenv.cli.pip_lines.pip_output import PipOutput
from nbenv.cli.pip_lines.shell_slip import redirection_note, stdout_name
from nbenv.cli.pip_lines.uv_words import UvCall, first_word, parse_uv, take_option
from nbenv.core.python_command import module_command
from nbenv.environments import layout
from nbenv.environments.environment import Environment
from nbenv.environments.pip import other_pip
from nbenv.environments.pip.pip_journal import note_change
from nbenv.environments.pip.pip_shims import FINDER
from nbenv.errors import NbenvError, UsageError
from nbenv.home import paths, variables
from nbenv.home.kernel_ancestry import KernelProcess, nearest_kernel
from nbenv.home.processes.console import no_window
from nbenv.home.real_path import is_same

__all__ = ["main"]

_ANSWERED = ("install", "uninstall", "list", "show", "freeze", "check", "tree", "add", "remove")
"""pip's commands that nbenv has; a real pip of the environment has others."""
_CONDA = ("conda", "mamba", "micromamba")
_ACTIVATED = ("VIRTUAL_ENV", "CONDA_PREFIX")
_OF_NOTEBOOK = ("JPY_SESSION_NAME", "JPY_PARENT_PID", variables.SERVER)
"""Variables by which a kernel knows its notebook and server."""
_ELSEWHERE = ("--target", "-t", "--prefix")
_QUIET = re.compile(r"-[UnIv]*q[qUnIv]*")
"""``-q``, alone or together with other options without a value."""
_REFUSED = 1
"""What pip returns when it fails; nbenv has other numbers for some reasons."""


def main() -> int:
    """Run a command line: the environment's folder, the program that was called, and its words."""
    folder, program, *words = sys.argv[1:]
    folder = os.path.abspath(folder)
    if note := redirection_note(words, stdout_name()):
        print(note, file=sys.stderr)
    os.environ[variables.HOME] = os.path.dirname(os.path.dirname(folder))
    environment = Environment(os.path.basename(folder))
    kernel = nearest_kernel()
    other_pip.forget()
    if program == paths.OTHER_PIP:
        words = _given_by_other_pip(environment, kernel, words)
    try:
        if kernel is not None and not kernel.runs_in(folder):
            if program in _CONDA:
                _leave_to_conda(program, words)
            if program != "own-module":  # its Python was called by its path
                _become_other_kernels(kernel, program, words)
        elif kernel is not None:
            os.environ.update(_missing_variables(kernel))
        own = _own_words(environment, program, words)
    except NbenvError as error:
        print(error, file=sys.stderr)
        return error.exit_status
    return _run(environment, own)


def _run(environment: Environment, words: Sequence[str]) -> int:
    command = ["pip", "--environment", environment.identifier, "--", *words]
    is_quiet = any(word == "--quiet" or _QUIET.fullmatch(word) for word in words)
    output = PipOutput(is_quiet, lambda event: note_change(environment.path, event))
    status = run(command, output)
    return status if status in (0, 2) else _REFUSED


def _given_by_other_pip(
    environment: Environment, kernel: KernelProcess | None, words: Sequence[str]
) -> list[str]:
    """Return the words of a pip that is not nbenv's, unless they are for its own environment."""
    is_cells = kernel is None or kernel.runs_in(str(environment.path))
    own = other_pip.own_command(words, environment.path, is_cells=is_cells)
    if own is not None:
        _become(own)
    return list(words[1:])


def _missing_variables(kernel: KernelProcess) -> dict[str, str]:
    """Return a kernel's variables for its notebook and server; all that it has if they are gone."""
    if os.environ.get(variables.HOST_PYTHON) == kernel.environ.get(variables.HOST_PYTHON):
        return {name: kernel.environ[name] for name in _OF_NOTEBOOK if name in kernel.environ}
    left_out = {variables.NOTEBOOK, variables.BROKEN, layout.PIP_PYTHON, *os.environ}
    return {name: value for name, value in kernel.environ.items() if name not in left_out}


def _own_words(environment: Environment, program: str, words: list[str]) -> list[str]:
    """Return the words of a pip command that is for nbenv; any other one takes this process over.

    Raises
    ------
    UsageError
        The command would change an environment that is neither this one nor named.
    """
    if program in _CONDA:
        _leave_to_conda(program, words)
    if program == "easy_install":
        words = ["install", *words]
    words = _without_own_place(environment, words)
    if program == "uv":
        return _own_words_of_uv(environment, parse_uv(words))
    if program.startswith(("pip", "easy", paths.OTHER_PIP)):
        _refuse_activated(environment)
    python, rest = take_option(words, ("--python",))
    if python is not None and not _is_own(environment, python):
        _check_named(python)
        _become_real_uv(["pip", *rest, "--python", python])
    verb = rest[first_word(rest) :][:1]
    if (
        not {*verb} & {*_ANSWERED}
        and (environment.site_packages() / "pip" / "__main__.py").exists()
    ):
        _become(_real_pip(environment, words))
    return rest


def _without_own_place(environment: Environment, words: list[str]) -> list[str]:
    """Return words without options that name this environment as the place to install into.

    Followed by uv or pip itself, it would be changed behind nbenv's back.
    """
    for names, own in (
        (("--prefix",), str(environment.path)),
        (("--target", "-t"), str(environment.site_packages())),
    ):
        place, rest = take_option(words, names)
        if place is not None and is_same(place, own):
            words = rest
    return words


def _own_words_of_uv(environment: Environment, call: UvCall) -> list[str]:
    if call.pip is None:
        if "--active" in call.words:
            raise UsageError(
                "uv's --active would change this notebook's environment behind its back.",
                todo="Leave it out, or use uv pip install, which records what it installs.",
            )
        _become_real_uv(call.words)
    python, rest = take_option(call.pip, ("--python", "-p"))
    rest = [word for word in rest if word != "--system"]
    is_other = python is not None and not _is_own(environment, python)
    if is_other and python == os.path.basename(str(python)) and not os.path.exists(str(python)):
        raise UsageError(
            f"--python {python} does not say which environment is meant.",
            todo="Name its folder, or use uv pip install without --python for this notebook.",
        )
    goes_elsewhere = any(word.partition("=")[0] in _ELSEWHERE for word in rest)
    if is_other or goes_elsewhere or call.verb not in (*_ANSWERED, "sync"):
        _become_real_uv(call.words)
    if other := _activated(environment):
        _become_real_uv(["pip", *rest, "--python", other])
    return rest


def _check_named(python: str) -> None:
    """Refuse a Python outside of virtual environments: its packages are no notebook's to change."""
    folder = os.path.abspath(python)
    places = [folder, os.path.dirname(os.path.dirname(folder))]
    if not any(os.path.exists(os.path.join(each, layout.CONFIGURATION)) for each in places):
        raise UsageError(
            f"pip --python {python} is refused here: it is not a virtual environment.",
            "Nothing was changed.",
            "Leave --python out to install into this notebook's environment. For that Python, use "
            f"a terminal: {python} -m pip.",
        )


def _is_own(environment: Environment, python: str) -> bool:
    """Return whether the name or the path of a Python, or of its environment, means this one."""
    version = environment.read_version() or ""
    if python in (version, ".".join(version.split(".")[:2]), "python", "python3"):
        return True
    folder = os.path.abspath(python)
    places = [folder, os.path.dirname(os.path.dirname(folder))]
    return any(is_same(each, environment.path) for each in places)


def _activated(environment: Environment) -> str | None:
    """Return another environment that was activated in the shell that called."""
    found = [os.environ.get(name) for name in _ACTIVATED]
    others = [each for each in found if each and not _is_own(environment, each)]
    return others[0] if others else None


def _refuse_activated(environment: Environment) -> None:
    if other := _activated(environment):
        raise UsageError(
            f"The environment {other} is active, and it has no pip of its own.",
            todo="Use uv pip install, which finds it, or deactivate it to install into the "
            "notebook's environment.",
        )


# -- other programs


def _leave_to_conda(program: str, words: Sequence[str]) -> NoReturn:
    """Run conda itself, but not where it would change an environment that nobody named."""
    from nbenv.cli.pip_lines.conda_line import conda_refusal  # seldom needed

    if error := conda_refusal(program, words):
        raise error
    others = paths.without_pip_scripts(os.environ.get("PATH", os.defpath))
    found = shutil.which(program, path=others)
    if found is None:
        raise UsageError(f"{program}: command not found")
    _become([found, *words])


def _become_other_kernels(kernel: KernelProcess, program: str, words: list[str]) -> None:
    """Run the command as another kernel would, which inherited this environment's variables."""
    os.environ.pop("VIRTUAL_ENV", None)
    if program == "uv":
        pip = parse_uv(words).pip
        names_one = pip is None or take_option(pip, ("--python", "-p"))[0] is not None
        named = [] if names_one or not kernel.python else ["--python", kernel.python]
        _become_real_uv([*words, *named])
    if kernel.python is not None:
        _become(module_command(kernel.python, "pip", *words))
    raise UsageError(
        f"{program} was called in a kernel that has no environment of nbenv's.",
        todo="Call the pip of the environment that you mean by its path.",
    )


def _become_real_uv(words: Sequence[str]) -> NoReturn:
    from nbenv.installer.uv import bundled_uv

    others = paths.without_pip_scripts(os.environ.get("PATH", os.defpath))
    _become([shutil.which("uv", path=others) or bundled_uv(), *words])


def _real_pip(environment: Environment, words: Sequence[str]) -> list[str]:
    """Return the command that runs the environment's real pip, past nbenv's finder."""
    code = (
        f"import sys; sys.path[:1] = [p for p in sys.path[:1] if p]; sys.meta_path[:] = "
        f"[f for f in sys.meta_path if type(f).__module__ != {FINDER!r}]; "
        "import runpy; runpy.run_module('pip', run_name='__main__', alter_sys=True)"
    )
    return [environment.python, "-c", code, *words]


def _become(command: Sequence[str]) -> NoReturn:
    """Run a command in place of this process; on Windows, which cannot, this one waits for it."""
    sys.stdout.flush()
    if os.name == "posix":
        os.execv(command[0], list(command))
    # os.spawnv would put nothing in quotes.
    raise SystemExit(subprocess.call(command, creationflags=no_window()))
