"""Installs match the lock: the same files, the same index, and builds only where recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import write_other_copy
from tests.integration.cli.test_verbs import environment, installed, record
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex


@pytest.fixture
def public(index: LocalIndex) -> LocalIndex:
    """Return the machine's main index, to which anyone can upload."""
    index.wheel("leaf", "1.0")
    return index


@pytest.fixture
def private(tmp_path: Path) -> Iterator[LocalIndex]:
    with LocalIndex(tmp_path / "private") as private:
        private.wheel("in-house", "1.0")
        yield private


def move_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Act as another machine from now on."""
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "other-cache"))


# -- hashes


def test_no_setting_switches_hashes_off(
    notebook: Path, public: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed("install", notebook, "leaf")
    move_away(tmp_path, monkeypatch)
    public.corrupt.add("leaf-1.0-py3-none-any.whl")
    lax = tmp_path / "lax.toml"
    lax.write_text("[pip]\nverify-hashes = false\nrequire-hashes = false\n", encoding="utf-8")
    for name, value in {
        "UV_CONFIG_FILE": str(lax),
        "UV_NO_VERIFY_HASHES": "1",
        "UV_REQUIRE_HASHES": "0",
        "PIP_REQUIRE_HASHES": "0",
    }.items():
        monkeypatch.setenv(name, value)
    assert "not the one that the notebook's lock names" in fail("restore", notebook, "-q")
    assert installed(notebook) == {}


def test_hashes_hold_while_drift_stays(
    notebook: Path, public: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Drift has no hash; everything else is still checked."""
    succeed("install", notebook, "leaf")
    public.wheel("extra", "1.0")
    text = notebook.read_text(encoding="utf-8")
    succeed("install", notebook, "extra")
    notebook.write_text(text, encoding="utf-8")  # as a checkout does: extra is now drift
    public.wheel("late", "1.0")
    public.corrupt.add("late-1.0-py3-none-any.whl")
    assert "not the one" in fail("install", notebook, "late", "-q")
    assert "late" not in installed(notebook)


def test_another_index_may_serve_the_same_file_and_no_other(
    notebook: Path, public: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed("install", notebook, "leaf")
    with LocalIndex(tmp_path / "mirror") as mirror:
        for path in public.folder.iterdir():
            mirror.add(path)
        move_away(tmp_path, monkeypatch)
        monkeypatch.setenv("PIP_INDEX_URL", mirror.url)
        succeed("restore", notebook)
        assert installed(notebook)["leaf"] == "1.0"
        mirror.wheel("leaf", "1.0", modules={"leaf.py": "evil = True"})
        move_away(tmp_path / "again", monkeypatch)
        assert "not the one" in fail("restore", notebook, "-q")


def test_the_same_version_of_another_file_is_another(
    notebook: Path, public: LocalIndex, tmp_path: Path
) -> None:
    """An installer accepts any file of the right version; the lock says which one it must be."""
    succeed("install", notebook, "leaf")
    first = environment(notebook)
    old = public.sha256("leaf-1.0-py3-none-any.whl")
    public.wheel("leaf", "1.0", modules={"leaf.py": "rebuilt = True"})
    new = public.sha256("leaf-1.0-py3-none-any.whl")
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace(old, new), encoding="utf-8")
    succeed("restore", notebook)
    second = environment(notebook)
    assert second != first
    assert (second.site_packages() / "leaf.py").read_text(encoding="utf-8") == "rebuilt = True"
    succeed("restore", notebook)
    assert environment(notebook) == second


# -- building


def test_a_build_is_recorded_approved_and_reported(
    notebook: Path, public: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public.sdist("from-source", "1.0")
    succeed("install", notebook, "leaf", "from-source")
    assert record(notebook)["source"] == ["from-source"]
    move_away(tmp_path, monkeypatch)
    message = fail("install", notebook, "leaf", status=3)
    assert "It builds from-source from source, which runs their code." in message
    assert succeed("restore", notebook, "--dry-run", "--json").json["source"] == ["from-source"]
    succeed("restore", notebook)
    assert installed(notebook)["from-source"] == "1.0"
    succeed("uninstall", notebook, "from-source")
    assert "source" not in record(notebook)


def test_what_does_not_say_that_it_is_built_is_not_built(
    notebook: Path, public: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public.sdist("from-source", "1.0")
    succeed("install", notebook, "leaf", "from-source")
    shared = write_other_copy(notebook, tmp_path / "elsewhere")
    document = json.loads(shared.read_text(encoding="utf-8"))
    del document["metadata"]["nbenv"]["source"]
    shared.write_text(json.dumps(document), encoding="utf-8")
    move_away(tmp_path, monkeypatch)
    public.requests.clear()
    message = fail("restore", shared, "-q")
    assert "None of the locked files of from-source can be installed here without" in message
    assert "nbenv upgrade NOTEBOOK from-source" in message
    assert "from_source-1.0.tar.gz" not in public.downloads
    assert installed(shared) == {}


def test_a_wheel_is_taken_where_there_is_one(
    notebook: Path, public: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public.sdist("leaf", "1.0", fails="it must not be built")
    public.without_hashes = True
    succeed("install", notebook, "leaf")
    assert "source" not in record(notebook)
    move_away(tmp_path, monkeypatch)
    succeed("restore", notebook)
    assert installed(notebook)["leaf"] == "1.0"


def test_sources_of_an_index_without_hashes(notebook: Path, public: LocalIndex) -> None:
    public.sdist("from-source", "1.0")
    public.without_hashes = True
    succeed("install", notebook, "from-source")
    assert record(notebook)["source"] == ["from-source"]


# -- which index


@pytest.fixture(params=["recorded", "configured"])
def both(
    request: pytest.FixtureRequest,
    notebook: Path,
    public: LocalIndex,
    private: LocalIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> LocalIndex:
    """Return the private index, recorded in the notebook or configured for the machine's pip."""
    if request.param == "configured":
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", private.url)
        done = succeed("install", notebook, "in-house", "leaf")
    else:
        done = succeed("install", notebook, "in-house", "leaf", "--index", f"mine={private.url}")
    assert f"From {private.url}: in-house 1.0\n" in done.out
    assert f"From {public.url}: leaf 1.0, ipykernel 7.0\n" in done.out
    return private


def test_a_private_name_is_not_taken_from_a_stranger(
    notebook: Path, public: LocalIndex, both: LocalIndex
) -> None:
    before = notebook.read_bytes()
    public.wheel("in-house", "99.0")
    # The same as an index that answers 404, or whose password is missing.
    both.remove("in_house-1.0-py3-none-any.whl")
    for words in (["upgrade", notebook], ["install", "-U", notebook, "in-house"]):
        message = fail(*words, "-q")
        assert _refusal(notebook, both) in message
        assert record(notebook).get("indexes") or f"{public.url} offers in-house 99.0" in message
        assert "--any-index" in message
    assert notebook.read_bytes() == before
    assert installed(notebook)["in-house"] == "1.0"
    succeed("upgrade", notebook, "--any-index")
    assert installed(notebook)["in-house"] == "99.0"


def _refusal(notebook: Path, private: LocalIndex) -> str:
    """Return what the error says: a record lists the name, the machine's pip has no such list."""
    if record(notebook).get("indexes"):
        return f"in-house was not found on {private.url}."
    return "in-house would come from another index than before."


def test_the_same_version_of_a_stranger_is_not_taken_either(
    notebook: Path, public: LocalIndex, both: LocalIndex
) -> None:
    public.wheel("in-house", "1.0", modules={"in_house.py": "evil = True"})
    both.remove("in_house-1.0-py3-none-any.whl")
    public.wheel("other", "1.0")
    locked = [line for line in record(notebook)["lock"] if line.startswith("in-house==")]
    assert _refusal(notebook, both) in fail("install", notebook, "other", "-U", "-q")
    assert "other" not in installed(notebook)
    succeed("install", notebook, "other")  # this does not resolve the private name
    assert set(locked) < set(record(notebook)["lock"])


def test_an_upgrade_from_the_same_index_needs_no_word(
    notebook: Path, public: LocalIndex, both: LocalIndex
) -> None:
    both.wheel("in-house", "2.0")
    public.wheel("leaf", "2.0")
    done = succeed("upgrade", notebook)
    assert "~ in-house 1.0 → 2.0" in done.out
    assert installed(notebook)["leaf"] == "2.0"


def test_a_new_dependency_with_a_private_name_is_reported(
    notebook: Path, public: LocalIndex, private: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with pip, the best version of all indexes wins, but not silently."""
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", private.url)
    public.wheel("in-house", "99.0")
    done = succeed("install", notebook, "in-house")
    assert f"From {public.url}: in-house 99.0" in done.out
