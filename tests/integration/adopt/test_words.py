"""The words that adopting understands: shell lines, errors of cells, lines to rewrite."""

from __future__ import annotations

import pytest

from nbenv.adopt.install_commands import installs
from nbenv.adopt.rewrite_cells import rewritten
from nbenv.adopt.runtime_errors import missing_packages


@pytest.mark.parametrize(
    ("command", "names"),
    [
        ("pip install a b", ["a", "b"]),
        ("sudo -H pip3.8 install a", ["a"]),
        ("PIP_QUIET=1 /usr/bin/pip install a", ["a"]),
        ("yes | pip install 'a>=1,<2'", ["a>=1,<2"]),
        ("cd x && python3 -m pip install -U --user a", ["a"]),
        ("pip install --target here a", ["a"]),
        ('pip install "a[b]" # c', ["a[b]"]),
        ("pip install 'a", ["'a"]),
        ("pip uninstall -y a", []),
        ("echo pip install a", []),
        ("pip download a", []),
        ("", []),
    ],
)
def test_shell_lines(command: str, names: list[str]) -> None:
    assert [name for each in installs(command) for name in each.requirements] == names


@pytest.mark.parametrize(
    ("name", "message", "distribution"),
    [
        ("ModuleNotFoundError", "No module named 'sklearn.svm'", "scikit-learn"),
        ("ModuleNotFoundError", "No module named 'nobody_knows_this'", None),
        ("ModuleNotFoundError", "No module named 'distutils'", "setuptools"),
        ("ImportError", "Missing optional dependency 'openpyxl'.  Use pip …", "openpyxl"),
        ("ImportError", "`Import tabulate` failed.  Use pip or conda …", "tabulate"),
        ("ImportError", "IProgress not found. Please update jupyter and ipywidgets.", "ipywidgets"),
        ("ValueError", "Mime type rendering requires nbformat>=4.2.0 but …", "nbformat"),
        ("ImportError", "lxml not found, please install it", "lxml"),
        ("FeatureNotFound", "Couldn't find a tree builder with the features you requested: lxml. "
         "Do you need to install a parser library?", "lxml"),
        ("ImportError", "matplotlib is required for plotting when the default …", "matplotlib"),
        ("ImportError", "Please run pip install nobody-knows-this", None),
        ("ValueError", "could not convert string to float: 'pandas'", None),
        ("KeyError", "'pandas'", None),
    ],
)  # fmt: skip
def test_errors_that_ask_for_a_distribution(
    name: str, message: str, distribution: str | None
) -> None:
    assert missing_packages(name, message, "3.12") == ([distribution] if distribution else [])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("!pip install -q a 'b>=1'\n1", "%nbenv install a 'b>=1'\n1"),
        ("%pip install a \\\n  b", "%nbenv install a b"),
        ("if x:\n    !{sys.executable} -m pip install a", "if x:\n    %nbenv install a"),
        ("!pip install a && pip install b", "%nbenv install a\n%nbenv install b"),
        ("%conda install numpy=1.26", "%nbenv install 'numpy==1.26.*'"),
        ("!pip install -r x.txt", "%nbenv install -r x.txt"),
        ("!apt-get update && pip install a", "!apt-get update && pip install a"),
        ("!pip install a -f https://x.org/y", "!pip install a -f https://x.org/y"),
        ("%%markdown\n!pip install a", "%%markdown\n!pip install a"),
        ("# !pip install a", "# !pip install a"),
        ("import a", "import a"),
    ],
)
def test_rewriting(before: str, after: str) -> None:
    assert rewritten(before) == after
    assert rewritten(after) == after
