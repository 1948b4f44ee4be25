"""Add to an error of the resolver what only the index knows: which versions there are."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote, urlsplit

from packaging.tags import platform_tags

from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import index_serving, is_named
from nbenv.core.requirements import KERNEL, name_of, parse
from nbenv.core.spec import Index, Spec
from nbenv.errors import BuildRefusedError, InstallerError, ResolutionError
from nbenv.installer.failures.known_versions import newest_versions, refusal_of
from nbenv.installer.failures.no_index import not_an_index
from nbenv.installer.failures.no_solution import NO_SOURCE
from nbenv.installer.failures.platforms import deciding_tags
from nbenv.installer.index_lookup import cached_files
from nbenv.installer.machine.uv_environment import own_indexes

__all__ = ["advised", "explain_refusal"]

_SCHEMES = ("http", "https", "file")
_MOST_ASKED = 5
"""Indexes that are asked again, each alone."""


def advised(
    error: ResolutionError,
    spec: Spec,
    never_built: Sequence[str] = (),
    *,
    asks_none: bool = False,
) -> InstallerError:
    """Return an error with the versions that exist, or with the index that has nothing at all.

    Parameters
    ----------
    error
        The error of the resolver.
    spec
        The record that was resolved.
    never_built
        The names of which only wheels were taken, or ``":all:"``.
    asks_none
        Whether no index was to be asked.
    """
    if asks_none and error.unknown:
        return _not_among_files(error)
    if error.reworded:
        error = error.reworded(tags) if (tags := _deciding_tags(error, spec)) else error
        if _named_file(error.unmet, spec):  # no index has a part in it
            error.why = error.why.replace("The index has files of it", "The file is")
            error.todo = error.todo.replace("ask for another version", "name another file")
            return error
    if error.unmet:
        if is_named(never_built, error.unmet, spec.no_binary):
            error.why = error.why.replace(NO_SOURCE, "and --only-binary excludes a build")
        return _with_index(_with_versions(error, spec), spec)
    if index := index_serving(spec.indexes, error.unknown):
        refusal = refusal_of(index.url, error.unknown, spec.python, spec.indexes)
        return refusal or _gone(error.unknown, index)
    if error.unknown and (denied := _refusal(error.unknown, spec)):
        return denied
    # A record's own default index need not have a kernel: see `nbenv.engine.own_kernel`.
    has_own = any(index.default for index in spec.indexes)
    is_whole = KERNEL in map(name_of, spec.requirements)
    if error.unknown and is_whole and not has_own and not _has(KERNEL, spec):
        return not_an_index(error.unknown, _addresses(spec))
    return error


def _not_among_files(error: ResolutionError) -> ResolutionError:
    """Return the error for what no folder or page has, where no index is asked."""
    said = "--no-index, PIP_NO_INDEX, or no-index in pip.conf or uv.toml says so."
    todo = (
        "Put a file of it where --find-links or PIP_FIND_LINKS says, or ask an index; nothing was "
        "changed."
    )
    reworded = ResolutionError(
        f"{error.unknown} was not found, and no index is asked for it.",
        f"{error.why} {said}".strip(),
        error.todo if error.meant else todo,
        unknown=error.unknown,
    )
    reworded.meant = error.meant
    return reworded


def _gone(name: str, index: Index) -> ResolutionError:
    """Return the error for a package that the only index which may serve it does not have."""
    return ResolutionError(
        f"{name} was not found on {index.url}.",
        "This notebook takes it from there alone, so that nobody else can offer it. The index may "
        "want credentials.",
        f"To take it from another index: nbenv install NOTEBOOK {name} --any-index (in a cell: "
        f"%nbenv install {name} --any-index); nothing was changed.",
        unknown=name,
    )


def _refusal(name: str, spec: Spec) -> InstallerError | None:
    """Return the error for the first of several indexes that may have a package, but refuses."""
    urls = [url for url in dict.fromkeys(own_indexes(spec.indexes)) if url.startswith("http")]
    refusals = (refusal_of(url, name, spec.python, spec.indexes) for url in urls[:_MOST_ASKED])
    return next(filter(None, refusals), None) if len(own_indexes(spec.indexes)) > 1 else None


def explain_refusal(error: BuildRefusedError, *, is_set: bool) -> BuildRefusedError:
    """Return the error for what nothing but a build could provide, when nothing is locked yet.

    `is_set` says whether somebody excluded builds, as with ``--only-binary``; else a build of these
    packages takes too long, or too much, to be tried unasked.
    """
    names = ", ".join(error.names) or "a package"
    reworded = BuildRefusedError(
        f"{names} can only be built from source here, and that is not allowed.",
        "The index has no wheel of it that fits, and --only-binary, or a setting like it, excludes "
        "builds: they run the package's code.",
        "Nothing was changed. Ask for a version that has a wheel, or allow the build (nbenv status "
        "shows what the notebook records).",
    )
    if not is_set:
        reworded = BuildRefusedError(
            f"{names} could only be built from source here.",
            "The index has no wheel of it that fits, and such a build is not tried unasked.",
            "Nothing was changed. Ask for a version that has a wheel, or install it by itself: "
            f"nbenv install NOTEBOOK {' '.join(error.names) or 'NAME'}.",
        )
    reworded.names = error.names
    return reworded


def _deciding_tags(error: ResolutionError, spec: Spec) -> list[str]:
    """Return what decides that no wheel fits: the resolver names Pythons alone if both differ."""
    if file := _named_file(error.unmet, spec):
        return deciding_tags([file], platform_tags())
    version, python = error.wheels_of[0], error.wheels_of[1] or spec.python
    try:
        version = version or _newest(error.unmet, python, spec)
        files = cached_files([LockedDistribution(error.unmet, version)], python, spec.indexes)
    except InstallerError:
        return []
    return deciding_tags((file.name for file in files.get(error.unmet, ())), platform_tags())


def _named_file(name: str, spec: Spec) -> str:
    """Return the name of the wheel that a requirement gives the address of, "" for others."""
    urls = [each.url for each in map(parse, spec.requirements) if each.name == name and each.url]
    files = [unquote(urlsplit(url).path).rpartition("/")[2] for url in urls]
    return next((each for each in files if each.endswith(".whl")), "")


def _newest(name: str, python: str, spec: Spec) -> str:
    return next(iter(newest_versions(name, python, spec.indexes, most=1, pre=True)), "")


def _with_versions(error: ResolutionError, spec: Spec) -> ResolutionError:
    name, python = error.unmet, spec.python
    stable = newest_versions(name, python, spec.indexes)
    newest = newest_versions(name, python, spec.indexes, most=1, pre=True)
    if not stable and not newest:
        return error
    sentence = _sentence(stable, python)
    if newest and newest[0] not in stable:
        sentence += f" The newest pre-release is {newest[0]} (--pre allows those)."
    error.why = f"{error.why} {sentence}".strip()
    error.existing = error.existing or _nearest_version(name, spec)
    return error


def _nearest_version(name: str, spec: Spec) -> str:
    """Return the requirement for the newest version before the one that is asked for; "" if none.

    Only who asks for one version is helped by another one.
    """
    asked = next((each for each in map(parse, spec.requirements) if each.name == name), None)
    if asked is None or len(asked.specifier) != 1:
        return ""
    only = next(iter(asked.specifier))
    if only.operator not in ("==", "===") or only.version.endswith("*"):
        return ""
    limit = only.version.partition("+")[0]
    found = newest_versions(name, spec.python, spec.indexes, most=1, most_version=limit)
    return f"{name}=={found[0]}" if found else ""


def _with_index(error: ResolutionError, spec: Spec) -> ResolutionError:
    """Return an error that says that no other index was asked, where another package needs more."""
    index = index_serving(spec.indexes, error.unmet)
    if index is None or error.unmet in map(name_of, spec.requirements):
        return error
    error.why = f"{error.why} This notebook takes {error.unmet} from {index.url} alone.".strip()
    if error.unmet in index.dependencies:
        error.todo = (
            f"To take it from this machine's index, name it with what needs it: %nbenv install "
            f"{error.unmet} … --any-index; nothing was changed."
        )
    return error


def _sentence(versions: list[str], python: str) -> str:
    if not versions:
        return ""
    if len(versions) == 1:
        return f"The only version for Python {python} is {versions[0]}."
    return (
        f"The newest versions for Python {python} are {', '.join(versions[:-1])} "
        f"and {versions[-1]}."
    )


def _has(name: str, spec: Spec) -> bool:
    return bool(newest_versions(name, spec.python, spec.indexes, most=1, offline=False, pre=True))


def _addresses(spec: Spec) -> list[str]:
    """Return the addresses of the indexes, those first that cannot be right."""
    urls = list(dict.fromkeys(own_indexes(spec.indexes)))
    return sorted(urls, key=lambda url: urlsplit(url).scheme in _SCHEMES)
