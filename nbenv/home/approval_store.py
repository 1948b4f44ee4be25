"""Which locks may be restored without asking: those made or agreed to on this machine.

An approval is of one lock digest, signed with a key that never leaves ``NBENV_HOME``.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbenv.home import paths, variables

__all__ = ["Approval", "approve", "approved", "is_approved", "policy", "revoke"]

POLICIES = ("ask", "always", "never")


@dataclass(frozen=True)
class Approval:
    """A valid approval: of what digest, since when (seconds), and what that is."""

    digest: str
    since: float
    about: Mapping[str, object]


def policy() -> str:
    """Return ``NBENV_RESTORE``: ask (also for anything unknown), always or never."""
    chosen = os.environ.get(variables.RESTORE, "ask").strip().lower()
    return chosen if chosen in POLICIES else "ask"


def _secret() -> Path:
    return Path(paths.home(), "secret")


def _key() -> bytes | None:
    with contextlib.suppress(OSError):
        key = _secret().read_bytes()
        return key if len(key) == 32 else None
    return None


def _new_key() -> bytes:
    path = _secret()
    paths.make_private(str(path.parent))
    scratch = path.with_name(f"secret.{os.getpid()}.new")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(scratch, path)  # the first of two starting at once wins
    except FileExistsError:
        if path.stat().st_size != 32:
            os.replace(scratch, path)
    except OSError:  # a file system without hard links
        os.replace(scratch, path)
    with contextlib.suppress(FileNotFoundError):
        scratch.unlink()
    return path.read_bytes()


def _signature(key: bytes, digest: str, about: Mapping[str, object]) -> str:
    text = json.dumps([digest, about], sort_keys=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _is_digest(digest: str) -> bool:
    return len(digest) == 32 and all(letter in "0123456789abcdef" for letter in digest)


def _path(digest: str) -> Path:
    return Path(paths.home(), "approvals", f"{digest}.json")


def approve(digest: str, about: dict[str, object] | None = None) -> None:
    """Let the lock of this digest be restored on this machine without asking.

    `about` says to people what it is of (plain JSON); what is approved is the digest alone.
    """
    about = about or {}
    signature = _signature(_key() or _new_key(), digest, about)
    signed = {"signature": signature, "about": about}
    paths.write_json(str(_path(digest)), signed)


def is_approved(digest: str) -> bool:
    """Whether the lock of this digest was made or agreed to on this machine."""
    return _is_digest(digest) and _about(digest) is not None


def _about(digest: str) -> dict[str, object] | None:
    """Return what a valid approval is of; None when there is none."""
    known, key = paths.read_json(str(_path(digest))) or {}, _key()
    signature, about = known.get("signature"), known.get("about")
    if key is None or not isinstance(signature, str) or not isinstance(about, dict):
        return None
    wanted = _signature(key, digest, about)
    return (
        about
        if hmac.compare_digest(signature.encode("utf-8", "replace"), wanted.encode())
        else None
    )


def approved() -> list[Approval]:
    """Return the valid approvals, the oldest first."""
    found = []
    for path in _path("").parent.glob("*.json"):
        about = _about(path.stem) if _is_digest(path.stem) else None
        if about is not None:
            found.append(Approval(path.stem, path.stat().st_mtime, about))
    return sorted(found, key=lambda each: (each.since, each.digest))


def revoke(digest: str) -> bool:
    """Take an approval back; return whether there was one."""
    if not _is_digest(digest) or not _path(digest).exists():
        return False
    _path(digest).unlink()
    return True
