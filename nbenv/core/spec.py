"""The record of a notebook, typed: its Python, requirements, lock and indexes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from packaging.utils import InvalidName, canonicalize_name

from nbenv.core.lock import Lock
from nbenv.core.record import VERSION, RecordDict, broken, check, fingerprint, recipe
from nbenv.core.requirements import check_recorded
from nbenv.core.urls import index_problem, is_local
from nbenv.errors import RequirementError

__all__ = ["Index", "Spec"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_KNOWN = frozenset({"version", "python", "requirements", "lock", "indexes", "editable", "source"})


@dataclass(frozen=True)
class Index:
    """An index that the environment needs beyond the machine's own; its URL has no credentials."""

    name: str
    url: str


@dataclass(frozen=True)
class Spec:
    """One record. `editable` names the local projects that are installed in place.

    `unknown` are keys that this version does not know: they are kept, as a later one may need them.
    """

    python: str
    requirements: tuple[str, ...] = ()
    lock: Lock = field(default_factory=Lock)
    indexes: tuple[Index, ...] = ()
    editable: tuple[str, ...] = ()
    unknown: Mapping[str, object] = field(default_factory=dict)

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
        source = frozenset(_names(checked, "source"))
        return cls(
            python=str(checked["python"]),
            requirements=_requirements(_texts(checked, "requirements")),
            lock=Lock.from_lines(_texts(checked, "lock"), source),
            indexes=_indexes(checked),
            editable=_names(checked, "editable"),
            unknown={key: checked[key] for key in checked.keys() - _KNOWN},
        )

    @property
    def index_urls(self) -> dict[str, str]:
        """The URLs of the indexes by their names."""
        return {index.name: index.url for index in self.indexes}

    def to_record(self) -> RecordDict:
        """Return the record in its plain form, equal for equal specs.

        Lists that are empty, other than the first two, are left out: they would be noise in a diff.
        """
        record: RecordDict = {
            **self.unknown,
            "version": VERSION,
            "python": self.python,
            "requirements": list(self.requirements),
            "lock": self.lock.lines(),
        }
        if self.indexes:
            record["indexes"] = [{"name": index.name, "url": index.url} for index in self.indexes]
        if self.editable:
            record["editable"] = sorted(self.editable)
        if source := self.lock.source():
            record["source"] = source
        return record

    def digest(self, folder: Path) -> str:
        """Return the digest that an approval is for: of everything that decides what is installed.

        Requirements count too, since the next change resolves them. A local project has no hash, so
        in another `folder` it is another one.
        """
        record = self.to_record()
        bound = {**recipe(record), "requirements": record["requirements"]}
        if any(is_local(each.url) and not each.hashes for each in self.lock.distributions):
            bound["folder"] = str(folder)
        return fingerprint(bound)


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


def _indexes(checked: Mapping[str, object]) -> tuple[Index, ...]:
    indexes = []
    for position, index in enumerate(cast("list[dict[str, str]]", checked.get("indexes", []))):
        if not _NAME.fullmatch(index["name"]):
            raise broken(f".indexes[{position}].name", "is not the name of an index")
        if problem := index_problem(index["url"]):
            raise broken(f".indexes[{position}].url", problem)
        indexes.append(Index(index["name"], index["url"]))
    return tuple(indexes)
