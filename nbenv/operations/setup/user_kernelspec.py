"""Write the kernelspec for Jupyters outside nbenv's environment, and remove it."""

from __future__ import annotations

import json
import shutil
import site
import sys
import sysconfig
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager

from nbenv.errors import NbenvError
from nbenv.progress import Outcome

__all__ = ["remove_kernelspec", "user_kernelspec", "write_kernelspec"]


def user_kernelspec() -> Path:
    """Return the folder of this user's kernelspec, which may not exist."""
    return Path(KernelSpecManager().user_kernel_dir, "nbenv")


def write_kernelspec() -> Outcome:
    """Write the kernelspec for this user, with the absolute path of this interpreter.

    Clients outside the host's environment find it, which would run another ``python``. They lack
    nbenv's provisioner, and jupyter_client refuses a kernelspec that names one it does not have.

    Raises
    ------
    NbenvError
        nbenv was not installed with its kernelspec.
    """
    source, target = _installed_kernelspec(), user_kernelspec()
    described = json.loads((source / "kernel.json").read_text(encoding="utf-8"))
    described["argv"][0] = sys.executable
    described.get("metadata", {}).pop("kernel_provisioner", None)
    if source != target:  # ``pip install --user`` installs it there
        shutil.copytree(source, target, dirs_exist_ok=True)
    (target / "kernel.json").write_text(json.dumps(described, indent=1), encoding="utf-8")
    return Outcome(f"Wrote the kernelspec to {target}.", data={"path": str(target)})


def remove_kernelspec() -> Outcome:
    """Remove what `write_kernelspec` wrote, as before nbenv is uninstalled.

    Raises
    ------
    NbenvError
        It is the installed one, or of another nbenv.
    """
    target = user_kernelspec()
    path = target / "kernel.json"
    if not path.is_file():
        return Outcome(f"There is no kernelspec in {target}.", data={"path": None})
    started = json.loads(path.read_text(encoding="utf-8"))["argv"][0]
    if target in _installed():
        raise NbenvError(
            f"The kernelspec in {target} was installed by pip.",
            todo="It goes with nbenv: pip uninstall jupyter-nbenv",
        )
    if started != sys.executable and Path(started).exists():
        raise NbenvError(
            f"The kernelspec in {target} belongs to the nbenv of {started}.",
            todo="Remove it with the command of that one: nbenv kernelspec --remove",
        )
    shutil.rmtree(target)
    return Outcome(f"Removed the kernelspec from {target}.", data={"path": str(target)})


def _installed_kernelspec() -> Path:
    """Return the folder of the kernelspec that was installed with nbenv."""
    if found := _installed():
        return found[0]
    raise NbenvError(
        f"The kernelspec is not in {_places()[0]}.",
        "nbenv is not installed as a package here.",
        "Install it: pip install jupyter-nbenv",
    )


def _installed() -> list[Path]:
    return [folder for folder in _places() if folder.is_dir()]


def _places() -> list[Path]:
    # The second is where Debian's pip installs; the last, where pip does for one user.
    prefixes = [sys.prefix, sysconfig.get_path("data")]
    if _is_of_user():
        prefixes.append(site.getuserbase())
    return [Path(each, "share", "jupyter", "kernels", "nbenv") for each in prefixes]


def _is_of_user() -> bool:
    """Return whether nbenv was installed for one user: another nbenv's files may be there, too."""
    return bool(site.ENABLE_USER_SITE) and __file__.startswith(site.getusersitepackages())
