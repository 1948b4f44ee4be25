"""Environments on a worker: made once, whole or not at all, and collected."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from uv import find_uv_bin

from nbenv.environments import interpreters
from tests.support.index import LocalIndex
from tests.unit.workers.conftest import Manifest, written


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "worker-cache"
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(folder))
    return folder


@pytest.fixture
def worker(on_worker: Callable[[str], ModuleType]) -> Any:
    return on_worker("nbenv_worker")


@pytest.fixture
def small(index: LocalIndex, manifest: Callable[..., Manifest]) -> Manifest:
    index.wheel("tiny", "1.0", entry_points={"console_scripts": {"tiny": "tiny:main"}})
    index.wheel("other", "2.0")
    return manifest("tiny==1.0", "other==2.0; sys_platform == 'win32'")


def prints(python: str, code: str) -> str:
    words = [python, "-I", "-c", code]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def tampered(index: LocalIndex, tmp_path: Path) -> None:
    """Let the index offer another file of the same name."""
    index.remove("tiny-1.0-py3-none-any.whl")
    index.wheel("tiny", "1.0", modules={"tiny.py": "__version__ = 'evil'\n"})


def test_an_environment_is_made_once(worker: Any, small: Manifest, cache: Path) -> None:
    found = worker.make(small)
    assert found["made"] is True
    assert Path(found["python"]).is_relative_to(cache / "envs")
    assert prints(found["python"], "import tiny; print(tiny.__version__)") == "1.0"
    assert worker.make(small) == {**found, "made": False, "seconds": pytest.approx(0, abs=1)}
    assert [each.name for each in cache.glob("envs/*/bin/pip*")] == []


def test_an_environment_that_a_task_changed_is_made_anew(worker: Any, small: Manifest) -> None:
    found = worker.make(small)
    for change in ("rename", "remove"):
        [about] = Path(found["python"]).parents[1].rglob("tiny-*.dist-info")
        if change == "rename":  # as another version that was installed over it
            about.rename(about.with_name("tiny-2.0.dist-info"))
        else:
            shutil.rmtree(about)
        assert worker.make(small)["made"] is True
        assert worker.make(small)["made"] is False
        assert prints(found["python"], "import tiny; print(tiny.__version__)") == "1.0"


def test_pip_does_where_there_is_no_uv(
    worker: Any, small: Manifest, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "pip.conf"  # of a shared machine, for people's own installs
    settings.write_text("[install]\nuser = true\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setattr(worker._install, "_uv", lambda *about: None)
    found = worker.make(small)
    assert found["with"] == "pip"
    assert prints(found["python"], "import tiny; print(tiny.__version__)") == "1.0"
    [unpacked] = cache.glob("pip/*")
    assert list(unpacked.rglob("*.pyc"))  # compiled once, not each time
    shutil.rmtree(Path(found["python"]).parents[1])
    marked = unpacked / "marked"
    marked.touch()
    assert worker.make(small)["with"] == "pip"
    assert marked.exists()


@pytest.mark.parametrize("version", ["20.1", "23.2"])
def test_a_pip_that_is_installed_does_where_python_brings_none(
    worker: Any, small: Manifest, version: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = worker._install._found_pip
    monkeypatch.setattr(worker._install, "_uv", lambda *about: None)
    monkeypatch.setattr(worker._install, "_unpacked_pip", lambda *about: "")
    monkeypatch.setattr(worker._install, "_found_pip", lambda base: (find(base)[0], version))
    found = worker.make(small)
    assert found["with"] == "pip"
    assert prints(found["python"], "import tiny; print(tiny.__version__)") == "1.0"


@pytest.mark.parametrize("without", ["_uv", "_pip"])
def test_another_file_than_the_locked_one_is_refused(
    worker: Any,
    small: Manifest,
    index: LocalIndex,
    tmp_path: Path,
    cache: Path,
    without: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", os.path.dirname(find_uv_bin()), prepend=os.pathsep)
    monkeypatch.setattr(worker._install, without, lambda *about: None)
    tampered(index, tmp_path)
    with pytest.raises(worker.WorkerError, match=r"(?i)hash"):
        worker.make(small)
    assert [each for each in (cache / "envs").iterdir() if each.is_dir()] == []


def test_shipped_wheels_need_no_index(
    worker: Any, small: Manifest, index: LocalIndex, tmp_path: Path
) -> None:
    index.close()
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    for path in (tmp_path / "index").rglob("tiny*.whl"):
        shutil.copy(path, wheels)
    found = worker.make(small, wheels=str(wheels))
    assert found["with"] == "wheels"
    assert os.access(Path(found["python"]).with_name("tiny"), os.X_OK)


def test_a_build_that_is_killed_leaves_no_environment(
    worker: Any, small: Manifest, cache: Path, tmp_path: Path
) -> None:
    path = written(small, tmp_path / "bundle")
    words = [sys.executable, str(path.with_name("nbenv_worker.py")), "make", str(path)]
    child = subprocess.Popen(words, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not list(cache.glob("envs/*/bin")) and time.monotonic() < end:
        time.sleep(0.002)
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert list(cache.glob("envs/*/nbenv-ready.json")) == []
    found = worker.make(small)
    assert found["made"] is True
    assert prints(found["python"], "import tiny; print(tiny.__version__)") == "1.0"


def test_many_at_once_make_one(small: Manifest, tmp_path: Path, worker: Any) -> None:
    path = written(small, tmp_path / "bundle")
    words = [sys.executable, str(path.with_name("nbenv_worker.py")), "make", str(path)]
    children = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    found = [json.loads(each.communicate()[0]) for each in children]
    assert sorted(each["made"] for each in found) == [False, False, False, True]
    assert len({each["python"] for each in found}) == 1


def test_check_names_what_differs(worker: Any, small: Manifest) -> None:
    python = worker.make(small)["python"]
    shutil.rmtree(next(Path(python).parents[1].glob("lib/*/site-packages/tiny-1.0.dist-info")))
    folder = Path(python).parents[1] / worker.KEPT_AS
    words = [python, str(folder / "nbenv_worker.py"), "check", str(folder / "manifest.json")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert json.loads(done.stdout)["wrong"] == {"tiny": ["1.0", None]}


def test_exec_becomes_the_environments_python(small: Manifest, tmp_path: Path, worker: Any) -> None:
    path = written(small, tmp_path / "bundle")
    words = [sys.executable, str(path.with_name("nbenv_worker.py")), "exec", str(path), "--"]
    code = "import os, sys, tiny; print(tiny.__version__, sys.prefix == os.environ['VIRTUAL_ENV'])"
    done = subprocess.run([*words, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "1.0 True"


def test_a_failure_is_one_message(small: Manifest, tmp_path: Path) -> None:
    path = written({**small, "python": "3.99"}, tmp_path)
    folder = tmp_path / "bundle"
    words = [sys.executable, str(folder / "nbenv_worker.py")]
    shutil.copytree(Path(__file__).parents[4] / "nbenv" / "workers" / "worker", folder)
    done = subprocess.run([*words, "make", str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "There is no Python 3.99" in json.loads(done.stdout)["error"]
    done = subprocess.run([*words, "exec", str(path)], capture_output=True, text=True, check=False)
    assert done.stdout == ""
    assert done.stderr.startswith("nbenv: There is no Python 3.99")


def test_another_format_is_refused(worker: Any, small: Manifest) -> None:
    with pytest.raises(worker.WorkerError, match="not of format 9"):
        worker.make({**small, "format": 9})
    with pytest.raises(worker.WorkerError, match="no digest"):
        worker.make({**small, "digest": "../../etc"})


def _pythons() -> list[str]:
    """Return the interpreters of this machine that a worker may have."""
    found = interpreters.available()
    new = [each for each in found if tuple(map(int, each.version.split(".")[:2])) >= (3, 8)]
    return [each.executable for each in new]


def test_it_runs_in_every_python_from_3_8(small: Manifest, tmp_path: Path, worker: Any) -> None:
    path = written(small, tmp_path / "bundle")
    for python in _pythons():
        words = [python, str(path.with_name("nbenv_worker.py")), "make", str(path)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (python, done.stdout + done.stderr)
