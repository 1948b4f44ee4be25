"""Turn a command line of pip's into the request of an install."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbenv.cli.pip_lines.pip_grammar import PipLine
from nbenv.cli.pip_lines.pip_options import Fate
from nbenv.core.recorded_options import ALL
from nbenv.core.requirements import is_named, name_of
from nbenv.core.urls import index_name, unused_name
from nbenv.errors import UsageError
from nbenv.operations.install import InstallRequest

__all__ = ["install_request", "settings_of"]

_PRE = {"allow": True, "if-necessary": False, "if-necessary-or-explicit": False}
_STRATEGIES = {"eager": True, "only-if-needed": False}
_REPOSITORIES = ("git+", "hg+", "svn+", "bzr+")
_IN_PLACE = (
    "Ignored -e for a repository: it is installed at the commit that the notebook locks, not in "
    "place."
)


def install_request(line: PipLine) -> tuple[InstallRequest, list[str]]:
    """Return the request of a ``pip install``, and a line for each thing that it leaves out.

    Raises
    ------
    UsageError
        An option has a value that it cannot have.
    """
    given: dict[str, list[str]] = {}
    for option, _, value in line.options:
        if option.fate is Fate.FOLLOWED:
            given.setdefault(option.to, []).append(value or option.constant)
    indexes = _with_names(given.get("indexes", []))
    editable, remote = _split_editable(given.get("editable", []))
    pre, pre_packages = _pre_releases(given)
    request = InstallRequest(
        requirements=(*line.words, *remote),
        files=tuple(given.get("files", ())),
        constraint_files=tuple(given.get("constraint_files", ())),
        editable=tuple(editable),
        indexes=tuple(indexes),
        index_url=_last(given, "index_url"),
        default_index=_last(given, "default_index"),
        find_links=tuple(given.get("find_links", ())),
        no_index="no_index" in given,
        no_deps="no_deps" in given,
        no_binary=tuple(given.get("no_binary", ())),
        only_binary=tuple(given.get("only_binary", ())),
        prefer_binary="prefer_binary" in given,
        exclude_newer=_last(given, "exclude_newer"),
        index_strategy=_last(given, "index_strategy"),
        torch_backend=_last(given, "torch_backend"),
        upgrade="upgrade" in given,
        upgrade_packages=tuple(map(_name, given.get("upgrade_packages", ()))),
        with_dependencies=_choice(given, "upgrade_strategy", _STRATEGIES),
        pre=pre,
        pre_packages=pre_packages,
        reinstall="reinstall" in given,
        reinstall_packages=tuple(map(_name, given.get("reinstall_packages", ()))),
        resolution=_resolution(given),
        trusted_hosts=tuple(given.get("trusted_hosts", ())),
        require_hashes="require_hashes" in given,
        dry_run="dry_run" in given,
        settings=tuple(settings_of(line).items()),
    )
    return request, [*line.notes(), *([_IN_PLACE] if remote else [])]


def settings_of(line: PipLine) -> dict[str, str]:
    """Return the variables of uv's that a line sets."""
    settings: dict[str, str] = {}
    for option, _, value in line.options:
        if option.fate is Fate.SETTING:
            settings |= dict.fromkeys(option.to.split(), option.constant or value)
    if settings.get("UV_KEYRING_PROVIDER", "disabled") != "disabled":
        settings["UV_KEYRING_PROVIDER"] = "subprocess"  # pip's other words, which uv does not know
    return settings


def _last(given: dict[str, list[str]], name: str) -> str:
    return given.get(name, [""])[-1]


def _name(text: str) -> str:
    return name_of(text) if is_named(text) else text


def _choice(given: dict[str, list[str]], name: str, known: dict[str, bool]) -> bool:
    value = _last(given, name)
    if value and value not in known:
        option = f"--{name.replace('_', '-')}"
        raise UsageError(
            f"{option} {value} cannot be followed.", todo=f"Choose from {', '.join(known)}."
        )
    return known.get(value, False)


def _pre_releases(given: dict[str, list[str]]) -> tuple[bool, tuple[str, ...]]:
    """Return whether all that is named may become pre-releases, and which other names may."""
    names: list[str] = []
    for text in given.get("prerelease_package", ()):  # uv's NAME=allow, or pip's names
        listed, _, value = text.partition("=")
        if value in ("allow", ""):
            names += [name.strip() for name in listed.split(",")]
        elif value not in _PRE:
            raise UsageError(
                f"--prerelease-package {text} cannot be followed.", todo="Write NAME=allow."
            )
    all_of_them = "pre" in given or ALL in names or _choice(given, "prerelease", _PRE)
    return all_of_them, tuple(name for name in names if name != ALL)


def _resolution(given: dict[str, list[str]]) -> str:
    value = _last(given, "resolution")
    if value not in ("", "highest", "lowest", "lowest-direct"):
        raise UsageError(
            f"--resolution {value} cannot be followed.",
            todo="Choose from highest, lowest, lowest-direct.",
        )
    return "" if value == "highest" else value


def _split_editable(texts: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return what is to be installed in place, and what is in a repository elsewhere."""
    editable: list[str] = []
    remote: list[str] = []
    for text in texts:
        (remote if any(kind in text for kind in _REPOSITORIES) else editable).append(text)
    return editable, remote


def _with_names(urls: Iterable[str]) -> Iterator[str]:
    """Give the indexes of pip's command line names, unless they have one: ``NAME=URL``."""
    taken: set[str] = set()
    for url in urls:
        name, named, _ = url.partition("://")[0].partition("=")
        name = name if named else unused_name(index_name(url), taken)
        taken.add(name)
        yield url if named else f"{name}={url}"
