"""URLs in a notebook: refused, cleaned and named."""

from __future__ import annotations

import ntpath
import re
from pathlib import PureWindowsPath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbenv.core import urls

COMMIT = "0123456789" * 4


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://host.invalid/simple", ""),
        ("http://127.0.0.1:8080/simple/", ""),
        ("file:///srv/simple", "not an https or http URL"),
        ("https:///simple", "not an https or http URL"),
        ("./simple", "not an https or http URL"),
        ("https://user@host.invalid/simple", "user name"),
        ("https://user:sesame@host.invalid/simple", "user name"),
        ("https://host.invalid/simple?token=x", "secret"),
        ("https://host.invalid/${HOME}", "contains a $"),
        ("https://host.invalid/a b", "a space"),
        ("https://host.invalid/a\nb", "control character"),
        ("https://host.invalid/\\a", "no URL may contain"),
        ("https://host.invalid:port/", "not a URL"),
        ("https://-host.invalid/", "names no host"),
        ("https://h\u00f6st.invalid/", "no URL may contain"),
        ("https://host.invalid/" + "a" * 2048, "longer than 2048"),
    ],
)
def test_indexes(url: str, problem: str) -> None:
    found = urls.index_problem(url)
    assert problem in found
    assert bool(found) == bool(problem)
    assert "sesame" not in found


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://host.invalid/a.whl", ""),
        ("./lib", ""),
        ("../my lib", "a space"),
        ("/srv/lib", ""),
        ("file:///srv/lib", ""),
        ("file://localhost/srv/lib", ""),
        ("git+https://host.invalid/a@main", ""),
        ("git+ssh://git@host.invalid/a", ""),
        ("//host/share/a.whl", "another machine"),
        ("file://host/share/a.whl", "no file on this machine"),
        ("git+file://host/a", "no file on this machine"),
        ("ftp://host.invalid/a.whl", "scheme"),
        ("hg+https://host.invalid/a", "scheme"),
        ("FILE:///srv/evil", "scheme"),
        ("GIT+https://host.invalid/a", "scheme"),
        ("git+FILE:///srv/evil", "scheme"),
        ("git+ssh://%41@host.invalid/a", "user name"),
        ("git+https://host.invalid/a@--upload-pack=x", "option"),
        ("git+ssh://-oProxyCommand@host.invalid/a", "option"),
        ("git+https://host.invalid/a#subdirectory=../b", "out of its folder"),
        ("./lib$HOME", "contains a $"),
        ("./ab:c/lib", ""),
        ("file:///C:/Users/me/lib", ""),
        ("file:///C%3A/Users/my%20lib", ""),
        ("/srv/a%20b/lib-1.zip", ""),
        ("https://host.invalid/group%2Fname//a.whl", ""),
        ("file:///srv/a%00b", "control character"),
        ("file:///C:lib", "a drive"),
        ("https://host.invalid/a.zip#subdirectory=lib/a", ""),
        ("https://host.invalid/a.zip#subdirectory=//host/share", "out of its folder"),
    ],
)
def test_direct_references(url: str, problem: str) -> None:
    found = urls.direct_problem(url)
    assert problem in found
    assert bool(found) == bool(problem)


SEPARATORS = st.sampled_from(["/", "\\", "%2F", "%2f", "%5C", "%5c", "%255C", "%252f"])
BEGINNINGS = st.sampled_from(
    ["", ".", "..", "file:", "file://", "file://localhost", "git+file://", "FILE:", "./a", "/a"]
)
PARTS = st.lists(st.sampled_from(["a", "..", ".", "%2e", "C:", "c%3A", "?", ""]), max_size=3)


@given(
    beginning=BEGINNINGS,
    separators=st.lists(SEPARATORS, min_size=1, max_size=4),
    parts=PARTS,
)
def test_no_spelling_of_a_path_is_on_another_machine(
    beginning: str, separators: list[str], parts: list[str]
) -> None:
    """What is accepted names, in Windows' eyes too, no share and no other drive."""
    url = beginning + "".join(separators) + "host/share/" + "/".join(parts)
    if urls.direct_problem(url):
        return
    path = url.partition("#")[0].rpartition("localhost")[2].removeprefix("git+")
    path = re.sub("^file:(//)?", "", path, flags=re.IGNORECASE)
    for _ in range(4):
        path = unquote(path)
        seen = PureWindowsPath(ntpath.normpath(path))
        assert not seen.drive
        assert "\\" not in path
        assert "//" not in path


@pytest.mark.parametrize("revision", ["", "@main", "@v1.0", "@" + COMMIT[:12]])
def test_only_a_full_commit_fixes_a_repository(revision: str) -> None:
    url = f"git+https://host.invalid/a{revision}"
    assert urls.direct_problem(url) == ""
    assert urls.direct_problem(url, locked=True) == "does not name a full commit"
    assert urls.direct_problem(f"git+https://host.invalid/a@{COMMIT}", locked=True) == ""


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host.invalid/simple", "host-invalid"),
        ("https://host.invalid/simple/", "host-invalid"),
        ("https://host.invalid:8080/whl/cpu", "host-invalid-whl-cpu"),
        ("https://user:sesame@host.invalid/team/simple", "host-invalid-team"),
        ("https://user@host.invalid/", "host-invalid"),
        ("host.invalid/simple", "index"),
        ("", "index"),
    ],
)
def test_an_index_without_a_name_gets_one(url: str, name: str) -> None:
    assert urls.index_name(url) == name


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("no URL: a@b", "no URL: a@b"),
        (
            "https://user:sesame@h.invalid/a and http://x@h.invalid",
            "https://h.invalid/a and http://h.invalid",
        ),
        ("git+ssh://git:sesame@h.invalid/a", "git+ssh://git@h.invalid/a"),
        ("https://h.invalid/a?x=1&api_key=s#f", "https://h.invalid/a?x=1&api_key=****#f"),
        (
            "https://h.invalid/a?X-Amz-Signature=s&n=1",
            "https://h.invalid/a?X-Amz-Signature=****&n=1",
        ),
        ("https://h.invalid/a?monkey=1", "https://h.invalid/a?monkey=1"),
    ],
)
def test_secrets_are_removed(text: str, clean: str) -> None:
    assert urls.without_credentials(text) == clean


@pytest.mark.parametrize(
    ("url", "archive", "local"),
    [
        ("https://h.invalid/a-1-py3-none-any.whl", True, False),
        ("https://h.invalid/a.tar.gz?download=1#sha256=0", True, False),
        ("./a.zip", True, True),
        ("file:///a", False, True),
        ("FILE:///a", False, True),
        ("../a", False, True),
        ("git+https://h.invalid/a", False, False),
        ("", False, False),
    ],
)
def test_kinds(url: str, archive: bool, local: bool) -> None:
    assert urls.is_archive(url) is archive
    assert urls.is_local(url) is local


def test_nothing_is_not_local() -> None:
    assert not urls.is_local(None)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://Host.example/x", "https://host.example:443"),
        ("https://user:word@host.example:443/y?z#q", "https://host.example:443"),
        ("http://host.example", "http://host.example:80"),
        ("https://host.example:8443/", "https://host.example:8443"),
        ("https://[::1]:1/", "https://::1:1"),
        ("file:///folder", ""),
        ("https://host.example:99999/", ""),
        ("/folder", ""),
        ("", ""),
    ],
)
def test_origins(url: str, origin: str) -> None:
    assert urls.origin_of(url) == origin


def test_an_unused_name_has_a_number_where_it_must() -> None:
    assert urls.unused_name("a", ()) == "a"
    assert urls.unused_name("a", ("a", "a-2", "b")) == "a-3"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("./.", "./"),
        ("./..", "../"),
        ("../..", "../../"),
        ("./mine", "./mine"),
        ("../mine", "../mine"),
        ("https://host.example/..a", "https://host.example/..a"),
    ],
)
def test_a_folder_of_dots_is_shown_plainly(url: str, shown: str) -> None:
    assert urls.shown_path(url) == shown
