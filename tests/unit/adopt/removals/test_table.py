"""Unit tests of ``nbenv.adopt.removals.table``."""

from __future__ import annotations

from datetime import date

import pytest
from packaging.version import Version

from nbenv.adopt.removals.table import (
    PYTHON,
    _table,
    removal_of,
    removal_of_member,
    removal_of_version,
)
from nbenv.core.import_names import distributions


def test_every_entry_can_be_used() -> None:
    for name, each in _table().items():
        assert name == each.name.strip(), each
        assert Version(each.version), each
        assert "2015" < each.day <= date.today().isoformat(), each
        assert each.distribution == PYTHON or each.distribution in distributions(), each


@pytest.mark.parametrize(
    ("name", "requirement"),
    [
        ("sklearn.cross_validation", "scikit-learn<0.20"),
        ("sklearn.externals.joblib.load", "scikit-learn<0.23"),  # below a removed module
        ("pkg_resources", "setuptools<82"),
        ("moviepy.editor", "moviepy<2.0"),
        ("numpy.float", "numpy<1.24"),
        ("collections.Mapping", "python<3.10"),
        ("tensorflow_hub.Module", "tensorflow-hub<0.16"),
        ("qiskit.algorithms.VQE", "qiskit<1.0"),
        ("fastai.basic_train.load_learner", "fastai<2.0"),
        ("h3.k_ring", "h3<4.0"),
        ("mesa.time.RandomActivation", "mesa<3.1"),
    ],
)
def test_names_and_what_is_below_them(name: str, requirement: str) -> None:
    found = removal_of(name)
    assert found is not None
    assert found.requirement == requirement


@pytest.mark.parametrize(
    "name",
    [
        "numpy.float64",
        "sklearn",
        "sklearn.model_selection",
        "imported",
        "h3.edge_length",
        "mesa.space",
    ],
)
def test_what_is_still_there(name: str) -> None:
    assert removal_of(name) is None


def test_members_of_any_class() -> None:
    assert str(removal_of_member("DataFrame", "append")) == (
        "pandas 2.0 (2023-04-03) removed DataFrame.append"
    )
    assert removal_of_member("CountVectorizer", "get_feature_names") is not None
    assert removal_of_member("list", "appendd") is None


def test_a_version_that_is_not_in_the_table_is_only_a_limit() -> None:
    known, unknown = removal_of_version("pandas", "2"), removal_of_version("pandas", "9.9")
    assert (known.day, known.is_limit) == ("2023-04-03", False)
    assert (unknown.day, unknown.is_limit) == ("", True)
    assert str(unknown) == "pandas 9.9 removed what this notebook uses"
