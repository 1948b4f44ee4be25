"""Check the set-up on this machine."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_core.paths import jupyter_config_path

from nbenv.core import requirements
from nbenv.environments import interpreters
from nbenv.environments.inventory import known_environments
from nbenv.environments.shared.lower_layer import (
    distrusted_part,
    is_usable,
    shared_environments,
    shared_folder,
)
from nbenv.errors import NbenvError
from nbenv.home import approval_store, paths, private_files
from nbenv.home.trust import ANOTHERS, distrusted
from nbenv.installer import pip_config
from nbenv.installer.uv import uv_version
from nbenv.operations.setup.other_jupyters import foreign_jupyter, has_front_end
from nbenv.operations.setup.user_kernelspec import user_kernelspec
from nbenv.operations.status import edited_packages
from nbenv.progress import Outcome

__all__ = ["doctor"]


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
    yield "Jupyter", _check_jupyter
    yield "Pythons", lambda: ", ".join(each.version for each in interpreters.available())
    yield "indexes", _check_indexes
    yield "installed files", _check_files
    if shared_folder() is not None:
        yield "provided", _check_provided
    yield "restoring", lambda: f"NBENV_RESTORE is {approval_store.policy()}"


def _check_home() -> str:
    _check_trusted()
    probe = os.path.join(paths.home(), "doctor.json")
    private_files.write_json(probe, {})
    os.unlink(probe)
    _check_private(paths.home())
    free = shutil.disk_usage(paths.home()).free
    if free < 1e9:
        raise NbenvError(f"{paths.home()} is on a disk with {free / 1e6:.0f} MB left.")
    return f"{paths.home()} is writable, {free / 1e9:.0f} GB free"


def _check_trusted() -> None:
    """Raise if others decide what is in the home: kernels run that."""
    place, _ = paths.replaced_home()
    folder = place or paths.home()
    why = distrusted(folder)
    used = f" {paths.home()} is used instead." if place else ""
    if why == ANOTHERS:
        todo = "Set NBENV_HOME to a folder of your own, or unset it."
        raise NbenvError(f"{folder} {why}.{used}", todo=todo)
    if why:
        raise NbenvError(f"Others may write to {folder}.{used}", todo=f"Run: chmod go-w {folder}")


def _check_private(folder: str) -> None:
    """Raise if others may read what signs approvals."""
    secret = os.path.join(folder, "secret")
    if os.name == "posix" and os.path.exists(secret) and os.stat(secret).st_mode & 0o077:
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
    return f"as they were installed, in {len(known)} environment{'' if len(known) == 1 else 's'}"


def _check_provided() -> str:
    """Raise if environments that are provided for all users are not used."""
    folder, found = shared_folder(), shared_environments()
    if not found:
        raise NbenvError(
            f"There is no environment in NBENV_SHARED, {folder}, or it cannot be read.",
            todo="Provide one: nbenv restore NOTEBOOK --into FOLDER.",
        )
    unusable = [each for each in found if not is_usable(each)]
    for each in unusable:
        if risky := distrusted_part(str(each.path)):
            raise NbenvError(
                f"Others may change {risky}, so {each.path} is not used.",
                todo="Make root its owner, and let nobody else write to it: chmod -R go-w.",
            )
    if unusable:
        raise NbenvError(
            f"Files are missing in {unusable[0].path}, or it is for another machine.",
            todo="Provide it again: nbenv restore NOTEBOOK --into FOLDER.",
        )
    return f"{len(found)} for all users in {folder}"


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
    for folder in jupyter_config_path():
        if os.path.isfile(found := os.path.join(folder, name)):
            return found
    raise NbenvError("It is not enabled, so changes are written to the notebook's file directly.")


def _check_jupyter() -> str:
    """Raise if notebooks are opened by a Jupyter elsewhere that does not know our kernel."""
    if has_front_end():
        return f"in the environment of nbenv, {sys.prefix}"
    foreign = foreign_jupyter()
    if (user_kernelspec() / "kernel.json").is_file():
        place = f", such as {foreign}" if foreign else ""
        return f"elsewhere{place}, which finds the kernel in {user_kernelspec()}"
    if foreign is None:
        return "none found that opens notebooks; one elsewhere finds the kernel by nbenv kernelspec"
    raise NbenvError(
        f"{foreign} is in another environment than nbenv, and does not find its kernel.",
        todo="Install jupyter-nbenv there, which brings the panel, too. Or run nbenv kernelspec.",
    )


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
