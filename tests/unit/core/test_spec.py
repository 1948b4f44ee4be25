"""Typed records: read, written again, refused, and digested for approvals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbenv.core.record import RecordDict, fingerprint, recipe
from nbenv.core.spec import Index, Spec
from nbenv.errors import LockError, RecordError

HASHES = "".join(f" --hash=sha256:{digit * 64}" for digit in "123")
LINE = "six==1.17 --hash=sha256:" + "a" * 64
RECORD: RecordDict = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": [LINE]}
FULL: RecordDict = {
    **RECORD,
    "indexes": [{"name": "extra", "url": "https://h.invalid/simple"}],
    "editable": ["lib"],
    "source": ["six"],
    "a later nbenv's": {"key": 1},
}
OPTIONS: RecordDict = {
    **FULL,
    "indexes": [{"name": "extra", "url": "https://h.invalid/simple", "default": True}],
    "constraints": ["six<2"],
    "no_deps": ["six"],
    "find_links": ["./wheels", "https://h.invalid/wheels"],
    "no_binary": ["six"],
    "only_binary": [":all:"],
    "exclude_newer": "2024-01-31",
    "index_strategy": "first-index",
    "torch_backend": "cpu",
    "torch_choice": "auto",
}


@pytest.mark.parametrize("record", [RECORD, FULL, OPTIONS])
def test_a_record_comes_back_as_it_was(record: RecordDict) -> None:
    assert Spec.from_record(record).to_record() == record


def test_what_is_read() -> None:
    spec = Spec.from_record(FULL)
    assert spec.requirements == ("six",)
    assert spec.indexes == (Index("extra", "https://h.invalid/simple"),)
    assert spec.index_urls == {"extra": "https://h.invalid/simple"}
    assert spec.editable == ("lib",)
    assert spec.lock.distributions[0].source
    assert spec.unknown == {"a later nbenv's": {"key": 1}}


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"requirements": ["six", "not a requirement"]}, r"requirements\[1\]"),
        ({"requirements": ["x @ https://user:sesame@h.invalid/x.zip"]}, r"requirements\[0\]"),
        ({"editable": ["../x"]}, r"editable\[0\] is not the name of a package"),
        ({"editable": ["My.Lib"]}, r"editable\[0\] is not written my-lib"),
        ({"source": ["a b"]}, r"source\[0\]"),
        ({"indexes": [{"name": "a b", "url": "https://h.invalid"}]}, r"indexes\[0\].name"),
        ({"indexes": [{"name": "a", "url": "file:///a"}]}, r"indexes\[0\].url"),
        ({"indexes": [{"name": "a", "url": "https://h.invalid"}] * 2}, r"indexes\[1\].name"),
        (
            {"indexes": [{"name": n, "url": "https://h.invalid", "default": True} for n in "ab"]},
            r"indexes\[1\].default",
        ),
        (
            {"indexes": [{"name": "a", "url": "https://h.invalid", "default": False}]},
            r"indexes\[0\].default",
        ),
        ({"no_deps": ["Six"]}, r"no_deps\[0\] is not written six"),
        ({"constraints": ["six[x]"]}, r"constraints\[0\]"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(wrong: RecordDict, place: str) -> None:
    with pytest.raises(RecordError, match=place) as caught:
        Spec.from_record({**RECORD, **wrong})
    assert "sesame" not in str(caught.value)


def test_a_broken_line_of_the_lock_is_a_lock_error() -> None:
    with pytest.raises(LockError):
        Spec.from_record({**RECORD, "lock": ["six==1.17"]})


def test_a_digest_is_of_what_decides_an_installation(tmp_path: Path) -> None:
    digest = Spec.from_record(RECORD).digest(tmp_path)
    assert digest == Spec.from_record({**RECORD, "x": 1}).digest(tmp_path / "elsewhere")
    for change in (
        {"python": "3.12"},
        {"requirements": ["six>=1"]},
        {"lock": []},
        {"source": ["six"]},
        {"indexes": FULL["indexes"]},
    ):
        assert Spec.from_record({**RECORD, **change}).digest(tmp_path) != digest


def test_a_local_project_is_another_one_in_another_folder(tmp_path: Path) -> None:
    spec = Spec.from_record({**RECORD, "lock": ["lib @ ./lib"]})
    assert spec.digest(tmp_path) != spec.digest(tmp_path / "elsewhere")


HASHED = f"--hash=sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("line", "editable"),
    [
        (f"mine @ ./mine {HASHED}", []),
        (f"mine @ file:///srv/mine {HASHED}", []),
        (f"mine @ ./mine-1.0-py3-none-any.whl {HASHED}", ["mine"]),
        (f"mine==1.0 {HASHED}", ["Mine"]),
        (f"mine @ git+https://host.invalid/mine@{'0' * 40}", ["mine"]),
    ],
)
def test_a_hash_that_nobody_would_compare_is_refused(line: str, editable: list[str]) -> None:
    record = {"version": 1, "python": "3.11", "requirements": [], "lock": [line]}
    with pytest.raises(RecordError):
        Spec.from_record({**record, "editable": editable})


def test_what_the_lock_lacks() -> None:
    spec = Spec.from_record({
        "version": 1, "python": "3.11", "lock": [f"six==1.0 {HASHED}"],
        "requirements": ["six", "far>=1", "six>=2", "near @ ./near"],
    })  # fmt: skip
    assert spec.unlocked() == ("far>=1", "six>=2", "near @ ./near")
    assert spec.local_urls == ("./near",)


def test_requirements_that_the_lock_does_not_meet() -> None:
    lines = [f"{pin} --hash=sha256:{'0' * 64}" for pin in ("a==1.0", "b==2.0rc1", "c==1.0")]
    asked = ["a>=2", "b>=2.0rc1", "c", "d", "e ; python_version < '3'"]
    spec = Spec.from_record({"version": 1, "python": "3.11", "requirements": asked, "lock": lines})
    assert spec.unmet_requirements == ("a>=2", "d")
    asked = [
        "a",
        "a<1 ; python_version < '3'",
        "b>3 ; python_version < '3.11'",
        "c<1 ; os_name == 'nt'",
    ]
    spec = Spec.from_record({"version": 1, "python": "3.11", "requirements": asked, "lock": lines})
    assert spec.unmet_requirements == (asked[3],)


def test_a_digest_is_of_a_folder_where_a_project_is_local() -> None:
    spec = Spec.from_record({"version": 1, "python": "3.11", "lock": ["p @ ./p"]})
    first = spec.digest(Path("/a"))
    assert (spec.digest(Path("/b")) != first, spec.digest(Path("/a"))) == (True, first)


def test_an_option_is_approved_with_the_record_and_an_old_digest_stays() -> None:
    digests = {
        Spec.from_record({**RECORD, key: OPTIONS[key]}).digest(Path())
        for key in OPTIONS.keys() - FULL.keys()
    }
    assert len(digests | {Spec.from_record(RECORD).digest(Path())}) == 10
    bound = {"python": "3.11", "lock": [LINE], "requirements": ["six"]}
    assert Spec.from_record(RECORD).digest(Path()) == fingerprint(bound)


@given(st.permutations(["a", "b", "c"]), st.permutations(["1", "2", "3"]), st.booleans())
def test_the_order_in_a_record_changes_no_digest(
    names: list[str], digits: list[str], in_place: bool
) -> None:
    """Another tool may sort and write what it keeps in its own way."""
    hashes = "".join(f" --hash=sha256:{digit * 64}" for digit in digits)
    lines = [f'{name} == 1.0  ; (os_name=="nt"){hashes}' for name in names]
    record: RecordDict = {
        **RECORD,
        "lock": [*lines, "lib @ ./my%20lib"],
        "source": [name.upper() for name in names],
        "editable": ["lib"] if in_place else [],
        "indexes": [],
    }
    spec = Spec.from_record(json.loads(json.dumps(record)))
    assert spec.to_record() == record  # every byte stays
    fixed = sorted(f"{name}==1.0 ; os_name == 'nt'{HASHES}" for name in names)
    ours = {**RECORD, "lock": [*fixed, "lib @ ./my%20lib"], "source": ["a", "b", "c"]}
    other = Spec.from_record({**ours, **({"editable": ["lib"]} if in_place else {})})
    contents = {"./my%20lib": "0"}
    for folder in (Path("/a"), Path("/b")):
        assert spec.digest(folder, contents) == other.digest(folder, contents)
    assert spec.former_digest(Path("/a")) != spec.digest(Path("/a"))
    assert other.former_digest(Path("/a")) == ""
    assert spec.is_same(other)


def test_system_packages_belong_to_an_approval_but_not_to_the_recipe() -> None:
    record: RecordDict = {"version": 1, "python": "3.11", "requirements": ["a"], "lock": []}
    plain, asking = Spec.from_record(record), Spec.from_record({**record, "system": ["ffmpeg"]})
    assert asking.to_record() == {**record, "system": ["ffmpeg"]}
    assert plain.digest(Path("/x")) != asking.digest(Path("/x"))
    assert recipe(plain.to_record()) == recipe(asking.to_record())
