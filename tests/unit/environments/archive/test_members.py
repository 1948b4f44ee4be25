"""The files of an archive: what was installed, without traces of this machine."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from nbenv.environments.archive.members import environment_members, needed_glibc
from nbenv.environments.environment import Environment


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    root = tmp_path / "environment"
    site = root / "lib" / "python3.11" / "site-packages"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "python").touch()
    (root / "pyvenv.cfg").write_text("version = 3.11.7\n")
    info = site / "leaf-1.0.dist-info"
    (site / "leaf" / "__pycache__").mkdir(parents=True)
    info.mkdir()
    for path, text in {
        site / "leaf" / "__init__.py": "x = 1\n",
        site / "leaf" / "__pycache__" / "__init__.cpython-311.pyc": "",
        site / "stray.py": "",
        root / "bin" / "leaf": f"#!{root}/bin/python\nprint(1)\n",
        root / "bin" / "far": f"#!/bin/sh\n'''exec' '{root}/bin/python' \"$0\"\n' '''\nprint(2)\n",
        root / "bin" / "shell": "#!/bin/sh\necho\n",
        info / "METADATA": "Name: leaf\n",
        info / "WHEEL": "Tag: cp311-cp311-manylinux_2_17_x86_64\nTag: cp311-cp311-manylinux2014_x",
        info / "direct_url.json": '{"url": "file:///home/me/leaf"}',
        info / "uv_cache.json": "{}",
    }.items():
        path.write_text(text)
        path.chmod(0o755)
    rows = [
        "leaf/__init__.py,sha256=x,6", "leaf/__pycache__/__init__.cpython-311.pyc,,",
        "../../../bin/leaf,sha256=y,1", "../../../bin/far,sha256=y,1", "../../../bin/shell,,",
        "leaf-1.0.dist-info/METADATA,,", "leaf-1.0.dist-info/WHEEL,,",
        "leaf-1.0.dist-info/direct_url.json,,", "leaf-1.0.dist-info/uv_cache.json,,",
        "leaf-1.0.dist-info/RECORD,,", "../../../../outside.txt,,", "leaf/gone.py,,",
    ]  # fmt: skip
    (info / "RECORD").write_text("\n".join(rows))
    (tmp_path / "outside.txt").touch()
    return Environment(str(root))


def test_members_are_what_was_installed(environment: Environment) -> None:
    members = environment_members(environment, ())
    info = "lib/python3.11/site-packages/leaf-1.0.dist-info"
    assert set(members) == {
        "bin/far", "bin/leaf", "bin/shell", "lib/python3.11/site-packages/leaf/__init__.py",
        f"{info}/METADATA", f"{info}/RECORD", f"{info}/WHEEL",
    }  # fmt: skip
    root = str(environment.path).encode()
    assert not [name for name, each in members.items() if root in each.read()]
    assert members["bin/leaf"].read().endswith(b"\n' '''\nprint(1)\n")
    assert members["bin/far"].read().endswith(b"\n' '''\nprint(2)\n")
    assert members["bin/far"].read().count(b"'''exec'") == 1
    rows = {
        row[0]: row for row in csv.reader(io.StringIO(members[f"{info}/RECORD"].read().decode()))
    }
    assert rows["../../../bin/leaf"][2] == str(len(members["bin/leaf"].read()))
    assert rows["leaf/__init__.py"] == ["leaf/__init__.py", "sha256=x", "6"]
    assert "leaf-1.0.dist-info/direct_url.json" not in rows


def test_packages_can_be_left_out(environment: Environment) -> None:
    assert environment_members(environment, {"leaf"}) == {}


@pytest.mark.parametrize(
    ("tags", "found"),
    [
        (["py3-none-any"], (False, "")),
        (["cp311-cp311-manylinux_2_28_x86_64"], (True, "2.28")),
        (["cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"], (True, "2.17")),
        (["cp311-cp311-manylinux1_x86_64", "cp311-cp311-manylinux_2_12_x86_64"], (True, "2.5")),
        (["cp311-cp311-linux_x86_64"], (True, "")),
        (["cp311-cp311-macosx_11_0_arm64"], (True, "")),
    ],
)
def test_the_glibc_that_packages_need(
    tags: list[str], found: tuple[bool, str], environment: Environment
) -> None:
    (info,) = environment.dist_infos()
    (info / "WHEEL").write_text("\n".join(f"Tag: {tag}" for tag in tags))
    assert needed_glibc(environment, ()) == found
    assert needed_glibc(environment, {"leaf"}) == (False, "")
