"""Sources of what is installed from folders, archives and addresses, then and now."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.core.sync_plan import Installed
from nbenv.engine.direct_sources import (
    changed_projects,
    current_sources,
    must_be_reinstalled,
    read_again,
    urls_of,
    with_full_urls,
)
from nbenv.environments.environment import Marker

HASHES = [f"--hash=sha256:{digit * 64}" for digit in "01"]
COMMIT = "0" * 40
FAR = "far @ https://h.invalid/far-1-py3-none-any.whl"
GIT = "git @ git+https://h.invalid/git"


def spec(*lock: str, requirements: tuple[str, ...] = (), editable: tuple[str, ...] = ()) -> Spec:
    return Spec.from_record({
        "version": 1,
        "python": "3.11",
        "requirements": list(requirements),
        "lock": list(lock),
        "editable": list(editable),
    })  # fmt: skip


def again(old: Spec | None, new: Spec, sources: dict[str, str], known: dict[str, str]) -> list[str]:
    installed = {each: Installed(each, "1", editable=each in new.editable) for each in "ab"}
    marker = Marker(None if old is None else old.to_record(), sources=known)
    return must_be_reinstalled(new, new.lock.distributions, installed, marker, sources)


def test_a_folder_is_known_by_its_files() -> None:
    folder = spec("a @ ./a", "other @ ./other")
    assert again(folder, folder, {"a": "1", "other": "1"}, {"a": "1"}) == []
    assert again(folder, folder, {"a": "2", "other": "1"}, {"a": "1"}) == ["a"]
    assert again(folder, folder, {"a": "1"}, {}) == ["a"]  # as a former version left it
    assert again(folder, folder, {}, {"a": "1"}) == []  # the folder is gone
    assert again(None, folder, {"a": "1"}, {"a": "1"}) == ["a"]  # an interrupted change


def test_an_archive_is_known_by_its_hash() -> None:
    old, new = (spec(f"a @ ./a.whl {each}") for each in HASHES)
    assert again(old, old, {"a": "2"}, {"a": "1"}) == []  # what is installed is what is locked
    assert again(old, new, {"a": "2"}, {"a": "1"}) == ["a"]
    far, other = (spec(f"{FAR.replace('far @', 'b @')} {each}") for each in HASHES)
    assert again(far, other, {}, {}) == ["b"]
    assert again(far, far, {}, {}) == []


def test_in_place_or_not() -> None:
    plain, in_place = spec("a @ ./a"), spec("a @ ./a", editable=("a",))
    marker = Marker(plain.to_record(), sources={"a": "1"})
    for wanted, installed in ((in_place, False), (plain, True)):
        present = {"a": Installed("a", "1", editable=installed)}
        lines = wanted.lock.distributions
        assert must_be_reinstalled(wanted, lines, present, marker, {"a": "1"}) == ["a"]


def test_a_record_of_another_version_tells_nothing() -> None:
    new = spec(f"a @ ./a.whl {HASHES[0]}")
    marker = Marker({"version": 2}, sources={"a": "1"})
    installed = {"a": Installed("a", "1")}
    assert must_be_reinstalled(new, new.lock.distributions, installed, marker, {}) == []


def test_what_changed_since_it_was_installed() -> None:
    marker = Marker(sources={"a": "1", "b": "1", "gone": "1", "no": "1"})
    sources = {"a": "2", "b": "1", "no": "2"}
    found = changed_projects(spec("a @ ./a", "b @ ./b", "gone @ ./gone"), marker, sources)
    assert found == {"a": "./a"}


def test_what_a_command_reads_again() -> None:
    lock = ["a @ ./a", "dep @ ./dep", "b @ ./b", f"{FAR} {HASHES[0]}", f"{GIT}@{COMMIT}"]
    asked = ("a @ ./a", "b @ ./b", FAR, f"{GIT}@main")
    marker = Marker(sources={"a": "1", "dep": "1", "b": "1"})
    edited = {"a": "1", "dep": "2", "b": "2"}
    assert read_again(spec(*lock, requirements=asked), ["a"], marker, edited) == ["dep"]
    assert read_again(spec(*lock, requirements=asked), ["far", "git"], marker, edited) == [
        "far", "git",
    ]  # fmt: skip
    fixed = (*asked[:3], f"{GIT}@{COMMIT}")
    assert read_again(spec(*lock, requirements=fixed), ["git"], marker, edited) == []
    assert urls_of(spec(*lock, requirements=asked), ["other"]) == []


def test_sources_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "x.py").write_text("1", encoding="utf-8")
    here = spec("a @ ./a", "b @ ./b")
    first = current_sources(here, tmp_path)
    assert first.keys() == {"a"}
    (tmp_path / "a" / "x.py").write_text("22", encoding="utf-8")
    assert current_sources(here, tmp_path) != first
    assert current_sources(spec(f"six==1 {HASHES[0]}"), tmp_path) == {}
    full = with_full_urls(
        {"a": here.lock.distributions[0], "far": spec(f"{FAR} {HASHES[0]}").lock.distributions[0]},
        Path("/n b"),
    )
    assert full["a"].url == "file:///n%20b/a"
    assert full["far"].url == FAR.partition(" @ ")[2]
