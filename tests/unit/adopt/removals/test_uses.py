"""Unit tests of ``nbenv.adopt.removals.uses``."""

from __future__ import annotations

import ast

import pytest

from nbenv.adopt.removals.uses import uses


def found(*cells: str) -> list[tuple[str, str]]:
    code = [([ast.parse(cell)], f"cell {number}") for number, cell in enumerate(cells, 1)]
    return [(each.removal.name, each.where) for each in uses(code)]


def test_imports_and_names_of_imported_modules() -> None:
    assert found(
        "import numpy as np, sklearn.cross_validation",
        "x = np.float(1); y = np.float64(np.int(2))",
        "from sklearn.externals import joblib as j\nj.load('x')",
        "from scipy import misc\nmisc.imread('x.png')",
        "import moviepy.editor as mpy",
    ) == [
        ("sklearn.cross_validation", "cell 1"),
        ("numpy.float", "cell 2"),
        ("numpy.int", "cell 2"),
        ("sklearn.externals.joblib", "cell 3"),
        ("scipy.misc.imread", "cell 4"),
        ("moviepy.editor", "cell 5"),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "try:\n    from sklearn.model_selection import x\n"
        "except ImportError:\n    from sklearn.cross_validation import x",
        "if version < 18:\n    from sklearn.grid_search import GridSearchCV\nelse:\n    import os",
        "from .externals import joblib",
        "np = {}\nnp.float",
        "self.numpy.float",
    ],
)
def test_code_that_is_prepared_or_means_something_else(code: str) -> None:
    assert found(code) == []


def test_names_that_only_a_branch_imports_are_known_afterwards() -> None:
    assert found("if x:\n    import numpy as np", "np.float(1)") == [("numpy.float", "cell 2")]
