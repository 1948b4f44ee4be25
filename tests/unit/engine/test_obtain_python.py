"""The Python of an environment: found here, or downloaded where that was agreed to."""

from __future__ import annotations

import pytest

from nbenv.engine import obtain_python as module
from nbenv.engine.obtain_python import obtain_python
from nbenv.environments.interpreters import default_python
from nbenv.errors import InstallerError, InterpreterError
from nbenv.progress import Progress, Steps, drain


def test_the_python_of_the_host_is_found() -> None:
    assert drain(obtain_python(default_python(), fetch=False)).python == default_python()


def test_no_python_is_fetched_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "fetch_python", lambda _: pytest.fail("it was fetched"))
    with pytest.raises(InterpreterError, match=r"3\.98"):
        drain(obtain_python("3.98", fetch=False))


@pytest.mark.parametrize("fetch", [True, False])
def test_a_python_that_no_kernel_runs_on_is_not_fetched(
    fetch: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "fetch_python", lambda _: pytest.fail("it was fetched"))
    with pytest.raises(InterpreterError, match=r"Python 3\.7 is too old for a notebook's kernel"):
        drain(obtain_python("3.7", fetch=fetch))


def test_a_python_that_cannot_be_fetched_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_: str) -> Steps[str]:
        yield Progress("python", "downloading")
        raise InstallerError("uv failed.", "\n  no network  \nand more")

    monkeypatch.setattr(module, "fetch_python", fails)
    said: list[Progress] = []
    with pytest.raises(InterpreterError) as caught:
        drain(obtain_python("3.98", fetch=True), said.append)
    assert caught.value.why.endswith("Downloading it failed: no network")
    assert "3.98 is not on this machine" in said[0].message
