"""Give pip the indexes that uv would ask, for what only pip can do: it knows no settings of uv's.

pip asks every index that it has about every name. So what one index serves alone is left to runs
of their own, which ask no other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index
from nbenv.home.index_names import variable_stem
from nbenv.installer import uv_config
from nbenv.installer.index_packages import pins_of
from nbenv.installer.index_settings import bare_url, entries, split_name
from nbenv.installer.machine.uv_environment import uv_environment

__all__ = ["PipRun", "pip_runs"]


@dataclass(frozen=True)
class PipRun:
    """One run of pip: its distributions, and the URLs of its indexes, with credentials.

    These are in variables, as every user of a machine can read the words of a command.
    """

    distributions: tuple[LockedDistribution, ...]
    urls: tuple[str, ...]

    @property
    def environ(self) -> dict[str, str]:
        """Variables by which pip asks these indexes, and none of its configuration files."""
        first, *others = self.urls
        return {"PIP_INDEX_URL": first, "PIP_EXTRA_INDEX_URL": " ".join(others or [first])}


def pip_runs(
    distributions: Sequence[LockedDistribution], indexes: Sequence[Index], *, together: bool = False
) -> list[PipRun]:
    """Return the runs of pip that get distributions, each from where it may come from.

    Parameters
    ----------
    distributions
        What is wanted.
    indexes
        The indexes of a notebook.
    together
        Whether one run asks all indexes, as builds may need packages of any.
    """
    variables = uv_environment(indexes)
    every = _every_url(variables)
    urls = {bare_url(url).rstrip("/"): url for url in every}
    pins = {} if together else pins_of(indexes, [each.name for each in distributions])
    groups: dict[tuple[str, ...], list[LockedDistribution]] = {}
    for each in distributions:
        pinned = pins.get(each.name)
        chosen = (urls.get(pinned.url.rstrip("/"), pinned.url),) if pinned else every
        groups.setdefault(chosen, []).append(each)
    return [PipRun(tuple(wanted), chosen) for chosen, wanted in groups.items()]


def _every_url(variables: Mapping[str, str]) -> tuple[str, ...]:
    """Return the URLs of all indexes that uv would ask, the default one first."""
    configured = uv_config.configured(variables)
    names = {url.rstrip("/"): name for name, url in uv_config.named_indexes(variables)}
    default, *others = entries(variables)
    is_said = variables.get("UV_DEFAULT_INDEX") or variables.get("UV_INDEX_URL")
    if not is_said and configured.default:
        default = configured.default
    found = [_with_login(each, names, variables) for each in (default, *others, *configured.others)]
    return tuple(dict.fromkeys(found))


def _with_login(entry: str, names: Mapping[str, str], variables: Mapping[str, str]) -> str:
    """Return the URL of an entry, with the name and the password that uv would find for it."""
    name, url = split_name(entry)
    if "://" not in url:
        return Path(url).absolute().as_uri()
    stem = variable_stem(name or names.get(url.rstrip("/"), ""))
    user = variables.get(f"UV_INDEX_{stem}_USERNAME", "")
    password = variables.get(f"UV_INDEX_{stem}_PASSWORD", "")
    parts = urlsplit(url)
    if not stem or not (user or password) or "@" in parts.netloc:
        return url
    login = f"{quote(user, '')}:{quote(password, '')}@"
    return urlunsplit(parts._replace(netloc=f"{login}{parts.netloc}"))
