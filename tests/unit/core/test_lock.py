"""Lock lines, selections, and locks from the installer's export."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbenv.core.lock import Change, Lock, LockedDistribution
from nbenv.core.pylock import from_pylock, is_installable
from nbenv.errors import LockError

HASH = "sha256:" + "a" * 64
OTHER = "sha256:" + "b" * 64

lines = st.builds(
    LockedDistribution,
    name=st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,5})?", fullmatch=True),
    version=st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}(rc1|\.post1)?", fullmatch=True),
    marker=st.sampled_from([None, "sys_platform == 'win32'", "os_name != 'nt'"]),
    hashes=st.sampled_from([(HASH,), (HASH, OTHER)]),
)


@given(lines)
def test_lines_come_back(locked: LockedDistribution) -> None:
    assert LockedDistribution.from_line(locked.line) == locked


@pytest.mark.parametrize(
    "line",
    [
        "a @ https://example.invalid/a.zip --hash=" + HASH,
        "a @ git+https://example.invalid/a@" + "0123456789" * 4,
        "a @ ./wheels/a-1-py3-none-any.whl ; os_name == 'nt' --hash=" + HASH,
    ],
)
def test_direct_lines_come_back(line: str) -> None:
    assert LockedDistribution.from_line(line).line == line


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("--index-url https://example.invalid", "not a requirement"),
        ("-e ./x", "not a requirement"),
        ("a==1", "no hash"),
        ("a>=1 --hash=" + HASH, "one version"),
        ("a --hash=" + HASH, "one version"),
        ("a==1 --hash=sha256:zz", "not a requirement"),
        ("../../x", "not a requirement"),
    ],
)
def test_other_lines_are_refused_with_their_place(line: str, why: str) -> None:
    with pytest.raises(LockError, match=why) as caught:
        Lock.from_lines(["ok==1 --hash=" + HASH, line])
    assert "lock[1]" in str(caught.value)


def test_a_selection_is_of_one_platform() -> None:
    lock = Lock.from_lines(
        [
            f"a==1 ; sys_platform == 'win32' --hash={HASH}",
            f"a==2 ; os_name == 'posix' --hash={HASH}",
        ]
    )
    assert lock.selection({"sys_platform": "linux", "os_name": "posix"})["a"].version == "2"


GROWING = [
    (["b==1"], ["a==1", "b==1"]),
    (["a==1", "b==1"], ["a==1", "b==1"]),
    (["a==1 ; sys_platform == 'win32'", "b==1"], ["a==1", "b==1"]),
    (["a==2", "b==1"], None),
    (["a @ https://host.invalid/a-1.zip", "b==1"], None),
    (["a==1 ; sys_platform == 'win32'", "a==2 ; sys_platform != 'win32'"], None),
]


@pytest.mark.parametrize(("more", "expected"), GROWING)
def test_a_lock_grows_where_nothing_locked_must_move(
    more: list[str], expected: list[str] | None
) -> None:
    def lock(texts: list[str]) -> Lock:
        return Lock.from_lines(f"{text} --hash={HASH}" for text in texts)

    assert lock(["a==1"]).grown_by(lock(more)) == (lock(expected) if expected else None)


def test_a_lock_of_one_platform_serves_what_needs_it_there_only() -> None:
    there = Lock.from_lines([f"a==1 ; sys_platform == 'win32' --hash={HASH}"])
    everywhere = Lock.from_lines([f"a==1 --hash={HASH}"])
    assert there.grown_by(there) == there
    assert there.grown_by(everywhere) is None


def test_changes() -> None:
    old = Lock.from_lines([f"a==1 --hash={HASH}", f"b==1 --hash={HASH}"])
    new = Lock.from_lines([f"b==2 --hash={HASH}", f"c==1 --hash={HASH}"])
    assert old.changes_to(new) == [
        Change("a", "1", None),
        Change("b", "1", "2"),
        Change("c", None, "1"),
    ]


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
