"""Find what a notebook's default index does not have, which its kernel mostly is.

Other installers have no index for some packages alone in a requirements file. The hashes say which
file is the right one, wherever it comes from.
"""

from __future__ import annotations

import contextlib

from nbenv.core.kernel_limits import KERNELS_OWN
from nbenv.core.recorded_options import index_serving
from nbenv.engine.consent import is_approved
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import InstallerError
from nbenv.installer.index_lookup import cached_names

__all__ = ["beyond_default_index"]


def beyond_default_index(snapshot: NotebookSnapshot) -> frozenset[str]:
    """Return the locked names that come from pip's own default index, not from the record's.

    uv's cache knows from locking what the record's has. Without it, and for a record that nobody
    approved, which starts no program here, all that a kernel consists of may come from elsewhere.

    Parameters
    ----------
    snapshot
        The notebook; if its record has no default index, there are none.
    """
    spec = snapshot.spec
    index = next((each for each in spec.indexes if each.default), None)
    if index is None:
        return frozenset()
    locked = [each for each in spec.lock.distributions if each.version]
    known: set[str] = set()
    if is_approved(snapshot):
        with contextlib.suppress(InstallerError):  # the cache may be gone
            known = cached_names(index, locked, spec.python)
    names = {each.name for each in locked} - known
    served = {name for name in names if index_serving(spec.indexes, name)}
    return frozenset((names if known else names & KERNELS_OWN) - served)
