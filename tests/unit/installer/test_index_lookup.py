"""The files that an index has of locked versions, found without a download."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.errors import InstallerError
from nbenv.installer.index_lookup import (
    cached_files,
    cached_names,
    files_offered_by,
    first_index_of,
    offered_files,
)
from nbenv.installer.wheel_choice import File
from tests.support.index import UPLOAD_TIME, LocalIndex
from tests.support.wheels import make_wheel


def locked(name: str, version: str) -> LockedDistribution:
    return LockedDistribution(name, version)


def names(found: dict[str, list[File]]) -> dict[str, list[str]]:
    return {name: sorted(file.name for file in files) for name, files in found.items()}


def test_files_of_locked_versions(index: LocalIndex) -> None:
    wheel = index.wheel("leaf", "1.0", requires=["nothing-like-this"])
    index.wheel("leaf", "2.0")
    index.sdist("leaf", "1.0", fails="it must not be built")
    found = offered_files([locked("leaf", "1.0"), locked("gone", "1.0")], "3.11")
    assert names(found) == {"leaf": ["leaf-1.0-py3-none-any.whl", "leaf-1.0.tar.gz"], "gone": []}
    file = next(each for each in found["leaf"] if not each.is_source)
    assert file.digest == f"sha256:{index.sha256(wheel.name)}"
    assert file.size == wheel.stat().st_size
    assert file.url.startswith(index.url_for("files/"))
    assert file.uploaded is not None
    assert file.uploaded[:10] == UPLOAD_TIME[:10]
    assert index.downloads == []


def test_what_is_not_looked_up(index: LocalIndex) -> None:
    direct = LockedDistribution("a", None, "https://h.invalid/a.zip")
    assert offered_files([direct, locked("nbenv-notebook", "1.0")], "3.11") == {}
    assert index.requests == []


def test_an_index_that_does_not_answer(index: LocalIndex) -> None:
    index.status = 500
    with pytest.raises(InstallerError):
        offered_files([locked("leaf", "1.0")], "3.11")


def test_a_local_version_on_a_second_index(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with LocalIndex(tmp_path / "extra") as extra:
        extra.wheel("leaf", "1.0+cpu")
        monkeypatch.setenv("PIP_EXTRA_INDEX_URL", extra.url)
        found = offered_files([locked("leaf", "1.0+cpu")], "3.11")
    assert names(found) == {"leaf": ["leaf-1.0+cpu-py3-none-any.whl"]}


def test_a_folder_of_wheels(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("linked", "0.5")  # uv looks into the folder for names that the index has too
    wheel = make_wheel(tmp_path / "links", "linked", "1.0")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    [file] = offered_files([locked("linked", "1.0")], "3.11")["linked"]
    assert (file.name, file.size, file.url) == (wheel.name, wheel.stat().st_size, wheel.as_uri())
    assert str(file.digest).startswith("sha256:")


def test_the_cache_answers_for_an_index_that_is_down(index: LocalIndex) -> None:
    index.wheel("leaf", "1.0")
    wanted = [locked("leaf", "1.0")]
    offered = offered_files(wanted, "3.11")
    index.requests.clear()
    index.close()
    assert names(cached_files(wanted, "3.11", ())) == names(offered)
    assert index.requests == []
    assert cached_files([], "3.11", ()) == {}


def test_one_index_is_asked_alone(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0")
    with LocalIndex(tmp_path / "extra") as extra:
        extra.wheel("leaf", "1.0", modules={"leaf.py": "other = 1"})
        spec = Spec("3.11", indexes=(Index("extra", extra.url),))
        [file] = files_offered_by(extra.url, [locked("leaf", "1.0")], spec)["leaf"]
        assert file.digest == f"sha256:{extra.sha256('leaf-1.0-py3-none-any.whl')}"
    assert index.requests == []


@pytest.mark.parametrize("variable", ["UV_NO_CONFIG", "UV_CONFIG_FILE"])
def test_settings_of_the_user_do_not_replace_ours(
    variable: str, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "uv.toml"
    settings.write_text('resolution = "highest"\n', encoding="utf-8")
    monkeypatch.setenv(variable, "1" if variable == "UV_NO_CONFIG" else str(settings))
    index.wheel("leaf", "1.0")
    found = offered_files([locked("leaf", "1.0"), locked("gone", "1.0")], "3.11")
    assert names(found) == {"leaf": ["leaf-1.0-py3-none-any.whl"], "gone": []}


def test_settings_that_cannot_be_read(
    index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CONFIG_FILE", str(tmp_path / "none.toml"))
    with pytest.raises(InstallerError, match="settings"):
        offered_files([locked("leaf", "1.0")], "3.11")


def test_the_first_index_that_can_meet_a_requirement(index: LocalIndex, tmp_path: Path) -> None:
    for version in ("1.0", "3.0"):
        index.wheel("leaf", version)
    index.wheel("twig", "1.0")
    with LocalIndex(tmp_path / "far") as far:
        far.wheel("leaf", "2.0", requires=["nowhere"])
        far.wheel("early", "1.0a1")
        place = [Index("far", far.url, packages=())]
        asked = ["leaf[x]<3", "twig", "early", "nowhere"]
        assert first_index_of(asked, "3.11", place) == {
            "leaf": far.url, "twig": index.url, "early": far.url
        }  # fmt: skip
        assert first_index_of(["leaf>=3", "leaf-plus @ ./x"], "3.11", place) == {}
        assert far.downloads == []


def test_names_of_which_the_cache_knows_a_file(index: LocalIndex, tmp_path: Path) -> None:
    with LocalIndex(tmp_path / "far") as far:
        wheel = far.wheel("leaf", "1.0")
        place = Index("far", far.url)
        line = LockedDistribution("leaf", "1.0", hashes=(f"sha256:{far.sha256(wheel.name)}",))
        assert cached_names(place, [line], "3.11") == set()
        files_offered_by(far.url, [line], Spec("3.11", indexes=(place,)))
        assert cached_names(place, [line, locked("other", "1.0")], "3.11") == {"leaf"}
        assert cached_names(place, [locked("leaf", "1.0")], "3.11") == set()
