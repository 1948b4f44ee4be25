"""Everyday commands on the command line, with a local index."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packaging.pylock import Pylock
from uv import find_uv_bin

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.environments.environment import Environment
from tests.conftest import write_other_copy
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex
from tests.support.wheels import make_project, make_wheel

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def record(notebook: Path) -> Any:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["nbenv"]


def environment(notebook: Path) -> Environment:
    return NotebookSnapshot.read(NotebookRef(str(notebook))).environment


def installed(notebook: Path) -> dict[str, str]:
    return {name: each.version for name, each in environment(notebook).installed().items()}


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    index.wheel("branch", "1.0", requires=["leaf"], extras={"more": ["extra-leaf"]})
    index.wheel("extra-leaf", "1.0")
    index.wheel("early", "1.0")
    index.wheel("early", "2.0rc1")
    index.wheel("taken-back", "1.0")
    index.wheel("taken-back", "2.0", yanked=True)
    index.sdist("from-source", "1.0")
    return index


def test_install_records_and_repeating_changes_no_byte(notebook: Path, stocked: LocalIndex) -> None:
    original = notebook.read_text(encoding="utf-8")
    done = succeed("install", notebook, "Branch")
    assert done.out == "Installed branch 1.0 (and 1 more package).\n"
    value = record(notebook)
    assert list(value) == ["lock", "python", "requirements", "version"]
    assert value["requirements"] == ["branch"]
    assert [line.split()[0] for line in value["lock"]] == [
        "branch==1.0", "ipykernel==7.0", "leaf==2.0",
    ]  # fmt: skip
    assert all("--hash=sha256:" in line for line in value["lock"])
    assert "127.0.0.1" not in notebook.read_text(encoding="utf-8")
    assert notebook.read_text(encoding="utf-8").startswith(
        original[: original.index('"metadata": {')]
    )
    first = notebook.read_bytes()
    assert succeed("install", notebook, "branch").out == "Already installed: branch 1.0.\n"
    assert notebook.read_bytes() == first


def test_what_can_be_asked_for(notebook: Path, stocked: LocalIndex, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path / "notebooks", "local-wheel", "1.0")
    project = make_project(tmp_path, "local-project", "1.0", modules={"local_project.py": ""})
    listed = tmp_path / "requirements.txt"
    listed.write_text(
        "# some\nearly\ntaken-back ; python_full_version >= '3.1'\n", encoding="utf-8"
    )
    succeed("install", notebook, "branch[more]", "leaf<2", "from-source ; os_name == 'nope'")
    succeed("install", notebook, wheel, "-e", project, "-r", listed)
    assert record(notebook)["requirements"] == [
        "branch[more]",
        "early",
        'from-source; os_name == "nope"',
        "leaf<2",
        "local-project @ ../local-project",
        "local-wheel @ ./local_wheel-1.0-py3-none-any.whl",
        'taken-back; python_full_version >= "3.1"',
    ]
    assert record(notebook)["editable"] == ["local-project"]
    assert installed(notebook) == {
        "branch": "1.0",
        "early": "1.0",
        "extra-leaf": "1.0",
        "ipykernel": "7.0",
        "leaf": "1.0",
        "local-project": "1.0",
        "local-wheel": "1.0",
        "taken-back": "1.0",
    }
    assert succeed("status", notebook, "--json").json["drift"] == []


def test_git(notebook: Path, stocked: LocalIndex, tmp_path: Path) -> None:
    project = make_project(tmp_path, "in-git", "1.0", modules={"in_git.py": ""})
    git = ["git", "-C", str(project), "-c", "user.name=t", "-c", "user.email=t@example.invalid"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    succeed("install", notebook, f"git+{project.as_uri()}")
    assert record(notebook)["requirements"] == [f"in-git @ git+{project.as_uri()}"]
    line = next(line for line in record(notebook)["lock"] if line.startswith("in-git"))
    assert len(line.rpartition("@")[2]) == 40
    assert installed(notebook)["in-git"] == "1.0"


def test_url(notebook: Path, stocked: LocalIndex) -> None:
    page = next(path for path in stocked.folder.iterdir() if path.name.startswith("leaf-1.0"))
    done = nbenv("install", notebook, f"leaf @ {page.as_uri()}")
    assert done.status == 0, done.err
    assert installed(notebook)["leaf"] == "1.0"


def test_sources_are_built(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "from-source")
    assert installed(notebook)["from-source"] == "1.0"


def test_pre_releases_and_upgrades(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "early", "leaf==1.0")
    succeed("install", notebook, "--pre", "early", "-U")
    assert installed(notebook)["early"] == "2.0rc1"
    assert succeed("upgrade", notebook).out == "Everything is up to date.\n"
    succeed("install", notebook, "leaf>=1")
    assert installed(notebook)["leaf"] == "1.0"  # nothing moves needlessly
    outdated = succeed("outdated", notebook, "--json").json
    assert [row["name"] for row in outdated] == ["leaf"]
    assert succeed("upgrade", notebook, "leaf", "--dry-run").out.startswith("~ leaf 1.0 → 2.0")
    assert installed(notebook)["leaf"] == "1.0"
    assert "~ leaf 1.0 → 2.0" in succeed("upgrade", notebook).out
    assert installed(notebook)["leaf"] == "2.0"


def test_uninstall_takes_orphans_along(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "branch", "early")
    done = succeed("uninstall", notebook, "branch")
    assert done.out == "Uninstalled branch (and 1 more package).\n"
    assert installed(notebook) == {"early": "1.0", "ipykernel": "7.0"}
    assert "does not require leaf" in fail("uninstall", notebook, "leaf")
    assert "kernel itself" in fail("uninstall", notebook, "ipykernel")


def test_undo_goes_back_step_by_step(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "early")
    first = notebook.read_bytes()
    succeed("install", notebook, "branch")
    succeed("uninstall", notebook, "early")
    succeed("undo", notebook)
    succeed("undo", notebook)
    assert notebook.read_bytes() == first
    succeed("undo", notebook)
    assert record(notebook)["requirements"] == []
    assert installed(notebook) == {"ipykernel": "7.0"}
    assert "no change" in fail("undo", notebook)


def test_looking(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "branch")
    before = notebook.read_bytes()
    names = [row["name"] for row in succeed("list", notebook, "--json").json]
    assert names == ["branch", "ipykernel", "leaf"]
    assert succeed("tree", notebook).out == "branch 1.0\n└── leaf 2.0\nipykernel 7.0\n"
    assert succeed("why", notebook, "leaf").out == "branch → leaf\n"
    assert "branch: required as branch" in succeed("why", notebook, "branch").out
    status = succeed("status", notebook, "--json").json
    assert (status["ready"], status["drift"], status["stale"]) == (True, [], [])
    assert notebook.read_bytes() == before


def test_status_shows_drift_and_a_stale_lock(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "leaf")
    command = [find_uv_bin(), "pip", "install", "--python", environment(notebook).python]
    subprocess.run([*command, "--index-url", stocked.url, "early"], check=True, capture_output=True)
    assert "early 1.0 is installed, but not locked" in succeed("status", notebook).out
    succeed("install", notebook, "extra-leaf")
    assert "early" in installed(notebook)  # drift stays, and is still shown
    succeed("restore", notebook)
    assert "early" not in installed(notebook)
    text = notebook.read_text(encoding="utf-8")
    notebook.write_text(text.replace('"leaf"', '"leaf<2"'), encoding="utf-8")
    assert "Stale lock: it does not satisfy leaf<2" in succeed("status", notebook).out


def test_another_machine_gets_the_same(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    succeed("install", notebook, "branch", "leaf<2")
    here = installed(notebook)
    shared = write_other_copy(notebook, tmp_path / "elsewhere")
    before = shared.read_bytes()
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    stocked.wheel("branch", "9.0")
    stocked.requests.clear()
    for verb in (["install", shared, "early"], ["upgrade", shared]):
        assert "Nothing was downloaded or run." in fail(*verb, status=3)
    assert succeed("status", shared, "--json").json["approved"] is False
    assert stocked.requests == []
    succeed("restore", shared)
    assert installed(shared) == here
    assert shared.read_bytes() == before
    succeed("install", shared, "early")


def test_export(notebook: Path, stocked: LocalIndex, tmp_path: Path) -> None:
    succeed("install", notebook, "branch", "from-source")
    assert succeed("export", notebook).out == "branch\nfrom-source\n"
    wanted = installed(notebook)
    locked = tmp_path / "locked.txt"
    succeed("export", notebook, "--format", "requirements-locked", "-o", locked)
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "plain"], check=True)
    python = tmp_path / "plain" / "bin" / "python"
    pip = [python, "-m", "pip", "install", "-q", "--require-hashes", "--no-build-isolation"]
    subprocess.run([python, "-m", "pip", "install", "-q", "setuptools"], check=False)
    subprocess.run([*pip, "-r", locked], check=True)
    listed = subprocess.run(
        [python, "-m", "pip", "list", "--format", "json"], check=True, capture_output=True
    )
    assert (
        wanted.items() <= {row["name"]: row["version"] for row in json.loads(listed.stdout)}.items()
    )
    pylock = tmp_path / "pylock.toml"
    succeed("export", notebook, "--format", "pylock", "-o", pylock)
    parsed = Pylock.from_dict(tomllib.loads(pylock.read_text(encoding="utf-8")))
    assert {package.name: str(package.version) for package in parsed.packages} == wanted
    uv = find_uv_bin()
    subprocess.run([uv, "venv", "-q", "-p", sys.executable, tmp_path / "uv"], check=True)
    target = tmp_path / "uv" / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "-p", target, "-r", pylock], check=True)


def test_another_python(notebook: Path, stocked: LocalIndex) -> None:
    own = interpreters.default_python()
    other = next((each.python for each in interpreters.available() if each.python != own), None)
    if other is None:
        pytest.skip("this machine has one Python only")
    succeed("install", notebook, "branch")
    old = environment(notebook)
    done = succeed("python", notebook, other)
    assert done.out == f"Moved from Python {own} to {other}.\n"
    assert record(notebook)["python"] == other
    assert environment(notebook) != old
    assert old.path.exists()  # a kernel may still run in it
    succeed("undo", notebook)
    assert record(notebook)["python"] == own


def test_machine(notebook: Path, stocked: LocalIndex, home: Path) -> None:
    succeed("install", notebook, "leaf")
    known = succeed("envs", "--json").json
    assert [(each["notebook"], each["unused"]) for each in known] == [(str(notebook), False)]
    notebook.unlink()
    os.utime(known[0]["path"], (0, 0))
    assert succeed("prune", "--dry-run").out.endswith("Would remove 1 unused environment.\n")
    assert succeed("prune", "--json").json == {"removed": [known[0]["name"]]}
    assert succeed("envs", "--json").json == []
    checks = {each["check"]: each["ok"] for each in succeed("doctor", "--json").json}
    assert checks["folder"]
    assert checks["installer"]
    assert checks["kernelspec"]


def test_private_files(notebook: Path, stocked: LocalIndex, home: Path) -> None:
    succeed("install", notebook, "leaf")
    assert (home / "secret").stat().st_mode & 0o077 == 0
    assert home.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in (home / "notebooks").iterdir())


def test_words_of_pip(notebook: Path, stocked: LocalIndex) -> None:
    succeed("install", notebook, "leaf")
    words = ("pip", "--environment", environment(notebook).identifier, "--")
    succeed(*words, "install", "-q", "--upgrade", "early", "--no-cache-dir")
    assert record(notebook)["requirements"] == ["early", "leaf"]
    assert "leaf==2.0" in succeed(*words, "freeze").out
    assert "Version: 2.0" in succeed(*words, "show", "leaf").out
    succeed(*words, "uninstall", "-y", "leaf")
    assert record(notebook)["requirements"] == ["early"]
    assert "not available" in fail(*words, "download", "leaf", status=2)
    assert "--target cannot be followed" in fail(
        *words, "install", "--target", "x", "leaf", status=2
    )
