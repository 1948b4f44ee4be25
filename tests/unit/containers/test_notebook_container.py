"""Unit tests of ``nbenv.containers.notebook_container``."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.containers.notebook_container import notebook_container
from nbenv.containers.run_options import RunOptions
from nbenv.errors import UsageError
from nbenv.progress import drain
from tests.unit.containers.made import FakeEngine


def test_what_cannot_be_mounted_is_said_before_anything_is_built(
    fake: FakeEngine, source: str, tmp_path: Path
) -> None:
    names = [tmp_path / name for name in ("a,b", 'a"b')]
    for each in names:
        each.touch()
    cases = (
        (RunOptions("docker", mount=["missing"]), "missing does not exist"),
        *((RunOptions("docker", mount=[str(each)]), "a comma or a quote") for each in names),
        (RunOptions("docker", image="a"), "are for --on kubernetes"),
    )
    for options, message in cases:
        with pytest.raises(UsageError, match=message):
            drain(notebook_container(source, options, None))
    assert not fake.calls("build") and not fake.calls("run")


def test_what_json_does_not_know_reaches_the_container(
    fake: FakeEngine, source: str, tmp_path: Path
) -> None:
    container = drain(notebook_container(source, RunOptions("docker"), None))
    drain(container.run(tmp_path, {"pair": (1, 2), "name": "ü"}, "mine"))
    [call] = fake.calls("run")
    assert call["values"] == {"pair": "(1, 2)", "name": "ü"}
    assert call["words"][:4] == ["run", "--rm", "--name", "mine"]
