"""One command sets the version in every file that has it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tools.set_version import PLACES, ROOT, main, set_version


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a folder with the files of this checkout that have the version."""
    for name in PLACES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_only_the_version_changes(copy: Path) -> None:
    before = {name: (copy / name).read_text(encoding="utf-8") for name in PLACES}
    set_version("12.3.45", copy)
    for name, text in before.items():
        after = (copy / name).read_text(encoding="utf-8")
        pairs = zip(text.splitlines(), after.splitlines(), strict=True)
        [(old, new)] = [pair for pair in pairs if pair[0] != pair[1]]
        assert "12.3.45" in new
        assert "12.3.45" not in old


@pytest.mark.parametrize("version", ["", "1", "1.2", "1.2.3rc1", "v1.2.3", "01.2.3", "1.2.3\n"])
def test_what_is_no_version_changes_nothing(copy: Path, version: str) -> None:
    before = {name: (copy / name).read_bytes() for name in PLACES}
    with pytest.raises(ValueError, match=r"of the form 1\.2\.3"):
        set_version(version, copy)
    assert {name: (copy / name).read_bytes() for name in PLACES} == before


def test_a_file_without_a_place_leaves_the_others_alone(copy: Path) -> None:
    (copy / "CITATION.cff").write_text("cff-version: 1.2.0\n", encoding="utf-8")
    before = (copy / "nbenv" / "_version.py").read_bytes()
    with pytest.raises(ValueError, match=r"CITATION\.cff has 0 places"):
        set_version("1.2.3", copy)
    assert (copy / "nbenv" / "_version.py").read_bytes() == before


def test_wrong_words(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main(["one"]) == 1
    assert "one is no version" in capsys.readouterr().err
