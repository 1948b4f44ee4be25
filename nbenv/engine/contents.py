"""Whether an environment holds other files than a lock of the very same versions names."""

from __future__ import annotations

from nbenv.core.spec import Spec
from nbenv.environments.environment import Environment
from nbenv.errors import RecordError

__all__ = ["has_other_files"]


def has_other_files(environment: Environment, spec: Spec) -> bool:
    """Whether something is installed in the version that `spec` locks, but from another file.

    An installer leaves alone what has the right version; only the lock that the environment was
    made of tells which file that was.
    """
    try:
        made_of = Spec.from_record(environment.value) if environment.value else None
    except RecordError:  # written by another version of nbenv
        return False
    if made_of is None:
        return False
    values = environment.marker_environment()
    before, wanted = made_of.lock.selection(values), spec.lock.selection(values)
    same = ((before[name], wanted[name]) for name in before.keys() & wanted.keys())
    return any(
        old.version == new.version and not {*old.hashes} & {*new.hashes}
        for old, new in same
        if old.version and new.version
    )
