"""The surroundings of nbenv's own processes do not stop them."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import nbenv
from nbenv.core.python_command import main_command
from nbenv.home.surroundings import shield_process, without_python_settings


def test_settings() -> None:
    kept = {"PATH": "/bin", "PYTHONHASHSEED": "0", "PYTHONUTF8": "1", "PYENV_ROOT": "/p"}
    dropped = ["PYTHONPATH", "PYTHONHOME", "PYTHONWARNINGS", "PYTHONINSPECT", "PYTHONOPTIMIZE"]
    assert without_python_settings({**kept, **dict.fromkeys(dropped, "x")}) == kept


@pytest.mark.parametrize("options", [[], ["error"]])
def test_warnings(options: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "warnoptions", options)
    monkeypatch.delenv("PYTHONPATH", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        shield_process()
        if options:
            warnings.warn("harmless", DeprecationWarning, stacklevel=1)
        else:
            with pytest.raises(DeprecationWarning):
                warnings.warn("as it was", DeprecationWarning, stacklevel=1)


def test_folders_of_pythonpath_come_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = str(Path(nbenv.__file__).parents[1])
    monkeypatch.setattr(sys, "path", ["/a", str(tmp_path), "/b", "/c"])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), "/a"]))
    shield_process()
    assert sys.path == ["/b", "/c", "/a", str(tmp_path)]
    monkeypatch.setattr(sys, "path", [own, "/b"])
    monkeypatch.setenv("PYTHONPATH", own)
    shield_process()
    assert sys.path == [own, "/b"]


def test_a_deleted_folder_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    shield_process()
    assert Path.cwd() == tmp_path
    monkeypatch.chdir(tmp_path)  # where the patch goes back to must exist


@pytest.mark.skipif(os.name != "posix", reason="closed by a shell")
@pytest.mark.parametrize("closed", [">&-", "<&- >&- 2>&-", "2>&-"])
def test_closed_streams(closed: str, notebook: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m nbenv status {shlex.quote(str(notebook))} {closed}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="removed by a shell")
def test_the_launcher_starts_in_a_deleted_folder(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    command = shlex.join(main_command(sys.executable, "nbenv.kernel.launcher", "--version"))
    importing = command.replace("sys.exit(main())", "print(main.__module__)")
    done = subprocess.run(
        f"cd gone && rmdir ../gone && {importing}",
        shell=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "nbenv.kernel.launcher\n", done.stderr
