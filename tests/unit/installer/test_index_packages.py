"""Resolutions in which each package comes from its index, whatever the machine has."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec
from nbenv.errors import ResolutionError
from nbenv.installer.index_packages import build_order, write_pins
from nbenv.installer.resolve import resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex
from tests.support.wheels import make_sdist

PYTHON = f"3.{sys.version_info.minor}"


@pytest.fixture
def private(tmp_path: Path, index: LocalIndex) -> Iterator[LocalIndex]:
    """Yield an index with packages that need each other, of which the public one has others."""
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("acme-torch", "1.0", requires=["acme-core", "toolz"])
        private.wheel("acme-core", "1.0", requires=["acme-util"])
        private.wheel("acme-util", "1.0")
        private.wheel("toolz", "0.1")
        index.wheel("acme-torch", "99.0")
        index.wheel("acme-util", "99.0")
        index.wheel("toolz", "1.0")
        yield private


def spec_of(private: LocalIndex, *packages: str, requires: str = "acme-torch") -> Spec:
    return Spec(PYTHON, (requires,), indexes=(Index("private", private.url, packages=packages),))


def resolved(spec: Spec, **options: object) -> dict[str, str]:
    steps = resolve_lock(
        spec,
        sys.executable,
        Path(),
        ResolveOptions(**options),
        kernel=False,  # type: ignore[arg-type]
    )
    return drain(steps).versions()


def test_an_index_serves_what_is_asked_from_it_and_what_only_it_has(private: LocalIndex) -> None:
    found = resolved(spec_of(private, "acme-torch"))
    assert found == {"acme-torch": "1.0", "acme-core": "1.0", "acme-util": "99.0", "toolz": "1.0"}


def test_patterns_are_for_what_is_needed_too_and_ask_for_nothing_elsewhere(
    private: LocalIndex, index: LocalIndex
) -> None:
    found = resolved(spec_of(private, "acme-*"))
    assert found == {"acme-torch": "1.0", "acme-core": "1.0", "acme-util": "1.0", "toolz": "1.0"}
    assert not [path for _, path in index.requests if "acme" in path]


def test_dependencies_come_from_the_index_that_is_known_for_them(private: LocalIndex) -> None:
    spec = spec_of(private, "acme-torch")
    needed = replace(spec.indexes[0], dependencies=("acme-util", "toolz"))
    found = resolved(replace(spec, indexes=(needed,)))
    assert (found["acme-util"], found["toolz"]) == ("1.0", "0.1")


@pytest.mark.parametrize("packages", [("acme-core", "acme-torch"), ("acme-*",)])
def test_the_machines_further_indexes_are_one_with_its_default_one(
    packages: tuple[str, ...],
    private: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with LocalIndex(tmp_path / "extra") as extra:
        extra.wheel("toolz", "2.0")
        extra.wheel("acme-torch", "77.0")
        private.wheel("toolz", "3.0")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", extra.url)
        found = resolved(spec_of(private, *packages))
        assert (found["acme-torch"], found["acme-core"], found["toolz"]) == ("1.0", "1.0", "2.0")
        only = resolved(spec_of(private, "acme-torch"))
        assert (only["acme-core"], only["toolz"]) == ("1.0", "2.0")


def test_what_an_index_lacks_is_not_taken_from_elsewhere(
    private: LocalIndex, index: LocalIndex
) -> None:
    for version in ("acme-torch>=2", "toolz-plus"):
        index.wheel("toolz-plus", "1.0")
        with pytest.raises(ResolutionError):
            resolved(spec_of(private, "acme-*", "toolz-plus", requires=version))


def test_nothing_of_a_name_that_matches_a_pattern_is_built_from_elsewhere(
    private: LocalIndex, index: LocalIndex, tmp_path: Path
) -> None:
    private.wheel("acme-app", "1.0", requires=["acme-gone"])
    index.add(make_sdist(tmp_path / "made", "acme-gone", "1.0"))
    with pytest.raises(ResolutionError, match="acme-gone"):
        resolved(spec_of(private, "acme-*", requires="acme-app"))


@pytest.mark.parametrize("variable", ["UV_NO_CONFIG", "UV_CONFIG_FILE"])
def test_settings_of_the_users_change_nothing(
    variable: str, private: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text("")
    value = "1" if variable == "UV_NO_CONFIG" else str(tmp_path / "mine.toml")
    monkeypatch.setenv(variable, value)
    assert resolved(spec_of(private, "acme-*"))["acme-util"] == "1.0"


def test_an_index_of_the_users_configuration_comes_before_the_notebooks(
    private: LocalIndex, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalIndex(tmp_path / "own") as own:
        own.wheel("toolz", "5.0")
        (tmp_path / "uv.toml").write_text(f'[[index]]\nname = "own"\nurl = "{own.url}"\n')
        monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "uv.toml"))
        assert resolved(spec_of(private, "acme-*"))["toolz"] == "5.0"


def test_one_that_lists_nothing_is_asked_last(private: LocalIndex) -> None:
    found = resolved(spec_of(private, requires="acme-core"))
    assert found == {"acme-core": "1.0", "acme-util": "99.0"}


def test_an_address_counts_more_than_an_index(private: LocalIndex, index: LocalIndex) -> None:
    url = index.url_for(f"files/{index.sha256('toolz-1.0-py3-none-any.whl')[:16]}/")
    spec = spec_of(private, "toolz", requires=f"toolz @ {url}toolz-1.0-py3-none-any.whl")
    steps = resolve_lock(spec, sys.executable, Path(), ResolveOptions(), kernel=False)
    assert drain(steps).distributions[0].url is not None


def test_hashes_that_an_index_lacks_are_those_of_its_own_files(
    private: LocalIndex, index: LocalIndex
) -> None:
    index.wheel("acme-util", "1.0", modules={"acme_util.py": "evil = True"})
    private.without_hashes = index.without_hashes = True
    steps = resolve_lock(
        spec_of(private, "acme-*"), sys.executable, Path(), ResolveOptions(), kernel=False
    )
    hashes = {each.name: each.hashes for each in drain(steps).distributions}
    assert hashes["acme-util"] == (f"sha256:{private.sha256('acme_util-1.0-py3-none-any.whl')}",)


def test_pins_are_written_for_what_is_listed(tmp_path: Path) -> None:
    far = Index("far", "https://far.invalid", packages=("a-*",))
    spec = Spec(PYTHON, indexes=(far,))
    assert write_pins(tmp_path, spec, ["b"]) == []
    (path,) = write_pins(tmp_path, spec, ["a-x", "b"])
    text = Path(path).read_text()
    assert 'dependencies = [\n    "a-x",\n]' in text
    assert "explicit = true" in text


def test_builds_ask_the_index_of_what_is_built_first() -> None:
    plain = Index("plain", "https://plain.invalid", packages=("a",))
    claiming = Index("claiming", "https://claiming.invalid", packages=("b",), claims=True)
    listing = Index("listing", "https://listing.invalid", packages=("c-*",))
    indexes = (plain, claiming, listing)
    assert build_order(indexes, ["a", "other"]) == indexes
    made = build_order(indexes, ["b", "c-x"])
    assert [each.packages for each in made] == [("a",), None, None]


def test_a_trial_leaves_no_versions_to_prefer(private: LocalIndex) -> None:
    private.sdist("acme-torch", "1.5", static=False)
    assert resolved(spec_of(private, "acme-*"))["acme-torch"] == "1.5"
