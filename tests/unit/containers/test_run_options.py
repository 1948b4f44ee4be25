"""Unit tests of ``nbenv.containers.run_options``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.containers.run_options import check_output, reason_in
from nbenv.errors import NbenvError, UsageError


def test_what_an_image_cannot_run_or_write(tmp_path: Path) -> None:
    check_output("a.ipynb", None)
    check_output("a.ipynb", str(tmp_path / "out.ipynb"))
    with pytest.raises(UsageError, match=r"no \.ipynb file"):
        check_output("a.ipynb", "out.html")
    with pytest.raises(UsageError, match="kept as text"):
        check_output("a.md", None)
    with pytest.raises(NbenvError, match=r"missing.out\.ipynb cannot be written"):
        check_output("a.ipynb", str(tmp_path / "missing" / "out.ipynb"))


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["printed", "nbenv: It failed.", "after it"], "It failed."),
        (["nbenv: One.", "nbenv: Two."], "Two."),
        (["docker: no such network"], "docker: no such network"),
        ([], "The container ended with status 3."),
    ],
)
def test_the_reason_of_a_failure(lines: list[str], reason: str) -> None:
    assert reason_in(lines, 3) == reason
