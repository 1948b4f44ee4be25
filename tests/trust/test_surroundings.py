"""Settings and modules beside a notebook came with it, and nothing obeys them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from jupyter_client import KernelManager

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.environments.environment import Environment
from nbenv.errors import ApprovalNeededError
from nbenv.operations.restore import prepare
from nbenv.progress import drain
from tests.conftest import write_other_copy
from tests.integration.cli.test_verbs import installed
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex
from tests.support.kernels import Kernel

SETTINGS = """
python-install-mirror = "{url}"
index-url = "{url}"
no-build-isolation = true
[pip]
verify-hashes = false
index-url = "{url}"
"""
MODULES = ("json", "os", "sitecustomize", "usercustomize", "nbenv", "ipykernel", "IPython",
           "encodings", "zmq", "nbenv_test_backend", "filelock", "packaging")  # fmt: skip


@pytest.fixture
def trap(index: LocalIndex, tmp_path: Path) -> Iterator[LocalIndex]:
    """Yield an index with newer versions of everything, which nothing may ask."""
    index.wheel("leaf", "1.0")
    index.wheel("other", "1.0")
    with LocalIndex(tmp_path / "trap") as trap:
        for name in ("leaf", "other", "ipykernel"):
            trap.wheel(name, "99.0")
        yield trap


@pytest.fixture
def littered(notebook: Path, trap: LocalIndex) -> Path:
    """Return a notebook whose folder is full of traps."""
    folder = notebook.parent
    settings = SETTINGS.format(url=trap.url)
    (folder / "uv.toml").write_text(settings, encoding="utf-8")
    (folder / "pip.conf").write_text(f"[global]\nindex-url = {trap.url}\n", encoding="utf-8")
    (folder / ".env").write_text(f"UV_INDEX_URL={trap.url}\n", encoding="utf-8")
    (folder / ".python-version").write_text("3.8\n", encoding="utf-8")
    (folder / "pyproject.toml").write_text(
        f'[project]\nname = "x"\nversion = "0"\ndependencies = ["other"]\n'
        f'[[tool.uv.index]]\nurl = "{trap.url}"\ndefault = true\n',
        encoding="utf-8",
    )
    for name in MODULES:
        (folder / name).mkdir()
        text = f"open({str(folder / 'evil-ran')!r}, 'w').close()\nraise SystemExit(99)\n"
        (folder / name / "__init__.py").write_text(text, encoding="utf-8")
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return notebook


def test_settings_and_modules_beside_it(
    littered: Path, trap: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(littered.parent)
    environ = {"PYTHONSAFEPATH": "1"}  # `python -m` would import from the current folder
    succeed("install", littered, "leaf", environ=environ)
    words = ("pip", "--notebook", littered, "--")
    for look in (["outdated", littered], ["status", littered], ["list", littered],
                 [*words, "list"], [*words, "check"], ["upgrade", littered]):  # fmt: skip
        assert nbenv(*look, environ=environ).status == 0, look
    assert installed(littered) == {"ipykernel": "7.0", "leaf": "1.0"}
    shared = write_other_copy(littered, tmp_path / "elsewhere")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    succeed("restore", shared, environ=environ)
    assert trap.requests == []
    assert not (littered.parent / "evil-ran").exists()


def test_a_python_is_not_fetched_from_there(
    littered: Path, trap: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = next(each for each in ("3.8", "3.9", "3.14", "3.15") if not interpreters.find(each))
    monkeypatch.chdir(littered.parent)
    monkeypatch.setenv("UV_OFFLINE", "1")
    fail("python", littered, absent, environ={"PYTHONSAFEPATH": "1"})
    assert trap.requests == []


def test_a_kernel_in_that_folder(littered: Path, trap: LocalIndex) -> None:
    """The launcher and the waiting kernel run in the notebook's folder, as servers start them."""
    text = littered.read_text(encoding="utf-8")
    good = '{"version": 1, "python": "3.11", "requirements": ["other"], "lock": []}'
    head, _, tail = text.rpartition('"metadata": {')
    littered.write_text(f'{head}"metadata": {{"nbenv": {good}{tail}', encoding="utf-8")
    manager = KernelManager(kernel_name="nbenv")
    manager.start_kernel(
        cwd=str(littered.parent), env={**os.environ, "NBENV_NOTEBOOK": str(littered)}
    )
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        status, text = Kernel(manager, client).run("1")
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert (status, "%nbenv restore" in text) == ("error", True)
    assert trap.requests == []
    assert not (littered.parent / "evil-ran").exists()


def test_never_is_never(notebook: Path, trap: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """An approved environment is restored without asking, unless the user said never."""
    succeed("install", notebook, "leaf")
    identifier = NotebookSnapshot.read(NotebookRef(str(notebook))).state.environment
    Environment(identifier).remove()
    monkeypatch.setenv("NBENV_RESTORE", "never")
    with pytest.raises(ApprovalNeededError, match="never"):
        drain(prepare(NotebookRef(str(notebook))))
    assert not Environment(identifier).path.exists()
    monkeypatch.setenv("NBENV_RESTORE", "ask")
    drain(prepare(NotebookRef(str(notebook))))
    assert installed(notebook)["leaf"] == "1.0"
