"""The provisioner: what it hands to a kernel, and what it puts into the document afterwards."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from nbenv.environments import store
from nbenv.home import paths, variables
from nbenv.kernel.client import provisioner as module
from nbenv.kernel.client.provisioner import Provisioner, record_of

RECORD = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}
NEWER = {**RECORD, "requirements": ["six", "toolz"]}


class Client:
    """What executes a document, up to the moment when its kernel would be launched."""

    def __init__(self, document: Any) -> None:
        self.nb = document
        self.km = SimpleNamespace(kernel_name="nbenv")
        self.provisioner = Provisioner.__new__(Provisioner)
        self.provisioner.__dict__["_trait_values"] = {"parent": self.km}

    def launched(self, **options: Any) -> str | None:
        found = asyncio.run(self.provisioner.pre_launch(**options))
        return (found.get("env") or {}).get(variables.DOCUMENT)

    def end(self) -> Any:
        asyncio.run(self.provisioner.cleanup())
        return self.nb.metadata.get("nbenv")


@pytest.fixture(autouse=True)
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nothing launched."""

    async def pre_launch(self: object, **options: Any) -> Any:
        return options

    async def cleanup(self: object, restart: bool = False) -> None:
        return

    monkeypatch.setattr(LocalProvisioner, "pre_launch", pre_launch)
    monkeypatch.setattr(LocalProvisioner, "cleanup", cleanup)
    monkeypatch.setattr(Provisioner, "parent", property(lambda self: self._trait_values["parent"]))


def document(record: object = None) -> Any:
    found = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
    found.metadata.kernelspec = {"name": "nbenv", "language": "python"}
    if record is not None:
        found.metadata.nbenv = nbformat.from_dict(record)
    return found


def install(path: str, record: dict[str, object] = NEWER) -> None:
    state = store.claim_state(path)
    store.save_state(store.superseding(state, None, record, saved=False))


def test_the_installed_kernelspec_has_it() -> None:
    spec = KernelSpecManager().get_kernel_spec("nbenv")
    assert KernelProvisionerFactory.instance().is_provisioner_available(spec)
    assert spec.metadata["kernel_provisioner"] == {"provisioner_name": "nbenv", "config": {}}


@pytest.mark.parametrize("record", [None, RECORD])
def test_what_is_installed_is_recorded_in_the_document(record: object) -> None:
    client = Client(document(record))
    path = client.launched(env={"PATH": "/bin"})
    assert path is not None and paths.is_document(path)
    assert client.launched() == path  # a restart
    install(path)
    found = client.end()
    assert found == NEWER
    assert found.requirements == ["six", "toolz"]  # as nbformat's own have them


def test_a_document_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "work.ipynb"
    nbformat.write(document(RECORD), file)
    client = Client(document(RECORD))
    client.path = str(file)  # type: ignore[attr-defined]
    assert client.launched() == str(file)
    assert client.end() == RECORD
    text = json.loads(file.read_text(encoding="utf-8"))
    text["metadata"]["nbenv"] = NEWER
    file.write_text(json.dumps(text), encoding="utf-8")
    assert client.end() == NEWER


def test_a_name_that_the_client_gives_is_stronger(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Client(document(RECORD))
    assert client.launched(env={**os.environ, "JPY_SESSION_NAME": "/x/a.ipynb"}) is None
    assert client.launched(env={**os.environ, variables.NOTEBOOK: "a.ipynb"}) is None
    monkeypatch.setenv("JPY_SESSION_NAME", "/x/parent.ipynb")  # of the kernel that it runs in
    assert client.launched() is not None
    monkeypatch.setenv(variables.NOTEBOOK, "a.ipynb")
    assert client.launched() is None
    assert client.end() == RECORD


@pytest.mark.parametrize("broken", ["text", ["a"], 1, {"a": object()}])
def test_a_broken_record_is_an_empty_one(broken: object) -> None:
    assert record_of({"cells": [], "metadata": {"nbenv": broken}}) == {}


def test_a_search_that_fails_stops_no_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a client's own property")

    monkeypatch.setattr("nbenv.kernel.client.held_document.find_held", fail)
    assert module._find_run(object(), None) is None
    assert Client(document(RECORD)).launched() is None
