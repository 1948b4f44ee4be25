"""Trust in folders that kernels run things from, or installers take files from.

Whoever may write to such a folder decides what runs here. So it has to belong to this user, and
nobody else may write to it: not a group either. The one exception is a group that consists of this
user alone, which many Linux systems give each account together with a umask of 002; OpenSSH makes
the same one there.

Light on purpose: a starting kernel imports this.
"""

from __future__ import annotations

import os
import stat

__all__ = ["ANOTHERS", "distrusted", "is_closed"]

ANOTHERS = "belongs to another user"
"""Why a folder is not trusted that this user cannot change."""
_ROOT = 0
_private: dict[tuple[int, int], bool] = {}
"""What is known of groups and users: the home is looked at whenever a path in it is named, and a
directory service may be slow."""


def distrusted(folder: str) -> str:
    """Return why a folder is not to be trusted, as the end of a sentence; "" if it is.

    A folder that is not there yet is this user's own once it is made.
    """
    try:
        found = os.stat(folder)
    except OSError:
        return ""
    if os.name != "posix":
        return ""
    if found.st_uid != os.geteuid():
        return ANOTHERS
    return "can be written by other users" if _others_write(found) else ""


def is_closed(found: os.stat_result) -> bool:
    """Return whether a file or folder is root's or this user's, and no group's or others' to write.

    For what an administrator provides, where a group of one user has no place.
    """
    return found.st_uid in (_ROOT, os.geteuid()) and not found.st_mode & 0o022


def _others_write(found: os.stat_result) -> bool:
    if found.st_mode & stat.S_IWOTH:
        return True
    if not found.st_mode & stat.S_IWGRP:
        return False
    group, user = found.st_gid, os.geteuid()
    if (group, user) not in _private:
        _private[group, user] = _is_private(group, user)
    return not _private[group, user]


def _is_private(group: int, user: int) -> bool:
    """Return whether a group has no other member than a user, and the user's name."""
    if user == _ROOT:
        return False
    import grp  # seldom needed
    import pwd

    try:
        own, named = pwd.getpwuid(user), grp.getgrgid(group)
    except KeyError:
        return False
    is_their_own = own.pw_gid == group and named.gr_name == own.pw_name
    return is_their_own and set(named.gr_mem) <= {own.pw_name}
