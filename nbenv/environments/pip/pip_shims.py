"""Let every pip of an environment be nbenv's: scripts for PATH, and a module for its Python.

A command in a cell, whatever starts it, finds the scripts ``pip`` and ``uv`` first on its PATH, and
the environment's Python imports a finder that answers for ``pip``. Both run
`nbenv.cli.pip_lines.pip_command` with the host's Python. They are files of the environment: they
know it from where they are, and go with it.

Where a login shell has a PATH of its own, another pip is found. ``PIP_PYTHON`` has it call the
script `paths.OTHER_PIP` in place of the Python that it would install for. ``sudo`` would remove all
of this; for pip, whose environment is the user's, the script of that name leaves it out.

An editor may start a kernel with the environment's Python, without nbenv. IPython runs `STARTUP`
in it, which puts the scripts on its PATH (`kernel/plain_kernel.py`).
"""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
from pathlib import Path

import nbenv
from nbenv.core.python_command import main_command
from nbenv.environments import layout
from nbenv.home import held_files, paths

__all__ = ["FINDER", "SCRIPTS", "STARTUP", "write"]

SCRIPTS = paths.PIP_SCRIPTS
"""The folder of the scripts, in the environment."""
FINDER = "_nbenv_pip"
"""The module that each Python of the environment imports when it starts."""
STARTUP = os.path.join("etc", "ipython", "startup", "00-nbenv.py")
"""The file, in the environment, that IPython runs when it starts there."""
_SUDO = r"""#!/bin/sh
# Run pip without sudo, which would leave this environment; run everything else with it.
own=${0%/*} skip=0 value= program=
for word do
  if [ "$value" ]; then
    value=
    [ "$word" = root ] || break  # somebody else's packages
    skip=$((skip + 1))
    continue
  fi
  case $word in
    -[EHnSAPki] | -EH | -HE | --preserve-env* | --set-home | --non-interactive | --)
      skip=$((skip + 1)) ;;
    -u | --user) value=1 skip=$((skip + 1)) ;;
    -uroot | --user=root | --login) skip=$((skip + 1)) ;;
    *=*) ;;
    *) program=$word; break ;;
  esac
done
case $program in
  pip | pip3 | pip3.* | uv | easy_install | "$own"/*) is_pip=1 ;;
  python | python3 | python3.* | "${own%/*}"/bin/python*)
    case " $* " in *" -m pip "* | *" -mpip "* | *" -m uv "*) is_pip=1 ;; *) is_pip= ;; esac ;;
  *) is_pip= ;;
esac
if [ "$is_pip" ]; then
  shift "$skip"
  exec env "$@"
fi
set -f
IFS=:
for folder in $PATH; do
  [ "$folder" = "$own" ] || [ ! -x "$folder/sudo" ] || exec "$folder/sudo" "$@"
done
echo "sudo: command not found" >&2
exit 127
"""
_PROGRAMS = ("pip", "pip3", *(f"pip3.{minor}" for minor in range(8, 16)), "uv", "easy_install")
_CONDA = ("conda", "mamba", "micromamba")
"""Programs that would change an environment of conda's behind the notebook's back."""
_PIP_FINDER = Path(nbenv.__file__).parent / "kernel" / "guest" / "pip_finder.py"
_PLAIN_KERNEL = Path(nbenv.__file__).parent / "kernel" / "plain_kernel.py"
_STARTUP = """\
\"\"\"Tell a kernel that nbenv did not start where its pip is; written by nbenv.\"\"\"


def _nbenv_start(shell):
    import sys

    if "_nbenv_boot" in sys.modules:  # nbenv started it
        return
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("_nbenv_plain_kernel", {file!r})
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except OSError:  # nbenv is not there any more
        return
    module.prepare(shell)


_nbenv_start(get_ipython())
del _nbenv_start
"""
_MODULE = """\
\"\"\"Let nbenv answer for pip in this environment; written by nbenv, and goes with it.\"\"\"

import sys

HOST = {host!r}
FINDER = {finder!r}


class _Finder:
    def find_spec(self, name, path=None, target=None):
        if name in ("uv", "uv.__main__"):
            # This is what it is while Python looks for what its option -m names.
            if getattr(sys, "argv", [])[:1] != ["-m"]:
                return None
        elif name[:3] != "pip" or name[3:4] not in ("", "."):
            return None
        found = sys.modules.get("_nbenv_pip_finder")
        if found is None:
            from importlib.util import module_from_spec, spec_from_file_location

            spec = spec_from_file_location("_nbenv_pip_finder", FINDER)
            found = module_from_spec(spec)
            try:
                spec.loader.exec_module(found)
            except OSError:  # nbenv is not there any more
                return None
            sys.modules["_nbenv_pip_finder"] = found
        return found.find_spec(name, path)


sys.meta_path.insert(0, _Finder())
"""


def write(environment: Path, packages: Path) -> bool:
    """Write the scripts and the module, unless they are there.

    Parameters
    ----------
    environment
        The folder of the environment.
    packages
        The folder that its packages are installed to.

    Returns
    -------
    bool
        Whether anything was written.
    """
    host = main_command(_host_python(), "nbenv.cli.pip_lines.pip_command")
    files = {}
    if not layout.is_linked(str(environment)):  # else that is among its packages already
        files[packages / f"{FINDER}.py"] = _MODULE.format(host=host, finder=str(_PIP_FINDER))
        # Python imports what this names when it starts, so it comes after the module.
        files[packages / f"{FINDER}.pth"] = f"import {FINDER}\n"
    files[environment / STARTUP] = _STARTUP.format(file=str(_PLAIN_KERNEL))
    for name in (*_PROGRAMS, *_CONDA):
        files[environment / SCRIPTS / _file_name(name)] = _script(host, name)
    if os.name == "posix":
        files[environment / SCRIPTS / paths.OTHER_PIP] = _script(host, paths.OTHER_PIP)
        files[environment / SCRIPTS / "sudo"] = _SUDO
    contents = {path: _encoded(path, text) for path, text in files.items()}
    stale = [path for path, content in contents.items() if _read(path) != content]
    for path in stale:
        _write(path, contents[path])
    return bool(stale)


def _encoded(path: Path, text: str) -> bytes:
    """Return a file's content; Windows reads a batch file in the encoding of its consoles."""
    if sys.platform == "win32" and path.suffix == ".cmd":
        return text.encode("oem", "replace")
    return text.encode("utf-8")


def _host_python() -> str:
    """Return the host's interpreter under one name, whatever name it was started by."""
    python = os.path.join(os.path.dirname(sys.executable), "python")
    return python if os.path.exists(python) else sys.executable


def _file_name(program: str) -> str:
    return f"{program}.cmd" if sys.platform == "win32" else program


def _script(host: list[str], program: str) -> str:
    if sys.platform == "win32":
        python, code = (word.replace("%", "%%") for word in host[::2])
        return f'@"{python}" -c "{code}" "%~dp0.." {program} %*\r\n'
    return f'#!/bin/sh\nexec {shlex.join(host)} "${{0%/*}}/.." {program} "$@"\n'


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _write(path: Path, content: bytes) -> None:
    """Write a file at once: a process may read it just now."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid():x}~")
    try:
        beside.write_bytes(content)
        beside.chmod(0o755 if path.suffix not in (".py", ".pth") else 0o644)
        held_files.replace(str(beside), str(path))
    except BaseException:
        with contextlib.suppress(OSError):
            beside.unlink()
        raise
