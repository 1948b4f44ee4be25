"""One spelling for a path: links, and letters as Windows and macOS take them."""

from __future__ import annotations

import ntpath
import os
import posixpath
from collections.abc import Callable
from pathlib import Path
from unicodedata import normalize

import pytest

from nbenv.home.real_path import as_stored, is_same, part_below, real_path

CAFE = "Caf\N{LATIN SMALL LETTER E WITH ACUTE}.ipynb"


def stored_as(*paths: str) -> Callable[[str], str | None]:
    """Return what macOS answers where these files are: it ignores case and the form of letters."""
    folders = {str(parent) for path in paths for parent in Path(path).parents}

    def folded(path: str) -> str:
        return normalize("NFD", path).casefold()

    known = {folded(path): path for path in (*folders, *paths)}
    return lambda path: known.get(folded(path))


def test_links_lead_to_one_path(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "a")
    assert real_path(str(tmp_path / "link" / "x")) == os.path.realpath(tmp_path / "a" / "x")
    assert is_same(tmp_path / "link" / "x", str(tmp_path / "a" / ".." / "a" / "x"))
    assert not is_same(tmp_path / "a", tmp_path / "b")


@pytest.mark.parametrize(
    "typed",
    ["/Users/ada/Work/a.ipynb", "/users/Ada/work/A.ipynb", "/USERS/ADA/WORK/A.IPYNB"],
)
def test_the_case_on_macos_is_that_of_the_file(typed: str) -> None:
    assert as_stored(typed, stored_as("/Users/ada/Work/a.ipynb")) == "/Users/ada/Work/a.ipynb"


@pytest.mark.parametrize("stored", ["NFC", "NFD"])
@pytest.mark.parametrize("typed", ["NFC", "NFD"])
def test_the_form_of_letters_on_macos_is_composed(stored: str, typed: str) -> None:
    spelling = stored_as(normalize(stored, f"/Users/ada/{CAFE}"))  # type: ignore[arg-type,unused-ignore]
    found = as_stored(normalize(typed, f"/users/ada/{CAFE}"), spelling)  # type: ignore[arg-type,unused-ignore]
    assert found == f"/Users/ada/{CAFE}"


def test_a_file_that_is_not_there_yet_has_one_path_too() -> None:
    spelling = stored_as("/Users/ada/Work")
    for typed in ("/Users/ada/Work/new/b.ipynb", "/users/ADA/work/new/b.ipynb"):
        assert as_stored(typed, spelling) == "/Users/ada/Work/new/b.ipynb"
    assert as_stored("/nowhere", lambda _: None) == "/nowhere"


def test_another_name_of_the_same_file_does_not_count() -> None:
    """The system may answer with any of a file's hard links."""
    answers = {"/a/x.ipynb": "/b/y.ipynb"}
    assert as_stored("/a/x.ipynb", lambda path: answers.get(path, path)) == "/a/x.ipynb"


@pytest.mark.parametrize(
    ("path", "folder", "part"),
    [
        ("/a/b/c", "/a/b", "c"),
        ("/a/b/c/d", "/a/b", "c/d"),
        ("/a/b", "/a/b", ""),
        ("/a/bc", "/a/b", None),
        ("/A/b/c", "/a/b", None),
        ("/a", "/a/b", None),
        ("/a", "/", "a"),
    ],
)
def test_the_part_below_a_folder_on_posix(path: str, folder: str, part: str | None) -> None:
    assert part_below(path, folder, posixpath) == part


@pytest.mark.parametrize(
    ("path", "folder", "part"),
    [
        (r"C:\Users\Ada\b.ipynb", r"c:\users\ada", "b.ipynb"),
        (r"C:\Users\Ada\Sub\b.ipynb", r"C:\Users\Ada", r"Sub\b.ipynb"),
        (r"C:\Users\Ada", r"c:\users\ada", ""),
        (r"C:\Users\Adam\b.ipynb", r"C:\Users\Ada", None),
        (r"D:\Users\Ada\b.ipynb", r"C:\Users\Ada", None),
        (r"C:\b.ipynb", "C:\\", "b.ipynb"),
        (r"\\host\share\b.ipynb", r"\\HOST\share", "b.ipynb"),
    ],
)
def test_the_part_below_a_folder_on_windows(path: str, folder: str, part: str | None) -> None:
    assert part_below(path, folder, ntpath) == part
