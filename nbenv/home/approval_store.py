"""Approvals: the locks that may be restored without asking, as they were made or approved here.

An approval is of one digest, signed with a key that never leaves ``NBENV_HOME``. So a file that is
copied or written there by something else approves nothing.
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

from nbenv.home import held_files, paths, private_files, variables

__all__ = ["Approval", "approve", "approved", "is_approved", "policy", "revoke"]

POLICIES = ("ask", "always", "never")


@dataclass(frozen=True)
class Approval:
    """A valid approval: of a `digest`, `since` a time (seconds since 1970), `about` a lock."""

    digest: str
    since: float
    about: Mapping[str, object]


def policy() -> str:
    """Return ``NBENV_RESTORE``: ``always``, ``never``, or for anything else ``ask``."""
    chosen = os.environ.get(variables.RESTORE, "ask").strip().lower()
    return chosen if chosen in POLICIES else "ask"


def _secret() -> Path:
    return Path(paths.home(), "secret")


def _key() -> bytes | None:
    with contextlib.suppress(OSError):
        key = held_files.patiently(Path.read_bytes, _secret())
        return key if len(key) == 32 else None
    return None


def _new_key() -> bytes:
    path = _secret()
    private_files.make_private(str(path.parent))
    scratch = Path(private_files.scratch_path(str(path)))
    with open(private_files.create_private(str(scratch)), "wb") as file:
        file.write(secrets.token_bytes(32))
    try:
        os.link(scratch, path)  # it fails if there is one: of two at once, both use the first
    except FileExistsError:
        if path.stat().st_size != 32:  # damaged: what it signed is void
            held_files.replace(str(scratch), str(path))
    except OSError:  # a file system without hard links
        held_files.replace(str(scratch), str(path))
    with contextlib.suppress(FileNotFoundError):
        held_files.unlink(str(scratch))
    return path.read_bytes()


def _signature(key: bytes, digest: str, about: Mapping[str, object]) -> str:
    text = json.dumps([digest, about], sort_keys=True)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _is_digest(digest: str) -> bool:
    return len(digest) == 32 and all(letter in "0123456789abcdef" for letter in digest)


def _approval_path(digest: str) -> Path:
    return Path(paths.home(), "approvals", f"{digest}.json")


def approve(digest: str, about: dict[str, object] | None = None) -> None:
    """Let the lock of a digest be restored on this machine without asking.

    Parameters
    ----------
    digest
        As `nbenv.core.spec.Spec.digest` returns it: nothing else is approved.
    about
        JSON that describes the lock to people who look at their approvals.
    """
    about = about or {}
    signature = _signature(_key() or _new_key(), digest, about)
    signed = {"signature": signature, "about": about}
    private_files.write_json(str(_approval_path(digest)), signed)


def is_approved(digest: str) -> bool:
    """Return whether the lock of a digest was made or approved on this machine."""
    return _is_digest(digest) and _about(digest) is not None


def _about(digest: str) -> dict[str, object] | None:
    """Return the description in a valid approval; None if there is no valid one."""
    known, key = paths.read_json(str(_approval_path(digest))) or {}, _key()
    signature, about = known.get("signature"), known.get("about")
    if key is None or not isinstance(signature, str) or not isinstance(about, dict):
        return None
    expected = _signature(key, digest, about).encode()
    is_ours = hmac.compare_digest(signature.encode("utf-8", "replace"), expected)
    return about if is_ours else None


def approved() -> list[Approval]:
    """Return the valid approvals, the oldest first."""
    found = []
    for path in _approval_path("").parent.glob("*.json"):
        about = _about(path.stem) if _is_digest(path.stem) else None
        if about is not None:
            found.append(Approval(path.stem, path.stat().st_mtime, about))
    return sorted(found, key=lambda each: (each.since, each.digest))


def revoke(digest: str) -> bool:
    """Withdraw an approval; return whether there was one."""
    if not _is_digest(digest) or not _approval_path(digest).exists():
        return False
    held_files.unlink(str(_approval_path(digest)))
    return True
