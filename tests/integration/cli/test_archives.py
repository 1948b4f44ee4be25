"""``nbenv pack --archive``: environments that start wherever they were unpacked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.conftest import write_other_copy
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="archives are for POSIX")
MINOR = f"{sys.version_info[0]}.{sys.version_info[1]}"
PLAIN = {"PATH": f"{os.path.dirname(sys.executable)}:/usr/bin:/bin", "HOME": "/nowhere"}
WHERE = "import sys; print(sys.prefix)"


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    """Return an index with what wheels can hold: a script, data, a .pth, and a .so for Linux."""
    index.wheel("leaf", "1.0")
    index.wheel(
        "branch", "1.0", requires=["leaf"],
        modules={
            "branch.py": "def main():\n    import leaf, sys\n    print('ran', sys.prefix)\n",
            "branch.pth": "import sys; sys.branch_was_here = True\n",
            "branch-1.0.data/data/share/branch/data.txt": "data",
            "branch-1.0.data/scripts/old-script": "#!python\nimport leaf; print(leaf.__file__)\n",
        },
        entry_points={"console_scripts": {"branch-run": "branch:main"}},
    )  # fmt: skip
    index.wheel("other", "1.0", requires=["only-of-other", "leaf"])
    index.wheel("only-of-other", "1.0")
    return index


@pytest.fixture
def work(notebook: Path, stocked: LocalIndex) -> Path:
    succeed("install", notebook, "branch", "other")
    return notebook


def pack(notebook: Path, file: Path, *words: str) -> Path:
    succeed("pack", notebook, "--archive", file, *words)
    return file


def unpack(file: Path, folder: Path) -> Path:
    folder.mkdir(parents=True)
    subprocess.run(["tar", "-xf", str(file), "-C", str(folder)], check=True)
    return folder


def run(folder: Path, *words: str, program: str = "python", **more: str) -> str:
    done = start(folder, *words, program=program, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def start(
    folder: Path, *words: str, program: str = "python", **more: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(folder / "bin" / program), *words], env={**PLAIN, **more}, capture_output=True,
        text=True, check=False, timeout=60, cwd="/",
    )  # fmt: skip


def about(file: Path) -> dict[str, object]:
    with tarfile.open(file) as tar:
        found = tar.extractfile("nbenv-archive.json")
        assert found is not None
        value: dict[str, object] = json.load(found)
        return value


def packages(file: Path) -> set[str]:
    found = about(file)["packages"]
    assert isinstance(found, dict)
    return set(found)


def test_it_starts_moves_and_is_the_same_again(work: Path, tmp_path: Path) -> None:
    file = pack(work, tmp_path / "a.tar.gz")
    before = file.read_bytes()
    assert pack(work, file).read_bytes() == before
    here = unpack(file, tmp_path / "first place, ünï")
    with tarfile.open(file) as tar:
        names = tar.getnames()
        assert names == sorted(names)
        assert {(each.uid, each.uname) for each in tar} == {(0, "")}
        assert not [name for name in names if name.endswith((".pyc", "direct_url.json"))]
    assert str(tmp_path).encode() not in b"".join(
        path.read_bytes() for path in here.rglob("*") if path.is_file()
    )
    assert run(here, "-c", WHERE).startswith(str(here))
    assert run(here, "-c", "import sys; print(sys.branch_was_here)") == "True"
    there = here.rename(tmp_path / "second")
    assert run(there, "-c", WHERE, program=f"python{MINOR}").startswith(str(there))
    assert run(there, program="branch-run").startswith(f"ran {there}")
    assert run(there, program="old-script").startswith(str(there))
    link = tmp_path / "link"
    link.symlink_to(there / "bin" / "python3")
    done = subprocess.run([link, "-c", WHERE], env=PLAIN, capture_output=True, text=True)
    assert done.stdout.startswith(str(there)), done.stderr
    code = "import sys; print(open(sys.prefix + '/share/branch/data.txt').read())"
    assert run(there, "-c", code) == "data"


def test_many_first_starts_at_once_and_one_that_was_interrupted(work: Path, tmp_path: Path) -> None:
    here = unpack(pack(work, tmp_path / "a.tar.zst"), tmp_path / "here")
    with ThreadPoolExecutor(8) as pool:
        found = {*pool.map(lambda _: run(here, "-c", f"import leaf; {WHERE}"), range(8))}
    assert len(found) == 1
    (bound,) = (here / ".python").iterdir()
    assert sorted(path.name for path in bound.iterdir()) == [
        "bin", "lib", "lib64", "nbenv-archive.json", "pyvenv.cfg", "share",
    ]  # fmt: skip
    (bound / "bin" / f"python{MINOR}").unlink()  # it is what a start makes last
    (bound / "pyvenv.cfg").unlink()
    (bound / "lib").unlink()
    assert run(here, "-c", f"import leaf; {WHERE}") in found


def test_a_place_that_cannot_be_written(work: Path, tmp_path: Path) -> None:
    here = unpack(pack(work, tmp_path / "a.tar.gz"), tmp_path / "here")
    (here / ".python").write_text("in the way")  # root may write everywhere
    cache = str(tmp_path / "their-cache")
    (tmp_path / "their-cache").mkdir()
    first = run(here, "-c", f"import leaf; {WHERE}", XDG_CACHE_HOME=cache)
    assert first.startswith(cache)
    assert run(here, "-c", WHERE, XDG_CACHE_HOME=cache) == first
    none = "/proc/nothing"
    done = start(here, "-c", WHERE, XDG_CACHE_HOME=none, HOME=none, TMPDIR=none)
    assert done.returncode == 127
    assert "Make one of them writable" in done.stderr


def test_without_a_fitting_python(work: Path, tmp_path: Path) -> None:
    here = unpack(pack(work, tmp_path / "a.tar.gz"), tmp_path / "here")
    false = tmp_path / "bin" / "python"
    false.parent.mkdir()
    false.write_text("#!/bin/sh\necho no cpython 3.7\n", encoding="utf-8")
    false.chmod(0o755)
    done = start(here, "-c", WHERE, NBENV_PYTHON=str(false))
    assert done.returncode == 127
    assert f"needs CPython {MINOR}; NBENV_PYTHON is {false}." in done.stderr
    assert f"{false} is cpython 3.7." in done.stderr
    text = (here / "bin" / "python").read_text(encoding="utf-8")
    other = text.replace(f'!= "{MINOR}"', '!= "3.99"')
    (here / "bin" / "python").write_text(other, encoding="utf-8")
    done = start(here, "-c", WHERE)
    assert done.returncode == 127
    assert f"needs CPython {MINOR}, and none was found on" in done.stderr
    assert "or pack the environment with --with-python." in done.stderr


def test_its_own_folder_first_on_the_path(work: Path, tmp_path: Path) -> None:
    here = unpack(pack(work, tmp_path / "a.tar.gz"), tmp_path / "here")
    path = f"{here}/bin:{PLAIN['PATH']}"
    assert run(here, "-c", WHERE, PATH=path, PYTHONHOME="/nowhere").startswith(str(here))
    script = f". {here}/bin/activate; command -v branch-run; python -c '{WHERE}'; deactivate; "
    done = subprocess.run(
        ["bash", "-c", script + "echo $PATH"], env=PLAIN, capture_output=True, text=True
    )
    found = done.stdout.splitlines()
    assert found[0] == f"{here}/bin/branch-run", done.stderr
    assert found[1].startswith(str(here))
    assert found[2] == PLAIN["PATH"]


def test_what_is_left_out(work: Path, stocked: LocalIndex, tmp_path: Path) -> None:
    file = tmp_path / "a.tar.gz"
    assert packages(pack(work, file)) == {"branch", "ipykernel", "leaf", "only-of-other", "other"}
    assert packages(pack(work, file, "--without", "Other")) == {"branch", "ipykernel", "leaf"}
    stocked.wheel("py4j", "1.0")
    stocked.wheel("pyspark", "1.0", requires=["py4j", "leaf"])
    succeed("uninstall", work, "branch", "other")
    succeed("install", work, "pyspark")
    assert packages(pack(work, file, "--for", "spark")) == {"leaf"}
    assert about(file)["left_out"] == ["ipykernel", "py4j", "pyspark"]
    said = fail("pack", work, "--archive", file, "--without", "leav", status=2)
    assert "leav is not locked" in said
    assert "Did you mean leaf?" in said


def test_projects_and_sdists_are_installed_not_linked(
    work: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    stocked.sdist("from-source", "1.0")
    project = make_project(tmp_path / "projects", "mine", "1.0")
    succeed("install", work, "-e", project, "from-source")
    here = unpack(pack(work, tmp_path / "a.tar.gz"), tmp_path / "here")
    shutil.rmtree(project)
    code = "import mine, from_source; print(mine.__file__)"
    assert run(here, "-c", code).startswith(str(here))


def test_with_its_own_python(work: Path, tmp_path: Path) -> None:
    file = pack(work, tmp_path / "a.tar.gz", "--with-python")
    here = unpack(file, tmp_path / "one").rename(tmp_path / "two, moved")
    code = "import leaf, ssl, sqlite3, ctypes, sys, site; print(sys.prefix, sys.base_prefix); "
    code += "print(site.ENABLE_USER_SITE); print(open('/proc/self/maps').read())"
    found = run(here, "-c", code, PATH="/nowhere").splitlines()
    assert found[:2] == [f"{here} {here}", "False"]
    assert not [line for line in found if sys.base_prefix in line and sys.base_prefix != "/usr"]
    assert not (here / ".python").exists()
    assert run(here, program="branch-run").startswith(f"ran {here}")


def test_what_is_refused(work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*words: str) -> str:
        return fail("pack", work, *words, status=2)

    assert "ends in .tar.gz or .tar.zst" in refused("--archive", "a.zip")
    assert "--with-python is for an archive." in refused("--with-python")
    assert "--for is for an archive." in refused("--for", "spark")
    assert "Use --archive without --platform." in refused(
        "--archive", "a.tar.gz", "--platform", "linux-x86_64"
    )
    folder = tmp_path / "folder.tar.gz"
    folder.mkdir()
    assert "cannot be written." in fail("pack", work, "--archive", folder)
    assert [path.name for path in tmp_path.glob(".folder*")] == []
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    shared = write_other_copy(work, tmp_path / "shared")
    assert "Nothing was downloaded" in fail("pack", shared, "--archive", "b.tar.gz", status=3)
