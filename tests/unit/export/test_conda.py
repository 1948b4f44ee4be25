"""Unit tests of ``nbenv.export.conda``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import yaml

from nbenv.export.conda import write
from tests.unit.export.made import OWN, locked, snapshot


def dependencies(text: str) -> list[object]:
    found: list[object] = yaml.safe_load(text)["dependencies"]
    return found


def test_known_packages_get_condas_names_and_locked_versions(tmp_path: Path) -> None:
    lock = (locked("ipykernel", "7.0"), locked("numpy", "1.26.4"), locked("torch", "2.1.0"))
    text = write(snapshot(tmp_path, "numpy>=1", "torch", lock=lock))
    assert yaml.safe_load(text)["name"] == "Some notebook"
    assert dependencies(text) == ["python=3.11", "ipykernel=7.0", "numpy=1.26.4", "pytorch=2.1.0"]


def test_what_conda_cannot_say_is_for_pip(tmp_path: Path) -> None:
    asked = ("numpy[x]", 'pandas ; os_name == "nt"', "scipy", "tool @ ./tool", "unknown-to-conda<3")
    lock = (
        locked("ipykernel", "7.0"),
        locked("numpy", "1.26.4"),
        locked("pandas", "2.1.0"),
        locked("scipy", "1.0+cu11"),
        locked("tool", url="./tool"),
    )
    found = dependencies(write(snapshot(tmp_path, *asked, lock=lock, indexes=(OWN,))))
    assert found[:-1] == ["python=3.11", "ipykernel=7.0", "pip"]
    assert found[-1] == {
        "pip": [
            "--extra-index-url https://example.org/simple",
            "numpy[x]==1.26.4",
            'pandas==2.1.0 ; os_name == "nt"',
            "scipy==1.0+cu11",
            "./tool",
            "unknown-to-conda<3",
        ]
    }


def test_what_an_index_of_the_notebook_serves_is_for_pip(tmp_path: Path) -> None:
    lock = (locked("ipykernel", "7.0"), locked("numpy", "1.26.4"))
    far = replace(OWN, packages=("numpy",))
    text = write(snapshot(tmp_path, "numpy", lock=lock, indexes=(far,)))
    assert text.startswith("# In the notebook from https://example.org/simple alone: numpy.\n")
    assert dependencies(text)[-1] == {
        "pip": ["--extra-index-url https://example.org/simple", "numpy==1.26.4"]
    }
