"""The files by which every pip of an environment is nbenv's."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.environments.environment import Environment
from nbenv.environments.integrity import check_files
from nbenv.environments.interpreters import default_python
from nbenv.environments.pip import pip_shims


def test_a_new_environment_has_them_and_they_are_no_strays(environment: Environment) -> None:
    scripts = environment.path / pip_shims.SCRIPTS
    assert {"pip", "pip3", f"pip3.{sys.version_info[1]}", "uv"} <= set(os.listdir(scripts))
    assert (environment.path / pip_shims.STARTUP).exists()
    assert check_files(environment).strays == frozenset()
    assert environment.installed() == {}
    assert not pip_shims.write(environment.path, environment.site_packages())


def test_marking_writes_what_is_missing(environment: Environment) -> None:
    """As in an environment of an earlier version; the marker notes the time after that."""
    shutil.rmtree(environment.path / pip_shims.SCRIPTS)
    (environment.site_packages() / "_nbenv_pip.pth").unlink()
    environment.mark({"version": 1, "python": default_python()}, None)
    assert (environment.path / pip_shims.SCRIPTS / "pip").exists()
    assert not environment.read_marker().is_touched
    before = os.stat(environment.site_packages()).st_mtime_ns
    environment.mark({"version": 1, "python": default_python()}, None)
    assert os.stat(environment.site_packages()).st_mtime_ns == before


@pytest.mark.skipif(os.name != "posix", reason="there they are .cmd files")
def test_a_script_and_the_module_pass_everything_on(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Words with spaces and stars, the environment's folder, and the program's name."""
    host = tmp_path / "a host" / "python"
    host.parent.mkdir()
    host.write_text('#!/bin/sh\nshift 2\nfor each in "$@"; do echo "[$each]"; done\nexit 5\n')
    host.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(host))
    assert pip_shims.write(environment.path, environment.site_packages())
    script = environment.path / pip_shims.SCRIPTS / "pip3"
    for command in ([str(script)], [environment.python, "-m", "pip"]):
        done = subprocess.run([*command, "install", "a b", "*"], capture_output=True, text=True)
        folder, program, *words = done.stdout.split("\n")
        assert os.path.realpath(folder[1:-1]) == os.path.realpath(environment.path)
        assert program == ("[pip3]" if command[1:] == [] else "[own-module]")
        assert words == ["[install]", "[a b]", "[*]", ""]
        assert done.returncode == 5


@pytest.mark.skipif(os.name != "posix", reason="there is no sudo")
@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("pip install a", "pip: install a"),
        ("-H -E pip3.11 install a", "pip3.11: install a"),
        ("--preserve-env=X A=1 pip install a", "pip: install a"),
        ("{env}/bin/python -m pip install a", "python: -m pip install a"),
        ("python3 -m pip list", "python3: -m pip list"),
        ("{scripts}/uv pip list", "uv: pip list"),
        ("apt-get install pip", "sudo: apt-get install pip"),
        ("-u someone pip install a", "sudo: -u someone pip install a"),
        ("-n -u root pip install a", "pip: install a"),
        ("--user=root -i pip install a", "pip: install a"),
        ("python3 pip.py", "sudo: python3 pip.py"),
        ("/usr/bin/pip install a", "sudo: /usr/bin/pip install a"),
        ("", "sudo:"),
    ],
)
def test_sudo_is_left_out_for_pip_alone(
    environment: Environment, tmp_path: Path, line: str, runs: str
) -> None:
    scripts, others = environment.path / pip_shims.SCRIPTS, tmp_path / "bin"
    others.mkdir()
    (environment.path / "bin" / "python").unlink()
    names = ("pip", "pip3.11", "uv", "python", "python3", "sudo")
    places = [others / name for name in names]
    places += [environment.path / "bin/python", *(scripts / name for name in names[:3])]
    for path in places:
        path.unlink(missing_ok=True)
        path.write_text('#!/bin/sh\necho "${0##*/}:" "$@"\n', encoding="utf-8")
        path.chmod(0o755)
    words = line.format(env=environment.path, scripts=scripts).split()
    environ = {"PATH": f"{scripts}:{others}:/usr/bin:/bin"}
    done = subprocess.run([f"{scripts}/sudo", *words], env=environ, capture_output=True, text=True)
    assert done.stdout.strip() == runs


@pytest.mark.skipif(os.name != "posix", reason="there is no sudo")
def test_without_sudo_it_is_missed_as_ever(environment: Environment, tmp_path: Path) -> None:
    command = ["/bin/sh", f"{environment.path}/{pip_shims.SCRIPTS}/sudo", "ls"]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (127, "sudo: command not found\n")


def test_without_nbenv_python_still_starts(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(pip_shims, "_PIP_FINDER", tmp_path / "gone.py")
    pip_shims.write(environment.path, environment.site_packages())
    command = [environment.python, "-m", "pip", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No module named pip" in done.stderr
