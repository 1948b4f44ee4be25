"""Limits of this machine: what pip's configuration, or uv's, allows here.

They hold for every command and are recorded in no notebook: another machine has its own.
https://pip.pypa.io/en/stable/topics/configuration/
https://docs.astral.sh/uv/reference/settings/
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import (
    InvalidName,
    InvalidSdistFilename,
    InvalidWheelFilename,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)

from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import ALL, is_named
from nbenv.core.requirements import KERNEL, name_of, parse
from nbenv.core.spec import Spec
from nbenv.errors import InstallerError, NbenvError, RequirementError
from nbenv.installer import pip_config, uv_config

__all__ = [
    "Policy",
    "check_allowed",
    "machine_policy",
    "prefers_wheels",
    "with_reason",
    "within_policy",
]

_NONE = ":none:"
_BUILD_SETTINGS = "PIP_ONLY_BINARY, only-binary, UV_NO_BUILD, no-build in uv.toml"
_LISTED = ("PIP_CONSTRAINT", "UV_CONSTRAINT")


@dataclass(frozen=True)
class Policy:
    """Limits of this machine.

    Parameters
    ----------
    constraints
        Specifiers that limit versions.
    no_binary
        Names to build from source, or `ALL`.
    only_binary
        Names never to build, or `ALL` but those in `no_binary`.
    unfollowed
        Names that a constraint takes from an address whose version is not in its file name.
    """

    constraints: tuple[str, ...] = ()
    no_binary: tuple[str, ...] = ()
    only_binary: tuple[str, ...] = ()
    unfollowed: tuple[str, ...] = ()


def machine_policy(environ: Mapping[str, str] = os.environ) -> Policy:
    """Return the limits that this machine's configuration sets.

    Raises
    ------
    InstallerError
        A constraints file cannot be read, so what it allows is unknown.
    """
    options = pip_config.read(environ)
    files = [*options.get("constraint", "").split(), *environ.get("UV_CONSTRAINT", "").split()]
    only, no = _formats(options)
    only |= _formats_of_uv(environ, "UV_NO_BUILD", ("no-build", "only-binary"))
    no |= _formats_of_uv(environ, "UV_NO_BINARY", ("no-binary",))
    texts = _constraints(files) if files else ()
    versions = {text: _as_version(text) for text in texts}
    return Policy(
        tuple(filter(None, versions.values())),
        tuple(sorted(no)),
        tuple(sorted(only)),
        tuple(name_of(text) for text, found in versions.items() if not found),
    )


def prefers_wheels(environ: Mapping[str, str] = os.environ) -> bool:
    """Return whether an older version with a wheel is better here than a newer one without."""
    return pip_config.is_true(pip_config.read(environ).get("prefer-binary"))


def _formats(options: Mapping[str, str]) -> tuple[set[str], set[str]]:
    """Return what is never and what is always built.

    pip lets each option take from the other what it names, in an order that is not defined for
    variables. Here ``only-binary`` counts, except that whoever names a package to be built means it
    as an exception to ``:all:``.
    """
    no: set[str] = set()
    only: set[str] = set()
    for key, mine, others in (("no-binary", no, only), ("only-binary", only, no)):
        for word in options.get(key, "").replace(",", " ").split():
            if word == _NONE:
                mine.clear()
            elif word == ALL:
                mine.clear()
                others.discard(ALL)
                mine.add(ALL)
            else:
                mine.add(_name(word))
                others.discard(_name(word))
    return only, no


def _formats_of_uv(environ: Mapping[str, str], variable: str, keys: Sequence[str]) -> set[str]:
    """Return what uv's variables, and its configuration files, name for one of the two."""
    said: list[object] = [pip_config.is_true(environ.get(variable))]
    said.append(environ.get(f"{variable}_PACKAGE", "").split())
    settings = uv_config.user_settings(environ)
    own = settings.get("pip")
    for table in (settings, own if isinstance(own, dict) else {}):
        said += [table.get(key) for each in keys for key in (each, f"{each}-package")]
    names = {str(name) for each in said if isinstance(each, list) for name in each}
    return {ALL} if True in said or ALL in names else {*map(_name, names)}


def _name(word: str) -> str:
    try:
        return canonicalize_name(word, validate=True)
    except InvalidName:
        return word


def _constraints(files: Sequence[str]) -> tuple[str, ...]:
    from nbenv.installer.files.requirements_files import read_files  # seldom needed

    try:
        lines = read_files((), files).constraints
        return tuple(each.text for each in lines)
    except RequirementError as error:
        raise InstallerError(
            f"The constraints of this machine cannot be read: {', '.join(files)}.",
            f"{error.what} {error.why}".strip(),
            f"Correct {_source_of_constraints()}, or remove it.",
        ) from None
    except NbenvError as error:  # a file at a URL
        raise InstallerError(error.what, error.why, error.todo) from None


def _as_version(text: str) -> str:
    """Return a constraint as one on the version, "" if that of the file it names is unknown."""
    limit = parse(text)
    version = str(limit.specifier)
    if limit.url:
        name = unquote(urlsplit(limit.url).path).rpartition("/")[2]
        try:
            is_wheel = name.endswith(".whl")
            found = parse_wheel_filename(name)[1] if is_wheel else parse_sdist_filename(name)[1]
        except (InvalidWheelFilename, InvalidSdistFilename):
            return ""
        version = f"=={found}"
    return f"{limit.name}{version}" + (f" ; {limit.marker}" if limit.marker else "")


def _source_of_constraints() -> str:
    named = [name for name in _LISTED if os.environ.get(name)]
    return " and ".join(named) or "constraint in pip's configuration"


# -- what they decide


def within_policy(spec: Spec, policy: Policy) -> Spec:
    """Return a spec to resolve within limits; it is not the one to record.

    Building everything would include what builds: of `ALL`, what the notebook asks for counts.
    """
    asked = {name_of(text) for text in spec.requirements} - {KERNEL}
    no = asked if ALL in policy.no_binary else {*policy.no_binary}
    only = {*policy.only_binary}
    built = {*spec.no_binary} if ALL not in only else set()  # uv would take them as exceptions
    if ALL in only and any(parse(text).url for text in spec.requirements):
        only = {*asked}  # pip builds what has an address, too: the limit is about indexes
        only -= {each.name for each in map(parse, spec.requirements) if each.url}
    return replace(
        spec,
        constraints=(*spec.constraints, *policy.constraints),
        no_binary=tuple(sorted({*built, *no} - only)),
        only_binary=tuple(sorted({*spec.only_binary, *only} - no)),
    )


def check_allowed(distributions: Iterable[LockedDistribution], policy: Policy, python: str) -> None:
    """Raise unless this machine's limits allow what is to be installed.

    Parameters
    ----------
    distributions
        Lines of a lock.
    policy
        The limits.
    python
        The minor version of the Python that they are for.

    Raises
    ------
    InstallerError
        A version is not allowed, or something would have to be built that must not be.
    """
    limits = [each for each in map(parse, policy.constraints) if _applies(each, python)]
    for locked in distributions:
        if locked.version is None:
            continue
        if locked.name in policy.unfollowed:
            raise InstallerError(
                f"This machine takes {locked.name} from an address, and the index has "
                f"{locked.name} {locked.version}.",
                f"The address is in {_source_of_constraints()}, and does not say its version.",
                f"Install it from there: nbenv install NOTEBOOK '{locked.name} @ URL'. Nothing was "
                "changed.",
            )
        for limit in limits:
            same = limit.name == locked.name
            if same and not limit.specifier.contains(locked.version, prereleases=True):
                raise InstallerError(
                    f"{locked.name} {locked.version} is locked, but this machine allows only "
                    f"{limit.name}{limit.specifier}.",
                    f"The limit comes from {_source_of_constraints()}.",
                    f"Lock another version: nbenv install NOTEBOOK '{limit.name}{limit.specifier}'."
                    " Nothing was changed.",
                )
        if locked.source and is_named(policy.only_binary, locked.name, policy.no_binary):
            raise InstallerError(
                f"{locked.name} {locked.version} would have to be built from source.",
                "pip's configuration on this machine, or uv's, does not allow that "
                f"({_BUILD_SETTINGS}).",
                "Change that setting, or lock a version that has a wheel. Nothing was changed.",
            )
        if not locked.source and locked.name in policy.no_binary:
            raise InstallerError(
                f"{locked.name} {locked.version} is locked as a wheel.",
                "pip's configuration on this machine, or uv's, wants it built from source "
                "(PIP_NO_BINARY, no-binary, UV_NO_BINARY_PACKAGE).",
                f"Lock it anew: nbenv upgrade NOTEBOOK {locked.name}. Nothing was changed.",
            )


def with_reason(error: InstallerError, policy: Policy) -> InstallerError:
    """Return an error that says which limits of this machine may be why it came up."""
    said = f"{error.what} {error.why}".lower()
    named = [each for each in policy.constraints if re.search(rf"\b{name_of(each)}\b", said)]
    reasons: list[str] = []
    if named:
        reasons.append(f"This machine allows only {', '.join(named)} ({_source_of_constraints()}).")
    if policy.only_binary:
        names = ", ".join(policy.only_binary)
        if ALL in policy.only_binary:
            names = " but ".join(filter(None, ["anything", ", ".join(policy.no_binary)]))
        reasons.append(
            f"pip's configuration on this machine, or uv's, does not allow to build {names} "
            f"({_BUILD_SETTINGS})."
        )
    error.why = " ".join(filter(None, [error.why, *reasons]))
    return error


def _applies(limit: Requirement, python: str) -> bool:
    versions = {"python_version": python, "python_full_version": f"{python}.0"}
    environment = {**default_environment(), **versions, "extra": ""}
    return limit.marker is None or limit.marker.evaluate(environment)  # type: ignore[arg-type]
