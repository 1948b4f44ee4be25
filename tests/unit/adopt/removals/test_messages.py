"""Unit tests of ``nbenv.adopt.removals.messages``."""

from __future__ import annotations

import pytest

from nbenv.adopt.removals.messages import removal_in


@pytest.mark.parametrize(
    ("message", "requirement"),
    [
        ("No module named 'sklearn.cross_validation'", "scikit-learn<0.20"),
        ("cannot import name 'joblib' from 'sklearn.externals' (/x)", "scikit-learn<0.23"),
        ("cannot import name 'Mapping' from 'collections' (/x)", "python<3.10"),
        ("module 'numpy' has no attribute 'float'.\n`np.float` was", "numpy<1.24"),
        ("'DataFrame' object has no attribute 'append'", "pandas<2.0"),
        (
            "OneHotEncoder.__init__() got an unexpected keyword argument 'sparse'",
            "scikit-learn<1.4",
        ),
        ("read_csv() got an unexpected keyword argument 'error_bad_lines'", "pandas<2.0"),
        ("DataFrame.drop() takes from 1 to 2 positional arguments but 3 were given", "pandas<2.0"),
        ("`load_boston` has been removed from scikit-learn since version 1.2.", "scikit-learn<1.2"),
        ("`np.float_` was removed in the NumPy 2.0 release.", "numpy<2.0"),
        ("`interp2d` has been removed in SciPy 1.14.0!", "scipy<1.14"),
        ("The vocab attribute was removed from KeyedVector in Gensim 4.0.0.", "gensim<4.0"),
        ("but this is no longer supported in openai>=1.0.0 - see", "openai<1.0"),
        ("'seaborn-whitegrid' is not a valid package style", "matplotlib<3.8"),
        ("module 'matplotlib.cbook' has no attribute 'iterable'", "matplotlib<3.3"),
        ("cannot import name 'is_numlike' from 'matplotlib.cbook' (/x)", "matplotlib<3.2"),
        ("No module named 'qutip.control.pulseoptim'", "qutip<5.0"),
        ("No module named 'pystan'", "pystan<3.0"),
        ("module 'networkx.drawing' has no attribute 'draw_graphviz'", "networkx<2.4"),
        ("[E966] `nlp.add_pipe` now takes the string name", "spacy<3.0"),
    ],
)
def test_messages_of_removals(message: str, requirement: str) -> None:
    found = removal_in(message)
    assert found is not None
    assert found.requirement == requirement


@pytest.mark.parametrize(
    "message",
    [
        "",
        "No module named 'yaml'",
        "'list' object has no attribute 'appendd'",
        "f() got an unexpected keyword argument 'sparse'",
        "the row was removed in step 2",
        "division by zero",
        "module 'matplotlib.cbook' has no attribute 'never_there'",
        "module 'mpl_toolkits.mine' has no attribute 'iterable'",
    ],
)
def test_other_messages(message: str) -> None:
    assert removal_in(message) is None
