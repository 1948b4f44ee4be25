"""The differences between two records: Python, requirements, lock and indexes."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from packaging.version import InvalidVersion, Version

from nbenv.core.lock import Change, changes_between
from nbenv.core.requirements import by_name
from nbenv.core.spec import Spec
from nbenv.core.wheels.platform_limits import described_platforms

__all__ = ["PACKAGES", "LockDiff", "diff_specs", "option_texts", "verb_of"]

PACKAGES = "from one index alone"
"""The word of `option_texts` for the names and patterns that indexes list."""


@dataclass(frozen=True)
class LockDiff:
    """The changes from one environment to another; false if there are none.

    `files` names what keeps its version but comes from other files: its hashes differ. `options`
    are those of `option_texts`.
    """

    python: tuple[str, str] | None = None
    requirements: tuple[Change, ...] = ()
    distributions: tuple[Change, ...] = ()
    files: tuple[str, ...] = ()
    indexes: tuple[Change, ...] = ()
    options: tuple[Change, ...] = ()

    def __bool__(self) -> bool:
        return self != LockDiff()

    def to_dict(self) -> dict[str, object]:
        """Return the plain form that ``--json`` prints."""
        return {
            "same": not self,
            "python": list(self.python) if self.python else None,
            "requirements": [asdict(each) for each in self.requirements],
            "distributions": [{**asdict(each), "is": verb_of(each)} for each in self.distributions],
            "files": list(self.files),
            "indexes": [asdict(each) for each in self.indexes],
            "options": [asdict(each) for each in self.options],
        }


def diff_specs(old: Spec, new: Spec) -> LockDiff:
    """Return how a newer record differs from an older one."""
    hashes = {each.name: each.hashes for each in old.lock.distributions}
    versions = old.lock.versions()
    return LockDiff(
        (old.python, new.python) if old.python != new.python else None,
        tuple(changes_between(by_name(old.requirements), by_name(new.requirements))),
        tuple(old.lock.changes_to(new.lock)),
        tuple(
            each.name
            for each in new.lock.distributions
            if versions.get(each.name) == each.version_or_url and hashes[each.name] != each.hashes
        ),
        tuple(changes_between(old.index_urls, new.index_urls)),
        tuple(changes_between(option_texts(old), option_texts(new))),
    )


def option_texts(spec: Spec) -> dict[str, str]:
    """Return in words what limits a lock or directs the next resolution, and system packages."""
    texts = {
        "default index": next((each.url for each in spec.indexes if each.default), ""),
        PACKAGES: "; ".join(
            f"{', '.join([*(index.packages or ()), *index.dependencies])} from {index.name}"
            for index in spec.indexes
            if index.packages or index.dependencies
        ),
        "constraints": ", ".join(spec.constraints),
        "without dependencies": ", ".join(spec.no_deps),
        "files from": ", ".join(spec.find_links),
        "built from source": ", ".join(spec.no_binary),
        "never built": ", ".join(spec.only_binary),
        "nothing newer than": spec.exclude_newer,
        "index strategy": spec.index_strategy,
        "locked only for": described_platforms(spec.lock.platforms),
        "build of PyTorch": _torch_text(spec),
        "system packages": ", ".join(spec.system),
    }
    return {name: text for name, text in texts.items() if text}


def _torch_text(spec: Spec) -> str:
    if spec.torch_backend and spec.torch_choice:
        return f"{spec.torch_backend}, which fitted the machine where it was locked"
    return spec.torch_backend or spec.torch_choice


def verb_of(change: Change) -> str:
    """Return what happens to a distribution, in one word."""
    if change.old is None:
        return "added"
    if change.new is None:
        return "removed"
    try:
        return "upgraded" if Version(change.new) > Version(change.old) else "downgraded"
    except InvalidVersion:
        return "changed"
