"""Everything in a record that can make code run or a host be asked, for people to see first.

A preview, the refusal of what was not approved, and a command that approves it all list the same,
so that an agreement covers nothing that was not shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from nbenv.core import requirements
from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import ALL
from nbenv.core.requirements import is_local, must_be_built, without_credentials
from nbenv.core.spec import Index, Spec
from nbenv.core.typed.torch_backends import is_backend
from nbenv.core.wheels.platform_limits import described_platforms
from nbenv.engine.summaries import counted
from nbenv.environments.interpreters import default_python
from nbenv.environments.markers import possible_locked, select_locked
from nbenv.environments.page.page_packages import with_page_code

__all__ = ["Disclosure", "contents", "disclose", "download_note", "names_built"]

_NAMED = 8
"""Requirements that one line names."""
_LONGEST = 100
"""Characters of one of them there; what comes from an address has a sentence of its own."""
_UNCOUNTED = 20
"""Things that are listed without saying first how many there are."""


@dataclass(frozen=True)
class Disclosure:
    """Everything that is more than wheels from this machine's own indexes.

    Parameters
    ----------
    indexes
        The indexes that the record names.
    find_links
        The pages and folders that it takes files from.
    direct
        What is installed from a URL or a path, now or by the next change.
    unlocked
        Requirements that the lock lacks: the next change resolves them.
    editable
        Local projects that are installed in place.
    local
        Projects and archives on this machine.
    source
        The packages that are built from source; None where only resolving tells.
    conditional
        Lines of the lock that are installed only with another patch version of the Python.
    built
        Names that the next change builds from source, as far as it installs them.
    lines
        The lines of the lock that may be installed on this platform.
    platforms
        The only platforms that the lock is for, in words; "" for all.
    torch_backend
        The build of PyTorch, which comes from an index that uv knows; "" for no particular one.
    system
        Packages of the system, which nbenv does not install, but exports for images name.
    page
        Packages known to bring widgets or renderers, whose code runs in the page of Jupyter.
    """

    indexes: tuple[Index, ...]
    find_links: tuple[str, ...]
    direct: tuple[str, ...]
    unlocked: tuple[str, ...]
    editable: tuple[str, ...]
    local: tuple[str, ...]
    source: tuple[str, ...] | None
    conditional: tuple[str, ...]
    built: tuple[str, ...]
    lines: tuple[LockedDistribution, ...]
    platforms: str = ""
    torch_backend: str = ""
    system: tuple[str, ...] = ()
    page: tuple[str, ...] = ()

    def sentences(self) -> Iterator[str]:
        """Yield a sentence for each of these things, those that can run code first.

        Before a long list, where one of them could be overlooked, comes how many there are.
        """
        built = sorted({each.name for each in self.lines if each.source})
        direct = [each for each in self.lines if each.url]
        addresses = [text for text in self.unlocked if requirements.parse(text).url]
        names = [text for text in self.unlocked if text not in addresses]
        counts = {
            "built from source": len(built),
            "installed directly from an address or a folder": len(direct),
            "that the lock lacks": len(self.unlocked),
            "index" if len(self.indexes) == 1 else "indexes": len(self.indexes),
            "other places to take files from": len(self.find_links),
        }
        if sum(counts.values()) > _UNCOUNTED:
            yield f"In all: {', '.join(f'{n} {what}' for what, n in counts.items() if n)}."
        if built:
            yield f"It builds {', '.join(built)} from source, which runs their code."
        for each in direct:
            yield f"It installs {each.name} directly from {_origin(each)}."
        for text in addresses:
            url = str(requirements.parse(text).url)
            yield f"Its lock lacks {text}: the next change installs it{_built(url)}."
        if self.source is None:
            yield (
                "It locks nothing: restoring resolves its requirements, and what has to be built "
                "from source, which runs code, is unknown."
            )
        elif names:
            yield (
                f"Its lock lacks {', '.join(names)}: the next change installs that, and may build "
                "it, which runs its code."
            )
        if self.built:
            yield (
                f"The next change builds {', '.join(self.built)} from source, which runs their "
                "code."
            )
        if self.page:
            yield f"It brings widgets, whose code runs in Jupyter's page: {', '.join(self.page)}."
        for index in self.indexes:
            yield f"It uses the index {index.name} ({index.url}){index.role}."
        if self.torch_backend:
            yield f"It takes PyTorch's packages from PyTorch's own index for {self.torch_backend}."
        for url in self.find_links:
            yield f"It takes files from {url}."
        if self.platforms:
            yield f"It is locked for {self.platforms} only."
        if self.system:
            asked = ", ".join(self.system)
            yield f"It asks for system packages, which nbenv does not install: {asked}."


def _origin(locked: LockedDistribution) -> str:
    url = without_credentials(str(locked.url))
    return f"{url}{_built(url)}"


def _built(url: str) -> str:
    match must_be_built(url):
        case True:
            return ", and builds it, which runs its code"
        case None:
            return ", and may build it, which runs its code"
    return ""


def disclose(spec: Spec, version: str = "") -> Disclosure:
    """Return everything in a record that can make code run or a host be asked.

    Parameters
    ----------
    spec
        The record.
    version
        The full version of its Python on this machine; "" where it is not known to be here.
    """
    possible = possible_locked(spec)
    chosen = set(select_locked(spec, version).values()) if version else set(possible)
    unlocked = tuple(map(without_credentials, spec.unlocked(possible)))
    locked_directly = [_line(each, chosen) for each in possible if each.url]
    asked_directly = [text for text in unlocked if requirements.parse(text).url]
    asked = [text for text in spec.requirements if is_local(requirements.parse(text).url)]
    local = [each.requirement for each in possible if is_local(each.url)]
    return Disclosure(
        indexes=tuple(replace(each, url=without_credentials(each.url)) for each in spec.indexes),
        find_links=spec.find_links,
        direct=tuple(dict.fromkeys([*locked_directly, *asked_directly])),
        unlocked=unlocked,
        editable=tuple(text for text in dict.fromkeys([*local, *asked]) if _in_place(text, spec)),
        local=tuple(dict.fromkeys([*local, *asked])),
        source=_built_from_source(spec, possible),
        conditional=tuple(_line(each, chosen) for each in possible if each not in chosen),
        built=_not_built_yet(spec, possible),
        lines=tuple(possible),
        platforms=described_platforms(spec.lock.platforms),
        torch_backend=spec.torch_backend if is_backend(spec.torch_backend) else "",
        system=spec.system,
        page=with_page_code(each.name for each in possible),
    )


def _line(locked: LockedDistribution, chosen: set[LockedDistribution]) -> str:
    """Return a line of the lock, with its marker where that decides whether it is installed."""
    text = without_credentials(locked.requirement)
    return text if locked in chosen else f"{text} ; {locked.marker}"


def _in_place(text: str, spec: Spec) -> bool:
    return requirements.name_of(text) in map(requirements.name_of, spec.editable)


def _not_built_yet(spec: Spec, possible: list[LockedDistribution]) -> tuple[str, ...]:
    built = {each.name for each in possible if each.source}
    if ALL in spec.no_binary:
        return ("all packages",)
    return tuple(name for name in spec.no_binary if name not in built)


def _built_from_source(spec: Spec, possible: list[LockedDistribution]) -> tuple[str, ...] | None:
    if not spec.lock.distributions:
        return None if spec.requirements else ()
    return tuple(sorted({*names_built(possible), *_not_built_yet(spec, possible)}))


def names_built(distributions: Iterable[LockedDistribution]) -> list[str]:
    """Return the names of what is built from source, in the order given."""
    return [
        each.name for each in distributions if each.source or (each.url and must_be_built(each.url))
    ]


def contents(spec: Spec) -> str:
    """Return what a record holds, in a few words."""
    cut = ", …" if len(spec.requirements) > _NAMED else ""
    shown = [without_credentials(text) for text in spec.requirements[:_NAMED]]
    asked = ", ".join(t if len(t) <= _LONGEST else f"{t[:_LONGEST]}…" for t in shown) + cut
    names = f" ({asked})" if asked else ""
    # As many as are installed: other platforms may need more.
    return f"Python {spec.python} with {counted(len(select_locked(spec)))} locked{names}"


def download_note(spec: Spec) -> str:
    """Return a sentence about a Python that may have to be downloaded, "" for the host's own."""
    if spec.python == default_python():
        return ""
    return f" Python {spec.python} is downloaded with uv if it is not on this machine."
