"""Take over what the install commands of cells ask for."""

from __future__ import annotations

import re
import sys

from nbenv.adopt.conda_specs import add_match_spec
from nbenv.adopt.findings import Findings, Source, package_name, repository_names
from nbenv.adopt.install_commands import Install
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.project_files import read_requirements, read_requirements_text

__all__ = ["INSTALLERS", "add_install"]

_MIRROR = re.compile(r"\bmirrors?\b|tuna|douban|//pypi\.org|//pypi\.python\.org", re.IGNORECASE)
INSTALLERS = ("pip", "wheel", "conda", "mamba", "micromamba")
"""What people upgrade before they install; the environment has its own installer."""


def add_install(install: Install, where: str, findings: Findings, local: LocalModules) -> None:
    """Add what an install command asks for, and note what of it cannot be taken over."""
    source = Source(1, f"install lines, {where}")
    findings.add_system(install.system, where)
    local.installed |= set(map(package_name, install.requirements))
    for word in install.placeholders:
        findings.note(f"{where} installs {word}, which is known only when it runs")
    if install.no_deps:
        findings.no_deps |= {name for t in install.requirements if (name := package_name(t))}
    for text in [*install.requirements, *install.editable]:
        if package_name(text) in INSTALLERS:
            continue
        if _is_of_python(text):
            findings.note(f"{where} installs {text}, which Python has itself")
            continue
        local.repositories |= repository_names(text) if "://" in text else set()
        if cloned := local.cloned_from(text):
            findings.add(f"git+{cloned}", source, where)
        elif text in install.editable:
            findings.editable.append(text)
        elif install.conda:
            add_match_spec(text, source, findings)
        else:
            findings.add(_without_local_version(text, install, where, findings), source, where)
    main = install.main_index[-1:]  # as for pip, the last one counts
    for url in [*main, *install.indexes]:
        if _MIRROR.search(url):
            findings.note(
                f"{where} names a mirror of the main index; your own index is used instead."
            )
        elif url.startswith(("http://", "https://")):
            findings.add_index(url, source=source)
            if url in main:
                findings.add_main_index(url, source)
    for name in install.files:
        _add_requirements_file(name, source, where, findings, local)


def _is_of_python(text: str) -> bool:
    """Return whether a module of the standard library is asked for, as in ``pip install json``.

    Some of these names are packages: of other things, or for Pythons that lacked the module.
    """
    return text.lower() in sys.stdlib_module_names


def _without_local_version(text: str, install: Install, where: str, findings: Findings) -> str:
    """Remove a local version label (PEP 440) that only a page of links has, no index."""
    local = re.search(r"==[^+;,\s]+(\+\w[\w.]*)", text)
    if local and not install.indexes and not install.main_index:
        name = text.partition("=")[0]
        findings.note(
            f"{where} asks for the {local[1]} build of {name}; the default build is used."
        )
        return text.replace(local[1], "")
    return text


def _add_requirements_file(
    name: str, source: Source, where: str, findings: Findings, local: LocalModules
) -> None:
    path = local.find(name)
    if name in local.written:
        text = local.written[name]
        read_requirements_text(text, source, findings, local.folders[0])
    elif path.is_file():
        read_requirements(path, Source(1, f"{name}, which {where} installs"), findings)
    else:
        findings.note(f"{where} installs from {name}, which does not exist.")
