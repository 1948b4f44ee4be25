"""Fingerprints of local projects: what changes them, and what does not."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.environments import local_projects
from nbenv.environments.local_projects import digest_of, fingerprint

DECLARES = """
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "mine"
version = "1.0"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    made = tmp_path / "mine"
    (made / "mine").mkdir(parents=True)
    (made / "pyproject.toml").write_text(DECLARES)
    (made / "mine" / "__init__.py").write_text("one = 1\n")
    return made


def edited(project: Path) -> None:
    module = project / "mine" / "__init__.py"
    known = module.stat()
    module.write_text("two = 2\n")
    os.utime(module, ns=(known.st_atime_ns, known.st_mtime_ns))  # as before, like its size


def added(project: Path, name: str) -> None:
    (project / name).parent.mkdir(parents=True)
    (project / name).write_text("new")


CHANGES: dict[str, Callable[[Path], object]] = {
    "edited": edited,
    "added": lambda project: (project / "setup.py").write_text("print()"),
    "removed": lambda project: (project / "mine" / "__init__.py").unlink(),
    "renamed": lambda project: (project / "mine").rename(project / "other"),
    "backend": lambda project: (project / "backend.py").write_text(""),
    "link": lambda project: (project / "data").symlink_to("/etc"),
    "empty": lambda project: (project / "mine" / "data").touch(),
    "unreadable": lambda project: (project / "gone").symlink_to("/nowhere"),
    "compiled": lambda project: (project / "setup_helper.pyc").write_bytes(b"x"),
    "entry point": lambda project: added(project, "evil.egg-info/entry_points.txt"),
    "modules": lambda project: added(project, "node_modules/evil.py"),
    "cache": lambda project: added(project, "__pycache__/evil.py"),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_another_project_has_another_fingerprint(project: Path, kind: str) -> None:
    before = fingerprint(project)
    assert before == fingerprint(project)
    CHANGES[kind](project)
    assert fingerprint(project) != before


def test_what_a_linked_file_holds_counts(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("1")
    (project / "linked.py").symlink_to(outside)
    before = fingerprint(project)
    outside.write_text("2")
    assert fingerprint(project) != before


def test_what_a_linked_folder_holds_counts(project: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (project / "src").symlink_to(outside)
    (outside / "again").symlink_to(project)
    before = fingerprint(project)
    (outside / "setup.py").write_text("print()")
    assert fingerprint(project) != before


def test_what_cannot_be_read_hides_nothing_else(project: Path) -> None:
    (project / "a").symlink_to("a")
    os.mkfifo(project / "b")
    before = fingerprint(project)
    edited(project)
    assert fingerprint(project) != before


def test_the_files_of_the_system_have_no_end(project: Path) -> None:
    (project / "system").symlink_to("/proc/sys/vm")
    assert fingerprint(project) != ""
    assert fingerprint(Path("/proc/kmsg")) == fingerprint(Path("/proc/kmsg")) != ""


def test_what_looks_the_same_is_not_read_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = fingerprint(project)
    monkeypatch.setattr(local_projects, "_content", lambda path: pytest.fail(f"{path} is read"))
    assert fingerprint(project) == before


@pytest.mark.parametrize(
    "name",
    [
        ".git/index", "mine/__pycache__/a.pyc", "mine.egg-info/PKG-INFO", "notebooks/nb.ipynb",
        "data/.ipynb_checkpoints/nb-checkpoint.ipynb",
    ],
)  # fmt: skip
def test_what_tools_write_all_the_time_does_not(project: Path, name: str) -> None:
    before = fingerprint(project)
    (project / name).parent.mkdir(parents=True)
    (project / name).write_text("new")
    assert fingerprint(project) == before


def test_a_home_of_nbenv_in_it_does_not(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_HOME", str(project / "envs" / "home"))
    before = fingerprint(project)
    for name in ("home/envs/x/lib/a.py", "home/state/y.json"):
        (project / "envs" / name).parent.mkdir(parents=True)
        (project / "envs" / name).write_text("new")
    assert fingerprint(project) == before
    (project / "envs" / "mine.py").write_text("new")
    assert fingerprint(project) != before


HEADER = "# ---\n# jupyter:\n#   nbenv: {}\n# ---\n"


def test_the_header_of_a_text_notebook_does_not(project: Path) -> None:
    notebook = project / "nb.py"
    notebook.write_text(HEADER + "one = 1\n")
    before = fingerprint(project)
    notebook.write_text(HEADER.replace("{}", "{record: 1}") + "one = 1\n")
    assert fingerprint(project) == before
    notebook.write_text(HEADER + "two = 2\n")
    assert fingerprint(project) != before


@pytest.mark.parametrize(
    "text",
    [
        "# ---\n# coding: {}\n# ---\n",  # names the encoding of the rest
        "# ---\n# jupyter:\n{}\n# ---\n",
        "# ---\n# jupyter:\n#\r{}\n# ---\n",
        "# ---\n# jupyter:\n# {}\n",
    ],
)
def test_what_is_no_such_header_counts(project: Path, text: str) -> None:
    (project / "nb.py").write_text(text.replace("{}", "one"))
    before = fingerprint(project)
    (project / "nb.py").write_text(text.replace("{}", "two"))
    assert fingerprint(project) != before


def test_modules_of_a_project_in_place_may_be_edited(project: Path) -> None:
    before = fingerprint(project, in_place=True)
    edited(project)
    assert fingerprint(project, in_place=True) == before
    (project / "pyproject.toml").write_text(DECLARES + "description = 'x'\n")
    assert fingerprint(project, in_place=True) != before


@pytest.mark.parametrize(
    "more",
    [
        "[tool.setuptools.dynamic]\nversion = {attr = 'mine.one'}\n",
        "[tool.hatch.build.hooks.custom]\n",
        "[tool.pdm.build]\n",
    ],
)
def test_where_the_build_runs_modules_they_count(project: Path, more: str) -> None:
    (project / "pyproject.toml").write_text(DECLARES + more)
    before = fingerprint(project, in_place=True)
    edited(project)
    assert fingerprint(project, in_place=True) != before


@pytest.mark.parametrize(
    "name", ["setup.py", "setup.cfg", "hatch.toml", "hatch_build.py", "pdm_build.py", "build.py"]
)
def test_a_project_with_a_script_may_run_any_file(project: Path, name: str) -> None:
    (project / name).write_text("")
    before = fingerprint(project, in_place=True)
    edited(project)
    assert fingerprint(project, in_place=True) != before


@pytest.mark.parametrize(
    "more",
    [
        "[tool.uv.sources]\nhelper = {path = '../helper'}\n",
        "[tool.uv.sources]\nhelper = [{path = '../helper', marker = \"os_name == 'posix'\"}]\n",
        "[tool.uv.sources]\nhelper = {path = '../between'}\n",
    ],
)
def test_a_project_that_the_build_takes_from_beside_it_counts(project: Path, more: str) -> None:
    for name in ("helper", "between"):
        (project.parent / name).mkdir()
    (project.parent / "between" / "pyproject.toml").write_text(
        "[tool.uv.sources]\nhelper = {path = '../helper'}\nmine = {path = '../mine'}\n"
    )
    (project / "pyproject.toml").write_text(DECLARES + more)
    before = fingerprint(project, in_place=True), fingerprint(project)
    (project.parent / "helper" / "setup.py").write_text("print()")
    after = fingerprint(project, in_place=True), fingerprint(project)
    assert before[0] != after[0]
    assert before[1] != after[1]


def test_an_archive_counts_by_its_content(tmp_path: Path) -> None:
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(b"one")
    before = fingerprint(archive)
    archive.write_bytes(b"two")
    assert before != fingerprint(archive) != ""
    assert fingerprint(tmp_path / "absent") == ""


def test_beyond_a_limit_times_count(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_projects, "_MOST_FILES", 0)
    monkeypatch.setattr(local_projects, "_digests", {})
    before = fingerprint(project)
    os.utime(project / "mine" / "__init__.py", ns=(1, 1))
    assert fingerprint(project) != before


def lock(*lines: str, requirements: tuple[str, ...] = (), editable: tuple[str, ...] = ()) -> Spec:
    return Spec.from_record({
        "version": 1, "python": "3.11", "requirements": list(requirements), "lock": list(lines),
        "editable": list(editable),
    })  # fmt: skip


@pytest.mark.parametrize(
    "spec",
    [
        lock("mine @ ./mine"),
        lock("mine @ ./mine", editable=("mine",)),
        lock(f"git @ git+https://host.invalid/g@{'0' * 40}", requirements=("mine @ ./mine",)),
        lock(requirements=("mine @ ./mine ; os_name == 'none'",)),
    ],
)
def test_the_digest_is_of_the_folder_and_its_files(
    project: Path, tmp_path: Path, spec: Spec
) -> None:
    before = digest_of(spec, tmp_path)
    assert digest_of(spec, tmp_path / "elsewhere") != before
    (project / "setup.py").write_text("print()")
    assert digest_of(spec, tmp_path) != before


def test_without_local_projects_no_folder_counts(tmp_path: Path) -> None:
    spec = lock(f"six==1.0 --hash=sha256:{'0' * 64}")
    assert digest_of(spec, tmp_path) == digest_of(spec, tmp_path / "x") == spec.digest(tmp_path)
