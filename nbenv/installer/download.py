"""Download the wheels of a lock for some platform, with pip: uv has no command for it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from packaging.tags import platform_tags

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import without_credentials
from nbenv.core.spec import Index
from nbenv.errors import IndexAccessError, InstallerError
from nbenv.progress import Progress, Steps

__all__ = ["PLATFORMS", "download_wheels"]

PLATFORMS = {
    "linux-x86_64": ("linux", "Linux", "x86_64"),
    "linux-aarch64": ("linux", "Linux", "aarch64"),
    "macos-arm64": ("darwin", "Darwin", "arm64"),
    "macos-x86_64": ("darwin", "Darwin", "x86_64"),
    "windows-x86_64": ("win32", "Windows", "AMD64"),
}
"""Name → ``sys_platform``, ``platform_system`` and ``platform_machine`` of PEP 508."""

_NEWEST_GLIBC = 39
_OLDEST_GLIBC = 5


def download_wheels(
    distributions: Iterable[LockedDistribution],
    python: str,
    platform: str | None,
    folder: Path,
    indexes: Sequence[Index] = (),
) -> Steps[None]:
    """Put the wheels of these distributions into `folder`, hashes checked; None: for here."""
    listed = folder / "wheels.txt"
    lines = [" ".join((each.requirement, *_hashes(each))) for each in distributions]
    listed.write_text("\n".join(lines), encoding="utf-8")
    own = f"cp{python.replace('.', '')}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
    ]
    command += ["--only-binary=:all:", "--implementation=cp", f"--python-version={python}"]
    command += [f"--abi={abi}" for abi in (own, "abi3", "none")]
    command += [f"--platform={tag}" for tag in _tags(platform)]
    command += [f"--extra-index-url={index.url}" for index in indexes]
    command += ["--disable-pip-version-check", "--no-input", "-d", str(folder), "-r", str(listed)]
    yield Progress("download", f"Downloading wheels for {platform or 'this machine'} …")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    listed.unlink()
    if done.returncode:
        raise _failed(done.stderr, platform)


def _hashes(locked: LockedDistribution) -> list[str]:
    return [f"--hash={digest}" for digest in locked.hashes]


def _tags(platform: str | None) -> list[str]:
    """Return the platform tags that a machine of that kind takes, the best first."""
    if platform is None:
        return list(platform_tags())
    system, machine = platform.split("-")
    if system == "windows":
        return ["win_amd64"]
    if system == "macos":
        return [f"macosx_14_0_{machine}"]  # pip adds the older ones
    glibc = range(_NEWEST_GLIBC, _OLDEST_GLIBC - 1, -1)
    older = ["manylinux2014", "manylinux2010", "manylinux1", "linux"]
    return [f"{kind}_{machine}" for kind in (*(f"manylinux_2_{n}" for n in glibc), *older)]


def _failed(said: str, platform: str | None) -> InstallerError:
    lines = [without_credentials(line) for line in said.splitlines() if "ERROR" in line]
    where = platform or "this machine"
    if "No module named pip" in said:
        return InstallerError(
            "Downloading needs pip, which is not beside nbenv.", todo="Install it: pip."
        )
    return IndexAccessError(
        f"Not every wheel for {where} could be had.",
        "\n".join(f"  {line}" for line in lines[-5:]) or said.strip()[-500:],
        "What has no wheel for a platform cannot be packed for it; else check the network.",
    )
