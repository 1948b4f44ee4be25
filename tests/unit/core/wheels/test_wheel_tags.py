"""The platforms that a wheel's name tells."""

from __future__ import annotations

import pytest

from nbenv.core.wheels.wheel_tags import installable_platforms


@pytest.mark.parametrize(
    ("filename", "platforms"),
    [
        ("a-1-py3-none-any.whl", {"any"}),
        ("a-1-cp311-cp311-win_amd64.whl", {"win_amd64"}),
        ("a-1-cp38-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
         {"manylinux_2_17_x86_64", "manylinux2014_x86_64"}),
        ("a-1-cp312-cp312-win_amd64.whl", set()),
        ("a-1-cp311-cp311-pyodide_2024_0_wasm32.whl", set()),
        ("a-1.tar.gz", set()),
    ],
)  # fmt: skip
def test_the_platforms_that_can_install_it(filename: str, platforms: set[str]) -> None:
    assert installable_platforms(filename, "3.11") == platforms
