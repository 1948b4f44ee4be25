"""The arguments of ``install``."""

from __future__ import annotations

from dataclasses import dataclass

from nbenv.engine.asked_options import AskedOptions

__all__ = ["InstallRequest"]


@dataclass(frozen=True)
class InstallRequest(AskedOptions):
    """The arguments of ``install``; what a record keeps of them are those of `AskedOptions`.

    Parameters
    ----------
    requirements
        Requirements (PEP 508), URLs, or paths of projects and wheels.
    files
        Requirements files, as pip reads them.
    constraint_files
        Files, or URLs of files, whose lines are constraints.
    editable
        Paths of projects to install in place.
    upgrade
        Whether the named packages may leave their locked versions.
    pre
        Whether they may become pre-releases.
    dry_run
        Whether to change nothing.
    any_index
        Whether locked packages may come from another index than before.
    upgrade_packages
        Further names that may leave their locked versions.
    with_dependencies
        Whether what `upgrade` moves includes the dependencies of what is named.
    pre_packages
        Names that may become pre-releases.
    reinstall
        Whether to install what is named, and its dependencies, again from downloaded files.
    reinstall_packages
        Names to install again, without their dependencies.
    no_index
        Whether what is named comes from `find_links`, addresses and folders alone.
    require_hashes
        Whether everything that is asked for must have its hash in a requirements file.
    prefer_binary
        Whether an older version with a wheel is better than a newer one without.
    resolution
        uv's name of the versions that this command prefers, such as ``lowest``.
    trusted_hosts
        Hosts whose certificates are not checked while this command runs.
    settings
        Names and values of uv's variables, about this machine and its network, that count while
        this command runs.
    """

    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    constraint_files: tuple[str, ...] = ()
    editable: tuple[str, ...] = ()
    upgrade: bool = False
    pre: bool = False
    dry_run: bool = False
    any_index: bool = False
    upgrade_packages: tuple[str, ...] = ()
    with_dependencies: bool = False
    pre_packages: tuple[str, ...] = ()
    reinstall: bool = False
    reinstall_packages: tuple[str, ...] = ()
    no_index: bool = False
    require_hashes: bool = False
    prefer_binary: bool = False
    resolution: str = ""
    trusted_hosts: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
