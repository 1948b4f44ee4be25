"""The kernel of a notebook whose environment cannot be used yet.

It answers every cell with the reason and the next step, and accepts only ``%nbenv``. Once
``%nbenv restore`` has succeeded, here or elsewhere, it becomes the environment's kernel in place.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

import zmq

from nbenv.core.plain_text import cleaned, safe
from nbenv.engine.document import NotebookRef
from nbenv.environments.readiness import Readiness, check_readiness
from nbenv.errors import (
    ApprovalNeededError,
    BrokenEnvironmentError,
    NbenvError,
    NotebookError,
    StoppedError,
)
from nbenv.home import held_files, paths, private_files
from nbenv.home.locks import is_changing
from nbenv.home.process_identity import ProcessIdentity
from nbenv.kernel.become import become
from nbenv.kernel.channels import Channels, ChannelScreen, Request
from nbenv.kernel.guest import boot
from nbenv.kernel.reach_front import reach_front, run_for_page, start_again, take_over
from nbenv.kernel.replies import Content, empty_reply, error, kernel_info, ok
from nbenv.kernel.supervision.interrupt_event import hear_interrupts

__all__ = ["WaitingKernel", "serve_until_ready"]

_PREFIX = "%nbenv"
_TICK = 300
"""Milliseconds between looks whether the environment was restored elsewhere."""
_AT_ONCE = {
    "kernel_info_request",
    "complete_request",
    "inspect_request",
    "history_request",
    "is_complete_request",
}
"""Requests that are answered even while the environment is changing; others wait for its kernel."""
_NOTICE = (
    "Waiting: this cell runs as soon as the notebook's environment is ready. "
    "Interrupt the kernel to stop waiting.\n"
)


def serve_until_ready(arguments: list[str], path: str, error: BaseException) -> None:
    """Serve until the environment is ready, then become its kernel; or until shut down."""
    explained = _explain(error)
    note = paths.waiting_path(os.getpid())
    with contextlib.suppress(OSError):  # without it a front end says less
        about = {"notebook": path, **cleaned(explained.parts())}
        private_files.write_json(note, {"error": about, **ProcessIdentity.own().to_dict()})
    try:
        channels = Channels(arguments[arguments.index("-f") + 1])
        shown = explained.digest if isinstance(explained, ApprovalNeededError) else ""
        kernel = WaitingKernel(channels, path, safe(explained.in_cell()), shown)
        reach_front(channels, cleaned(explained.parts()))
        with hear_interrupts():
            found = kernel.serve()
    finally:
        with contextlib.suppress(OSError):
            held_files.unlink(note)
    if kernel.starts_again:
        start_again(arguments)
    if found and found.environment:
        become(found.environment, arguments, stripped=found.is_stripped)


def _explain(error: BaseException) -> NbenvError:
    """Return why the notebook's own kernel could not start, as a message for its user."""
    if isinstance(error, (KeyboardInterrupt, StoppedError)):
        return StoppedError(
            "Building this notebook's environment was stopped.",
            todo="To go on, run %nbenv restore in a cell, or restart the kernel.",
        )
    if isinstance(error, NbenvError):
        return error
    if isinstance(error, OSError):
        return BrokenEnvironmentError(
            f"This notebook's environment cannot be used: {error}.",
            todo="Fix that, then restart the kernel.",
        )
    return NbenvError(
        f"nbenv failed unexpectedly: {type(error).__name__}: {error}.",
        todo="This is a bug: please report it and say what you did.",
    )


class _Then(Enum):
    """The next step of the kernel after an answer."""

    WAIT = auto()
    BECOME = auto()
    SHUT_DOWN = auto()
    START_AGAIN = auto()


@dataclass(frozen=True)
class _Answer:
    """The content of a reply, None for a message that gets none, and what follows."""

    content: Content | None
    then: _Then = _Then.WAIT


class WaitingKernel:
    """A kernel that answers every cell with one message and runs only ``%nbenv``.

    Parameters
    ----------
    channels
        Where requests come in.
    path
        The notebook, where it was when this process started.
    message
        The answer to every cell: the reason and the next step.
    digest
        The digest of the record that the message asks to approve, "" if it asks for nothing.
    """

    def __init__(self, channels: Channels, path: str, message: str, digest: str = "") -> None:
        self._channels, self._message, self._digest = channels, message, digest
        self._is_shown = False
        self._first_path, self._since = path, time.time()
        self._count = 0
        self._postponed = deque(channels.handed_over())
        self._patience = _TICK
        self.starts_again = False
        """Whether the launcher has to start this kernel again, for another record."""

    @property
    def _path(self) -> str:
        """The notebook, which may have been renamed meanwhile."""
        return paths.moved(self._first_path, self._since)

    # -- serving

    def serve(self) -> Readiness | None:
        """Answer requests; return once the environment is ready, None on shutdown."""
        self._channels.publish("status", {"execution_state": "starting"})
        ready, then = None, _Then.WAIT
        while ready is None and then not in (_Then.SHUT_DOWN, _Then.START_AGAIN):
            try:
                then = self._next()
                ready = self._readiness() if then is _Then.BECOME else None
            except KeyboardInterrupt:  # between cells
                self._stop_postponed()
        self.starts_again = then is _Then.START_AGAIN
        if ready or self.starts_again:
            self._channels.hand_over(self._without_notices())
        else:
            self._channels.close()
        return ready

    def _next(self) -> _Then:
        """Answer the next request; cells wait while the environment is changing, and then run."""
        channels = self._channels
        requested = channels.poll(self._patience)
        self._patience = _TICK
        if channels.control in requested:
            then = self._handle(channels.control)
            if then is _Then.SHUT_DOWN:
                return then
        if self._is_changing():
            return self._postpone_next() if channels.shell in requested else _Then.WAIT
        if self._readiness():
            return _Then.BECOME
        if self._postponed:
            self._patience = 0
            [request] = self._without_notices(1)
            return self._reply(channels.shell, request)
        return self._handle(channels.shell) if channels.shell in requested else _Then.WAIT

    def _handle(self, socket: zmq.Socket[bytes]) -> _Then:
        request = self._channels.receive(socket)
        return _Then.WAIT if request is None else self._reply(socket, request)

    def _reply(self, socket: zmq.Socket[bytes], request: Request) -> _Then:
        self._channels.publish("status", {"execution_state": "busy"}, request)
        answer = self._answer(request)
        # Only what came before the answer: a client that knows of the failure may go on.
        stops = _stops_others(request, answer)
        behind = [*self._without_notices(), *self._channels.queued()] if stops else []
        self._send(socket, request, answer)
        self._abort(behind)
        return answer.then

    def _abort(self, requests: list[Request]) -> None:
        """Abort the cells behind a failed one, as ipykernel does: saying it once is enough.

        A command of nbenv still runs, as it may be what ends the failing.
        """
        for request in requests:
            if _is_shown(request) and commands_in(str(request.content["code"])) is None:
                self._send(self._channels.shell, request, _Answer({"status": "aborted"}))
            else:
                self._postponed.append(request)

    def _send(self, socket: zmq.Socket[bytes], request: Request, answer: _Answer) -> None:
        if answer.content is not None:
            self._channels.reply(socket, request, answer.content)
        self._channels.publish("status", {"execution_state": "idle"}, request)

    # -- requests that wait until the environment is no longer changing

    def _postpone_next(self) -> _Then:
        """Answer what can be answered while the environment is changing, and keep the rest."""
        shell = self._channels.shell
        request = self._channels.receive(shell)
        if request is None:
            return _Then.WAIT
        if request.kind in _AT_ONCE:
            return self._reply(shell, request)
        self._postponed.append(request)
        if _is_shown(request):
            notice: Content = {"name": "stdout", "text": _NOTICE}  # nothing is wrong
            self._channels.publish("stream", notice, request)
        return _Then.WAIT

    def _without_notices(self, most: int | None = None) -> list[Request]:
        """Take the first postponed requests, or all, and clear the notices below their cells."""
        count = len(self._postponed) if most is None else most
        requests = [self._postponed.popleft() for _ in range(count)]
        for request in filter(_is_shown, requests):
            self._channels.publish("clear_output", {"wait": False}, request)
        return requests

    def _stop_postponed(self) -> None:
        """Answer that the cells which wait were stopped; they are not run later."""
        requests = self._without_notices()
        cells = [each for each in requests if each.kind == "execute_request"]
        self._postponed.extend(each for each in requests if each not in cells)
        for request in cells:
            if _is_shown(request):
                self._channels.publish("error", error("Stopped."), request)
            self._send(self._channels.shell, request, _Answer(self._failed("Stopped.")))

    def _is_changing(self) -> bool:
        """Return whether a restore is under way, begun in a panel, a terminal or another kernel."""
        try:
            return is_changing(paths.key(self._path))
        except (NbenvError, OSError):
            return False

    def _readiness(self) -> Readiness | None:
        """Return what the notebook's own kernel needs, None while its environment is not ready."""
        try:
            found = check_readiness(self._path)
        except (NbenvError, OSError):
            return None
        return found if found.environment else None

    # -- requests

    def _answer(self, request: Request) -> _Answer:
        content = request.content
        if request.kind == "execute_request":
            return self._execute(request)
        if request.kind == "shutdown_request":
            return _Answer(ok(restart=content.get("restart", False)), _Then.SHUT_DOWN)
        if request.kind == "interrupt_request":  # read between cells, when none runs
            self._stop_postponed()
            return _Answer(ok())
        if request.kind == "kernel_info_request":
            return _Answer(kernel_info(self._message))
        if request.kind == "comm_open" and run_for_page(self._channels, request, self._path):
            return _Answer(None)
        if request.kind == "comm_open" and take_over(content):
            self._postponed.appendleft(request)  # answered by the kernel that comes
            return _Answer(None, _Then.START_AGAIN)
        return _Answer(empty_reply(request.kind, content))

    def _execute(self, request: Request) -> _Answer:
        """Run a cell's ``%nbenv`` commands; answer any other cell with the message."""
        code, is_silent = str(request.content["code"]), bool(request.content.get("silent"))
        if not is_silent:
            self._count += 1
            shown = {"code": code, "execution_count": self._count}
            self._channels.publish("execute_input", shown, request)
        if not code.strip():
            return _Answer(self._succeeded())
        if is_silent:
            return _Answer(self._failed(self._message))
        commands = commands_in(code)
        if commands is None:
            return self._shown_failure(request, self._message)
        try:
            for words in commands:
                self._run_command(words, request)
        except Exception as failure:  # the cell fails with the message, the kernel goes on
            self._note_digest(failure)
            return self._shown_failure(request, str(failure))
        except KeyboardInterrupt:
            return self._shown_failure(request, "Stopped.")
        return _Answer(self._succeeded(), _Then.BECOME if self._readiness() else _Then.WAIT)

    def _run_command(self, words: list[str], request: Request) -> None:
        screen, own = ChannelScreen(self._channels, request), ["--notebook", self._path]
        if self._needs_approval():
            own = ["--unapproved", *own]
        if self._is_shown and self._digest:  # `%nbenv restore` agrees to that, and nothing newer
            own = [f"--agreed={self._digest}", *own]
        boot.load("command").run(words, own, screen)

    def _needs_approval(self) -> bool:
        """Return whether nobody approved what the notebook records: its cells are a stranger's."""
        from nbenv.engine.consent import needs_approval  # a kernel's start needs none of this

        try:
            return needs_approval(NotebookRef.of_kernel(self._path, os.environ))
        except NotebookError:  # an old format, which records nothing
            return False
        except (NbenvError, OSError):
            return True

    def _note_digest(self, failure: Exception) -> None:
        """Remember which record a failed command asked to approve; its message is shown now."""
        if digest := str(getattr(failure, "digest", "")):
            self._digest, self._message = digest, safe(str(failure))

    def _succeeded(self) -> Content:
        return ok(execution_count=self._count, user_expressions={}, payload=[])

    def _failed(self, message: str) -> Content:
        return {"status": "error", "execution_count": self._count, **error(message)}

    def _shown_failure(self, request: Request, message: str) -> _Answer:
        self._is_shown = self._is_shown or message == self._message
        self._channels.publish("error", error(message), request)
        return _Answer(self._failed(message))


def _stops_others(request: Request, answer: _Answer) -> bool:
    """Return whether a cell has failed, and its client wants no further ones then."""
    has_failed = answer.content is not None and answer.content.get("status") == "error"
    return has_failed and _is_shown(request) and bool(request.content.get("stop_on_error", True))


def _is_shown(request: Request) -> bool:
    """Return whether a request is a cell that shows its output."""
    return request.kind == "execute_request" and not request.content.get("silent")


def commands_in(code: str) -> list[list[str]] | None:
    """Return the words of a cell's ``%nbenv`` lines; None when it holds anything else."""
    lines = [line.strip() for line in code.splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    if not all(line == _PREFIX or line.startswith(f"{_PREFIX} ") for line in lines):
        return None
    return [boot.load("shell_words").split(line[len(_PREFIX) :]) for line in lines]
