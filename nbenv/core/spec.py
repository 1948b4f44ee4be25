"""The record of a notebook, typed: its Python, requirements, lock and indexes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import cast

from packaging.requirements import Requirement
from packaging.utils import InvalidName, canonicalize_name

from nbenv.core import recorded_options
from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.record import ASKED, VERSION, RecordDict, broken, check, fingerprint, recipe
from nbenv.core.recorded_options import Index
from nbenv.core.requirements import check_recorded, may_apply, normalise, parse
from nbenv.core.typed.torch_backends import torch_backend, torch_choice
from nbenv.core.urls import is_archive, is_local
from nbenv.core.wheels import platform_limits
from nbenv.errors import RequirementError

__all__ = ["Index", "Spec"]

_OPTIONS = (
    "constraints",
    "no_deps",
    "find_links",
    "no_binary",
    "only_binary",
    "exclude_newer",
    "index_strategy",
    "torch_backend",
    "torch_choice",
    "system",
)
"""Keys with the names of the fields, absent from a record where they are empty."""
_KNOWN = frozenset(
    {
        "version",
        "python",
        "requirements",
        "lock",
        "indexes",
        "editable",
        "source",
        "prebuilt",
        "platforms",
        *_OPTIONS,
    }
)


@dataclass(frozen=True)
class Spec:
    """One record; `nbenv.core.record.RecordDict` explains its keys.

    `unknown` are keys that this version does not know: they are kept, as a later one may need them.
    """

    python: str
    requirements: tuple[str, ...] = ()
    lock: Lock = field(default_factory=Lock)
    indexes: tuple[Index, ...] = ()
    editable: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    no_deps: tuple[str, ...] = ()
    find_links: tuple[str, ...] = ()
    no_binary: tuple[str, ...] = ()
    only_binary: tuple[str, ...] = ()
    exclude_newer: str = ""
    index_strategy: str = ""
    torch_backend: str = ""
    torch_choice: str = ""
    system: tuple[str, ...] = ()
    unknown: Mapping[str, object] = field(default_factory=dict)
    _found: RecordDict | None = field(default=None, init=False, repr=False, compare=False)
    """The record that it was read from, if that is written in another form than ours."""

    @classmethod
    def from_record(cls, found: object) -> Spec:
        """Read what was found below ``metadata.nbenv``.

        Raises
        ------
        RecordError
            It is not a record, or names what cannot be installed safely; the message says where.
        LockError
            A line of its lock cannot be used.
        """
        checked = check(found)
        source = frozenset(map(canonicalize_name, _names(checked, "source")))
        editable = _names(checked, "editable")
        lock = _lock(checked, source)
        _check_editable(editable, lock)
        spec = cls(
            python=str(checked["python"]),
            requirements=_requirements(_texts(checked, "requirements")),
            lock=lock,
            indexes=recorded_options.indexes(checked.get("indexes", [])),
            editable=editable,
            constraints=recorded_options.constraints(_texts(checked, "constraints")),
            no_deps=_canonical(_names(checked, "no_deps"), "no_deps"),
            find_links=recorded_options.find_links(_texts(checked, "find_links")),
            no_binary=recorded_options.formats(_texts(checked, "no_binary"), "no_binary"),
            only_binary=recorded_options.formats(_texts(checked, "only_binary"), "only_binary"),
            exclude_newer=recorded_options.exclude_newer(str(checked.get("exclude_newer", ""))),
            index_strategy=recorded_options.index_strategy(str(checked.get("index_strategy", ""))),
            torch_backend=torch_backend(str(checked.get("torch_backend", ""))),
            torch_choice=torch_choice(str(checked.get("torch_choice", ""))),
            system=recorded_options.system(_texts(checked, "system")),
            unknown={key: checked[key] for key in checked.keys() - _KNOWN},
        )
        if checked != spec.to_record():
            object.__setattr__(spec, "_found", dict(checked))
        return spec

    @property
    def index_urls(self) -> dict[str, str]:
        """The URLs of the indexes by their names."""
        return {index.name: index.url for index in self.indexes}

    def to_record(self) -> RecordDict:
        """Return the record in its plain form: as it was read, or in our own form.

        What was only read is written as it was, so that equal content changes nothing in a file. In
        our form, lists that are empty are left out, other than the first two.
        """
        return dict(self._found) if self._found is not None else self._canonical_record()

    def _canonical_record(self) -> RecordDict:
        record: RecordDict = {
            **self.unknown,
            "version": VERSION,
            "python": self.python,
            "requirements": list(self.requirements),
            "lock": self.lock.lines(),
        }
        if self.indexes:
            record["indexes"] = [index.to_entry() for index in self.indexes]
        if self.editable:
            record["editable"] = sorted(self.editable)
        if source := self.lock.source():
            record["source"] = source
        if prebuilt := self.lock.prebuilt():
            record["prebuilt"] = platform_limits.prebuilt_lines(prebuilt)
        if self.lock.platforms:
            record["platforms"] = list(self.lock.platforms)
        for key in _OPTIONS:
            if value := getattr(self, key):
                record[key] = value if isinstance(value, str) else list(value)
        return record

    @cached_property
    def unmet_requirements(self) -> tuple[str, ...]:
        """The requirements that the lock does not meet, as after an edit by hand."""
        locked, asked = self.lock.by_name(), list(map(parse, self.requirements))
        names = [each.name for each in asked]
        alone = [names.count(r.name) == 1 and may_apply(r, self.python) for r in asked]
        met = [_is_met(r, locked.get(r.name, ()), a) for r, a in zip(asked, alone, strict=True)]
        return tuple(
            text for text, is_met in zip(self.requirements, met, strict=True) if not is_met
        )

    @cached_property
    def local_urls(self) -> tuple[str, ...]:
        """The folders and archives on this machine that the lock or the requirements name."""
        asked = (parse(text).url for text in self.requirements)
        named = (*(each.url for each in self.lock.distributions), *asked)
        return tuple(dict.fromkeys(url for url in named if url and is_local(url)))

    def digest(self, folder: Path, contents: Mapping[str, str] | None = None) -> str:
        """Return the digest that an approval is for: of everything that decides what is installed.

        Requirements count too, since the next change resolves them.

        Parameters
        ----------
        folder
            The notebook's folder. A local project has no hash, so elsewhere it is another one.
        contents
            Fingerprints of what is there by the URLs of `local_urls`: another project in the same
            place is another one too. `nbenv.environments.local_projects.digest_of` adds them.
        """
        key = (str(folder), *sorted((contents or {}).items()))
        if key not in self._digests:
            record = self._canonical_record()
            self._digests[key] = self._digest(record, folder, contents)
        return self._digests[key]

    @cached_property
    def _digests(self) -> dict[tuple[object, ...], str]:
        """Earlier results of `digest`: a page asks for one every few seconds."""
        return {}

    def is_same(self, other: Spec) -> bool:
        """Return whether another spec records the same, however either is written."""
        return self._comparable() == other._comparable()

    def _comparable(self) -> RecordDict:
        record = self._canonical_record()
        return {**record, "requirements": sorted(map(normalise, self.requirements))}

    def former_digest(self, folder: Path, contents: Mapping[str, str] | None = None) -> str:
        """Return the digest of the record exactly as it was read, "" if that is in our form.

        Versions of nbenv before ours approved what they had resolved in the form that it had then.
        """
        return self._digest(self._found, folder, contents) if self._found is not None else ""

    def _digest(self, record: RecordDict, folder: Path, contents: Mapping[str, str] | None) -> str:
        bound = recipe(record) | {key: record[key] for key in ASKED if key in record}
        bound.setdefault("requirements", [])
        if not all(map(is_archive, self.local_urls)):
            bound["folder"] = str(folder)
        if contents:
            bound["contents"] = dict(contents)
        return fingerprint(bound)

    def unlocked(self, here: Collection[LockedDistribution] | None = None) -> tuple[str, ...]:
        """Return the requirements that the lock lacks, of any platform.

        A change resolves all requirements for all platforms, so it asks hosts for these and may
        build them, whatever their markers say.

        Parameters
        ----------
        here
            The lines that may be installed on this machine, None for all of them. Others lock only
            what a marker keeps for another platform, and no URL: nobody here is shown them.
        """
        locked = self.lock.by_name()
        shown = locked if here is None else Lock(tuple(here)).by_name()

        def lines(asked: Requirement) -> tuple[LockedDistribution, ...]:
            known = locked if asked.marker and not asked.url else shown
            return known.get(asked.name, ())

        parsed = {text: parse(text) for text in self.requirements}
        return tuple(text for text, asked in parsed.items() if not _is_locked(asked, lines(asked)))


def _lock(checked: RecordDict, source: Collection[str]) -> Lock:
    prebuilt = platform_limits.prebuilt(_texts(checked, "prebuilt"), source)
    lock = Lock.from_lines(_texts(checked, "lock"), source, prebuilt)
    return replace(lock, platforms=platform_limits.platforms(_texts(checked, "platforms")))


def _is_locked(requirement: Requirement, lines: Iterable[LockedDistribution]) -> bool:
    if requirement.url:
        return any(each.url and _is_same_source(requirement.url, each.url) for each in lines)
    return any(
        each.version is None or requirement.specifier.contains(each.version, prereleases=True)
        for each in lines
    )


def _is_same_source(asked: str, locked: str) -> bool:
    """Return whether a URL is the one that was locked; of a repository, at whatever commit."""
    return asked == locked or (asked.startswith("git+") and _without_commit(asked, locked))


def _without_commit(asked: str, locked: str) -> bool:
    (place, _, below), (pinned, _, same) = asked.partition("#"), locked.partition("#")
    path = place.partition("://")[2]
    if "@" in path.rpartition("/")[2]:  # a branch or a tag; another @ is a user's
        place = place.rpartition("@")[0]
    return below == same and pinned.rpartition("@")[0] == place


def _canonical(names: tuple[str, ...], key: str) -> tuple[str, ...]:
    for position, name in enumerate(names):
        if name != canonicalize_name(name):  # it would count for some, not for all
            raise broken(f".{key}[{position}]", f"is not written {canonicalize_name(name)}")
    return names


def _check_editable(names: tuple[str, ...], lock: Lock) -> None:
    """Raise unless all that is installed in place are folders: an installer compares no hash."""
    _canonical(names, "editable")
    wanted = set(names)
    for position, each in enumerate(lock.distributions):
        if each.name in wanted and (each.hashes or not is_local(each.url)):
            why = f"is no folder, but {each.name} is to be installed in place"
            raise broken(f".lock[{position}]", why)


def _is_met(asked: Requirement, lines: Sequence[LockedDistribution], alone: bool) -> bool:
    """Return whether the lines of its name meet a requirement, which may be for elsewhere."""
    if asked.marker and not (lines and alone):
        return True
    fits = [each.version is None or asked.specifier.contains(each.version, True) for each in lines]
    return any(fits) if asked.marker else bool(fits) and all(fits)


def _texts(checked: Mapping[str, object], key: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", checked.get(key, [])))


def _names(checked: Mapping[str, object], key: str) -> tuple[str, ...]:
    texts = _texts(checked, key)
    for position, text in enumerate(texts):
        try:
            canonicalize_name(text, validate=True)
        except InvalidName:
            why = "is not the name of a package"
            raise broken(f".{key}[{position}]", why) from None
    return texts


def _requirements(texts: tuple[str, ...]) -> tuple[str, ...]:
    for position, text in enumerate(texts):
        try:
            check_recorded(text)
        except RequirementError as error:
            why = f"cannot be used. {error.what} {error.why}".rstrip(". ")
            raise broken(f".requirements[{position}]", why) from None
    return texts
