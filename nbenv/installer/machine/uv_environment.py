"""Environment variables for uv: which settings of this machine count, and what they say."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence

from nbenv.core.spec import Index
from nbenv.home import paths
from nbenv.home.surroundings import without_python_settings
from nbenv.installer import pip_config, uv_config
from nbenv.installer.index_settings import bare_url, entries, is_best_match, with_recorded
from nbenv.installer.machine.uv_places import own_cache, unusable_cache, with_absolute_places

__all__ = [
    "asks_no_index",
    "has_default_index",
    "machine_takes_best_match",
    "own_indexes",
    "own_trusted_hosts",
    "uv_environment",
    "uv_settings",
]

_KEPT = re.compile(
    r"UV_(CACHE_DIR|INDEX.*|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|HTTP_.*|REQUEST_.*"
    r"|INSECURE_HOST|SYSTEM_CERTS|NATIVE_TLS|OFFLINE|LINK_MODE|KEYRING_PROVIDER|CONCURRENT_.*"
    r"|PYTHON_INSTALL.*|CONFIG_FILE|NO_CONFIG|NO_CACHE|EXCLUDE_NEWER|NETRC.*|LOCK_TIMEOUT)$"
)
"""Settings of this machine or of its network. The user's others are about other projects."""
_INTERPRETER = ("VIRTUAL_ENV", "CONDA_PREFIX")
"""Variables that would have uv, or a build, work on another environment than the notebook's."""
_NOTEBOOK = ("JPY_SESSION_NAME", "JPY_PARENT_PID")
"""Variables by which uv knows that a notebook runs it, and then says nothing of downloads."""
_COLOURED = ("FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "PY_COLORS")
"""Variables that ask uv, and what it builds, for colours; ipykernel sets them for its shells."""


def uv_environment(
    indexes: Sequence[Index], hashed: bool = False, find_links: Sequence[str] = ()
) -> dict[str, str]:
    """Return uv's environment variables: the user's settings for this machine, pip's, and ours.

    Parameters
    ----------
    indexes
        The indexes of a notebook, which come before this machine's own.
    hashed
        Whether files are known by their hashes, so that any index may serve them.
    find_links
        The pages and folders of files of a notebook.
    """
    kept = {
        name: value
        for name, value in without_python_settings(os.environ).items()
        if not name.startswith(("UV_", "PIP_")) or _KEPT.match(name)
    }
    for name in (*_INTERPRETER, *_NOTEBOOK, *_COLOURED):
        kept.pop(name, None)
    if "PATH" in kept:  # a build that runs pip must not come back to nbenv, which waits for it
        kept["PATH"] = paths.without_pip_scripts(kept["PATH"])
    pip = pip_config.as_uv_environment(pip_config.read(os.environ))
    variables = with_absolute_places({**pip, **kept})
    if indexes:
        variables = with_recorded(variables, indexes)
    if find_links:
        own = filter(None, variables.get("UV_FIND_LINKS", "").split(","))
        variables["UV_FIND_LINKS"] = ",".join([*find_links, *own])
    if hashed:  # a file that is known by its hash may come from any index, a mirror for one
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    if unusable_cache(variables):  # another user's, or a home that cannot be written
        variables["UV_CACHE_DIR"] = own_cache()
    variables["NO_COLOR"] = "1"  # uv's --color does not count for what it rejects
    variables["UV_NO_WRAP"] = "1"  # an error stays the line as which it is recognised
    variables["UV_PYTHON_DOWNLOADS"] = "manual"  # a Python is fetched only if the user approves
    return variables


@contextlib.contextmanager
def uv_settings(settings: Mapping[str, str]) -> Iterator[None]:
    """Set environment variables of uv's, and put them back."""
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value


def own_indexes(indexes: Sequence[Index] = ()) -> list[str]:
    """Return the URLs of the indexes that this machine is configured to use, no credentials.

    The default one comes first. With `indexes`, those of a notebook are among them.
    """
    return [bare_url(entry) for entry in entries(uv_environment(indexes))]


def asks_no_index() -> bool:
    """Return whether this machine is configured to ask no index."""
    variables = uv_environment(())
    said = pip_config.is_true(variables.get("UV_NO_INDEX"))
    return said or bool(uv_config.user_settings(variables).get("no-index"))


def has_default_index() -> bool:
    """Return whether this machine is configured to use another default index than the public."""
    variables = uv_environment(())
    chosen = bare_url(variables.get("UV_DEFAULT_INDEX") or variables.get("UV_INDEX_URL") or "")
    chosen = chosen or bare_url(uv_config.configured(variables).default)
    return bool(chosen) and chosen.rstrip("/") != pip_config.default_index().rstrip("/")


def machine_takes_best_match() -> bool:
    """Return whether this machine takes the best version of all its indexes, as pip does."""
    return is_best_match(uv_environment(()))


def own_trusted_hosts() -> list[str]:
    """Return the hosts whose certificates this machine is configured not to check."""
    return uv_environment(()).get("UV_INSECURE_HOST", "").split()
