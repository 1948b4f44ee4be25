"""Answers of the handlers that look, apart from the server."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.engine.document import NotebookRef
from nbenv.export import FORMATS
from nbenv.server import handlers
from nbenv.server.jobs import Jobs
from nbenv.server.kernel_state import KernelState


class Answered(SimpleNamespace):
    """A handler that keeps its answer."""

    def answer(self, value: object, status: int = 200) -> None:
        self.value = json.loads(json.dumps(value))


def checked(text: str) -> Any:
    handler: Any = Answered()
    handlers.RequirementHandler._check(handler, text)
    return handler.value


@pytest.mark.parametrize(
    ("text", "name", "requirements"),
    [
        ("Pandas >= 2", "pandas", ["pandas>=2"]),
        ("x @ https://host.invalid/x.whl", "x", ["x @ https://host.invalid/x.whl"]),
        ("./project", None, ["./project"]),
        ("pip install -q pandas 'numpy>=2'", None, ["pandas", "numpy>=2"]),
    ],
)
def test_a_requirement(text: str, name: str | None, requirements: list[str]) -> None:
    expected = {"name": name, "message": "", "requirements": requirements}
    assert checked(text).items() >= expected.items()


def test_no_requirement() -> None:
    answer = checked("pandas >==2")
    assert answer["name"] is None
    assert "not a requirement" in answer["message"]


def test_a_missing_module_names_its_distribution(notebook: Path) -> None:
    target = NotebookRef(str(notebook), in_server=True)
    assert handlers._missing_distribution(target, "yaml") == "pyyaml"
    assert handlers._missing_distribution(target, "nbenv_has_no_such_thing") is None


def test_the_status_says_what_goes_on(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBENV_RESTORE", "never")
    jobs: Any = SimpleNamespace(at=lambda path: SimpleNamespace(about={"id": path}))
    target = NotebookRef(str(notebook), in_server=True)
    found = handlers._status(target, KernelState(is_remote=True), jobs)
    assert found["recorded"] is False
    assert found["policy"] == "never"
    assert found["kernel"] == {"state": "none", "remote": True}
    assert found["job"] == {"id": str(notebook)}
    assert handlers._status(target, KernelState(), Jobs())["job"] is None


def test_only_the_stem_is_filled_into_file_names() -> None:
    for name, form in FORMATS.items():
        assert form.label, name
        assert form.file_for("/x/my {0} %.ipynb") == form.file.replace("{stem}", "my {0} %")
