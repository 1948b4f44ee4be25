"""Remember for which host this user typed the name of an index: credentials go by that name.

uv finds ``UV_INDEX_NAME_USERNAME`` and ``UV_INDEX_NAME_PASSWORD`` by the name alone, and anyone who
writes a notebook may choose a name. So a name counts for the host that this user gave it to. The
file holds names and hosts, no secret.
"""

from __future__ import annotations

import os
import re

from nbenv.home import paths, private_files

__all__ = ["remember", "remembered", "variable_stem"]


def variable_stem(name: str) -> str:
    """Return the part that stands for an index in the names of uv's variables: ``MY_INDEX``.

    https://docs.astral.sh/uv/concepts/indexes/#providing-credentials-directly
    """
    return re.sub(r"[^A-Za-z0-9]", "_", name).upper()


def remember(name: str, origin: str) -> None:
    """Note that this user gave a name to an index of a host; the last one given counts."""
    known, stem = remembered(), variable_stem(name)
    if known.get(stem) != origin:
        private_files.write_json(_path(), {**known, stem: origin})


def remembered() -> dict[str, str]:
    """Return the origin (``https://host:443``) that each name was given to, by its stem."""
    found = paths.read_json(_path()) or {}
    return {stem: origin for stem, origin in found.items() if isinstance(origin, str)}


def _path() -> str:
    return os.path.join(paths.home(), "index-names.json")
