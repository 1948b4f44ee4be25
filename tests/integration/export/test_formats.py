"""Every format, read by its own tool, and compared with its golden file."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import nbformat
import pytest
import yaml
from packaging.pylock import Pylock
from packaging.utils import canonicalize_name
from rattler import MatchSpec
from uv import find_uv_bin

from nbenv.environments import interpreters
from nbenv.export import FORMATS
from tests.conftest import write_notebook
from tests.integration.export.recorded import compare, spec, stock, write_recorded
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HASH_CHECKED = {"branch", "extra-leaf", "from-source", "ipykernel", "leaf", "only-windows"}


@pytest.fixture
def own(tmp_path: Path) -> Iterator[LocalIndex]:
    """The index that the notebook names."""
    with LocalIndex(tmp_path / "own") as served:
        yield served


@pytest.fixture
def shared(
    tmp_path: Path, index: LocalIndex, own: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A notebook that someone else made, with an index of its own."""
    monkeypatch.setenv("NBENV_RESTORE", "always")  # pylock asks an index only after an approval
    record = spec(stock(index, own), own)
    path = write_recorded(tmp_path / "shared" / "leaves.ipynb", record)
    index.requests.clear()
    return path


def exported(notebook: Path, name: str, *options: str) -> str:
    return succeed("export", notebook, "--format", name, *options).out


def run(*words: object, index: LocalIndex, folder: Path | None = None) -> str:
    environ = {**os.environ, "UV_DEFAULT_INDEX": index.url, "UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(
        list(map(str, words)), capture_output=True, text=True, env=environ, cwd=folder, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "pylock"])
def test_golden(name: str, shared: Path, index: LocalIndex, own: LocalIndex) -> None:
    file = FORMATS[name].file_for("leaves.ipynb")
    text = re.sub(r"(?s)(<<'NBENV' /opt/\S+\n).*?(\nNBENV\n)", r"\1…\2", exported(shared, name))
    text = re.sub(r"(?s)(<<\S+ /opt/nbenv/\n).*?(\n\n(?=USER|ENV|COPY|RUN))", r"\1…\2", text)
    text = re.sub(
        r'(nbenv\.environment=)"\w{32}"', r'\1"DIGEST"', text
    )  # of the index's address, too
    compare(text, file, index, own)  # without the programs that an image has
    assert index.requests == own.requests == []


def test_no_format_asks_a_host_that_the_notebook_names(
    shared: Path, index: LocalIndex, own: LocalIndex
) -> None:
    text = exported(shared, "pylock")
    compare(text, "pylock.toml", index, own)
    assert own.requests == []
    assert not index.downloads
    packages = tomllib.loads(text)["packages"]
    assert {each["name"] for each in packages if "wheels" in each or "sdist" in each} == (
        HASH_CHECKED
    )
    assert text.startswith("# Incomplete: this machine's index has no download URLs for private.")


def test_pylock_has_every_file_that_the_cache_knows(
    shared: Path, index: LocalIndex, own: LocalIndex, tmp_path: Path
) -> None:
    succeed("restore", shared)
    own.requests.clear()
    pylock = tmp_path / "pylock.toml"
    pylock.write_text(exported(shared, "pylock"), encoding="utf-8")
    assert own.requests == []
    parsed = Pylock.from_dict(tomllib.loads(pylock.read_text(encoding="utf-8")))
    assert {package.name for package in parsed.packages} == HASH_CHECKED | {"private"}
    run(find_uv_bin(), "venv", "-q", "-p", python(), tmp_path / "env", index=index)
    command = [find_uv_bin(), "pip", "sync", "-q", "-p", tmp_path / "env", pylock]
    run(*command, index=index)
    listed = run(find_uv_bin(), "pip", "list", "-p", tmp_path / "env", "--format=json", index=index)
    here = {row["name"] for row in json.loads(listed)}
    assert here - {"only-windows"} == HASH_CHECKED - {"only-windows"} | {"private"}


def test_offline_pylock_names_what_it_lacks(shared: Path, index: LocalIndex) -> None:
    index.close()
    text = exported(shared, "pylock")
    warning, _, _ = text.partition("\n")
    assert warning.startswith("# Incomplete: ")
    assert "for branch, extra-leaf, from-source" in warning
    packages = {each["name"]: each for each in tomllib.loads(text)["packages"]}
    assert packages["leaf"]["version"] == "1.0"
    assert packages["leaf"]["tool"]["nbenv"]["hashes"][0].startswith("sha256:")


def test_offline_pylock_uses_the_cache(shared: Path, index: LocalIndex, own: LocalIndex) -> None:
    before = exported(shared, "pylock")
    index.close()
    own.close()
    assert exported(shared, "pylock") == before


def python() -> str:
    found = interpreters.find(interpreters.default_python())
    assert found
    return found.executable


def test_uv_installs_the_project_in_the_locked_versions(
    shared: Path, index: LocalIndex, tmp_path: Path
) -> None:
    project = tmp_path / "project"
    project.mkdir()
    succeed("export", shared, "--format", "pyproject", "-o", project / "pyproject.toml")
    uv = find_uv_bin()
    run(uv, "sync", "-q", "-p", python(), index=index, folder=project)
    listed = run(uv, "pip", "list", "--format=json", index=index, folder=project)
    versions = {row["name"]: row["version"] for row in json.loads(listed)}
    assert versions == {
        "branch": "1.0",
        "extra-leaf": "1.0",
        "from-source": "1.0",
        "ipykernel": "7.0",
        "leaf": "1.0",
        "private": "3.0",
    }


def test_uv_runs_the_script(shared: Path, index: LocalIndex, tmp_path: Path) -> None:
    script = tmp_path / "leaves.py"
    succeed("export", shared, "--format", "script", "-o", script)
    assert run(find_uv_bin(), "run", "-q", "-p", python(), script, index=index) == "leaf 1.0\n"


def test_juv_reads_its_copy(shared: Path, index: LocalIndex, tmp_path: Path) -> None:
    copy = tmp_path / "leaves.juv.ipynb"
    succeed("export", shared, "--format", "juv", "-o", copy)
    nbformat.validate(nbformat.read(copy, as_version=4))
    juv = [Path(sys.executable).with_name("juv")]
    out = run(*juv, "export", copy, index=index)
    pins = [line.split()[0] for line in out.splitlines() if "==" in line and "#" not in line]
    assert {"branch==1.0", "leaf==1.0", "private==3.0", "from-source==1.0"} <= set(pins)
    # Once more, of the copy: there is one such cell, and the record is the same.
    again = json.loads(exported(copy, "juv"))
    assert again == json.loads(copy.read_text(encoding="utf-8"))


def test_conda_reads_the_environment(shared: Path, tmp_path: Path, own: LocalIndex) -> None:
    known = yaml.safe_load(exported(shared, "conda"))
    assert known["name"] == "leaves"
    *conda, pip = known["dependencies"]
    for text in conda:
        MatchSpec(text)  # raises where conda could not read it
    assert conda == [f"python={interpreters.default_python()}", "ipykernel=7.0", "pip"]
    assert pip["pip"] == [
        f"--extra-index-url {own.url}",
        "branch[more]==1.0",
        "from-source==1.0",
        "leaf==1.0",
        'only-windows==1.0 ; sys_platform == "win32"',
        "private==3.0",
    ]


def test_every_conda_name_is_one() -> None:
    names = json.loads(files("nbenv.export").joinpath("data/conda_names.json").read_text("utf-8"))
    for name, known in names.items():
        assert canonicalize_name(name) == name
        assert MatchSpec(f"{known}=1.0").name.normalized == known


def hadolint(path: Path) -> str:
    done = subprocess.run(
        [Path(sys.executable).with_name("hadolint"), "--no-color", path],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="hadolint has no wheel for Windows")
@pytest.mark.parametrize("options", [[], ["--serve"]], ids=["run", "serve"])
def test_hadolint_finds_nothing(
    options: list[str], shared: Path, index: LocalIndex, tmp_path: Path
) -> None:
    index.wheel("jupyterlab", "4.4.0", requires=["ipykernel"])
    path = tmp_path / "Dockerfile"
    succeed("export", shared, "--format", "dockerfile", *options, "-o", path)
    assert hadolint(path) == ""
    text = path.read_text(encoding="utf-8")
    assert text.index("--require-hashes") < text.index(
        'COPY --chown=1000:0 --chmod=664 ["leaves.ipynb"'
    )
    assert ("jupyterlab==4.4.0 --hash=" in text) == bool(options)


def test_serving_without_an_index_takes_any_lab(shared: Path, index: LocalIndex) -> None:
    index.close()
    assert "\njupyterlab>=4,<5\nNBENV\n" in exported(shared, "dockerfile", "--serve")


def test_wrong_words(shared: Path, tmp_path: Path) -> None:
    assert "--serve is for dockerfile" in fail("export", shared, "--serve", status=2)
    plain = write_notebook(tmp_path / "plain.ipynb", "1")
    for name in FORMATS:
        assert "records no environment" in fail("export", plain, "--format", name)
