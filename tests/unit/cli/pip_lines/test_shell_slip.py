"""Requirements without quotes, as a shell leaves them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from nbenv.cli.pip_lines.shell_slip import redirection_note


@pytest.mark.parametrize(
    ("words", "name", "example"),
    [
        ("install toolz", "=1.0", "'toolz>=1.0'"),
        ("install toolz", "=1.0,", "'toolz>=1.0'"),
        ("install -q toolz", "2", "'toolz>2'"),
        ("install toolz six", "=1.0", "'NAME>=1.0'"),
        ("pip install toolz", "=1.0,!=1.1", "'toolz>=1.0,!=1.1'"),
        ("uninstall -y toolz", "=1.0", "'toolz>=1.0'"),
    ],
)
def test_a_slip(words: str, name: str, example: str) -> None:
    assert example in redirection_note(words.split(), name)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("install toolz", ""), ("install toolz", "log.txt"), ("freeze", "=1.0"),
        ("install toolz", "null"), ("install toolz", "2024-install.log"),
    ],
)  # fmt: skip
def test_what_is_meant_as_it_is(words: str, name: str) -> None:
    assert redirection_note(words.split(), name) == ""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX shell")
def test_a_shell(tmp_path: Path) -> None:
    code = (
        "import sys; from nbenv.cli.pip_lines.shell_slip import redirection_note, stdout_name; "
        "print(redirection_note(sys.argv[1:], stdout_name()), file=sys.stderr)"
    )
    line = '"$0" -c "$1" install toolz>=1.0'
    done = subprocess.run(
        ["sh", "-c", line, sys.executable, code],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stderr == (
        "The shell took >=1.0 for a file to write to, and did not pass it on. "
        "Put the requirement in quotes: 'toolz>=1.0'\n"
    )
