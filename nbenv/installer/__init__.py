"""The only package that runs uv: it names, resolves, downloads, installs and removes.

uv's own words are passed on as progress and explanation; what it resolved is read from the files
that it writes for machines.
"""

from nbenv.installer.choosing import File, best
from nbenv.installer.naming import Named, name
from nbenv.installer.previewing import offered, remembered
from nbenv.installer.resolving import Upgrade, resolve
from nbenv.installer.syncing import Wanted, fetch_python, forget, outdated, pip, sync
from nbenv.installer.uv import Lines, own_indexes, version

__all__ = [
    "File",
    "Lines",
    "Named",
    "Upgrade",
    "Wanted",
    "best",
    "fetch_python",
    "forget",
    "name",
    "offered",
    "outdated",
    "own_indexes",
    "pip",
    "remembered",
    "resolve",
    "sync",
    "version",
]
