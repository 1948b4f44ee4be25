"""Unit tests of ``nbenv.adopt.needs.features``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.adopt.findings import Findings
from nbenv.adopt.local_modules import LocalModules
from nbenv.adopt.needs.features import add_features, note_models
from nbenv.adopt.scan import Scan
from tests.unit.adopt.made import found, made


@pytest.fixture
def scan(tmp_path: Path) -> Scan:
    return Scan(Findings(), LocalModules(tmp_path))


def test_needs_are_added_and_what_may_be_needed_is_offered(scan: Scan) -> None:
    scan.scan_cells(made("import pandas as pd", "pd.read_excel(name).plot()").cells)
    add_features(scan)
    assert found(scan.findings) == ["matplotlib"]
    assert scan.findings.speculative == {"matplotlib"}
    assert [each.name for each in scan.findings.offered] == ["openpyxl"]
    assert scan.findings.requirements[0].where == ("plot(), cell 2",)


@pytest.mark.parametrize(
    "code",
    [
        "from sktime.datasets import load\nx = load()\nx.iloc[0, 0].plot()",
        "import seaborn as sns\nx = sns.load_dataset('iris')\nx.plot()",
        "from sklearn.datasets import load_iris\nx = load_iris(as_frame=True).frame\nx.hist()",
        "import duckdb\nx = duckdb.sql(q).to_pandas()\nx.plot()",
    ],
)
def test_a_data_frame_that_another_package_made_draws_too(scan: Scan, code: str) -> None:
    scan.scan_cells(made(code).cells)
    add_features(scan)
    assert "matplotlib" in found(scan.findings)


@pytest.mark.parametrize("module", ["embeddings_utils", "datalib.pandas_helper"])
def test_a_module_that_was_removed_needed_more_than_its_package(scan: Scan, module: str) -> None:
    scan.scan_cells(made(f"from openai.{module} import anything").cells)
    add_features(scan)
    assert "pandas" in found(scan.findings)
    assert ("scikit-learn" in found(scan.findings)) == (module == "embeddings_utils")


def test_what_is_no_data_frame_needs_nothing_of_pandas(scan: Scan) -> None:
    scan.scan_cells(made("import nobody_has\nnobody_has.load_dataset('a').plot()").cells)
    add_features(scan)
    assert found(scan.findings) == []


def test_models_of_spacy_are_noted(scan: Scan) -> None:
    scan.scan_cells(made("spacy.load('en_core_web_sm')\nspacy.load('mine')").cells)
    note_models(scan)
    [note] = scan.findings.notes
    assert note.startswith("cell 1 loads the spaCy model en_core_web_sm, which no index has.")
