"""The kernelspec for Jupyters elsewhere: written, found and removed."""

from __future__ import annotations

import json
import site
import sys
import sysconfig
from pathlib import Path

import pytest

import nbenv
from nbenv.errors import NbenvError
from nbenv.operations.setup.user_kernelspec import remove_kernelspec, write_kernelspec


@pytest.fixture(autouse=True)
def places(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")  # the user's kernelspecs come first
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path / "nowhere"))


@pytest.fixture
def prefix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the prefix of an installed nbenv."""
    source = tmp_path / "prefix" / "share" / "jupyter" / "kernels" / "nbenv"
    source.mkdir(parents=True)
    described: dict[str, object] = {
        "argv": ["python", "-c", "x"],
        "display_name": "Python (own environment)",
    }
    described["metadata"] = {"kernel_provisioner": {"provisioner_name": "nbenv"}}
    (source / "kernel.json").write_text(json.dumps(described), encoding="utf-8")
    (source / "logo.svg").write_text("<svg/>", encoding="utf-8")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    return source


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return where the user's kernelspec is written."""
    return tmp_path / "data" / "kernels" / "nbenv"


def test_it_names_this_interpreter_and_no_provisioner(prefix: Path, written: Path) -> None:
    write_kernelspec()
    done = write_kernelspec()  # it may be there already
    assert done.summary == f"Wrote the kernelspec to {written}."
    described = json.loads((written / "kernel.json").read_text(encoding="utf-8"))
    assert described == {
        "argv": [sys.executable, "-c", "x"],
        "display_name": "Python (own environment)",
        "metadata": {},
    }
    assert (written / "logo.svg").exists()


def test_it_is_removed_again(prefix: Path, written: Path) -> None:
    write_kernelspec()
    assert remove_kernelspec().summary == f"Removed the kernelspec from {written}."
    assert not written.exists()
    assert remove_kernelspec().summary == f"There is no kernelspec in {written}."
    assert (prefix / "kernel.json").exists()


def test_that_of_another_nbenv_stays(prefix: Path, written: Path, tmp_path: Path) -> None:
    write_kernelspec()
    file, other = written / "kernel.json", tmp_path / "python"
    described = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**described, "argv": [str(other)]}), encoding="utf-8")
    other.touch()
    with pytest.raises(NbenvError, match=f"belongs to the nbenv of {other}"):
        remove_kernelspec()
    assert file.exists()
    other.unlink()  # that nbenv was uninstalled: it is of no use to anybody
    remove_kernelspec()
    assert not written.exists()


def test_one_installed_for_the_user_is_completed_and_left_to_pip(
    prefix: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = tmp_path / "prefix"
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "system"))
    monkeypatch.setattr(site, "getuserbase", lambda: str(base))
    monkeypatch.setattr(site, "ENABLE_USER_SITE", True)
    monkeypatch.setattr(site, "getusersitepackages", lambda: str(Path(nbenv.__file__).parents[1]))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(base / "share" / "jupyter"))
    write_kernelspec()
    described = json.loads((prefix / "kernel.json").read_text(encoding="utf-8"))
    assert described["argv"][0] == sys.executable
    with pytest.raises(NbenvError, match="pip uninstall jupyter-nbenv"):
        remove_kernelspec()
    assert (prefix / "kernel.json").exists()


def test_an_nbenv_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(NbenvError, match="not installed"):
        write_kernelspec()
