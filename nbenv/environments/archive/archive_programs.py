"""The programs of an archive by which its environment starts wherever it was unpacked."""

from __future__ import annotations

import platform
from pathlib import Path

from nbenv.environments.archive.members import Member, Members

__all__ = ["activation", "launcher"]

_HERE = Path(__file__).parent


def launcher(python: str, is_bound: bool, glibc: str) -> Members:
    """Return the program that finds a CPython at its first start, under a Python's names.

    Parameters
    ----------
    python
        The minor version, as ``"3.11"``.
    is_bound
        Whether the packages are for this kind of machine alone.
    glibc
        The version of glibc that they need, "" for none.
    """
    text = (_HERE / "launcher.sh").read_text(encoding="utf-8")
    machine = f"{platform.system()} {platform.machine()}" if is_bound else ""
    for name, value in {"MINOR": python, "MACHINE": machine, "GLIBC": glibc}.items():
        text = text.replace(f"@{name}@", value)
    program = Member(content=text.encode(), executable=True)
    links = {f"bin/{name}": Member(link="python") for name in ("python3", f"python{python}")}
    return {"bin/python": program, **links}


def activation() -> Members:
    """Return the script that a shell sources to use the environment."""
    return {"bin/activate": Member(content=(_HERE / "activate.sh").read_bytes())}
