"""Tests of environments that consist of links; the operations have kernels in them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.environments import layout, store
from nbenv.environments.environment import Environment
from nbenv.environments.inventory import discard
from nbenv.environments.shared.links import link, link_provided
from tests.support.environments import environment_of, install, on_disk
from tests.support.index import LocalIndex

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no provided ones on Windows")


@pytest.fixture
def provided(notebook: Path, index: LocalIndex, tmp_path: Path) -> Environment:
    """Return an environment outside of this user's home."""
    install(notebook, "ipykernel")
    place = tmp_path / "all" / "envs" / "one"
    shutil.copytree(environment_of(notebook).path, place, symlinks=True)
    return Environment(str(place))


def test_only_links_are_made_and_removed(provided: Environment, tmp_path: Path) -> None:
    notebook = str(tmp_path / "other.ipynb")
    own = Environment(store.claim_state(notebook).environment)
    record = provided.read_marker().record
    assert record is not None
    before = on_disk(provided.path)
    link(provided, own, record, notebook)
    assert own.is_linked and own.is_closed_to_others and not provided.is_linked
    assert own.installed() == provided.installed()
    assert own.read_marker().notebook == notebook and not own.read_marker().is_touched
    own.mark(record, notebook)  # as for another record with the same lock
    assert own.is_closed_to_others
    assert discard(own)
    assert not own.path.exists()
    assert on_disk(provided.path) == before


def test_what_cannot_be_linked_leaves_nothing(
    provided: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    own = Environment("own-00000000")
    monkeypatch.setattr(os, "symlink", refuse)
    with pytest.raises(PermissionError):
        link(provided, own, provided.read_marker().record or {}, "x.ipynb")
    assert not own.path.exists()


def test_nothing_is_provided(home: Path) -> None:
    assert not link_provided(Spec("3.11"), Environment("own-00000000"), "x.ipynb")
    assert not layout.is_linked(str(home))
