"""Previews of a restore: sizes, sources and foreign indexes, without contacting the latter."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from packaging.tags import sys_tags

from nbenv.engine.document import NotebookRef
from nbenv.environments import interpreters
from nbenv.installer.wheel_choice import File, best_file
from nbenv.operations.preview import preview
from nbenv.progress import drain
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex

HERE = interpreters.default_python()
PLATFORM = str(next(sys_tags()))


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    index.wheel("branch", "1.0", requires=["leaf"])
    index.sdist("branch", "1.0")
    index.wheel("native", "1.0", tag=PLATFORM, modules={"native.py": "# here\n" * 99})
    index.wheel("native", "1.0", tag=PLATFORM.rpartition("-")[0] + "-win_arm64")
    index.wheel("elsewhere", "1.0", tag="py3-none-win_arm64")
    index.sdist("from-source", "1.0", static=False, fails="it must not be built")
    return index


@pytest.fixture
def foreign(tmp_path: Path) -> Iterator[LocalIndex]:
    """Yield an index that only the notebook names."""
    with LocalIndex(tmp_path / "foreign") as foreign:
        foreign.wheel("stranger", "1.0+far")
        yield foreign


def locked(index: LocalIndex, name: str, version: str, marker: str = "") -> str:
    """Return the lock line with all files of a version; with the sdist if there is no wheel."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = [path.name for path in index.folder.iterdir() if path.name.startswith(stem)]
    wheels = [each for each in files if each.endswith(".whl")]
    hashes = "".join(f" --hash=sha256:{index.sha256(each)}" for each in sorted(wheels or files))
    return f"{name}=={version}{marker and f' ; {marker}'}{hashes}"


def record(notebook: Path, *lines: str, **more: object) -> None:
    """Write a record as another machine would."""
    document = json.loads(notebook.read_text(encoding="utf-8"))
    value = {"version": 1, "python": HERE, "requirements": [], "lock": sorted(lines), **more}
    document["metadata"]["nbenv"] = value
    notebook.write_text(json.dumps(document, indent=1), encoding="utf-8")


def previewed(notebook: Path, **options: bool) -> Any:
    outcome = drain(preview(NotebookRef(str(notebook)), **options))
    return json.loads(json.dumps(outcome.data))


def size(index: LocalIndex, start: str) -> int:
    [path] = [path for path in index.folder.iterdir() if path.name.startswith(start)]
    return path.stat().st_size


def only_pages(index: LocalIndex) -> bool:
    return all(path.startswith("/simple/") for _, path in index.requests)


# -- what comes


def test_wheels_are_summed_up_and_only_pages_are_read(
    notebook: Path, stocked: LocalIndex, home: Path
) -> None:
    away = "sys_platform == 'nowhere'"
    lines = [locked(stocked, name, "1.0") for name in ("leaf", "branch", "native")]
    record(notebook, *lines, locked(stocked, "elsewhere", "1.0", away), requirements=["branch"])
    before = notebook.read_bytes(), sorted(notebook.parent.iterdir())
    data = previewed(notebook)
    here = f"native-1.0-{PLATFORM}"
    expected = [size(stocked, each) for each in ("branch-1.0-py3", "leaf-1.0", here)]
    assert [(each["name"], each["size"]) for each in data["distributions"]] == list(
        zip(("branch", "leaf", "native"), expected, strict=True)
    )
    assert (data["count"], data["download"], data["sizes_unknown"]) == (3, sum(expected), 0)
    assert data["requirements"] == ["branch"]
    assert (data["python"], data["python_here"], data["approved"]) == (HERE, True, False)
    assert (data["looked_up"], data["problem"], data["source"]) == (True, "", [])
    assert {path for _, path in stocked.requests} == {
        "/simple/branch/",
        "/simple/leaf/",
        "/simple/native/",
    }
    assert (notebook.read_bytes(), sorted(notebook.parent.iterdir())) == before
    assert not home.exists()


def test_restoring_downloads_what_was_foretold(notebook: Path, stocked: LocalIndex) -> None:
    names = ("leaf", "branch", "native", "elsewhere")
    lines = [locked(stocked, name, "1.0") for name in names[:3]]
    record(notebook, *lines, locked(stocked, "ipykernel", "7.0"))
    data = previewed(notebook)
    assert stocked.downloads == []
    succeed("restore", notebook)
    assert sum(size(stocked, name) for name in stocked.downloads) == data["download"]
    assert len(stocked.downloads) == data["count"]
    after = previewed(notebook)
    cached = [{**each, "cached": True} for each in data["distributions"]]
    assert after == {
        **data, "approved": True, "cached": True, "download": 0, "distributions": cached,
    }  # fmt: skip


def test_a_source_build_is_foretold(notebook: Path, stocked: LocalIndex) -> None:
    record(notebook, locked(stocked, "leaf", "1.0"), locked(stocked, "from-source", "1.0"))
    data = previewed(notebook)
    assert data["source"] == ["from-source"]
    assert [each["source"] for each in data["distributions"]] == [True, False]
    assert data["distributions"][0]["size"] == size(stocked, "from_source-1.0.tar.gz")
    assert only_pages(stocked)


def test_no_file_for_this_machine(notebook: Path, stocked: LocalIndex) -> None:
    record(notebook, locked(stocked, "elsewhere", "1.0"))
    data = previewed(notebook)
    assert data["problem"] == "None of the locked files of elsewhere fits this machine."
    assert data["distributions"][0]["source"] is None


def test_other_files_of_the_same_version(notebook: Path, stocked: LocalIndex) -> None:
    record(notebook, f"leaf==1.0 --hash=sha256:{'0' * 64}")
    data = previewed(notebook)
    assert (data["download"], data["distributions"][0]["source"]) == (None, None)
    assert "locked files of leaf" in data["problem"]


def test_a_python_that_is_not_here(notebook: Path, stocked: LocalIndex, home: Path) -> None:
    late = "python_full_version >= '3.98.7'"
    lines = [locked(stocked, "leaf", "1.0", late), locked(stocked, "branch", "1.0")]
    record(notebook, *lines, locked(stocked, "native", "1.0"), python="3.98")
    data = previewed(notebook)
    assert data["python_here"] is False
    assert [bool(each["size"]) for each in data["distributions"]] == [True, True, False]
    assert not home.exists()
    assert "uv would download it" in succeed("restore", "--dry-run", notebook).out


# -- who is asked


def test_a_foreign_index_is_told_and_never_asked(
    notebook: Path, stocked: LocalIndex, foreign: LocalIndex
) -> None:
    indexes = [
        {"name": "far", "url": foreign.url},
        {"name": "own", "url": stocked.url.rstrip("/")},
    ]
    lines = [locked(foreign, "stranger", "1.0+far"), locked(stocked, "leaf", "1.0")]
    record(notebook, *lines, indexes=indexes)
    data = previewed(notebook)
    assert data["indexes"] == [{"name": "far", "url": foreign.url}]
    assert foreign.requests == []
    assert only_pages(stocked)
    assert data["download"] == size(stocked, "leaf-1.0")
    assert data["sizes_unknown"] == 1
    assert data["problem"].endswith("does not list the locked files of stranger.")
    shown = nbenv("restore", "--dry-run", notebook)
    assert f"far = {foreign.url}" in shown.out
    assert foreign.requests == []


def test_what_is_direct_is_told_and_never_asked(
    notebook: Path, stocked: LocalIndex, foreign: LocalIndex
) -> None:
    wheel = foreign.url_for("files/stranger-1.0-py3-none-any.whl")
    lines = [
        f"stranger @ {wheel} --hash=sha256:{'0' * 64}",
        "project @ git+https://host.invalid/project@" + "0" * 40,
        f"archive @ https://host.invalid/archive-1.0.tar.gz --hash=sha256:{'0' * 64}",
        "folder @ ./folder",
        f"unclear @ https://host.invalid/download --hash=sha256:{'0' * 64}",
    ]
    record(notebook, *lines, locked(stocked, "leaf", "1.0"))
    data = previewed(notebook)
    assert foreign.requests == []
    assert f"stranger @ {wheel}" in data["direct"]
    assert len(data["direct"]) == 5
    assert data["source"] == ["archive", "folder", "project"]
    by_name = {each["name"]: each for each in data["distributions"]}
    assert (by_name["stranger"]["source"], by_name["unclear"]["source"]) == (False, None)
    assert (data["count"], data["sizes_unknown"], data["problem"]) == (6, 5, "")


def test_all_of_the_own_indexes_are_asked(
    notebook: Path, stocked: LocalIndex, foreign: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign.wheel("leaf", "3.0")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", foreign.url)
    lines = [locked(foreign, "leaf", "3.0"), locked(foreign, "stranger", "1.0+far")]
    indexes = [{"name": "near", "url": foreign.url}]
    record(notebook, *lines, locked(stocked, "branch", "1.0"), indexes=indexes)
    data = previewed(notebook)
    assert (data["indexes"], data["problem"], data["sizes_unknown"]) == ([], "", 0)
    assert only_pages(foreign)


def test_local_links(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(notebook, locked(stocked, "leaf", "1.0"), locked(stocked, "from-source", "1.0"))
    monkeypatch.setenv("PIP_FIND_LINKS", str(stocked.folder))
    data = previewed(notebook)
    assert data["download"] == size(stocked, "leaf-1.0") + size(stocked, "from_source-1.0.tar.gz")
    assert data["source"] == ["from-source"]


@pytest.mark.parametrize("setting", ["UV_NO_CONFIG", "UV_CONFIG_FILE"])
def test_uv_settings_of_the_user(
    notebook: Path,
    stocked: LocalIndex,
    foreign: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
) -> None:
    config = tmp_path / "mine.toml"
    text = f'[[index]]\nname = "mine"\nurl = "{foreign.url}"\n'
    config.write_text(text, encoding="utf-8")
    monkeypatch.setenv(setting, "1" if setting == "UV_NO_CONFIG" else str(config))
    record(notebook, locked(stocked, "leaf", "1.0"), locked(stocked, "from-source", "1.0"))
    assert previewed(notebook)["sizes_unknown"] == 0
    assert only_pages(stocked)
    assert bool(foreign.requests) == (setting == "UV_CONFIG_FILE")


def test_broken_uv_settings(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.toml").write_text("[", encoding="utf-8")
    monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "mine.toml"))
    record(notebook, locked(stocked, "leaf", "1.0"))
    assert "could not be asked" in previewed(notebook)["problem"]


# -- an index that says little


def test_an_index_that_is_down(notebook: Path, stocked: LocalIndex) -> None:
    record(notebook, locked(stocked, "leaf", "1.0"))
    stocked.close()
    data = previewed(notebook)
    assert data["problem"].startswith("This machine's index could not be asked (http://127.0.0.1")
    assert "refuses connections" in data["problem"]
    assert (data["looked_up"], data["download"], data["count"]) == (False, None, 1)
    assert succeed("restore", "--dry-run", notebook, "--json").json == data


def test_an_index_without_sizes(notebook: Path, stocked: LocalIndex) -> None:
    stocked.html_only = True
    record(notebook, locked(stocked, "leaf", "1.0"), locked(stocked, "from-source", "1.0"))
    data = previewed(notebook)
    assert (data["looked_up"], data["download"], data["sizes_unknown"]) == (True, None, 2)
    assert data["source"] == ["from-source"]
    assert data["problem"] == "This machine's own index does not say how large its files are."


def test_an_index_without_hashes(notebook: Path, stocked: LocalIndex) -> None:
    stocked.without_hashes = True
    record(notebook, locked(stocked, "leaf", "1.0"), locked(stocked, "from-source", "1.0"))
    data = previewed(notebook)
    assert only_pages(stocked)
    assert (data["download"], data["source"]) == (None, [])
    assert "locked files of from-source, leaf" in data["problem"]


def test_an_index_as_of_a_day(
    notebook: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2024-06-01T00:00:00Z")
    absent = f"absent==1.0 --hash=sha256:{'0' * 64}"
    record(notebook, locked(stocked, "leaf", "1.0"), absent)
    assert previewed(notebook)["download"] == size(stocked, "leaf-1.0")


# -- unusual records


def test_nothing_is_looked_up_unasked(notebook: Path, stocked: LocalIndex) -> None:
    record(notebook, locked(stocked, "leaf", "1.0"))
    data = previewed(notebook, look_up=False)
    assert stocked.requests == []
    assert (data["looked_up"], data["problem"], data["sizes_unknown"]) == (False, "", 1)
    shown = json.loads(succeed("restore", notebook, "--dry-run", "--no-sizes", "--json").out)
    assert shown == data
    assert stocked.requests == []


def test_an_index_is_asked_for_a_limited_number_of_sizes(
    notebook: Path, stocked: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nbenv.operations.preview._MOST_ASKED", 1)
    record(notebook, locked(stocked, "branch", "1.0"), locked(stocked, "leaf", "1.0"))
    data = previewed(notebook)
    assert {path.rstrip("/").rpartition("/")[2] for _, path in stocked.requests} == {"branch"}
    assert data["problem"] == "The index was asked for the sizes of the first 1 packages only."
    assert data["sizes_unknown"] == 1


def test_nothing_is_locked(notebook: Path, stocked: LocalIndex) -> None:
    record(notebook, requirements=["leaf", "far @ https://host.invalid/far-1.0.tar.gz"])
    data = previewed(notebook)
    assert "Nothing is locked" in data["problem"]
    assert data["direct"] == ["far @ https://host.invalid/far-1.0.tar.gz"]
    assert stocked.requests == []


def test_odd_versions_and_names_spoil_nothing(notebook: Path, stocked: LocalIndex) -> None:
    digest = f" --hash=sha256:{'0' * 64}"
    odd = [
        "nbenv-notebook==1",
        f"{'long' * 90}==1",
        "epoch==1!2.0",
        "pre==1.0rc1",
    ]
    record(notebook, *(each + digest for each in odd), locked(stocked, "leaf", "1.0"))
    data = previewed(notebook)
    assert data["download"] == size(stocked, "leaf-1.0")
    assert data["sizes_unknown"] == len(odd)
    assert only_pages(stocked)


@pytest.mark.parametrize("python", ["2.7", "3.5", "3.123456789", "03.011"])
def test_odd_pythons(notebook: Path, stocked: LocalIndex, python: str) -> None:
    record(notebook, locked(stocked, "native", "1.0"), python=python)
    data = previewed(notebook)
    assert (data["python_here"], data["download"]) == (False, None)
    assert data["problem"]


# -- the command


def test_the_command_shows_it(notebook: Path, stocked: LocalIndex, home: Path) -> None:
    record(notebook, locked(stocked, "leaf", "1.0"), locked(stocked, "from-source", "1.0"))
    before = notebook.read_bytes()
    done = succeed("restore", "--dry-run", notebook)
    total = size(stocked, "leaf-1.0") + size(stocked, "from_source-1.0.tar.gz")
    assert f"Packages:       2, download of {total / 1e3:.1f} kB" in done.out
    assert "Built here:     from-source" in done.out
    assert "leaf         1.0      0." in done.out
    assert (notebook.read_bytes(), home.exists()) == (before, False)
    assert "--python" in fail("restore", "--dry-run", "--python", "3.12", notebook, status=2)


def test_nothing_to_restore(notebook: Path, index: LocalIndex) -> None:
    assert "records no environment" in fail("restore", "--dry-run", notebook)


def test_who_must_agree_is_told_where_to_look(notebook: Path, index: LocalIndex) -> None:
    indexes = [{"name": "far", "url": "https://far.invalid/simple"}]
    built = "project @ git+https://host.invalid/project@" + "0" * 40
    record(notebook, built, indexes=indexes)
    message = fail("install", notebook, "leaf", status=3)
    assert "nbenv restore --dry-run NOTEBOOK" in message
    assert "%nbenv restore --dry-run" in message
    assert "far.invalid" in message
    assert "project directly from git+https://host.invalid" in message
    assert "runs its code" in message
    assert index.requests == []


# -- which file


@pytest.mark.skipif(os.name != "posix", reason="the names are of Linux")
def test_the_best_file() -> None:
    def chosen(python: str, *names: str) -> str | None:
        file = best_file([File(name) for name in names], python)
        return file.name if file else None

    own = PLATFORM.rpartition("-")[2]
    plain, sdist = "a-1-py3-none-any.whl", "a-1.tar.gz"
    stable = f"a-1-cp38-abi3-{own}.whl"
    exact = f"a-1-cp311-cp311-{own}.whl"
    assert chosen("3.11", sdist, plain, stable, exact) == exact
    assert chosen("3.12", sdist, plain, stable, exact) == stable
    assert chosen("3.7", sdist, stable, exact) == sdist
    assert chosen("3.12", exact) is None
    assert chosen("3.11", plain, "a-1-2-py3-none-any.whl", "a-1-10-py3-none-any.whl") == (
        "a-1-10-py3-none-any.whl"
    )
    assert chosen("3.13", "a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", "not a name.whl") is None
