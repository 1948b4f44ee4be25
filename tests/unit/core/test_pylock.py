"""Locks from a resolution that was exported as ``pylock.toml``."""

from __future__ import annotations

import pytest

from nbenv.core.lock import Lock
from nbenv.core.pylock import LockScope, filename_of, from_pylock
from nbenv.core.wheels.wheel_tags import is_installable

HASH = "sha256:" + "a" * 64
COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("filename", "fits"),
    [
        ("a-1-py3-none-any.whl", True),
        ("a-1-py2.py3-none-any.whl", True),
        ("a-1-cp311-cp311-win_amd64.whl", True),
        ("a-1-cp311-cp311-macosx_11_0_arm64.whl", True),
        ("a-1-cp39-abi3-manylinux_2_17_x86_64.whl", True),
        ("a-1-cp312-abi3-manylinux_2_17_x86_64.whl", False),
        ("a-1-cp312-cp312-win_amd64.whl", False),
        ("a-1-cp311-cp311t-win_amd64.whl", False),
        ("a-1-pp311-pypy311_pp73-win_amd64.whl", False),
        ("a-1-cp311-cp311-pyodide_2025_0_wasm32.whl", False),
        ("a-1.tar.gz", False),
    ],
)
def test_wheels_of_one_minor(filename: str, fits: bool) -> None:
    assert is_installable(filename, "3.11") is fits


def test_hashes_are_of_wheels_or_else_of_the_sdist() -> None:
    sdist = {"url": "u/a-1.tar.gz", "hashes": {"sha256": "5" * 64}}
    wheel = {"url": "u/a-1-py3-none-any.whl", "hashes": {"sha256": "a" * 64}}
    other = {"url": "u/b-1-cp312-cp312-win32.whl", "hashes": {"sha256": "c" * 64}}
    marker = "implementation_name == 'cpython' and sys_platform == 'win32'"
    packages = [
        {"name": "a", "version": "1", "sdist": sdist, "wheels": [wheel], "marker": marker},
        {"name": "b", "version": "1", "sdist": sdist, "wheels": [other]},
    ]
    assert from_pylock({"packages": packages}, "3.11").lines() == [
        f"a==1 ; sys_platform == 'win32' --hash={HASH}",
        f"b==1 --hash=sha256:{'5' * 64}",
    ]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        (
            {"vcs": {"type": "git", "url": "https://h.invalid/a", "commit-id": COMMIT}},
            f"a @ git+https://h.invalid/a@{COMMIT}",
        ),
        (
            {"vcs": {"type": "git", "path": "/a", "commit-id": COMMIT, "subdirectory": "x"}},
            f"a @ git+/a@{COMMIT}#subdirectory=x",
        ),
        (
            {"archive": {"url": "https://h.invalid/a.zip", "hashes": {"sha256": "a" * 64}}},
            f"a @ https://h.invalid/a.zip --hash={HASH}",
        ),
        ({"directory": {"path": "../a"}}, "a @ ../a"),
    ],
)
def test_direct_sources(source: dict[str, object], line: str) -> None:
    assert from_pylock({"packages": [{"name": "a", **source}]}, "3.11").lines() == [line]


@pytest.mark.parametrize(
    ("marker", "kept"),
    [
        ("implementation_name == 'cpython' and sys_platform != 'emscripten'", None),
        ("os_name == 'nt' and implementation_name == 'cpython'", "os_name == 'nt'"),
        ("os_name == 'nt'", "os_name == 'nt'"),
        ("", None),
    ],
)
def test_a_marker_that_always_holds_is_left_out(marker: str, kept: str | None) -> None:
    package = {"name": "a", "version": "1", "marker": marker}
    [locked] = from_pylock({"packages": [package]}, "3.11").distributions
    assert locked.marker == kept


def test_the_index_is_known_without_its_password_but_not_recorded() -> None:
    package = {"name": "a", "version": "1", "index": "https://u:p@h.invalid/simple"}
    [locked] = from_pylock({"packages": [package]}, "3.11").distributions
    assert locked.index == "https://h.invalid/simple"
    assert locked.line == "a==1"


@pytest.mark.parametrize(
    "file",
    [{"name": "a-1.tar.gz"}, {"url": "https://h.invalid/x/a-1.tar.gz"}, {"path": "x/a-1.tar.gz"}],
)
def test_a_file_name_may_be_implied(file: dict[str, object]) -> None:
    assert filename_of(file) == "a-1.tar.gz"


def package(name: str, *files: str, marker: str = "", sdist: bool = False) -> dict[str, object]:
    """Return an entry of a ``pylock.toml``; the hash of a file is its number."""
    hashed = [{"name": each, "hashes": {"sha256": f"{n}" * 64}} for n, each in enumerate(files, 1)]
    entry: dict[str, object] = {"name": name, "version": "1", "marker": marker, "wheels": hashed}
    return (
        {**entry, "sdist": {"name": "a-1.tar.gz", "hashes": {"sha256": "0" * 64}}}
        if sdist
        else entry
    )


def locked(*packages: dict[str, object], scope: LockScope | None = None) -> Lock:
    return from_pylock({"packages": list(packages)}, "3.11", scope or LockScope())


WIN, ALL = "a-1-cp311-cp311-win_amd64.whl", "a-1-py3-none-any.whl"
COMMON = (
    "a-1-cp311-abi3-manylinux_2_17_x86_64.whl",
    "a-1-cp311-abi3-manylinux_2_17_aarch64.whl",
    "a-1-cp311-abi3-macosx_11_0_universal2.whl",
    "a-1-cp311-abi3-win_amd64.whl",
)


@pytest.mark.parametrize(
    ("files", "marker", "hashes", "prebuilt"),
    [
        ((ALL,), "", "1", None),
        (COMMON, "", "1234", None),
        ((WIN,), "", "01", "sys_platform == 'win32'"),
        ((WIN,), "sys_platform == 'win32'", "1", None),
        ((WIN,), "sys_platform != 'linux'", "01", "sys_platform == 'win32'"),
        (COMMON[1:], "", "0123", "(platform_machine == 'aarch64' and sys_platform == 'linux') or "
         "sys_platform == 'darwin' or sys_platform == 'win32'"),
        ((), "", "0", None),
        (("a-1-cp312-cp312-win_amd64.whl",), "", "0", None),
    ],
)  # fmt: skip
def test_the_sdist_is_locked_for_platforms_without_a_wheel(
    files: tuple[str, ...], marker: str, hashes: str, prebuilt: str | None
) -> None:
    [found] = locked(package("a", *files, marker=marker, sdist=True)).distributions
    assert found.hashes == tuple(f"sha256:{each * 64}" for each in hashes)
    assert (found.source, found.prebuilt) == ("0" in hashes, prebuilt)


@pytest.mark.parametrize("names", [("a",), (":all:",)])
def test_no_sdist_is_locked_of_what_is_never_built(names: tuple[str, ...]) -> None:
    [found] = locked(
        package("a", WIN, sdist=True), scope=LockScope(wheels_only=names)
    ).distributions
    assert (len(found.hashes), found.source) == (1, False)


def test_no_sdist_is_locked_for_platforms_that_a_lock_is_not_for() -> None:
    scope = LockScope(platforms=("sys_platform == 'win32'",))
    [found] = locked(package("a", WIN, sdist=True), scope=scope).distributions
    assert (len(found.hashes), found.source) == (1, False)


def test_what_only_other_platforms_need_is_left_out_if_no_file_is_listed() -> None:
    """Resolved for Linux alone, uv still lists packages for Windows, without their files."""
    scope = LockScope(platforms=("sys_platform == 'linux'",))
    foreign = package("b", marker="sys_platform == 'win32'")
    lock = locked(package("a", ALL), foreign, scope=scope)
    assert [each.name for each in lock.distributions] == ["a"]


def test_lines_of_one_name_agree_on_where_it_is_built() -> None:
    lock = locked(
        package("a", ALL, marker="sys_platform == 'win32'", sdist=True),
        package("a", WIN, marker="sys_platform != 'win32'", sdist=True),
    )
    assert [each.prebuilt for each in lock.distributions] == ["sys_platform == 'win32'"] * 2
    assert Lock.from_lines(lock.lines(), lock.source(), lock.prebuilt()) == lock
