"""Identity of a process: its number together with the time when it was created.

The system gives the number of an ended process to another one, in containers soon and to the same
program. So whatever nbenv notes on disk about a process holds its identity, and is believed only
while that very process is running.

As JSON an identity is three keys beside what the note says: ``process`` (the number), ``created``
(seconds, on Linux since the machine started, elsewhere since 1970) and ``machine`` (a name for this
start of the machine and this container; numbers are not comparable beyond it).

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import sys

__all__ = ["ProcessIdentity"]

_MACHINE: str | None = None
_TOLERANCE = 0.02 if sys.platform == "linux" else 1.0
"""Seconds by which two readings of one creation time may differ; Linux counts hundredths."""


class ProcessIdentity:
    """One process of one machine, which no later process can be mistaken for.

    Parameters
    ----------
    pid
        Its number.
    created
        When it was created, in seconds.
    machine
        The machine and the container that it runs on.
    """

    # No dataclass: importing `dataclasses` takes a millisecond, and each start would pay it.
    __slots__ = ("created", "machine", "pid")

    def __init__(self, pid: int, created: float, machine: str) -> None:
        self.pid = pid
        self.created = created
        self.machine = machine

    @classmethod
    def own(cls) -> ProcessIdentity:
        """Return the identity of this process."""
        pid = os.getpid()
        created = _created(pid)
        return cls(pid, -1.0 if created is None else created, _machine())

    @classmethod
    def of(cls, pid: int) -> ProcessIdentity | None:
        """Return the identity of the process that has a number now, None if there is none."""
        created = _created(pid)
        return None if created is None else cls(pid, created, _machine())

    @classmethod
    def from_dict(cls, note: object) -> ProcessIdentity | None:
        """Return the identity in a note; None if there is no whole one, as of a former version."""
        if not isinstance(note, dict):
            return None
        pid, created, machine = (note.get(key) for key in ("process", "created", "machine"))
        if type(pid) is not int or pid <= 0 or not isinstance(machine, str):
            return None
        if isinstance(created, bool) or not isinstance(created, (int, float)):
            return None
        return cls(pid, float(created), machine)

    @classmethod
    def from_token(cls, token: str) -> ProcessIdentity | None:
        """Return the identity that `token` made a name of, None for any other name."""
        parts = token.split("-")
        try:
            pid, hundredths = int(parts[0]), int(parts[1], 16)
        except (ValueError, IndexError):
            return None
        return cls(pid, hundredths / 100, parts[2]) if len(parts) == 3 and pid > 0 else None

    def to_dict(self) -> dict[str, object]:
        """Return the keys that a note holds; `from_dict` reads them."""
        return {"process": self.pid, "created": self.created, "machine": self.machine}

    def token(self) -> str:
        """Return the identity as a part of a file's name."""
        return f"{self.pid}-{max(0, round(self.created * 100)):x}-{self.machine}"

    @property
    def is_here(self) -> bool:
        """Whether it is of this machine, so that one can tell whether it is running."""
        return self.machine == _machine()

    @property
    def is_running(self) -> bool:
        """Whether that very process is running on this machine."""
        created = _created(self.pid) if self.is_here else None
        return created is not None and abs(created - self.created) <= _TOLERANCE

    @property
    def is_dead(self) -> bool:
        """Whether it certainly ended; of a process on another machine nobody here knows."""
        return self.is_here and not self.is_running

    def __repr__(self) -> str:
        return f"ProcessIdentity({self.token()})"


def _machine() -> str:
    """Return a short name for this start of this machine, and for the container on it."""
    global _MACHINE
    if _MACHINE is None:
        try:
            from _blake2 import blake2b  # what hashlib wraps, without loading OpenSSL
        except ImportError:
            from hashlib import blake2b
        _MACHINE = blake2b(_machine_facts().encode(), digest_size=6).hexdigest()
    return _MACHINE


def _machine_facts() -> str:
    if sys.platform != "linux":
        return os.uname().nodename if hasattr(os, "uname") else os.environ.get("COMPUTERNAME", "")
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            return f"{file.read()} {os.readlink('/proc/self/ns/pid')}"
    except OSError:
        return os.uname().nodename


def _created(pid: int) -> float | None:
    """Return when a process was created; None if none has that number, or it is a zombie."""
    if sys.platform == "linux":
        try:
            with open(f"/proc/{pid}/stat", "rb") as file:
                # The name in brackets may hold anything. State and start are fields 3 and 22:
                # https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
                fields = file.read().rpartition(b")")[2].split()
        except OSError:
            return None
        ended = len(fields) < 20 or fields[0] in (b"Z", b"X")
        return None if ended else int(fields[19]) / os.sysconf("SC_CLK_TCK")
    import psutil  # slow: Linux needs none

    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else float(process.create_time())
    except (psutil.Error, OverflowError, ValueError):
        return None
