"""The table of pip's and uv's options for installing and uninstalling, and what becomes of each.

Every option of ``pip install``, ``uv pip install`` and their ``uninstall`` is here: it is followed,
it has nothing to do here, or it is refused with another way to get what it is for. Where pip and uv
give one name two meanings, pip's counts.

https://pip.pypa.io/en/stable/cli/pip_install/ and https://docs.astral.sh/uv/reference/cli/
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

__all__ = ["OPTIONS", "Fate", "PipOption"]


class Fate(Enum):
    """Fates of options."""

    FOLLOWED = auto()
    """It fills a field of the request."""
    SETTING = auto()
    """It sets a variable of uv's while the command runs."""
    QUIET = auto()
    """It is about pip's own output or questions: nobody misses it."""
    IGNORED = auto()
    """It has nothing to do here, which one line says."""
    REFUSED = auto()
    """It cannot be followed, and the error says what to do instead."""


@dataclass(frozen=True)
class PipOption:
    """One option.

    Parameters
    ----------
    flags
        Its spellings, the common one first.
    fate
        What becomes of it.
    value
        Whether it takes a value.
    to
        The field that it fills, or the variables that it sets.
    constant
        What it puts there, where it takes no value.
    why
        The end of a sentence that begins with the option: why it is ignored or refused.
    todo
        The way to get what it is for, where it is refused.
    """

    flags: tuple[str, ...]
    fate: Fate
    value: bool = False
    to: str = ""
    constant: str = ""
    why: str = ""
    todo: str = ""


def _followed(flags: str, to: str, *, value: bool = True, constant: str = "") -> PipOption:
    return PipOption(tuple(flags.split()), Fate.FOLLOWED, value, to, constant)


def _setting(flags: str, to: str, constant: str = "") -> PipOption:
    return PipOption(tuple(flags.split()), Fate.SETTING, not constant, to, constant)


def _quiet(*flags: str, value: bool = False) -> Iterator[PipOption]:
    yield from (PipOption(tuple(each.split()), Fate.QUIET, value) for each in flags)


def _ignored(why: str, *flags: str, value: bool = False) -> Iterator[PipOption]:
    for each in flags:
        yield PipOption(tuple(each.split()), Fate.IGNORED, value, why=why)


def _refused(why: str, todo: str, *flags: str, value: bool = True) -> Iterator[PipOption]:
    for each in flags:
        yield PipOption(tuple(each.split()), Fate.REFUSED, value, why=why, todo=todo)


_OWN = "a notebook has an environment of its own"
_BUILD = "cannot be recorded: the next machine would build something else"
_BUILD_TODO = "Build a wheel with it (pip wheel), and install that file."
_PLACE = "cannot be followed: the packages belong in the notebook's own environment"
_PLACE_TODO = "Leave it out, or use pip in a terminal to install into another place."
_TARGET = "cannot be followed: a notebook is locked for every platform and its own Python"
_TARGET_TODO = (
    "Leave it out. For another Python: %nbenv python X.Y; for wheels of another platform: "
    "%nbenv pack --platform PLATFORM."
)
_EXTRA = "belongs to a project's file"

OPTIONS = (
    # What to install
    _followed("-r --requirement --requirements", "files"),
    _followed("-c --constraint --constraints", "constraint_files"),
    _followed("-e --editable", "editable"),
    _followed("--no-deps --no-dependencies", "no_deps", value=False),
    _followed("--pre", "pre", value=False),
    _followed("--prerelease", "prerelease"),
    _followed("--prerelease-package", "prerelease_package"),
    _followed("--all-releases", "prerelease_package"),
    _followed("--dry-run", "dry_run", value=False),
    _followed("--require-hashes", "require_hashes", value=False),
    _followed("-U --upgrade", "upgrade", value=False),
    _followed("-P --upgrade-package", "upgrade_packages"),
    _followed("--upgrade-strategy", "upgrade_strategy"),
    _followed("--force-reinstall --reinstall", "reinstall", value=False),
    _followed("-I --ignore-installed", "reinstall", value=False),
    _followed("--reinstall-package", "reinstall_packages"),
    _followed("--resolution", "resolution"),
    _followed("--exclude-newer --uploaded-prior-to", "exclude_newer"),
    # Wheels and sources
    _followed("--no-binary", "no_binary"),
    _followed("--no-binary-package", "no_binary"),
    _followed("--only-binary", "only_binary"),
    _followed("--no-build-package", "only_binary"),
    _followed("--no-build", "only_binary", value=False, constant=":all:"),
    _followed("--prefer-binary", "prefer_binary", value=False),
    # Where to look
    _followed("-i --index-url --pypi-url", "index_url"),
    _followed("--default-index", "default_index"),
    _followed("--extra-index-url", "indexes"),
    _followed("--index", "indexes"),
    _followed("-f --find-links", "find_links"),
    _followed("--no-index", "no_index", value=False),
    _followed("--torch-backend", "torch_backend"),
    _followed("--index-strategy", "index_strategy"),
    _followed("--trusted-host", "trusted_hosts"),
    _followed("--allow-insecure-host", "trusted_hosts"),
    # This machine and its network
    _setting("--timeout --default-timeout", "UV_HTTP_TIMEOUT"),
    _setting("--retries", "UV_HTTP_RETRIES"),
    _setting("--proxy", "HTTPS_PROXY HTTP_PROXY ALL_PROXY"),
    _setting("--no-proxy-env", "NO_PROXY", "*"),
    _setting("--cert", "SSL_CERT_FILE"),
    _setting("--client-cert", "SSL_CLIENT_CERT"),
    _setting("--cache-dir", "UV_CACHE_DIR"),
    _setting("-n --no-cache-dir --no-cache", "UV_NO_CACHE", "1"),
    _setting("--refresh", "UV_NO_CACHE", "1"),
    PipOption(("--refresh-package",), Fate.SETTING, True, "UV_NO_CACHE", "1"),
    _setting("--keyring-provider", "UV_KEYRING_PROVIDER"),
    _setting("--link-mode", "UV_LINK_MODE"),
    _setting("--system-certs --native-tls", "UV_SYSTEM_CERTS", "true"),
    _setting("--offline", "UV_OFFLINE", "1"),
    _setting("--config-file", "UV_CONFIG_FILE"),
    _setting("--no-config", "UV_NO_CONFIG", "1"),
    # What pip prints and asks
    *_quiet(
        "-q --quiet", "-v --verbose", "-y --yes", "--debug", "--no-input", "--no-color",
        "--no-progress", "--disable-pip-version-check", "--no-python-version-warning",
        "--no-warn-script-location", "--no-warn-conflicts",
        "--require-virtualenv --require-venv", "--strict", "--no-clean",
    ),
    *_quiet("--progress-bar", "--color", "--resume-retries", value=True),
    # What has nothing to do here
    *_ignored(
        _OWN, "--user", "--no-user", "--system", "--break-system-packages",
        "--no-break-system-packages",
    ),
    *_ignored(_OWN, "--root-user-action", value=True),
    *_ignored("Python compiles a module when it is first imported", "--compile", "--no-compile"),
    *_ignored("Python compiles a module when it is first imported", "--compile-bytecode"),
    *_ignored("uv builds as PEP 517 says", "--use-pep517", "--no-use-pep517"),
    *_ignored("uv checks what a build needs", "--check-build-dependencies"),
    *_ignored("uv installs here, not pip", "--use-feature", "--use-deprecated", value=True),
    *_ignored("nothing is asked", "--exists-action", value=True),
    *_ignored("nbenv writes no log", "--log --log-file --local-log", value=True),
    *_ignored(
        "repositories are not checked out here", "--src --source --source-dir --source-directory",
        value=True,
    ),
    *_ignored(
        "every file is checked against the hash in the lock",
        "--no-verify-hashes", "--verify-hashes", "--no-require-hashes",
    ),
    *_ignored("nbenv restore removes what is not recorded", "--exact"),
    *_ignored(
        "the notebook's own Python is used", "--managed-python", "--no-managed-python",
        "--no-python-downloads",
    ),
    *_ignored("the notebook's own Python is used", "--python-preference", value=True),
    *_ignored("pre-releases are taken only where they are asked for", "--only-final", value=True),
    *_ignored("leave out -e instead", "--no-editable"),
    *_ignored("leave out -e instead", "--no-editable-package", value=True),
    # What cannot be done here
    *_refused(_PLACE, _PLACE_TODO, "-t --target", "--prefix", "--root", "--root-dir"),
    *_refused(
        "cannot be followed: a notebook's environment has one Python", "To move it to another one: "
        "%nbenv python X.Y.", "-p --python",
    ),
    *_refused(
        _TARGET, _TARGET_TODO, "--platform", "--python-platform", "--python-version", "--abi",
        "--implementation",
    ),
    *_refused(_BUILD, _BUILD_TODO, "-C --config-settings --config-setting", "--global-option",
              "--build-option", "--config-settings-package", "--no-build-isolation-package",
              "-b --build-constraint --build-constraints"),
    *_refused(_BUILD, _BUILD_TODO, "--no-build-isolation", "--require-build-hashes", value=False),
    *_refused(
        "cannot be followed: the package may not work with this Python", "Move the notebook to a "
        "Python that the package supports: %nbenv python X.Y.", "--ignore-requires-python",
        value=False,
    ),
    *_refused(
        "cannot be written: what was installed is in the notebook", "For the full lock: %nbenv "
        "export --format pylock; what would be installed: %nbenv install --dry-run.", "--report",
    ),
    *_refused(
        "is not available here", "For JSON, use %nbenv list or nbenv install --json in a "
        "terminal.", "--output-format",
    ),
    *_refused("is not available here", "Use %nbenv status.", "--check", value=False),
    *_refused("is not available here", "Install the package itself, or name what it needs.",
              "--only-dependencies --only-deps", value=False),
    *_refused("is not available here", "Use %nbenv adopt.", "--requirements-from-script"),
    *_refused(
        "cannot be recorded", "Limit versions with a constraints file: -c FILE.",
        "--overrides --override", "--excludes --exclude",
    ),
    *_refused(
        _EXTRA, "Name the extra behind the project: './folder[EXTRA]'.", "--extra",
    ),
    *_refused(_EXTRA, "Name the extras behind the project: './folder[EXTRA]'.", "--all-extras",
              value=False),
    *_refused(
        _EXTRA, "Name the group's requirements, or write them to a requirements file.", "--group",
        "--upgrade-group",
    ),
    *_refused("cannot be recorded", "Use --exclude-newer DATE for all packages, or pin the one.",
              "--exclude-newer-package"),
    *_refused("cannot be recorded", "Leave it out: a notebook is locked for one Python.",
              "--fork-strategy"),
    *_refused("cannot be followed: a project's sources belong to what is approved", "Remove the "
              "table tool.uv.sources from the project.", "--no-sources", value=False),
    *_refused("cannot be followed: a project's sources belong to what is approved", "Remove the "
              "table tool.uv.sources from the project.", "--no-sources-package"),
    *_refused("is not available here", "Write paths relative to the notebook's folder.",
              "--directory", "--project"),
    *_refused(
        "cannot be followed: this machine's settings say how its network is reached", "To leave "
        "pip's configuration aside, set PIP_CONFIG_FILE to the null device before the kernel "
        "starts.", "--isolated", value=False,
    ),
)  # fmt: skip
