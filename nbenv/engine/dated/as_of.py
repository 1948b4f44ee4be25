"""Resolve as of a day, without giving the kernel and the build tools that age."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from nbenv.core.lock import Lock
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Spec
from nbenv.errors import ResolutionError
from nbenv.progress import Steps

__all__ = ["ResolveWith", "resolve_as_of"]

ResolveWith = Callable[[Spec, ResolveOptions], "Steps[Spec]"]

_SHARED = frozenset({"attrs", "decorator", "packaging", "pygments", "python-dateutil", "six"})
"""Packages of a kernel that others need as well, and which are the same on each Python.

A kernel takes old versions of them, while old packages may not get along with new ones.
"""
_BUILD_TOOLS = tuple(
    "flit-core hatchling maturin meson meson-python ninja pathspec pluggy "  # noqa: SIM905
    "poetry-core pybind11 scikit-build-core setuptools-scm trove-classifiers wheel".split()
)
_OF_PYPY = ("cffi", "pycparser")
"""What a kernel needs on PyPy alone: no lock has it, yet the resolver reads it, and built old ones.

Nearly every resolution would need a build, which takes as long as everything else.
"""
_FIXED = {"setuptools": "2024-06-01", "matplotlib-inline": "2024-06-01"}
"""Days of versions that run on each Python, and still get along with old packages.

Later ones have no ``pkg_resources``, or want a newer Matplotlib without saying so.
"""


def resolve_as_of(
    new: Spec, base: Lock, options: ResolveOptions, resolve: ResolveWith
) -> Steps[Spec]:
    """Resolve as of ``options.before``.

    That day limits neither the kernel nor what builds packages, which have to fit this machine's
    Python. Where the kernel's newest versions do not get along with packages of that day, more and
    more of the kernel is as old.

    Parameters
    ----------
    new
        What to resolve.
    base
        The versions that are there, a kernel's among them.
    options
        The day, and what may change.
    resolve
        Resolves a spec with other options.

    Raises
    ------
    ResolutionError
        There is no solution, even if everything is as old.
    """
    for dated, lock in _choices(options, base):
        try:
            return (yield from resolve(replace(new, lock=lock), dated))
        except ResolutionError as error:
            if error.unmet and error.unmet not in base.versions():
                raise  # no other kernel would help
    return (yield from resolve(new, options))


def _choices(options: ResolveOptions, base: Lock) -> Iterator[tuple[ResolveOptions, Lock]]:
    """Yield the options of each way, and the versions to keep."""
    names = {name for name in base.versions() if name not in options.names}
    for exempt in (names - _SHARED - _FIXED.keys(), names - _FIXED.keys()):
        kept = Lock(tuple(each for each in base.distributions if each.name in exempt))
        yield replace(_with_tools(options, exempt), everything=False), kept
    yield _with_tools(options, set()), base


def _with_tools(options: ResolveOptions, exempt: set[str]) -> ResolveOptions:
    """Return the options for undated build tools, and for these packages."""
    names = tuple(sorted({*exempt, *options.exempt, *_BUILD_TOOLS, *_OF_PYPY}))
    days = (f"{name}={max(day, options.before[:10])}" for name, day in _FIXED.items())
    return replace(options, exempt=names, dated=(*options.dated, *days))
