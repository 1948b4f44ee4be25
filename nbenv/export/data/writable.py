"""Folders that this user can write to, whoever it is and whatever of the container is read-only."""

import os
import tempfile


def is_writable(folder):
    """Return whether a file can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def use_writable_folders():
    """Let programs find a home and a folder for temporary files; any will do in a container."""
    temporary = next(filter(is_writable, ("/tmp", "/dev/shm", "/results", ".")), None)
    if temporary is None:
        return
    if not is_writable(os.environ.get("TMPDIR", "/tmp")):
        os.environ["TMPDIR"] = temporary
        tempfile.tempdir = None
    if not is_writable(os.path.expanduser("~")):
        os.environ["HOME"] = temporary
