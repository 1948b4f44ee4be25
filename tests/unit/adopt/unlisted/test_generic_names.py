"""Names of people's own files, and names that say little."""

from __future__ import annotations

import pytest

from nbenv.adopt.unlisted.generic_names import is_generic, says_little


@pytest.mark.parametrize(
    "module",
    [
        *("utils", "helper_functions", "my_plots", "dataLoader2", "config", "model", "x", "src"),
        *("visualize", "load_data", "keys", "Utilities", "plotting.maps", "DataSets", "preprocess"),
    ],
)
def test_generic(module: str) -> None:
    assert is_generic(module)


@pytest.mark.parametrize("module", ["mplscience", "func_adl_servicex", "neuropixel", "tea_tasting"])
def test_telling(module: str) -> None:
    assert not is_generic(module)


def test_names_in_modules() -> None:
    assert all(map(says_little, ("load", "plot_data", "getModel", "x2", "DataLoader")))
    assert not any(map(says_little, ("style_context", "UprootDataset", "destripe")))
