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
        "import visa",
        "from openai.embeddings_utils import get_embedding",
    ) == [
        ("sklearn.cross_validation", "cell 1"),
        ("numpy.float", "cell 2"),
        ("numpy.int", "cell 2"),
        ("sklearn.externals.joblib", "cell 3"),
        ("scipy.misc.imread", "cell 4"),
        ("moviepy.editor", "cell 5"),
        ("visa", "cell 6"),
        ("openai.embeddings_utils", "cell 7"),
    ]


def test_members_that_only_one_package_has() -> None:
    assert found(
        "from gensim.models import Word2Vec\nimport gensim, matplotlib.pyplot as plt, pandas as pd",
        "x = df.loc[0].ix[1]; frame['a'].ix['b'] = G.node[1]['x']",
        "Word2Vec(texts, size=100); gensim.models.Word2Vec(size=2)",
        "df = df.append(row, ignore_index=True); axes[0].hist(x, normed=True)",
        "pd.read_csv('x', error_bad_lines=False); f(x).iteritems()",
        "with plt.style.context(['seaborn-white']): pass",
        "plt.style.use('seaborn-whitegrid')",
    ) == [
        (".ix[]", "cell 2"),
        (".node[]", "cell 2"),
        ("Word2Vec(size)", "cell 3"),
        (".append(ignore_index)", "cell 4"),
        (".hist(normed)", "cell 4"),
        ("read_csv(error_bad_lines)", "cell 5"),
        (".iteritems()", "cell 5"),
        ("matplotlib.style.seaborn", "cell 7"),
    ]


@pytest.mark.parametrize(
    "code",
    [
        "x.append(1); x.ix; df.append(other); node[1]; x.node",
        "import matplotlib.pyplot as plt\nplt.style.use('seaborn-v0_8'); plt.style.use('ggplot')",
        "from mine import tools\ntools.ix[1]; Word2Vec(vector_size=3)",
        "try:\n    from sklearn.model_selection import x\n"
        "except ImportError:\n    from sklearn.cross_validation import x",
        "if version < 18:\n    from sklearn.grid_search import GridSearchCV\nelse:\n    import os",
        "from .externals import joblib",
        "np = {}\nnp.float",
        "self.numpy.float",
        "from llama_index.llms.mistralai import MistralAI",  # a package of its own today
    ],
)
def test_code_that_is_prepared_or_means_something_else(code: str) -> None:
    assert found(code) == []


def test_a_removed_module_of_which_parts_are_packages_today() -> None:
    assert found("from llama_index.llms import OpenAI") == [("llama_index.llms", "cell 1")]


def test_names_that_only_a_branch_imports_are_known_afterwards() -> None:
    assert found("if x:\n    import numpy as np", "np.float(1)") == [("numpy.float", "cell 2")]
