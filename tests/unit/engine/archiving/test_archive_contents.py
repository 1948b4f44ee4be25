"""Choosing what an archive leaves out."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.engine.archiving.archive_contents import check_left_out, not_needed
from nbenv.errors import UsageError
from tests.support.environments import install, read
from tests.support.index import LocalIndex


@pytest.fixture
def installed(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("leaf", "1.0")
    index.wheel("branch", "1.0", requires=["leaf", "twig"])
    index.wheel("twig", "1.0")
    index.wheel("ipykernel", "7.1", requires=["leaf", "kernels-own"])
    index.wheel("kernels-own", "1.0")
    install(notebook, "branch")
    return notebook


@pytest.mark.parametrize(
    ("without", "provided", "kernel", "left_out"),
    [
        ((), (), True, set()),
        ((), (), False, {"ipykernel", "kernels-own"}),
        ({"branch"}, (), True, {"branch", "twig"}),
        ({"leaf"}, (), True, {"leaf"}),
        ((), {"branch"}, False, {"branch", "ipykernel", "kernels-own"}),
        ((), {"absent"}, True, set()),
    ],
)
def test_what_only_that_needs_goes_too(
    without: set[str], provided: set[str], kernel: bool, left_out: set[str], installed: Path
) -> None:
    found = read(installed)
    spec, environment = found.spec, found.environment
    assert not_needed(spec, environment, without, provided, kernel) == left_out


def test_names_are_of_the_lock() -> None:
    assert check_left_out(["Py_Tables"], {"py-tables"}) == {"py-tables"}
    with pytest.raises(UsageError, match="tables is not locked"):
        check_left_out(["tables"], {"pytables"})
