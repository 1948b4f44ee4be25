"""Find the notebook that a kernel is for, by what the client says that started it.

A client names it in an environment variable. Processes inherit those, so that the name of one
kernel's notebook reaches every kernel that a cell of it starts. What the client was itself started
with therefore counts for less than what it gave to this kernel, and a name that a kernel above has
got counts for nothing. Where a client says nothing, nbenv's provisioner in its process may have
found the document that it executes (`nbenv.kernel.client`), or it was told the notebook on its
command line.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

from nbenv.core.file_names import is_notebook
from nbenv.home import paths, variables

TYPE_CHECKING = False  # typing is not imported at a kernel's start
if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["find_notebook", "forget_inherited_name", "is_named_by_server", "with_plain_file"]

SESSION = "JPY_SESSION_NAME"
"""Jupyter Server's variable: the path of the document that a session belongs to."""
_SUFFIX = ".ipynb"
_SERVERS = ("lab", "labhub", "notebook", "server", "nbclassic", "jupyterhub-singleuser")
"""Programs that may be told a notebook to open, and start kernels for others too."""
_FILE_OPTIONS = ("-f", "--f", "--connection-file", "--IPKernelApp.connection_file")
_FORM_OF_UUID, _HEX = [8, 4, 4, 4, 12], set("0123456789abcdef")
_MOST = 64
"""Processes that are looked through, from a kernel upwards."""


class _Process:
    """A process: its command, and the variables that it was started with.

    What cannot be read, as of another user's process, is empty, and so is process 0.
    """

    __slots__ = ("command", "environ", "parent", "pid")

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.command, self.environ, self.parent = _read(pid) if pid > 0 else ([], {}, 0)

    @property
    def is_kernel(self) -> bool:
        """Whether it was given a connection file, as kernels of any language are."""
        names = [os.path.basename(word) for word in self.command if word.endswith(".json")]
        is_named = any(name.startswith("kernel-") for name in names)
        return is_named or _connection_file(self.command) != ""

    def above(self) -> Iterator[_Process]:
        """Yield this process and those that it comes from."""
        process = self
        for _ in range(_MOST):
            yield process
            if process.parent < 1:
                return
            process = _Process(process.parent)


def find_notebook(since: float | None = None) -> str | None:
    """Return the path of the notebook that the client named to this process; None without one.

    `since` is when this process got its environment variables, where that is not just now.
    """
    client = _client()
    name = _named_by_variable(client)
    if name is None:
        name = _own(variables.DOCUMENT, client) or _named_by_command(client)
    if not is_notebook(name):
        return None
    if paths.is_placeholder(name):
        return name
    path = _without_drive(_absolute(os.path.expanduser(name), client))
    return None if _is_made_up(path) else paths.moved(path, since)


def forget_inherited_name() -> None:
    """Remove the name of another kernel's session from this process's environment variables."""
    if _is_inherited(SESSION, _client()):
        del os.environ[SESSION]


def is_named_by_server() -> bool:
    """Return whether a server named the notebook to this kernel, and so a page may show it."""
    return is_notebook(_own(SESSION, _client()))


def _client() -> _Process:
    """Return the process that started this kernel.

    A wrapper around the kernel's command passes the connection file on, so that its own command
    has it too: what started the outermost of them is the client.
    """
    file = _connection_file(sys.argv)
    for process in _Process(os.getppid()).above():
        if not file or not any(file in word for word in process.command):
            return process
    return _Process(0)  # of none that can be seen, as in a container of its own


def _connection_file(command: list[str]) -> str:
    """Return the name of the connection file in a kernel's command, "" for other commands."""
    return os.path.basename(_file_and_words(command)[0])


def with_plain_file(arguments: list[str]) -> list[str]:
    """Return a kernel's arguments with the connection file in the form ``-f FILE``.

    VS Code writes ``--f=FILE``, and quotes around a path with a space.
    """
    file, others = _file_and_words(arguments)
    return ["-f", file, *others] if file else arguments


def _file_and_words(command: list[str]) -> tuple[str, list[str]]:
    """Return the connection file that a command names, "" without one, and its other words."""
    for number, word in enumerate(command):
        option, equals, value = word.partition("=")
        end = number + 1
        if not equals:
            value, end = "".join(command[end : end + 1]), end + 1
        file = value.strip("\"'")
        if option in _FILE_OPTIONS and file.endswith(".json"):
            return file, command[:number] + command[end:]
    return "", command


def _named_by_variable(client: _Process) -> str | None:
    """Return the name that a variable holds, "" for one of no notebook, None without any."""
    explicit, session = _own(variables.NOTEBOOK, client), _own(SESSION, client)
    is_explicit = is_notebook(explicit)
    if is_explicit and client.environ.get(variables.NOTEBOOK) != explicit:
        return explicit
    if is_notebook(session):
        return session
    if is_explicit:
        return explicit
    return "" if session else None  # a console has a name too


def _own(variable: str, client: _Process) -> str:
    """Return the value of a variable, "" where it is another kernel's."""
    return "" if _is_inherited(variable, client) else os.environ.get(variable, "")


def _is_inherited(variable: str, client: _Process) -> bool:
    """Return whether a variable holds what it held for a kernel that the client runs in.

    People set NBENV_NOTEBOOK for a client, which hands it on: only one of a kernel is another
    kernel's. Only servers set the session, for one kernel each.
    """
    value = os.environ.get(variable)
    if value is None or client.environ.get(variable) != value:
        return False
    return variable == SESSION or any(
        process.is_kernel and process.environ.get(variable) == value for process in client.above()
    )


def _named_by_command(client: _Process) -> str:
    """Return the only notebook in the client's command that exists, "" without one."""
    if _is_server(client):
        return ""
    named, before = [], ""
    for word in client.command[1:]:
        is_output = before in ("-o", "--output", "--out")
        if word.endswith(_SUFFIX) and not word.startswith("-") and not is_output:
            named.append(word)
        before = word
    if _is_called(client, "papermill"):  # the second one is what it writes
        del named[1:]
    folder = _folder(client)
    found = {os.path.join(folder, os.path.expanduser(name)) for name in named}
    there = [path for path in found if os.path.isfile(path)]
    return there[0] if len(there) == 1 else ""


def _is_server(client: _Process) -> bool:
    return any(_is_called(client, name) for name in _SERVERS) or paths.is_server(str(client.pid))


def _is_called(client: _Process, name: str) -> bool:
    """Return whether a process runs a program, as a script (``jupyter-lab``) or a module."""
    words = [word for word in client.command[:3] if not word.endswith(_SUFFIX)]
    names = {os.path.basename(word).partition(".")[0] for word in words}
    return not names.isdisjoint((name, f"jupyter-{name}", f"jupyter{name}", f"jupyter_{name}"))


def _is_made_up(path: str) -> bool:
    """Return whether VS Code made the name up, for its session of a server.

    It keeps its notebooks itself, and names them as to any kernel once this one runs.
    """
    stem = os.path.basename(path)[: -len(_SUFFIX)]
    parts = stem.rsplit("-", 5)[1:]
    is_unique = [len(part) for part in parts] == _FORM_OF_UUID and set("".join(parts)) <= _HEX
    return (is_unique or "-jvsc-" in stem) and not os.path.exists(path)


def _absolute(name: str, client: _Process) -> str:
    """Return the absolute path of a notebook, whose name is relative to where its client started.

    The client may have started the kernel in another folder, as ``papermill --cwd`` does.
    """
    if os.path.isabs(name):
        return os.path.normpath(name)
    for folder in (os.environ.get("PWD", ""), _folder(client)):
        path = os.path.join(os.path.realpath(folder), name)
        if folder and os.path.exists(path):
            return os.path.normpath(path)
    return os.path.abspath(name)


def _without_drive(path: str) -> str:
    """Remove the drive that collaboration puts before a path (``RTC:x.ipynb``)."""
    folder, name = os.path.split(path)
    drive, colon, bare = name.partition(":")
    if colon and drive.isalnum() and not os.path.exists(path):
        return os.path.join(folder, bare)
    return path


# -- the platform


def _read(pid: int) -> tuple[list[str], dict[str, str], int]:
    """Return a process's command, variables and parent; what cannot be read is empty."""
    if sys.platform == "linux":
        return _words(pid, "cmdline"), _variables(pid), _parent(pid)
    import psutil  # slow: Linux needs none

    try:
        process = psutil.Process(pid)
        return process.cmdline(), process.environ(), process.ppid()
    except (psutil.Error, OSError):
        return [], {}, 0


def _words(pid: int, name: str) -> list[str]:
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return os.fsdecode(file.read()).split("\0")[:-1]
    except OSError:
        return []


def _variables(pid: int) -> dict[str, str]:
    pairs = (word.partition("=") for word in _words(pid, "environ"))
    return {name: value for name, _, value in pairs}


def _parent(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _folder(process: _Process) -> str:
    """Return the folder that a process works in, where that can be read."""
    if sys.platform == "linux":
        try:
            return os.readlink(f"/proc/{process.pid}/cwd")
        except OSError:
            return os.getcwd()
    import psutil

    try:
        return str(psutil.Process(process.pid).cwd())
    except (psutil.Error, OSError):
        return os.getcwd()
