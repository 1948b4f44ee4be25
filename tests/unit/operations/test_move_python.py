"""Moving a notebook to another Python."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.environments import interpreters
from nbenv.environments.interpreters import default_python
from nbenv.errors import UsageError
from nbenv.operations.move_python import move
from nbenv.progress import drain
from tests.support.environments import environment_of, read, ref_of, versions


@pytest.mark.parametrize("python", ["", "3", "3.11.4", "2.7", "python3.11", "3.111"])
def test_a_version_has_two_parts(notebook: Path, python: str) -> None:
    with pytest.raises(UsageError, match="is not a Python version"):
        drain(move(ref_of(notebook), python))


def test_a_notebook_stays_on_its_python(installed: Path) -> None:
    before = installed.read_bytes()
    done = drain(move(ref_of(installed), default_python()))
    assert done.summary == f"The notebook is already on Python {default_python()}."
    assert installed.read_bytes() == before


def test_a_notebook_keeps_its_versions_on_another_python(installed: Path) -> None:
    others = [each for each in interpreters.available() if each.python != default_python()]
    others = [each for each in others if int(each.python.partition(".")[2]) >= 9]
    if not others:
        pytest.skip("this machine has one Python")
    python, former = others[-1].python, environment_of(installed)
    done = drain(move(ref_of(installed), python))
    assert done.summary == f"Moved from Python {default_python()} to {python}."
    assert done.replaced
    assert read(installed).spec.python == python
    assert versions(installed) == {"branch": "1.0", "leaf": "1.0"}
    assert (environment_of(installed).read_version() or "").startswith(f"{python}.")
    assert former.path.exists()  # its kernel may be running
