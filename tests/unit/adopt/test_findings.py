"""Unit tests of ``nbenv.adopt.findings``."""

from __future__ import annotations

import pytest

from nbenv.adopt.findings import (
    Findings,
    Source,
    is_exact,
    package_name,
    parse_named,
    repository_names,
    unpinned,
)

CELL = Source(1, "install lines")
FILE = Source(2, "requirements.txt")
IMPORT = Source(3, "imports")


def settled(findings: Findings) -> list[str]:
    return [each.requirement for each in findings.settled()]


def test_a_requirement_is_added_in_its_normal_form() -> None:
    findings = Findings()
    findings.add(" Some_Package >= 1 ", CELL)
    findings.add("", CELL)
    findings.add("./folder", CELL)
    assert [each.requirement for each in findings.requirements] == ["some-package>=1", "./folder"]
    assert findings.names() == {"some-package"}


def test_credentials_are_never_kept() -> None:
    findings = Findings()
    findings.add("a @ https://user:secret@example.org/a.whl", CELL)
    findings.add_index("https://user:secret@example.org/simple")
    assert "secret" not in str(findings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pywin32==306", 'pywin32==306; sys_platform == "win32"'),
        ("pywinpty", 'pywinpty; sys_platform == "win32"'),
        ("PyObjC-core>=9", 'pyobjc-core>=9; sys_platform == "darwin"'),
        ("nvidia-cudnn-cu12==9.1.0.70", 'nvidia-cudnn-cu12==9.1.0.70; sys_platform == "linux"'),
        ("pywin32; python_version > '3'", 'pywin32; python_version > "3"'),
        ("nvidia-ml-py", "nvidia-ml-py"),
        ("appnope", "appnope"),
    ],
)
def test_a_package_of_one_system_is_asked_for_there(text: str, expected: str) -> None:
    findings = Findings()
    findings.add(text, FILE)
    assert settled(findings) == [expected]


def test_the_best_source_decides_and_extras_add_up() -> None:
    findings = Findings()
    findings.add("a", IMPORT, "cell 3", "a")
    findings.add("a[x]>=2", FILE)
    findings.add("a[y]>=1", CELL, "cell 1")
    [only] = findings.settled()
    assert only.requirement == "a[x,y]>=1"
    assert (only.source, only.where, only.module) == (CELL, ("cell 1", "cell 3"), "a")


def test_a_better_source_without_a_version_takes_that_of_another() -> None:
    findings = Findings()
    findings.add("a", CELL)
    findings.add("a>=2", FILE)
    assert settled(findings) == ["a>=2"]


def test_a_pin_is_for_a_requirement_without_a_version() -> None:
    findings = Findings()
    for text in ("a", "b>=1", "c @ https://example.org/c.whl"):
        findings.add(text, CELL)
    for text in ("a==1.0", "b==1.0", "c==1.0", "unused==1.0"):
        findings.add_pin(text, FILE)
    assert settled(findings) == ["a==1.0", "b>=1", "c @ https://example.org/c.whl"]


@pytest.mark.parametrize("text", ["==1.0", "a==not a version", ""])
def test_a_broken_pin_is_ignored(text: str) -> None:
    findings = Findings()
    findings.add("a", CELL)
    findings.add_pin(text, FILE)
    assert settled(findings) == ["a"]


def test_the_first_python_wins() -> None:
    findings = Findings()
    findings.suggest_python(None, "nothing")
    findings.suggest_python("3.9", "a record")
    findings.suggest_python("3.12", "a file")
    assert (findings.python, findings.python_source) == ("3.9", "a record")


def test_a_note_is_added_once() -> None:
    findings = Findings()
    findings.note("x")
    findings.note("x")
    assert findings.notes == ["x"]


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/simple", "example-org"),
        ("https://example.org:8080/team/simple/", "example-org-team"),
        ("", "index"),
    ],
)
def test_an_index_is_named_after_its_address(url: str, name: str) -> None:
    findings = Findings()
    findings.add_index(url)
    assert findings.indexes == {name: url}


@pytest.mark.parametrize(
    ("text", "name"), [("A_b[x]>1 ; python_version > '3'", "a-b"), ("./a", ""), ("a b", "")]
)
def test_names(text: str, name: str) -> None:
    assert package_name(text) == name
    assert (parse_named(text) is None) == (name == "")


def test_exact_versions_are_loosened_and_nothing_else() -> None:
    texts = ["a==1", "b~=1.0", "c>=1", "d @ https://example.org/d.whl", "./e", "f[x]===1"]
    assert list(unpinned(texts)) == ["a", "b", *texts[2:5], "f[x]"]
    assert [is_exact(text) for text in texts] == [True, False, False, False, False, False]


def test_indexes_of_one_name_are_all_kept() -> None:
    findings = Findings()
    for url in ("https://h.example:1", "https://h.example:2", "https://h.example:1"):
        findings.add_index(url)
    findings.add_index("https://other.example", "h-example")
    assert findings.indexes == {
        "h-example": "https://h.example:1",
        "h-example-2": "https://h.example:2",
        "h-example-3": "https://other.example",
    }


def test_an_index_must_serve_what_is_asked_from_it_instead_of_the_default_one() -> None:
    found, line, other = Findings(), Source(1, "cell 1"), Source(2, "cell 2")
    found.add("private", line)
    found.add("public", Source(3, "imports"))
    found.add("extra", other)
    found.add_main_index("https://user:word@corp.example/simple", line)
    found.add_index("https://more.example", source=other)
    found.add_index("https://all.example")

    def asked(url: str) -> tuple[list[str], bool]:
        each, must = found.asked_from(url)
        return [requirement.name for requirement in each], must

    assert asked("https://corp.example/simple") == (["private"], True)
    assert asked("https://more.example") == (["extra"], False)
    assert asked("https://all.example") == (["extra", "private", "public"], False)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("git+https://example.org/me/My_Pack.git@v1", {"my-pack"}),
        ("git+ssh://git@example.org/me/pack@main", {"pack"}),
        (
            "git+https://example.org/me/repo#egg=pack[more]&subdirectory=lib/py/",
            {"repo", "pack", "py"},
        ),
        ("https://example.org/me/pack/archive/refs/tags/v1.tar.gz", {"pack"}),
        ("https://example.org/me/pack/-/archive/main/pack-main.zip", {"pack"}),
        ("https://example.org/files/my_pack-1.0-py3-none-any.whl", {"my-pack"}),
        ("./here/pack", {"pack"}),
        (".", set()),
    ],
)
def test_the_names_that_a_package_at_a_url_may_have(url: str, names: set[str]) -> None:
    assert repository_names(url) == names
