"""Dependencies that an index serves because its packages need them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec
from nbenv.engine.indexes.claimed_packages import (
    claims_anew,
    moved_names,
    with_claimed,
    with_locked,
)
from nbenv.environments.interpreters import Interpreter, find
from nbenv.progress import drain
from tests.support.index import LocalIndex

PYTHON = f"3.{sys.version_info.minor}"
HASH = ("sha256:" + "a" * 64,)
FAR = Index("far", "https://far.invalid", packages=("a",), dependencies=("b", "c"))


def lock(**versions: str) -> Lock:
    return Lock(tuple(LockedDistribution(n, v, hashes=HASH) for n, v in sorted(versions.items())))


def interpreter() -> Interpreter:
    found = find(PYTHON)
    assert found is not None
    return found


def test_an_index_that_claims_lists_what_its_packages_need(
    index: LocalIndex, tmp_path: Path
) -> None:
    index.wheel("twig", "9.0")
    index.wheel("public", "1.0")
    with LocalIndex(tmp_path / "far") as far:
        far.wheel("leaf", "1.0", requires=["twig", "bark", "public"])
        far.wheel("twig", "1.0")
        far.wheel("bark", "1.0")
        claiming = Index("far", far.url, packages=("leaf",), claims=True)
        old = Spec(PYTHON, lock=lock(bark="1.0"))
        new = replace(old, requirements=("leaf", "public"), indexes=(claiming,))
        made = drain(with_claimed(old, new, interpreter(), tmp_path, ResolveOptions()))
        assert made.indexes[0].dependencies == ("twig",)
        # What cannot be resolved is left to the resolution that follows, which says why.
        unmet = replace(new, requirements=("leaf>=2",))
        same = drain(with_claimed(old, unmet, interpreter(), tmp_path, ResolveOptions()))
        assert same == unmet


def test_without_a_claim_nothing_is_asked(index: LocalIndex, tmp_path: Path) -> None:
    new = Spec(PYTHON, ("a",), indexes=(FAR,))
    assert drain(with_claimed(new, new, interpreter(), tmp_path, ResolveOptions())) is new
    assert index.requests == []


def test_dependencies_that_are_not_locked_are_not_listed() -> None:
    spec = Spec(PYTHON, indexes=(FAR,), lock=lock(a="1", b="1"))
    known = with_locked(spec)
    assert known.indexes[0].dependencies == ("b",)
    assert with_locked(known) is known


def test_what_is_asked_from_another_index_than_before_may_move() -> None:
    old = Spec(PYTHON, indexes=(FAR,), lock=lock(a="1", b="1", other="1"))
    other = Index("other", "https://other.invalid", packages=("a", "other"))
    new = replace(old, indexes=(replace(FAR, packages=(), dependencies=()), other))
    assert moved_names(old, new) == ("a", "b")
    assert moved_names(old, old) == ()


def test_an_index_claims_anew_where_its_packages_change() -> None:
    claiming = replace(FAR, claims=True)
    old = Spec(PYTHON, ("a", "other"), indexes=(claiming,), lock=lock(a="1", b="1", other="1"))
    same = replace(old, requirements=("a", "other>=1", "more"), lock=lock(a="1", b="1", other="2"))
    assert not claims_anew(old, same)
    assert not claims_anew(old, replace(old, indexes=(FAR,), requirements=("a[x]",)))
    assert claims_anew(old, replace(old, requirements=("a[x]", "other")))
    assert claims_anew(old, replace(old, lock=lock(a="2", b="1", other="1")))
    assert claims_anew(replace(old, indexes=(FAR,)), old)


def test_what_was_just_locked_from_an_index_stays_there(
    index: LocalIndex,
) -> None:
    far = replace(FAR, packages=("a",), dependencies=())
    own = Index("own", index.url, packages=())
    lines = {"b": FAR.url + "/", "c": index.url, "d": ""}
    locked = (LockedDistribution(n, "1", hashes=HASH, index=url) for n, url in lines.items())
    spec = Spec(PYTHON, ("a",), indexes=(far, own), lock=Lock(tuple(locked)))
    assert [each.dependencies for each in with_locked(spec).indexes] == [("b",), ()]
