"""Previewing a restore: sizes and origins, without asking a host that the notebook names."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Index
from nbenv.environments.interpreters import default_python
from nbenv.errors import InstallerError, NotebookError
from nbenv.home import variables
from nbenv.notebook.metadata import write_metadata
from nbenv.operations.preview import _comparable, _first_line, _foreign_indexes, preview
from nbenv.progress import drain
from tests.support.environments import read, ref_of
from tests.support.index import LocalIndex


def previewed(notebook: Path, look_up: bool = True) -> dict[str, object]:
    data = drain(preview(ref_of(notebook), look_up)).data
    assert isinstance(data, dict)
    return data


def test_sizes_are_those_of_the_index(installed: Path, stocked: LocalIndex) -> None:
    stocked.requests.clear()
    data = previewed(installed)
    files = ("ipykernel-7.0", "branch-1.0", "leaf-1.0")
    sizes = [(stocked.folder / f"{each}-py3-none-any.whl").stat().st_size for each in files]
    assert (data["count"], data["sizes_unknown"]) == (3, 0)
    packages = data["distributions"]
    assert isinstance(packages, tuple | list)
    assert sum(each["size"] for each in packages) == sum(sizes)
    assert (data["download"], data["cached"]) == (0, True)  # it was installed here
    assert (data["python_here"], data["approved"], data["looked_up"]) == (True, True, True)
    assert data["problem"] == ""
    assert stocked.downloads == []


def test_without_a_look_up_no_index_is_asked(installed: Path, stocked: LocalIndex) -> None:
    stocked.requests.clear()
    data = previewed(installed, look_up=False)
    assert (data["download"], data["looked_up"], data["problem"]) == (0, False, "")
    assert stocked.requests == []


def test_what_is_in_the_cache_is_not_downloaded(
    installed: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.requests.clear()
    assert previewed(installed, look_up=False)["cached"] is True
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "empty"))
    data = previewed(installed, look_up=False)
    assert (data["cached"], data["download"], data["cache_known"]) == (False, None, False)
    assert stocked.requests == []


def test_another_machine_has_not_approved_it(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.HOME, str(tmp_path / "fresh"))
    assert previewed(installed)["approved"] is False


def test_what_an_index_does_not_say_is_said(installed: Path, stocked: LocalIndex) -> None:
    stocked.remove("leaf-1.0-py3-none-any.whl")
    assert previewed(installed)["problem"] == (
        "This machine's own index does not list the locked files of leaf."
    )
    stocked.close()
    assert str(previewed(installed)["problem"]).startswith(
        "This machine's index could not be asked ("
    )


@pytest.mark.parametrize(
    "serving",
    [{"default": True}, {"packages": ["le*"]}, {"packages": [], "dependencies": ["leaf"]}],
)
def test_private_names_are_not_asked_for_on_this_machines_index(
    serving: dict[str, object], installed: Path, stocked: LocalIndex
) -> None:
    hidden = [{"name": "corp", "url": "https://corp.invalid/simple", **serving}]
    record = read(installed).spec.to_record()
    write_metadata(str(installed), {"nbenv": {**record, "indexes": hidden}})
    stocked.requests.clear()
    found = previewed(installed)
    assert "leaf are unknown: the notebook takes them" in str(found["problem"])
    assert "/simple/leaf/" not in [path for _, path in stocked.requests]


def test_nothing_locked_is_a_problem_of_its_own(notebook: Path, index: LocalIndex) -> None:
    with pytest.raises(NotebookError):
        previewed(notebook)
    record = {
        "version": 1,
        "python": default_python(),
        "requirements": ["a @ https://h.invalid/a.zip"],
    }
    write_metadata(str(notebook), {"nbenv": {**record, "lock": []}})
    data = previewed(notebook)
    assert str(data["problem"]).startswith("Nothing is locked")
    assert data["direct"] == ("a @ https://h.invalid/a.zip",)
    assert index.requests == []


def test_what_would_be_built_is_named(notebook: Path, index: LocalIndex) -> None:
    index.sdist("built", "1.0")
    line = f"built==1.0 --hash=sha256:{index.sha256('built-1.0.tar.gz')}"
    archive = f"direct @ https://host.invalid/d.tar.gz --hash=sha256:{'0' * 64}"
    record = {"version": 1, "python": default_python(), "requirements": [], "lock": [line, archive]}
    write_metadata(str(notebook), {"nbenv": record})
    assert previewed(notebook)["source"] == ["built", "direct"]
    assert read(notebook).spec.lock.source() == []


def test_only_foreign_indexes_are_named(index: LocalIndex) -> None:
    own = Index("own", index.url.rstrip("/"))
    far = Index("far", "https://far.invalid/simple")
    assert list(_foreign_indexes([own, far])) == [far]
    assert list(_foreign_indexes([])) == []


@pytest.mark.parametrize(
    ("url", "other", "same"),
    [
        ("https://Host.invalid/simple/", "https://host.invalid/simple", True),
        ("https://host.invalid/simple?a", "https://host.invalid/simple", False),
        ("http://host.invalid/", "https://host.invalid/", False),
        ("http://[broken", "http://[broken", True),
    ],
)
def test_addresses_are_compared(url: str, other: str, same: bool) -> None:
    assert (_comparable(url) == _comparable(other)) == same


def test_the_reason_is_one_line() -> None:
    assert _first_line(InstallerError("x", "\n  error: no network.\nmore")) == "no network"
    assert _first_line(InstallerError("It failed", "")) == "It failed"
