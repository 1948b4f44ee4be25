"""The indexes of pip's runs: those that uv would ask, and each private name at its own alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index
from nbenv.installer.pip_config import default_index
from nbenv.installer.pip_indexes import pip_runs

PRIVATE = LockedDistribution("acme-core", "1.0")
LEAF = LockedDistribution("leaf", "1.0")
CORP = Index("corp", "https://corp.invalid/simple", packages=("acme-*",))


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine that has no settings but those of a test."""
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "uv.toml"))


def urls(*wanted: LockedDistribution, indexes: tuple[Index, ...] = ()) -> list[tuple[str, ...]]:
    return [run.urls for run in pip_runs(wanted, indexes)]


def test_without_settings_it_is_pips_own_default() -> None:
    [run] = pip_runs([LEAF], ())
    assert run.urls == (default_index(),)
    assert run.environ == {
        "PIP_INDEX_URL": default_index(),
        "PIP_EXTRA_INDEX_URL": default_index(),
    }


def test_uvs_variables_and_files_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text(
        'extra-index-url = ["https://more.invalid/simple"]\n'
        '[[index]]\nname = "own"\nurl = "https://own.invalid/simple"\ndefault = true\n'
    )
    monkeypatch.setenv("UV_INDEX_OWN_USERNAME", "me")
    monkeypatch.setenv("UV_INDEX_OWN_PASSWORD", "p@ss")
    own = "https://me:p%40ss@own.invalid/simple"
    assert urls(LEAF) == [(own, "https://more.invalid/simple")]
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.invalid/simple")
    assert urls(LEAF)[0][0] == "https://other.invalid/simple"


def test_a_folder_is_a_url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "an index").mkdir()
    monkeypatch.setenv("UV_DEFAULT_INDEX", str(tmp_path / "an index"))
    assert urls(LEAF) == [((tmp_path / "an index").as_uri(),)]


def test_what_an_index_serves_alone_is_asked_of_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX", f"corp={CORP.url}")
    monkeypatch.setenv("UV_INDEX_CORP_PASSWORD", "secret")
    there = "https://:secret@corp.invalid/simple"
    runs = pip_runs([PRIVATE, LEAF], (CORP,))
    assert [run.distributions for run in runs] == [(PRIVATE,), (LEAF,)]
    assert runs[0].urls == (there,)
    assert runs[0].environ["PIP_EXTRA_INDEX_URL"] == there  # and no file's
    assert set(runs[1].urls) == {there, default_index()}
    assert len(pip_runs([PRIVATE, LEAF], (CORP,), together=True)) == 1


def test_a_login_goes_to_its_own_host_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_INDEX", "corp=https://elsewhere.invalid/simple")
    monkeypatch.setenv("UV_INDEX_CORP_PASSWORD", "secret")
    assert urls(PRIVATE, indexes=(CORP,)) == [(CORP.url,)]
