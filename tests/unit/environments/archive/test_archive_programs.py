"""The programs of an archive, as shells read them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from nbenv.environments.archive.archive_programs import activation, launcher

SHELLS = ("sh", "bash", "dash", "busybox", "zsh", "ksh")


def test_the_launcher_is_filled_in() -> None:
    programs = launcher("3.11", True, "2.28")
    assert programs.keys() == {"bin/python", "bin/python3", "bin/python3.11"}
    text = programs["bin/python"].read().decode()
    assert "@" not in text.replace("$@", "")
    assert 'needs = "2.28"' in text
    assert 'if [ "" ]' in launcher("3.11", False, "")["bin/python"].read().decode()


@pytest.mark.parametrize("shell", filter(shutil.which, SHELLS))
def test_shells_can_read_them(shell: str) -> None:
    words = [shell, "sh"] if shell == "busybox" else [shell]
    for member in (launcher("3.11", True, "")["bin/python"], activation()["bin/activate"]):
        done = subprocess.run([*words, "-n"], input=member.read(), capture_output=True)
        assert (done.returncode, done.stderr) == (0, b"")
