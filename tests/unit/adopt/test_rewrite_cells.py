"""Unit tests of ``nbenv.adopt.rewrite_cells``."""

from __future__ import annotations

import pytest

from nbenv.adopt.rewrite_cells import rewritten


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("!pip install -e ./here", "%nbenv install -e ./here"),
        (
            "!pip install a --extra-index-url https://example.org/simple",
            "%nbenv install a --index example-org=https://example.org/simple",
        ),
        (
            "!{sys.executable} -m pip install 'a>1' -q --index-url https://example.org/simple",
            "%pip install 'a>1' -i https://example.org/simple",
        ),
        ("%conda install -c conda-forge pytorch", "%nbenv install torch"),
        ("  pip install a\nb", "  %nbenv install a\nb"),
    ],
)
def test_install_lines(before: str, after: str) -> None:
    assert rewritten(before) == after


@pytest.mark.parametrize(
    "source",
    [
        "!pip install a -c constraints.txt",
        "!pip install a -i https://example.org/simple -c constraints.txt",
        "!pip install -i https://example.org/simple",
        "!pip install",
        "!conda install cudatoolkit",
        "!pip install a | tee log",
        "print('pip install')",
    ],
)
def test_lines_that_nbenv_has_no_words_for_stay(source: str) -> None:
    assert rewritten(source) == source
