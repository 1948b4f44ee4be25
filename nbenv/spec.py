"""What a notebook records, typed: its Python, requirements, lock and indexes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from nbenv import record
from nbenv.lock import Lock

__all__ = ["Index", "Spec"]

_KNOWN = frozenset({"version", "python", "requirements", "lock", "indexes", "editable"})


@dataclass(frozen=True)
class Index:
    """An index that the environment needs beyond the machine's own; never with credentials."""

    name: str
    url: str


@dataclass(frozen=True)
class Spec:
    """One record; `editable` names the local projects that are installed in place."""

    python: str
    requirements: tuple[str, ...] = ()
    lock: Lock = field(default_factory=Lock)
    indexes: tuple[Index, ...] = ()
    editable: tuple[str, ...] = ()
    unknown: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def from_value(cls, value: object) -> Spec:
        """Read the value of ``metadata.nbenv``; raise `RecordError` when it cannot be used."""
        checked = record.check(value)
        indexes = cast("list[dict[str, str]]", checked.get("indexes", []))
        return cls(
            python=str(checked["python"]),
            requirements=tuple(cast("list[str]", checked.get("requirements", []))),
            lock=Lock.from_lines(cast("list[str]", checked.get("lock", []))),
            indexes=tuple(Index(index["name"], index["url"]) for index in indexes),
            editable=tuple(cast("list[str]", checked.get("editable", []))),
            unknown={key: checked[key] for key in checked.keys() - _KNOWN},
        )

    def to_value(self) -> dict[str, object]:
        """Return the value of ``metadata.nbenv``: plain, and equal for equal specs."""
        value: dict[str, object] = {
            **self.unknown,
            "version": record.VERSION,
            "python": self.python,
            "requirements": list(self.requirements),
            "lock": self.lock.lines(),
        }
        if self.indexes:
            value["indexes"] = [{"name": index.name, "url": index.url} for index in self.indexes]
        if self.editable:
            value["editable"] = sorted(self.editable)
        return value

    @property
    def digest(self) -> str:
        """Return the digest of what would be installed, which an approval is for."""
        return record.fingerprint(record.recipe(self.to_value()))
