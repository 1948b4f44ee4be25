"""Recorded constraints that keep a package from the newest version that the index has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from nbenv.core.requirements import may_apply, parse
from nbenv.core.spec import Spec
from nbenv.installer.failures.known_versions import newest_versions

__all__ = ["held_back"]


def held_back(before: Spec, now: Spec, names: Iterable[str]) -> Iterator[str]:
    """Yield a line for each of the named packages that a recorded constraint holds back.

    Parameters
    ----------
    before
        The record before a command; its constraints are those that nobody has just typed.
    now
        The record after it.
    names
        The packages that the command resolved: uv's cache has the index's pages of them.
    """
    kept = [text for text in before.constraints if text in now.constraints]
    locked = now.lock.versions()
    asked = [parse(text) for text in now.requirements]
    for name in dict.fromkeys(names):
        limits = [each for each in map(parse, kept) if each.name == name]
        limits = [each for each in limits if may_apply(each, now.python)]
        if not limits or name not in locked or "/" in locked[name]:
            continue
        newest = next(iter(newest_versions(name, now.python, now.indexes, most=1)), "")
        is_allowed = all(each.specifier.contains(newest) for each in asked if each.name == name)
        holding = [each for each in limits if newest and not each.specifier.contains(newest)]
        if newest and is_allowed and holding:
            what = " and ".join(str(each) for each in holding)
            yield (
                f"Held at {locked[name]} by the recorded constraint {what}; to lift it: "
                f"%nbenv install '{name}>={newest}'."
            )
