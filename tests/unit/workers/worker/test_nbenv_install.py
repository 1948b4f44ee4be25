"""Interpreters and installers of a worker, as it is configured."""

from __future__ import annotations

import os
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def install(on_worker: Callable[[str], ModuleType]) -> Any:
    return on_worker("nbenv_install")


def test_an_interpreter_of_the_minor_version_is_found(install: Any) -> None:
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    found = install.find_python(here)
    code = "import sys; print(sys.prefix == sys.base_prefix)"
    assert install.run([found.path, "-c", code]) == "True\n"
    assert found.version.startswith(here)


def test_a_program_that_is_no_such_python_is_passed_over(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "python3.99"
    program.write_text("#!/bin/sh\necho 3.12\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(install.WorkerError, match=r"There is no Python 3\.99"):
        install.find_python("3.99")
    monkeypatch.setenv("NBENV_WORKER_PYTHON", str(program))
    with pytest.raises(install.WorkerError, match="NBENV_WORKER_PYTHON"):
        install.find_python("3.99")


def test_an_activated_process_sees_the_environment_alone(install: Any) -> None:
    before = {"PATH": "/bin", "PYTHONPATH": "/elsewhere", "VIRTUAL_ENV": "/other", "OWN": "1"}
    assert install.activated("/envs/a/bin/python", before) == {
        "PATH": f"/envs/a/bin{os.pathsep}/bin",
        "VIRTUAL_ENV": "/envs/a",
        "OWN": "1",
    }


def test_passwords_in_what_a_program_prints_are_left_out(install: Any) -> None:
    code = "import sys; sys.exit('no answer from http://me:secret@127.0.0.1/simple')"
    with pytest.raises(install.WorkerError) as caught:
        install.run([sys.executable, "-c", code])
    assert str(caught.value) == "no answer from http://127.0.0.1/simple"


def test_a_program_that_is_missing_is_named(install: Any) -> None:
    with pytest.raises(install.WorkerError, match="no-such-program cannot be run"):
        install.run(["no-such-program"])


def test_uv_gets_the_workers_own_settings_of_pip(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "pip.conf"
    settings.write_text("[global]\nindex-url = http://127.0.0.1:1/a\nfind-links = /files\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    monkeypatch.setattr(install, "_PIP_FILES", ())
    program = tmp_path / "uv"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    about = {"indexes": [{"name": "own", "url": "http://127.0.0.1:1/b"}], "source": []}
    words = install._uv("/envs/a", None, about)
    place = words.index("--default-index")
    assert words[place + 1] == "http://127.0.0.1:1/a"
    assert words[words.index("--index") + 1] == "http://127.0.0.1:1/b"
    assert words[words.index("--find-links") + 1] == "/files"
    assert words[-2:] == ["--only-binary", ":all:"]
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:1/c")
    assert "--default-index" not in install._uv("/envs/a", None, {**about, "source": ["six"]})


def test_without_an_installer_the_message_names_the_way_out(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install, "_uv", lambda *about: None)
    monkeypatch.setattr(install, "_pip", lambda *about: None)
    with pytest.raises(install.WorkerError, match="neither uv nor pip"):
        install.install(str(tmp_path), sys.executable, {}, [], None)


def installed_pip(site: Path, version: str, *, whole: bool = True) -> None:
    """Make a folder of packages with a pip in it, and something else."""
    folder = site / f"pip-{version}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: pip\nVersion: {version}\n")
    vendored = site / "pip" / "_vendor" / "packaging"
    vendored.mkdir(parents=True)
    (site / "pip" / "__main__.py").write_text(f"print({version!r})\n")
    if whole:
        (vendored / "version.py").touch()
    (site / "other").mkdir()


@pytest.mark.parametrize(
    ("installed", "bundled", "minor", "whole", "expected"),
    [
        ("99.1", "23.2.1", None, True, "99.1"),
        ("99.1", None, None, True, "99.1"),
        ("9.0", "23.2.1", None, True, "23.2.1"),
        ("99.1", "23.2.1", "3.7", True, "23.2.1"),  # it may not run in that Python
        ("99.1", "23.2.1", None, False, "23.2.1"),  # it lacks what it needs
        ("99.1", None, None, False, ""),
    ],
)
def test_the_newest_pip_is_taken_without_what_is_beside_it(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, installed: str,
    bundled: str | None, minor: str | None, whole: bool, expected: str,
) -> None:  # fmt: skip
    site, library = tmp_path / "site", tmp_path / "lib"
    installed_pip(site, installed, whole=whole)
    (library / "ensurepip" / "_bundled").mkdir(parents=True)
    if bundled:
        wheel = library / "ensurepip" / "_bundled" / f"pip-{bundled}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("pip/__main__.py", f"print({bundled!r})\n")
    monkeypatch.setattr(sys, "path", [str(site)])
    here = f"{sys.version_info[0]}.{sys.version_info[1]}"
    base = install.Base(sys.executable, f"{minor or here}.1", str(library))
    for _ in range(2):  # once made, once found
        program = install._unpacked_pip(base, str(tmp_path / "cache" / "envs" / "one"))
        assert (install.run([sys.executable, "-I", program]).strip() if program else "") == expected
    if expected == installed:
        assert os.listdir(Path(program).parent) == ["pip"]


LINES = [f"p{number}==1.0" for number in range(8)]


@pytest.mark.parametrize(
    ("how", "words", "count", "processes"),
    [
        ("pip", ["pip", "install"], 8, 2),
        ("pip", ["pip", "install"], 40, 2),
        ("pip", ["pip", "install"], 7, 1),
        ("pip", ["pip", "install"], 0, 1),
        ("pip", ["pip", "install", "--target", "/site"], 40, 1),
        ("uv", ["uv", "pip", "install"], 40, 1),
    ],
)
def test_pip_shares_many_lines_among_processes(
    install: Any, how: str, words: list[str], count: int, processes: int
) -> None:
    lines = [f"p{number}==1.0" for number in range(count)]
    parts = install._parts(how, words, lines)
    assert len(parts) == processes
    assert sorted(line for part in parts for line in part) == sorted(lines)


@pytest.mark.parametrize("failing", [None, 0, 1])
def test_processes_of_pip_run_at_once_and_one_error_is_that_of_all(
    install: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int | None
) -> None:
    both, read = threading.Barrier(2, timeout=30), list[str]()

    def run(words: list[str], lock: object) -> None:
        both.wait()
        lines = Path(words[-1]).read_text().splitlines()
        read.extend(lines)
        if failing is not None and LINES[failing] in lines:
            raise install.WorkerError(f"No {LINES[failing]}.")

    monkeypatch.setattr(install, "run", run)
    monkeypatch.setattr(install, "_uv", lambda *_: None)
    monkeypatch.setattr(install, "_pip", lambda *_: ["pip", "install"])
    base = install.Base(sys.executable, "3.11.7", "")
    if failing is None:
        assert install.install(str(tmp_path), base, {}, LINES, None) == "pip"
    else:
        with pytest.raises(install.WorkerError, match=f"No {LINES[failing]}"):
            install.install(str(tmp_path), base, {}, LINES, None)
    assert sorted(read) == LINES
