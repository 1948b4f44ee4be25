"""Running uv: its environment variables, its words for people, its failures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from uv import find_uv_bin

from nbenv.core.requirements import without_credentials
from nbenv.core.spec import Index
from nbenv.errors import InstallerError, StoppedError
from nbenv.installer import pip_config
from nbenv.installer.uv_errors import explained
from nbenv.progress import Progress, Steps

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["own_indexes", "run_uv", "tomllib", "uv_version"]

# What of the user's uv settings holds for our runs too; the rest is about other projects.
_KEPT = re.compile(
    r"UV_(CACHE_DIR|INDEX.*|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|HTTP_.*|REQUEST_.*"
    r"|INSECURE_HOST|SYSTEM_CERTS|NATIVE_TLS|OFFLINE|LINK_MODE|KEYRING_PROVIDER|CONCURRENT_.*"
    r"|PYTHON_INSTALL.*|CONFIG_FILE|NO_CONFIG|NO_CACHE|EXCLUDE_NEWER|NETRC.*|LOCK_TIMEOUT)$"
)

_OF_INDEXES = re.compile(r"UV_(INDEX|INDEX_URL|DEFAULT_INDEX|EXTRA_INDEX_URL|FIND_LINKS)")
_INDEX_NAME = re.compile(r"^[\w.-]+=(?=\w+:)")


_WITHOUT_INDEX = {
    ("python", "install"),
    ("python", "find"),
    ("pip", "show"),
    ("pip", "freeze"),
    ("pip", "check"),
}
"""Commands that know no ``--no-index``."""


def _environment(indexes: Sequence[Index], hashed: bool = False) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("UV_", "PIP_")) or _KEPT.match(name)
    }
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH", "PYTHONHOME", "PYTHONSAFEPATH"):
        kept.pop(name, None)
    pip = pip_config.as_uv_environment(pip_config.read(os.environ))
    variables = {**pip, **kept}
    if indexes:
        recorded = " ".join(f"{index.name}={index.url}" for index in indexes)
        variables["UV_INDEX"] = f"{recorded} {variables.get('UV_INDEX', '')}".strip()
    if hashed:  # any index may serve a file whose content is known beforehand
        variables["UV_INDEX_STRATEGY"] = "unsafe-best-match"
    variables["UV_PYTHON_DOWNLOADS"] = "manual"
    return variables


def own_indexes(indexes: Sequence[Index] = ()) -> list[str]:
    """Return the URLs of the indexes that this machine is configured to use, no credentials.

    The default one is the first. With `indexes`, those of a notebook are among them.
    """
    return [_bare(entry) for entry in _entries(_environment(indexes))]


def _entries(variables: Mapping[str, str]) -> list[str]:
    default = variables.get("UV_DEFAULT_INDEX") or variables.get("UV_INDEX_URL")
    others = f"{variables.get('UV_INDEX', '')} {variables.get('UV_EXTRA_INDEX_URL', '')}".split()
    return [default or pip_config.default_index(), *others]


def _bare(entry: str) -> str:
    return without_credentials(_INDEX_NAME.sub("", entry))


def _narrowed(variables: Mapping[str, str], only: str) -> dict[str, str]:
    """Return the variables with one index left, by the name and with the password that it has."""
    entry = next((e for e in _entries(variables) if _same(_bare(e), only)), only)
    kept = {name: value for name, value in variables.items() if not _OF_INDEXES.fullmatch(name)}
    return {**kept, "UV_DEFAULT_INDEX": entry}


def _same(url: str, other: str) -> bool:
    return url.rstrip("/") == other.rstrip("/")


def run_uv(
    arguments: Sequence[str],
    folder: Path,
    indexes: Sequence[Index] = (),
    *,
    phase: str = "resolve",
    hashed: bool = False,
    only: str = "",
    accepted: int = 0,
) -> Steps[str]:
    """Run uv in `folder`; yield the lines of its standard error as progress of a `phase`.

    Return its standard output.

    `hashed` says that files are known by their hashes, whatever index serves them; `only` is the
    one index to ask, of those that would be; `accepted` is an exit status that means an answer too.
    """
    environ = _environment(indexes, hashed)
    if only:
        environ = _narrowed(environ, only)
    command = [find_uv_bin(), "--color", "never", *arguments]
    if environ.pop("UV_NO_INDEX", None) and (arguments[0], arguments[1]) not in _WITHOUT_INDEX:
        command.append("--no-index")  # uv reads no variable for it
    said: list[str] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            close_fds=False,  # what is inheritable is the environment's lock: see the store
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        try:
            assert process.stderr is not None
            for line in process.stderr:
                said.append(line.rstrip())
                if not any(each.startswith("error:") for each in said):
                    yield from _as_progress(phase, line)
            status = process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
        if status in (130, -2, -15):
            raise StoppedError("Stopped.", "The environment is mended by the next start or change.")
        if status < 0:
            raise InstallerError(
                f"The installer was killed (by signal {-status}).",
                "The system may have run out of memory.",
                "Try again: the environment is mended by the next start or change.",
            )
        if status not in (0, accepted):
            raise explained([line for line in said if line.strip()])
        output.seek(0)
        return output.read()


def _as_progress(phase: str, line: str) -> Iterator[Progress]:
    """Yield a line for people to read, unless it says nothing new."""
    line = line.strip()
    if line and not line.startswith(("+ ", "- ", "~ ", "Using ")):
        yield Progress(phase, without_credentials(line))


def uv_version() -> str:
    """Return what uv says of its version."""
    done = subprocess.run([find_uv_bin(), "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()
