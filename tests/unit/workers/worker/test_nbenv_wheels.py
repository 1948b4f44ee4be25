"""Lines of a lock, and wheels that are unpacked without an installer."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.markers import Marker

from tests.support.wheels import make_wheel
from tests.unit.workers.conftest import WORKERS, load_file


@pytest.fixture
def wheels(on_worker: Callable[[str], ModuleType]) -> Any:
    return on_worker("nbenv_wheels")


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("six==1.16.0 --hash=sha256:00", ("six", "1.16.0", "")),
        (
            "Zope.Interface==6 ; os_name == 'nt' --hash=sha256:00",
            ("zope-interface", "6", "os_name == 'nt'"),
        ),
        ("a @ https://host/a-1-py3-none-any.whl --hash=sha256:00", ("a", "", "")),
    ],
)
def test_a_line_has_a_name_a_version_and_a_marker(wheels: Any, line: str, parts: object) -> None:
    assert wheels.parts(line) == parts


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("1.0", "1", True), ("1.0.0rc1", "1.0rc1", True), ("2.0.post1", "2.post1", True),
     ("1.0+cpu", "1.0+cpu", True), ("1.1", "1.10", False), ("1.0", "1.0.1", False),
     ("10", "1", False)],
)  # fmt: skip
def test_versions_are_compared_however_they_are_written(
    wheels: Any, one: str, other: str, same: bool
) -> None:
    assert wheels.is_same(one, other) is same


_wheels: Any = load_file(WORKERS / "worker" / "nbenv_wheels.py", "_nbenv_wheels_of_a_test")
_COMPARISONS = st.sampled_from([
    "sys_platform == 'linux'", "sys_platform != 'win32'", "os_name == 'nt'",
    "python_full_version < '3.11.4'", "python_full_version >= '3.9'", "python_version < '3.10'",
    "python_version == '3.11'", "'linux' in sys_platform", "platform_machine not in 'arm64 x'",
    "implementation_name == 'cpython'", "'3.8' <= python_version", "extra == 'a'",
])  # fmt: skip
_MARKERS = st.recursive(
    _COMPARISONS,
    lambda inner: st.builds(
        lambda one, word, two: f"({one} {word} {two})", inner, st.sampled_from(["and", "or"]), inner
    ),
    max_leaves=6,
)


@given(_MARKERS, st.sampled_from(["3.8.0", "3.9.18", "3.11.3", "3.11.4", "3.12.1", "3.14.0"]))
def test_markers_are_evaluated_as_packaging_does(marker: str, version: str) -> None:
    values = _wheels._values(version)
    line = f"a==1 ; {marker} --hash=sha256:00"
    assert _wheels.applies(line, version) is Marker(marker).evaluate(values)


def test_a_wheel_that_leads_out_of_the_environment_is_refused(wheels: Any, tmp_path: Path) -> None:
    path = make_wheel(tmp_path / "wheels", "bad", "1.0")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../escaped.py", "")
    content = path.read_bytes()
    digest = wheels.hashlib.sha256(content).hexdigest()
    environment = tmp_path / "environment"
    site = environment / "lib"
    site.mkdir(parents=True)
    line = f"bad==1.0 --hash=sha256:{digest}"
    words = (str(environment), str(site), str(environment / "bin" / "python"))
    with pytest.raises(wheels.WheelError, match="leads out"):
        wheels.unpack_all(*words, str(tmp_path / "wheels"), [line])
    assert not (tmp_path / "escaped.py").exists()


def test_a_wheel_that_is_missing_or_another_one_is_named(wheels: Any, tmp_path: Path) -> None:
    make_wheel(tmp_path / "wheels", "tiny", "1.0")
    words = (str(tmp_path), str(tmp_path), str(tmp_path / "bin" / "python"))
    for name, why in (("tiny", "has not the hash"), ("other", "No wheel of other")):
        with pytest.raises(wheels.WheelError, match=why):
            lines = [f"{name}==1.0 --hash=sha256:{'0' * 64}"]
            wheels.unpack_all(*words, str(tmp_path / "wheels"), lines)
