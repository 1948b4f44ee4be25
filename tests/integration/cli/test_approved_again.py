"""Approvals of what was installed here, however its record is written."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from nbenv.core.record import fingerprint, recipe
from nbenv.environments.readiness import check_readiness
from nbenv.home import approval_store
from tests.conftest import write_other_copy
from tests.support.commands import nbenv_here, succeed
from tests.support.index import LocalIndex
from tests.support.wheels import NO_EXTRAS

MARKERS = Path(__file__).parents[2] / "unit" / "core" / "real_markers.txt"
EACH = 4
"""Every so many of the real markers are installed: more would only take longer."""
MARKER = re.compile("(?<= ; )(.*?)(?= --hash)")


def record(notebook: Path) -> Any:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["nbenv"]


def do(*words: object) -> Any:
    """Run a command that must succeed; return what it prints as JSON."""
    done = nbenv_here(*words, "--json")
    assert done.status == 0, done.err
    return done.json


@pytest.fixture
def many(index: LocalIndex) -> str:
    """Offer a distribution whose dependencies have the markers of real ones; return it."""
    markers = MARKERS.read_text(encoding="utf-8").splitlines()[::EACH]
    markers += ["os_name != 'nt'", "sys_platform != 'win32'"]
    requires = [f"dep{number}; {marker}" for number, marker in enumerate(markers)]
    for number in range(len(markers)):
        index.wheel(f"dep{number}", "1.0")
    index.wheel("both", "1.0", requires=["shared; os_name != 'nt'", "through; os_name == 'nt'"])
    index.wheel("through", "1.0", requires=["shared; sys_platform != 'win32'"])
    index.wheel("shared", "1.0")
    index.wheel("many", "1.0", requires=[*requires, "both"], extras=NO_EXTRAS)
    index.wheel("other", "1.0")
    extras = {
        part.split("'")[1]
        for text in requires
        for part in str(Requirement(text).marker).replace('"', "'").split("extra == ")[1:]
    }
    return f"many[{','.join(sorted(extras))}]"


def test_after_an_install_with_any_marker_everything_goes_on(
    notebook: Path, many: str, tmp_path: Path
) -> None:
    succeed("install", notebook, many)
    before = notebook.read_bytes()
    assert len(record(notebook)["lock"]) > 40
    assert do("status", notebook)["approved"]
    assert do("restore", notebook, "--dry-run")["approved"]
    assert check_readiness(str(notebook)).environment
    do("install", notebook, "other", "--dry-run")
    do("install", notebook, many)
    do("restore", notebook)
    assert notebook.read_bytes() == before
    do("install", notebook, "other")
    do("undo", notebook)
    do("upgrade", notebook)
    assert record(notebook)["lock"] == json.loads(before)["metadata"]["nbenv"]["lock"]
    copy = write_other_copy(notebook, tmp_path / "elsewhere")
    do("restore", copy)
    do("install", copy, "other")


def in_the_former_form(notebook: Path, home: Path) -> None:
    """Write the record, the state and the approval as an nbenv before ours left them.

    It had markers as uv writes them, with more parentheses than are needed.
    """
    new = record(notebook)
    old = {**new, "lock": sorted(MARKER.sub(r"((\1))", line) for line in new["lock"])}
    assert old != record(notebook)
    for path in [notebook, *home.glob("envs/*/nbenv.json"), *home.glob("notebooks/*.json")]:
        content = path.read_text(encoding="utf-8")
        parsed = json.loads(content)
        if path == notebook:
            parsed["metadata"]["nbenv"] = old
        else:
            parsed["value"] = old
        path.write_text(json.dumps(parsed), encoding="utf-8")
    shutil.rmtree(home / "approvals")
    approval_store.approve(fingerprint({**recipe(old), "requirements": old["requirements"]}))


def test_what_a_former_version_approved_stays_approved(
    notebook: Path, home: Path, index: LocalIndex
) -> None:
    index.wheel("pair", "1.0", requires=["through", "shared; os_name != 'nt'"])
    index.wheel("through", "1.0", requires=["shared; sys_platform != 'win32'"])
    index.wheel("shared", "1.0")
    index.wheel("other", "1.0")
    succeed("install", notebook, "pair")
    in_the_former_form(notebook, home)
    before = notebook.read_bytes()
    assert do("status", notebook)["approved"]
    assert do("status", notebook)["ready"]
    assert check_readiness(str(notebook)).environment
    do("install", notebook, "pair", "--any-index")
    do("restore", notebook)
    assert notebook.read_bytes() == before
    assert check_readiness(str(notebook)).environment
    do("install", notebook, "other")
    do("undo", notebook)
    assert record(notebook)["lock"] == json.loads(before)["metadata"]["nbenv"]["lock"]
