"""Handlers of code for the page, and the environments that it comes from."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments.environment import Environment
from nbenv.home import approval_store
from nbenv.server.widgets.extension_handlers import _described, _file_of
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.wheels import extension_files


@pytest.fixture
def ref(index: LocalIndex, notebook: Path) -> NotebookRef:
    """Return a notebook whose environment brings an extension."""
    index.wheel("sliders", "1.0", modules=extension_files("sliders", "1.0"))
    succeed("install", notebook, "sliders")
    return NotebookRef(str(notebook))


def environment_of(ref: NotebookRef) -> Environment:
    return NotebookSnapshot.read(ref).environment


def described(ref: NotebookRef) -> list[dict[str, object]]:
    return _described(ref, "a.ipynb")


def test_a_ready_and_approved_environment_serves(ref: NotebookRef) -> None:
    [extension] = described(ref)
    identifier = environment_of(ref).identifier
    digest = str(extension["digest"])
    assert (extension["name"], extension["distribution"]) == ("sliders", "sliders")
    assert extension["url"] == f"extensions/{identifier}/{digest}"
    assert _file_of(ref, identifier, digest, "static/remote.js") == b"// sliders 1.0\n"
    assert _file_of(ref, identifier, digest, "static/other.js") is None
    assert _file_of(ref, identifier, digest[::-1], "static/remote.js") is None
    assert _file_of(ref, "other-1", digest, "static/remote.js") is None
    # Whatever is wrong with it, an address that a page knows serves nothing any more.
    marker = environment_of(ref).path / "nbenv.json"
    kept = marker.read_bytes()
    marker.unlink()
    assert (described(ref), _file_of(ref, identifier, digest, "static/remote.js")) == ([], None)
    marker.write_bytes(kept)
    assert _file_of(ref, identifier, digest, "static/remote.js") is not None
    for approval in approval_store.approved():
        approval_store.revoke(approval.digest)
    assert (described(ref), _file_of(ref, identifier, digest, "static/remote.js")) == ([], None)


def test_another_record_in_the_file_serves_nothing(ref: NotebookRef) -> None:
    """As after a checkout: the environment is still there, but not what the notebook records."""
    [extension] = described(ref)
    identifier, digest = environment_of(ref).identifier, str(extension["digest"])
    path = Path(ref.notebook)
    document = json.loads(path.read_text(encoding="utf-8"))
    document["metadata"]["nbenv"]["requirements"] = ["sliders", "six"]
    path.write_text(json.dumps(document), encoding="utf-8")
    assert (described(ref), _file_of(ref, identifier, digest, "static/remote.js")) == ([], None)
    path.write_text("{", encoding="utf-8")
    assert (described(ref), _file_of(ref, identifier, digest, "static/remote.js")) == ([], None)


def test_a_copy_has_no_environment_yet(ref: NotebookRef, tmp_path: Path) -> None:
    copy = NotebookRef(str(shutil.copy(ref.notebook, tmp_path / "copy.ipynb")))
    [extension] = described(ref)
    identifier, digest = environment_of(ref).identifier, str(extension["digest"])
    assert (described(copy), _file_of(copy, identifier, digest, "static/remote.js")) == ([], None)


def test_a_notebook_that_is_being_saved_is_read_again(
    ref: NotebookRef, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Jupyter writes it in place, right when a page asks after an install."""
    path = Path(ref.notebook)
    kept = path.read_bytes()

    def finish(seconds: float) -> None:
        path.write_bytes(kept)

    monkeypatch.setattr(time, "sleep", finish)
    path.write_bytes(kept[: len(kept) // 2])
    assert [each["name"] for each in described(ref)] == ["sliders"]
    [extension] = described(ref)
    identifier, digest = environment_of(ref).identifier, str(extension["digest"])
    path.write_bytes(b"")
    assert _file_of(ref, identifier, digest, "static/remote.js") == b"// sliders 1.0\n"
