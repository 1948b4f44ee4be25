"""The default of ``NBENV_HOME`` on each system, computed with the paths of that system."""

from __future__ import annotations

import ntpath
import posixpath
import sys

import pytest

from nbenv.environments.store import longest_stem
from nbenv.home.default_home import default_home, usual_home

LOCAL = r"C:\Users\Ada Lovelace\AppData\Local"
LONGEST_PATH = 260
LONGEST_IN_PACKAGES = 150
"""Characters of a path below ``site-packages``: the longest of jupyterlab and plotly have 130."""


def test_on_windows_it_stays_on_the_machine() -> None:
    roaming = r"C:\Users\Ada Lovelace\AppData\Roaming"
    environ = {"APPDATA": roaming, "LOCALAPPDATA": LOCAL, "JUPYTER_PLATFORM_DIRS": "1"}
    assert usual_home("win32", environ, ntpath) == LOCAL + r"\nbenv"
    assert usual_home("win32", {"APPDATA": roaming}, ntpath) is None
    assert usual_home("win32", {**environ, "JUPYTER_DATA_DIR": "D:\\"}, ntpath) is None


def test_on_windows_packages_have_room_for_long_paths() -> None:
    home = usual_home("win32", {"LOCALAPPDATA": LOCAL}, ntpath)
    assert home is not None
    identifier = "n" * longest_stem("win32") + "-01234567"
    folder = ntpath.join(home, "envs", identifier, "Lib", "site-packages", "")
    assert len(folder) + LONGEST_IN_PACKAGES < LONGEST_PATH
    assert longest_stem("linux") == longest_stem("darwin") == 40


def test_on_macos_it_is_jupyters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nowhere/ada")
    found = usual_home("darwin", {"XDG_DATA_HOME": "/data"}, posixpath)
    assert found == "/nowhere/ada/Library/Jupyter/nbenv"


def test_on_linux_it_is_jupyters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/nowhere/ada")
    assert usual_home("linux", {}, posixpath) == "/nowhere/ada/.local/share/jupyter/nbenv"
    assert usual_home("linux", {"XDG_DATA_HOME": "/data"}, posixpath) == "/data/jupyter/nbenv"


@pytest.mark.parametrize("name", ["JUPYTER_DATA_DIR", "JUPYTER_PLATFORM_DIRS"])
@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_what_jupyter_reads_is_left_to_jupyter(name: str, platform: str) -> None:
    assert usual_home(platform, {name: "/somewhere"}, posixpath) is None


def test_another_system_is_left_to_jupyter() -> None:
    assert usual_home("freebsd14", {}, posixpath) is None


@pytest.mark.skipif(sys.platform == "win32", reason="there it is not Jupyter's folder")
@pytest.mark.parametrize("variable", ["", "JUPYTER_DATA_DIR", "XDG_DATA_HOME"])
def test_here_it_is_what_jupyter_says(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from jupyter_core.paths import jupyter_data_dir

    for name in ("JUPYTER_DATA_DIR", "JUPYTER_PLATFORM_DIRS", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, "/data")
    assert default_home() == posixpath.join(jupyter_data_dir(), "nbenv")
