"""Check the set-up on this machine, and write its kernelspec."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_core.paths import jupyter_path

from nbenv.core import requirements
from nbenv.environments import interpreters
from nbenv.environments.inventory import known_environments
from nbenv.errors import NbenvError
from nbenv.home import approval_store, paths
from nbenv.installer import pip_config
from nbenv.installer.uv import uv_version
from nbenv.operations.status import edited_packages
from nbenv.progress import Outcome

__all__ = ["doctor", "kernelspec"]


def kernelspec() -> Outcome:
    """Write the kernelspec for this user, with the absolute path of this interpreter.

    Clients outside the host's environment find it, which would run another ``python``.

    Raises
    ------
    NbenvError
        nbenv was not installed with its kernelspec.
    """
    source = _installed_kernelspec()
    target = Path(KernelSpecManager().user_kernel_dir, "nbenv")
    shutil.copytree(source, target, dirs_exist_ok=True)
    described = json.loads((source / "kernel.json").read_text(encoding="utf-8"))
    described["argv"][0] = sys.executable
    (target / "kernel.json").write_text(json.dumps(described, indent=1), encoding="utf-8")
    return Outcome(f"Wrote the kernelspec to {target}.", data={"path": str(target)})


def _installed_kernelspec() -> Path:
    path = Path(sys.prefix, "share", "jupyter", "kernels", "nbenv")
    if not path.is_dir():
        raise NbenvError(
            f"The kernelspec is not in {path}.",
            "nbenv is not installed as a package here.",
            "Install it: pip install jupyter-nbenv",
        )
    return path


def doctor() -> Outcome:
    """Check the set-up; a failed check does not keep the others from running."""
    results = [_run_check(name, check) for name, check in _checks()]
    lines = [f"{'ok  ' if good else 'BAD '} {name}: {text}" for name, good, text in results]
    data = [{"check": name, "ok": good, "message": text} for name, good, text in results]
    failed = sum(not good for _, good, _ in results)
    summary = f"{failed} of {len(results)} checks failed." if failed else "Everything is in order."
    return Outcome(summary, text="\n".join(lines), data=data)


def _run_check(name: str, check: Callable[[], str]) -> tuple[str, bool, str]:
    try:
        return name, True, check()
    except (NbenvError, OSError, NoSuchKernel) as error:
        return name, False, " ".join(str(error).split())


def _checks() -> Iterator[tuple[str, Callable[[], str]]]:
    yield "folder", _check_home
    yield "installer", _check_installer
    yield "kernelspec", _check_kernelspec
    yield "server extension", lambda: _check_config("jupyter_server_config.d/nbenv.json")
    yield "Pythons", lambda: ", ".join(each.version for each in interpreters.available())
    yield "indexes", _check_indexes
    yield "installed files", _check_files
    yield "restoring", lambda: f"NBENV_RESTORE is {approval_store.policy()}"


def _check_home() -> str:
    probe = os.path.join(paths.home(), "doctor.json")
    paths.write_json(probe, {})
    os.unlink(probe)
    _check_private(paths.home())
    free = shutil.disk_usage(paths.home()).free
    if free < 1e9:
        raise NbenvError(f"{paths.home()} is on a disk with {free / 1e6:.0f} MB left.")
    return f"{paths.home()} is writable, {free / 1e9:.0f} GB free"


def _check_private(folder: str) -> None:
    """Raise if others may write to the folder: kernels run what is in it."""
    found = os.stat(folder)
    secret = os.path.join(folder, "secret")
    if os.name != "posix":
        return
    if found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise NbenvError(f"Others may write to {folder}.", todo=f"Run: chmod go-w {folder}")
    if os.path.exists(secret) and os.stat(secret).st_mode & 0o077:
        raise NbenvError(
            f"Others may read {secret}, which signs approvals.",
            todo="Delete it; everything then has to be approved again.",
        )


def _check_files() -> str:
    """Raise if a file of an environment was edited in place, which other environments may share."""
    known = [each for each in known_environments() if each.environment.read_version()]
    edited = [(each, edited_packages(each.environment)) for each in known]
    found = [f"{', '.join(names)} in {each.environment.path}" for each, names in edited if names]
    if found:
        raise NbenvError(
            f"Files are not as they were installed: {'; '.join(found)}.",
            todo="Restore these notebooks: nbenv restore NOTEBOOK.",
        )
    return f"as they were installed, in {len(known)} environments"


def _check_installer() -> str:
    return uv_version()


def _check_kernelspec() -> str:
    found = KernelSpecManager().get_kernel_spec("nbenv")
    if found.argv[0] not in ("python", sys.executable) and not os.path.exists(found.argv[0]):
        raise NbenvError(
            f"It starts {found.argv[0]}, which does not exist.", todo="Run nbenv kernelspec."
        )
    if "-m" in found.argv:  # of an older version
        raise NbenvError(
            "It lets modules beside a notebook take nbenv's place, with Python 3.10.",
            todo="Write the present one: nbenv kernelspec.",
        )
    return str(found.resource_dir)


def _check_config(name: str) -> str:
    folders = [Path(sys.prefix, "etc", "jupyter"), *(Path(path) for path in jupyter_path("etc"))]
    for folder in folders:
        if (folder / name).is_file():
            return str(folder / name)
    raise NbenvError("It is not enabled, so changes are written to the notebook's file directly.")


def _check_indexes() -> str:
    options = pip_config.read(os.environ)
    keys = ("index-url", "extra-index-url", "find-links", "cert", "proxy")
    shown = [f"{key} {_without_password(options[key])}" for key in keys if key in options]
    return "pip is configured with " + "; ".join(shown) if shown else "the installer's default"


def _without_password(address: str) -> str:
    """Return a URL without its password; that of a proxy may have no scheme."""
    if "://" in address:
        return requirements.without_credentials(address)
    return requirements.without_credentials(f"x://{address}").removeprefix("x://")
