"""The files of an archive, by their path in it: what installers wrote, without any trace of here.

Nothing on disk is changed: what has to read differently elsewhere is kept as bytes.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbenv.environments.environment import Environment
from nbenv.environments.installed.dist_info import rows_of

__all__ = ["Member", "Members", "environment_members", "needed_glibc"]

_HERE_ONLY = frozenset({"uv_cache.json", "uv_build.json"})
"""Files beside the metadata by which uv knows its own cache."""
_SCRIPT = (
    b"#!/bin/sh\n"
    b'\'\'\'exec\' "$(dirname -- "$(realpath -- "$0")")"/\'python\' "$0" "$@"\n'
    b"' '''\n"
)
"""The first lines of a script that finds its Python beside it: shell and Python at once."""
_GLIBC = re.compile(r"manylinux(?:_2_(\d+)|1|2010|2014)_")
_FORMER = {"manylinux1_": 5, "manylinux2010_": 12, "manylinux2014_": 17}
"""The minor versions of glibc 2 of the tags before PEP 600."""


@dataclass(frozen=True)
class Member:
    """One file or symbolic link: exactly one of `source`, `content` and `link` is set."""

    source: str | None = None
    content: bytes | None = None
    link: str | None = None
    executable: bool = False

    def read(self) -> bytes:
        """Return the content of a file."""
        if self.content is not None:
            return self.content
        with open(self.source or "", "rb") as file:
            return file.read()


Members = dict[str, Member]
"""Path in the archive → member."""


def environment_members(environment: Environment, left_out: Collection[str]) -> Members:
    """Return the files of what is installed in an environment, those of some packages left out.

    These are the files that each ``RECORD`` lists, so nothing else that came to lie there goes
    along; neither does bytecode, nor a ``direct_url.json`` that names a folder of this machine.
    """
    members: Members = {}
    for folder in sorted(environment.dist_infos()):
        if environment.name_of(folder) not in left_out:
            members.update(_of_distribution(environment, folder))
    return members


def _of_distribution(environment: Environment, dist_info: Path) -> Members:
    root, base = os.path.normpath(environment.path), str(dist_info.parent)
    members, rows = Members(), []
    record = os.path.relpath(dist_info / "RECORD", root)
    for row in rows_of(dist_info):
        path = os.path.normpath(os.path.join(base, row[0]))
        if not path.startswith(os.path.join(root, "")) or _stays_here(path, str(dist_info)):
            continue
        name = os.path.relpath(path, root)
        if name == record:
            rows.append([row[0], "", ""])
            continue
        member = _as_member(path, name, root)
        if member.content is not None:
            row = [row[0], *_digest(member.content)]
        rows.append(row)
        members[name] = member
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    members[record] = Member(content=text.getvalue().encode())
    return members


def _stays_here(path: str, dist_info: str) -> bool:
    folder, name = os.path.split(path)
    if name.endswith(".pyc") and os.path.basename(folder) == "__pycache__":
        return True
    if not os.path.exists(path):
        return True
    if folder != dist_info:
        return False
    return name in _HERE_ONLY or (name == "direct_url.json" and b"file:" in Path(path).read_bytes())


def _as_member(path: str, name: str, root: str) -> Member:
    executable = bool(os.stat(path).st_mode & 0o100)
    if os.path.dirname(name) == "bin":
        content = Path(path).read_bytes()
        changed = _without_interpreter(content, root.encode())
        if changed != content:
            return Member(content=changed, executable=True)
    return Member(source=path, executable=executable)


def _without_interpreter(content: bytes, root: bytes) -> bytes:
    """Return a script that finds its Python beside it in place of one that names this folder."""
    if not content.startswith(b"#!"):
        return content
    first, _, rest = content.partition(b"\n")
    if root in first:
        return _SCRIPT + rest
    second, _, more = rest.partition(b"\n")
    if second.startswith(b"'''exec'") and root in second:  # its path was too long for a first line
        return _SCRIPT + more.partition(b"\n")[2]
    return content


def _digest(content: bytes) -> tuple[str, str]:
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"sha256={digest}", str(len(content))


# -- what the other machine must have


def needed_glibc(environment: Environment, left_out: Collection[str]) -> tuple[bool, str]:
    """Return whether any package is for this kind of machine alone, and the glibc it needs.

    The glibc is "" where none is known to be needed, as on macOS.
    """
    is_bound, newest = False, 0
    for folder in environment.dist_infos():
        if environment.name_of(folder) in left_out:
            continue
        platforms = set(_platforms(folder))
        if not platforms or "any" in platforms:
            continue
        is_bound = True
        newest = max(newest, min(filter(None, map(_minor, platforms)), default=0))
    return is_bound, f"2.{newest}" if newest else ""


def _platforms(dist_info: Path) -> Iterator[str]:
    try:
        text = (dist_info / "WHEEL").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    for line in text.splitlines():
        if line.startswith("Tag:"):
            yield from line.strip().rpartition("-")[2].split(".")


def _minor(platform: str) -> int:
    found = _GLIBC.match(platform)
    if found is None:
        return 0
    return int(found[1]) if found[1] else _FORMER[found[0]]
