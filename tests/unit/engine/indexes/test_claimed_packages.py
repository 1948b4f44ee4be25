"""Dependencies that an index serves because its packages need them."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec
from nbenv.engine.indexes.claimed_packages import moved, with_claimed, without_unneeded
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
        assert not made.indexes[0].claims
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
    assert without_unneeded(spec).indexes[0].dependencies == ("b",)
    known = without_unneeded(spec)
    assert without_unneeded(known) is known


def test_what_is_asked_from_another_index_than_before_may_move() -> None:
    old = Spec(PYTHON, indexes=(FAR,), lock=lock(a="1", b="1", other="1"))
    other = Index("other", "https://other.invalid", packages=("a", "other"))
    new = replace(old, indexes=(replace(FAR, packages=(), dependencies=()), other))
    assert moved(old, new) == ("a", "b")
    assert moved(old, old) == ()
