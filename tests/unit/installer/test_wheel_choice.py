"""The best file for a Python on this machine."""

from __future__ import annotations

import pytest
from packaging.tags import platform_tags

from nbenv.installer.wheel_choice import File, best_file

HERE = next(iter(platform_tags()))
PLAIN, SDIST = "a-1-py3-none-any.whl", "a-1.tar.gz"
STABLE, EXACT = f"a-1-cp38-abi3-{HERE}.whl", f"a-1-cp311-cp311-{HERE}.whl"


@pytest.mark.parametrize(
    ("python", "names", "best"),
    [
        ("3.11", [SDIST, PLAIN, STABLE, EXACT], EXACT),
        ("3.12", [SDIST, PLAIN, STABLE, EXACT], STABLE),
        ("3.12", [EXACT, SDIST], SDIST),
        ("3.12", [EXACT], None),
        ("3.12", [], None),
        ("3.11", ["a-1-cp311-cp311-another_platform.whl", SDIST], SDIST),
        ("3.11", [PLAIN, "a-1-2-py3-none-any.whl"], "a-1-2-py3-none-any.whl"),
        ("3.11", ["a-1-9-py3-none-any.whl", "a-1-10-py3-none-any.whl"], "a-1-10-py3-none-any.whl"),
        ("3.11", ["not a wheel.whl"], None),
        ("3.99999999", [PLAIN, SDIST], SDIST),
        ("4.0", [PLAIN], None),
    ],
)
def test_the_best_file(python: str, names: list[str], best: str | None) -> None:
    found = best_file([File(name) for name in names], python)
    assert (found.name if found else None) == best


def test_only_a_wheel_is_no_source() -> None:
    assert File(SDIST).is_source
    assert not File(PLAIN).is_source
