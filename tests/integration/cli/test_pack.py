"""``nbenv pack`` and ``unpack``, with a local index that is down when it matters."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.notebook.metadata import write_metadata
from tests.conftest import write_other_copy
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex


@pytest.fixture
def packed(notebook: Path, index: LocalIndex, tmp_path: Path) -> Path:
    """Return a notebook's pack, with the index closed."""
    index.wheel("branch", "1.0", requires=["leaf", "only-windows ; sys_platform == 'win32'"])
    index.wheel("leaf", "1.0")
    index.wheel("only-windows", "1.0", tag="py3-none-win_amd64")
    succeed("install", notebook, "branch")
    file = tmp_path / "work.nbpack"
    assert succeed("pack", notebook, "-o", file).out.startswith("Packed work.ipynb into ")
    return file


def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Act as another machine: no state of nbenv, no cache of uv."""
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "other-cache"))
    return tmp_path / "unpacked"


def wheels(file: Path) -> set[str]:
    with zipfile.ZipFile(file) as archive:
        return {name.split("-")[0] for name in archive.namelist() if name.startswith("wheels/")}


def test_unpack_needs_no_network(
    packed: Path, notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = elsewhere(tmp_path, monkeypatch)
    index.close()
    succeed("unpack", packed, "-o", folder)
    copy = folder / "work.ipynb"
    assert copy.read_bytes() == notebook.read_bytes()
    environment = NotebookSnapshot.read(NotebookRef(str(copy))).environment
    assert {"branch", "leaf", "ipykernel"} == environment.installed().keys()
    assert wheels(packed) == {"wheels/branch", "wheels/leaf", "wheels/ipykernel"}
    succeed("unpack", packed, "-o", folder)
    copy.write_text(copy.read_text(encoding="utf-8").replace("1 + 1", "2"), encoding="utf-8")
    assert "already exists, and is another notebook" in fail("unpack", packed, "-o", folder)


def test_wheels_of_another_platform(packed: Path, notebook: Path) -> None:
    before = packed.read_bytes()
    succeed("pack", notebook, "-o", packed)
    assert packed.read_bytes() == before
    both = ["--platform", "windows-x86_64", "--platform", "linux-x86_64"]
    succeed("pack", notebook, "-o", packed, *both)
    assert "wheels/only_windows" in wheels(packed)
    assert "There is no platform 'amiga'" in fail("pack", notebook, "--platform", "amiga", status=2)


def test_an_altered_wheel_is_refused(
    packed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = elsewhere(tmp_path, monkeypatch)
    altered = tmp_path / "altered.nbpack"
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if "leaf" in name:
                with zipfile.ZipFile(tmp_path / "leaf.whl", "w") as wheel:
                    wheel.writestr("leaf.py", "raise SystemExit")
                content = (tmp_path / "leaf.whl").read_bytes()
            target.writestr(name, content)
    told = fail("unpack", altered, "-o", folder)
    assert "not the one that the notebook's lock names" in told, told


def test_what_cannot_be_packed(
    notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "records no environment" in fail("pack", notebook)
    index.sdist("from-source", "1.0")
    succeed("install", notebook, "from-source")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    shared = write_other_copy(notebook, tmp_path / "shared")
    index.requests.clear()
    assert "Nothing was downloaded" in fail("pack", shared, status=3)
    assert index.requests == []


def test_what_is_built_from_source(
    notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.sdist("from-source", "1.0", requires=["leaf"])
    index.wheel("leaf", "1.0")
    succeed("install", notebook, "from-source")
    file = tmp_path / "work.nbpack"
    succeed("pack", notebook, "-o", file)
    before = file.read_bytes()
    assert wheels(file) == {"wheels/from_source", "wheels/leaf", "wheels/ipykernel"}
    succeed("pack", notebook, "-o", file, "--platform", "windows-x86_64")
    succeed("pack", notebook, "-o", file)
    assert file.read_bytes() == before
    folder = elsewhere(tmp_path, monkeypatch)
    index.close()
    said = fail("unpack", file, "-o", folder)
    assert "This pack holds what its packer built: from-source." in said
    assert f"nbenv unpack --yes {file}" in said
    assert not folder.exists()
    succeed("unpack", "--yes", file, "-o", folder)
    environment = NotebookSnapshot.read(NotebookRef(str(folder / "work.ipynb"))).environment
    assert {"from-source", "leaf", "ipykernel"} == environment.installed().keys()
    assert succeed("status", folder / "work.ipynb", "--json").json["ready"]
    altered = tmp_path / "altered.nbpack"
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(altered, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "pack.json":
                about = json.loads(content)
                about["built"] = dict.fromkeys(about["built"], f"sha256:{'0' * 64}")
                content = json.dumps(about).encode()
            target.writestr(name, content)
    elsewhere(tmp_path / "third", monkeypatch)
    assert "lock names" in fail("unpack", "--yes", altered, "-o", tmp_path / "third")


def test_a_source_that_does_not_build(notebook: Path, index: LocalIndex) -> None:
    index.sdist("from-source", "1.0")
    succeed("install", notebook, "from-source")
    index.close()
    assert "from-source" in fail("pack", notebook)
    assert not notebook.with_suffix(".nbpack").exists()


def test_hostile_packs(tmp_path: Path, notebook: Path) -> None:
    file = tmp_path / "x.nbpack"
    file.write_bytes(b"nothing of the kind")
    assert "cannot be unpacked" in fail("unpack", file)
    inside, outside = tmp_path / "a" / "b" / "outside.ipynb", tmp_path / "outside.ipynb"
    write_pack(file, "../../outside.ipynb", notebook)
    assert "records no environment" in fail("unpack", file, "-o", tmp_path / "a" / "b")
    assert not inside.exists()
    record = {
        "version": 1, "python": "3.11", "requirements": ["six"],
        "lock": [f"six==1.0 --hash=sha256:{'0' * 64}"],
    }  # fmt: skip
    write_metadata(str(notebook), {"nbenv": record})
    write_pack(file, "../../outside.ipynb", notebook)
    fail("unpack", file, "-o", tmp_path / "a" / "b")  # it holds no wheels
    assert inside.exists()
    assert not outside.exists()


def write_pack(file: Path, name: str, notebook: Path) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("pack.json", json.dumps({"version": 1, "notebook": name}))
        archive.writestr(name, notebook.read_text(encoding="utf-8"))
