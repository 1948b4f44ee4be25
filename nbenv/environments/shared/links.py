"""Environments of notebooks that hold nothing but links into the one that is provided for all.

Such an environment belongs to one notebook, as each does: it has a name, a marker and scripts of
its own, and is removed like any other. Its packages are those of the provided one. Python takes it
for its prefix, as ``pyvenv.cfg`` lies beside its ``bin``.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

from nbenv.core.record import RecordDict
from nbenv.core.spec import Spec
from nbenv.environments import layout, ownership
from nbenv.environments.environment import Environment
from nbenv.environments.pip import pip_shims
from nbenv.environments.shared.lower_layer import find_shared, is_usable
from nbenv.home import private_files

__all__ = ["link", "link_provided"]

_PROGRAMS = "bin"
_UNLINKED = ("activate", "deactivate")
"""Beginnings of programs that name the folder which they were made in."""


def link_provided(spec: Spec, own: Environment, notebook: str) -> bool:
    """Make an environment of links into the one that is provided for a record.

    Parameters
    ----------
    spec
        The record.
    own
        The notebook's environment; what is broken in its place is replaced.
    notebook
        The notebook's path.

    Returns
    -------
    bool
        Whether there is one that can be used, and could be linked to.
    """
    provided = find_shared(spec)
    if provided is None or not is_usable(provided):
        return False
    try:
        link(provided, own, spec.to_record(), notebook)
    except OSError:  # a file system without links, for one: an ordinary environment may do
        return False
    return True


def link(provided: Environment, own: Environment, record: RecordDict, notebook: str) -> None:
    """Make an environment out of links into a provided one, replacing a broken one.

    Parameters
    ----------
    provided
        The environment that is shared; nothing is written there.
    own
        The notebook's environment.
    record
        The record of the notebook, of which the provided one holds the lock.
    notebook
        The notebook's path.

    Raises
    ------
    OSError
        It could not be made; nothing half-made is left.
    """
    own.remove()
    private_files.make_private(str(own.path.parent))
    ownership.sign(own.path)
    try:
        shutil.copyfile(provided.path / layout.CONFIGURATION, own.path / layout.CONFIGURATION)
        (own.path / _PROGRAMS).mkdir()
        for name in _linked_names(str(provided.path)):
            os.symlink(provided.path / name, own.path / name)
        pip_shims.write(own.path, own.site_packages())
        own.mark_linked(record, notebook, provided)
    except BaseException:
        own.remove()
        raise


def _linked_names(provided: str) -> Iterator[str]:
    """Yield what is linked, relative to the environment: its programs, and whole folders."""
    for name in os.listdir(provided):
        is_ours = name.startswith(("nbenv.", ".")) or name in (_PROGRAMS, layout.CONFIGURATION)
        if not is_ours and os.path.isdir(os.path.join(provided, name)):
            yield name
    for name in os.listdir(os.path.join(provided, _PROGRAMS)):
        if not name.startswith(_UNLINKED):
            yield os.path.join(_PROGRAMS, name)
