"""Resolve PyTorch as of a day: its own indexes do not say when a file was uploaded.

The default index does, of the same versions.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.core.typed.torch_backends import NONE, TORCH_PACKAGES, is_backend, public_version
from nbenv.errors import ResolutionError
from nbenv.progress import Steps

__all__ = ["resolve_torch_of_day"]


def resolve_torch_of_day(resolve: Callable[[Spec], Steps[Spec]], spec: Spec) -> Steps[Spec]:
    """Resolve a record whose build of PyTorch has the versions that the default index had.

    Parameters
    ----------
    resolve
        Resolves a record as of the day.
    spec
        The record.

    Raises
    ------
    NbenvError
        As of `resolve`.
    """
    if not is_backend(spec.torch_backend):
        return (yield from resolve(spec))
    limits: list[str] = []
    with contextlib.suppress(ResolutionError):  # the machine's own index need not have it
        plain = yield from resolve(replace(spec, torch_backend=NONE, torch_choice=""))
        limits = _limits(plain.lock)
    found = yield from resolve(replace(spec, constraints=(*spec.constraints, *limits)))
    return replace(found, constraints=spec.constraints)


def _limits(lock: Lock) -> list[str]:
    """Return constraints to the locked versions; where a name has several, each has its marker."""
    versions: dict[str, dict[str, list[str]]] = {}
    for each in lock.distributions:
        if each.version and each.name in TORCH_PACKAGES:
            known = versions.setdefault(each.name, {})
            known.setdefault(public_version(each.version), []).append(each.marker or "")
    limits: list[str] = []
    for name, found in sorted(versions.items()):
        for version, markers in found.items():
            places = markers if len(found) > 1 else [""]
            limits += [f"{name}=={version}{place and f' ; {place}'}" for place in places]
    return limits
