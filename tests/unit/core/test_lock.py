"""Lock lines, selections, growth and changes."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbenv.core.lock import Change, Lock, LockedDistribution, changes_between
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


def test_changes_of_names_that_are_known_to_differ() -> None:
    old, new = {"same": "1", "moved": "1"}, {"same": "1", "moved": "2", "added": "1"}
    assert changes_between(old, new) == [Change("added", None, "1"), Change("moved", "1", "2")]
    assert changes_between(old, new, {"same"}) == [Change("same", "1", "1")]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (Change("a", None, "1"), "+ a 1"),
        (Change("a", "1", None), "- a 1"),
        (Change("a", "1", "2"), "~ a 1 → 2"),
    ],
)
def test_a_change_in_words(change: Change, text: str) -> None:
    assert str(change) == text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("a[x]==1 --hash=" + HASH, "it has extras"),
        ("a==1.* --hash=" + HASH, "one version"),
        ("a==1,!=2 --hash=" + HASH, "one version"),
        ("a @ https://h.invalid/a.zip", "no hash"),
        ("a @ ./a-1-py3-none-any.whl", "no hash"),
        ("a @ git+https://h.invalid/a@main", "full commit"),
        ("a" * 5000 + "==1 --hash=" + HASH, "not a requirement"),
    ],
)
def test_a_line_alone_must_fix_what_it_installs(line: str, why: str) -> None:
    with pytest.raises(LockError, match=why):
        LockedDistribution.from_line(line)


def test_a_message_shows_no_password() -> None:
    with pytest.raises(LockError) as caught:
        LockedDistribution.from_line("a @ https://user:sesame@h.invalid/a.zip")
    assert "sesame" not in str(caught.value)


def test_two_lines_for_one_platform_are_refused() -> None:
    lock = Lock.from_lines([f"a==1 --hash={HASH}", f"a==2 --hash={HASH}"])
    with pytest.raises(LockError, match="another line"):
        lock.selection({})


def test_a_marker_that_cannot_be_evaluated_holds_nowhere() -> None:
    assert not LockedDistribution("a", "1", marker="python_version ~= 'x'").holds_for(
        {"python_version": "3.11"}
    )


def test_what_is_built_from_source_is_named_beside_the_lines() -> None:
    lock = Lock.from_lines([f"a==1 --hash={HASH}", f"b==1 --hash={HASH}"], source={"b"})
    assert lock.source() == ["b"]
    assert Lock.from_lines(lock.lines(), lock.source()) == lock


def test_a_selection_is_made_once_and_given_to_each(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    held = LockedDistribution.holds_for

    def holds_for(locked: LockedDistribution, environment: Mapping[str, str]) -> bool:
        asked.append(locked.name)
        return held(locked, environment)

    monkeypatch.setattr(LockedDistribution, "holds_for", holds_for)
    lock = Lock.from_lines([f"a==1 --hash={HASH}"])
    lock.selection({"os_name": "nt"}).clear()
    assert set(lock.selection({"os_name": "nt"})) == {"a"}
    lock.selection({"os_name": "posix"})
    assert asked == ["a", "a"]
    twice = Lock.from_lines([f"b==1 --hash={HASH}", f"b==2 --hash={HASH}"])
    for _ in range(2):
        with pytest.raises(LockError, match="another line"):
            twice.selection({})
    assert asked == ["a", "a", "b", "b"]


def test_spaces_between_hashes_mean_nothing() -> None:
    other = HASH.replace("a", "b").replace("shb", "sha")
    locked = LockedDistribution.from_line(f"a==1   --hash={other}    --hash={HASH} ")
    assert locked.line == f"a==1 --hash={HASH} --hash={other}"
