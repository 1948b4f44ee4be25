"""Which locks may be restored without asking: those made or agreed to on this machine.

An approval is of one lock digest, signed with a key that never leaves ``NBENV_HOME``.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from nbenv import places

__all__ = ["approve", "approved", "is_approved", "policy", "revoke"]

POLICIES = ("ask", "always", "never")


def policy() -> str:
    """Return ``NBENV_RESTORE``: ask (also for anything unknown), always or never."""
    chosen = os.environ.get("NBENV_RESTORE", "ask").strip().lower()
    return chosen if chosen in POLICIES else "ask"


def _folder() -> Path:
    return Path(places.home(), "approvals")


def _key() -> bytes:
    path = Path(places.home(), "secret")
    with contextlib.suppress(OSError):
        key = path.read_bytes()
        if len(key) == 32:
            return key
    places.make_private(str(path.parent))
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


def _signature(digest: str) -> str:
    return hmac.new(_key(), digest.encode(), hashlib.sha256).hexdigest()


def _is_digest(digest: str) -> bool:
    return len(digest) == 32 and all(letter in "0123456789abcdef" for letter in digest)


def approve(digest: str) -> None:
    """Let the lock of this digest be restored on this machine without asking."""
    places.write_json(str(_folder() / f"{digest}.json"), {"signature": _signature(digest)})


def is_approved(digest: str) -> bool:
    """Whether the lock of this digest was made or agreed to on this machine."""
    if not _is_digest(digest):
        return False
    known = places.read_json(str(_folder() / f"{digest}.json"))
    signature = known.get("signature") if known else None
    return isinstance(signature, str) and hmac.compare_digest(signature, _signature(digest))


def approved() -> list[str]:
    """Return the digests that hold a valid approval."""
    if not _folder().is_dir():
        return []
    return sorted(path.stem for path in _folder().glob("*.json") if is_approved(path.stem))


def revoke(digest: str) -> bool:
    """Take an approval back; return whether there was one."""
    path = _folder() / f"{digest}.json"
    if not _is_digest(digest) or not path.exists():
        return False
    path.unlink()
    return True
