"""Paths that may be meant by one that does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.installer.failures.near_paths import near_paths, no_path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in ("Project/pyproject.toml", "old/setup.py", "notes/todo.txt", "dist/a-1.0.whl"):
        tmp_path.joinpath(path).parent.mkdir(exist_ok=True)
        tmp_path.joinpath(path).touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("./projekt", ["./Project"]),
        ("./project/", ["./Project"]),
        ("./projekt[all]", ["./Project[all]"]),
        ("~/projekt", ["~/Project"]),
        ("./dist/a-1.1.whl", ["./dist/a-1.0.whl"]),
        ("./dist/other", ["./dist/a-1.0.whl"]),
        ("./dits/a-1.0.whl", ["./dist/a-1.0.whl"]),
        ("./dits/b-1.0.whl", []),
        ("./note", ["./Project", "./old"]),  # there is no project in notes
        ("./no/such/folder", []),
        ("./notes/todo/x", []),
    ],
)
def test_what_may_be_meant(typed: str, near: list[str]) -> None:
    assert near_paths(typed) == near


def test_an_absolute_path(folder: Path) -> None:
    assert near_paths(str(folder / "dits" / "a-1.0.whl")) == [str(folder / "dist" / "a-1.0.whl")]
    assert near_paths(str(folder / "projekt")) == [str(folder / "Project")]


def test_a_folder_with_much_to_choose_from_offers_nothing(folder: Path) -> None:
    for number in range(4):
        (folder / "dist" / f"b-{number}.whl").touch()
    assert near_paths("./dist/qqqqqqqqqq") == []


def test_the_message_names_them() -> None:
    error = no_path("./note")
    assert (error.what, error.why) == (
        "There is no ./note here.",
        "Did you mean ./Project or ./old?",
    )
    assert error.corrections == [("./note", ("./Project",)), ("./note", ("./old",))]
