"""Packs with what their packer built: taken from those who agree, and from their hashes alone."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from nbenv.errors import NbenvError
from nbenv.operations.pack import pack
from nbenv.operations.unpack import unpack
from nbenv.progress import drain
from tests.support.environments import install, ref_of, versions
from tests.support.index import LocalIndex


@pytest.fixture
def packed(notebook: Path, index: LocalIndex) -> Path:
    index.sdist("from-source", "1.0")
    install(notebook, "from-source")
    drain(pack(ref_of(notebook), None, ()))
    return notebook.with_suffix(".nbpack")


def test_whoever_unpacks_is_asked(packed: Path, tmp_path: Path) -> None:
    asked: list[str] = []
    with pytest.raises(NbenvError, match="This pack holds what its packer built: from-source"):
        drain(unpack(str(packed), str(tmp_path / "there"), lambda text: bool(asked.append(text))))
    assert len(asked) == 1
    assert not (tmp_path / "there").exists()
    drain(unpack(str(packed), str(tmp_path / "there"), lambda text: True))
    assert versions(tmp_path / "there" / "work.ipynb") == {"from-source": "1.0"}


@pytest.mark.parametrize("built", [["from-source"], {"from-source": "md5:1"}, {"from-source": 1}])
def test_what_has_no_hash_is_refused(built: object, packed: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.nbpack"
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(other, "w") as target:
        about = {**json.loads(source.read("pack.json")), "built": built}
        target.writestr("pack.json", json.dumps(about))
        target.writestr("work.ipynb", source.read("work.ipynb"))
    with pytest.raises(NbenvError, match="cannot be unpacked"):
        drain(unpack(str(other), str(tmp_path / "there"), lambda text: True))
    assert not (tmp_path / "there").exists()


def test_nobody_is_asked_about_what_is_refused_anyway(packed: Path, tmp_path: Path) -> None:
    place = tmp_path / "there" / "work.ipynb"
    place.parent.mkdir()
    place.write_text("mine", encoding="utf-8")
    asked: list[str] = []
    with pytest.raises(NbenvError, match="already exists, and is another notebook"):
        drain(unpack(str(packed), str(place.parent), lambda text: not asked.append(text)))
    assert asked == []
    assert place.read_text(encoding="utf-8") == "mine"
