"""Unit tests of ``nbenv.adopt.cell_transform``."""

from __future__ import annotations

import subprocess
import sys

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from nbenv.adopt.cell_transform import transform_cell, valid_lines

CELLS = (
    "1 + 1",
    "!ls -l",
    "%pip install six",
    "x = !ls",
    "%%bash\nls",
    "len?",
    "if 1:\n    %time f()",
)


@pytest.mark.parametrize("cell", CELLS)
def test_the_transform_is_that_of_ipython(cell: str) -> None:
    expected = TransformerManager().transform_cell(cell)  # type: ignore[no-untyped-call]
    assert transform_cell(cell) == expected


def in_a_new_python(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


def test_the_rest_of_ipython_is_imported_only_when_somebody_asks_for_it() -> None:
    out = in_a_new_python(
        "import sys\n"
        "from nbenv.adopt.cell_transform import transform_cell\n"
        "print(transform_cell('!ls').strip())\n"
        "print([name for name in sys.modules if name.startswith('IPython')])\n"
        "import IPython, IPython.core.inputtransformer2\n"
        "print(IPython.core.interactiveshell.InteractiveShell.__name__)\n"
        "print(transform_cell('%time 1').strip())\n"
    )
    assert out.splitlines() == [
        "get_ipython().system('ls')",
        "[]",
        "InteractiveShell",
        "get_ipython().run_line_magic('time', '1')",
    ]


def test_a_transform_that_needs_more_gets_it() -> None:
    code = (
        "import importlib, sys\n"
        "real = importlib.import_module\n"
        "def fails_once(name):\n"
        "    importlib.import_module = real\n"
        "    raise ImportError(name)\n"
        "importlib.import_module = fails_once\n"
        "from nbenv.adopt.cell_transform import transform_cell\n"
        "print(transform_cell('!ls').strip(), 'IPython' in sys.modules)\n"
    )
    assert in_a_new_python(code) == "get_ipython().system('ls') True\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import a", "import a"),
        ("import a\nprint a", "import a\npass"),
        ("if a:\n  print b\nimport c", "if a:\n  pass\nimport c"),
        ("import a\nf(", "import a\npass"),
        ("import a\nprint (a %\n  b c)\nimport d", "import a\nimport d"),
        ("", ""),
    ],
)
def test_valid_lines(source: str, expected: str) -> None:
    kept = [line for line in valid_lines(source).splitlines() if line]
    assert kept == expected.splitlines() or [x for x in kept if x != "pass"] == expected.split("\n")
