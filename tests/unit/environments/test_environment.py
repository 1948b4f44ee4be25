"""One environment on disk: its marker, its contents, and what is left when making it fails."""

from __future__ import annotations

import os
import sys
import zipfile
from pathlib import Path

import pytest

from nbenv.core.sync_plan import Installed
from nbenv.environments.environment import Environment, Marker
from nbenv.environments.interpreters import Interpreter, default_python, find
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import paths
from tests.support.wheels import make_wheel

RECORD = {"version": 1, "python": default_python(), "requirements": ["six"], "lock": []}


def unpack(environment: Environment, wheel: Path) -> Path:
    """Install a wheel as an installer of pure Python does; return its ``.dist-info``."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(environment.site_packages())
        [dist_info] = {name.split("/")[0] for name in archive.namelist() if ".dist-info/" in name}
    return environment.site_packages() / dist_info


# -- the interpreter


def test_an_environment_that_was_not_made_has_no_version() -> None:
    assert Environment("nowhere").read_version() is None
    assert Environment("nowhere").installed() == {}
    assert Environment("nowhere").path_files() == set()


def test_a_new_environment_is_empty_and_of_its_python(environment: Environment) -> None:
    assert environment.read_version() == ".".join(map(str, sys.version_info[:3]))
    assert environment.installed() == {}
    assert environment.read_marker() == Marker()


def test_an_environment_without_its_python_cannot_be_used(environment: Environment) -> None:
    environment.mark(RECORD, "work.ipynb")
    os.unlink(environment.python)
    assert environment.read_version() is None
    assert environment.read_marker().record is None


def test_what_cannot_be_made_leaves_nothing() -> None:
    environment = Environment("work-1")
    broken = Interpreter("3.11", "3.11.0", "/nowhere/python")
    with pytest.raises(BrokenEnvironmentError, match="/nowhere/python failed"):
        environment.create(broken)
    assert not environment.path.exists()


def test_a_stop_while_it_is_made_leaves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    import virtualenv

    environment = Environment("work-1")

    def stopped(arguments: list[str], **_: object) -> None:
        (environment.path / "bin").mkdir()
        raise KeyboardInterrupt

    monkeypatch.setattr(virtualenv, "cli_run", stopped)
    with pytest.raises(KeyboardInterrupt):
        environment.create(Interpreter("3.11", "3.11.0", sys.executable))
    assert not environment.path.exists()


def test_making_one_replaces_a_broken_one(environment: Environment) -> None:
    (environment.path / "left-over").touch()
    environment.mark(RECORD, "work.ipynb")
    interpreter = find(default_python())
    assert interpreter is not None
    environment.create(interpreter)
    assert not (environment.path / "left-over").exists()
    assert environment.read_marker() == Marker()


# -- the marker


def test_a_marker_returns_what_was_marked(environment: Environment) -> None:
    environment.mark(RECORD, "/a/work.ipynb", {"odd", "bad"})
    assert environment.read_marker() == Marker(
        RECORD, "/a/work.ipynb", frozenset({"bad", "odd"}), is_touched=False
    )
    environment.assign("/b/work.ipynb")
    assert environment.read_marker().notebook == "/b/work.ipynb"
    environment.unmark()
    environment.unmark()  # there is none: no error
    assert environment.read_marker() == Marker()


def test_what_was_never_marked_is_not_assigned(environment: Environment) -> None:
    environment.assign("/b/work.ipynb")
    assert environment.read_marker() == Marker()


def test_a_distribution_that_comes_touches_the_marker(
    environment: Environment, tmp_path: Path
) -> None:
    environment.mark(RECORD, None)
    unpack(environment, make_wheel(tmp_path, "alpha", "1.0"))
    assert environment.read_marker().is_touched


def test_bytecode_does_not_touch_the_marker(environment: Environment) -> None:
    environment.mark(RECORD, None)
    (environment.site_packages() / "__pycache__" / "module.cpython-311.pyc").touch()
    assert not environment.read_marker().is_touched


@pytest.mark.parametrize("text", ["", "[]", "{", '{"value": 1, "notebook": 2, "mismatched": 3}'])
def test_a_broken_marker_marks_nothing(environment: Environment, text: str) -> None:
    Path(paths.marker_path(str(environment.path))).write_text(text, encoding="utf-8")
    assert environment.read_marker() == Marker()


def test_removing_takes_the_folder(environment: Environment) -> None:
    environment.remove()
    assert not environment.path.exists()


# -- what is installed


def test_what_is_installed_is_read_from_names(environment: Environment, tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, "Some.Thing", "1.0+local", modules={"thing/__init__.py": ""})
    unpack(environment, wheel)
    assert environment.installed() == {"some-thing": Installed("some-thing", "1.0+local")}
    assert environment.distributions()["some-thing"].version == "1.0+local"
    assert environment.imports({"some-thing", "other"}) == {"some-thing": ["thing"]}


def test_where_it_came_from_is_read(environment: Environment, tmp_path: Path) -> None:
    dist_info = unpack(environment, make_wheel(tmp_path, "alpha", "1.0"))
    source = dist_info / "direct_url.json"
    source.write_text(
        '{"url": "https://host.invalid/a.git", "vcs_info": {"commit_id": "abc", "vcs": "git"}}',
        encoding="utf-8",
    )
    found = environment.installed()["alpha"]
    assert (found.url, found.commit, found.editable) == ("https://host.invalid/a.git", "abc", False)
    source.write_text('{"url": "file:///a", "dir_info": {"editable": true}}', encoding="utf-8")
    assert environment.installed()["alpha"].editable
    source.write_text("broken", encoding="utf-8")
    assert environment.installed()["alpha"] == Installed("alpha", "1.0")


def test_top_level_modules_are_what_can_be_imported(
    environment: Environment, tmp_path: Path
) -> None:
    modules = {"alone.py": "", "package/__init__.py": "", "package/inner.py": "", "added.pth": ""}
    unpack(environment, make_wheel(tmp_path, "alpha", "1.0", modules=modules))
    assert environment.imports(["alpha"]) == {"alpha": ["alone", "package"]}
    assert "added.pth" in environment.path_files()


def test_sizes_are_those_of_record(environment: Environment, tmp_path: Path) -> None:
    dist_info = unpack(environment, make_wheel(tmp_path, "alpha", "1.0"))
    (dist_info / "RECORD").write_text("a.py,,5\nb.py,,6\nRECORD,,\nshort\n", encoding="utf-8")
    assert environment.sizes() == {"alpha": 11}
