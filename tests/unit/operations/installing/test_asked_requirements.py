"""The requirements of an install: their names, one line for each, and the options of files."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Spec
from nbenv.core.typed.asked_lines import AskedLine, FilesRead
from nbenv.engine.allowed_hashes import AllowedHashes
from nbenv.engine.asked_options import AskedOptions
from nbenv.errors import RequirementError, ResolutionError
from nbenv.operations.installing.asked_requirements import (
    AskedRequirements,
    as_typed,
    name_requirements,
    with_options_of,
)
from nbenv.progress import drain
from tests.support.wheels import make_project

A, B = (f"sha256:{letter * 64}" for letter in "ab")


def named(*asked: str | AskedLine, folder: Path = Path("/n")) -> AskedRequirements:
    typed = [each for each in asked if isinstance(each, str)]
    lines = [each for each in asked if isinstance(each, AskedLine)]
    return drain(name_requirements(typed, [], lines, folder, Spec("3.11")))


def test_the_command_line_and_files_are_one() -> None:
    found = named("Leaf<3", AskedLine("leaf>1", "r.txt, line 1"), AskedLine("twig", "s.txt"))
    assert found.requirements == ("leaf<3,>1", "twig")
    with pytest.raises(RequirementError, match=r"leaf<3 and leaf>4 \(r.txt, line 1\) exclude"):
        named("leaf<3", AskedLine("leaf>4", "r.txt, line 1"))


def test_hashes_of_a_name_add_up() -> None:
    found = named(
        AskedLine("leaf==1; os_name == 'nt'", "r.txt, line 1", (A,)),
        AskedLine("Leaf==2; os_name != 'nt'", "r.txt, line 2", (B,)),
    )
    assert found.hashes == {"leaf": AllowedHashes(frozenset({A, B}), "r.txt, line 1")}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("git+https://h.invalid/x@v1#egg=Some_x", "some-x @ git+https://h.invalid/x@v1"),
        (
            "git+https://h.invalid/x#subdirectory=b&egg=x[a,b]",
            "x[a,b] @ git+https://h.invalid/x#subdirectory=b",
        ),
        (
            "git+https://h.invalid/x#egg=x&subdirectory=b",
            "x @ git+https://h.invalid/x#subdirectory=b",
        ),
        ("https://h.invalid/x.zip#egg=x", "x @ https://h.invalid/x.zip"),
    ],
)
def test_a_fragment_gives_the_name(text: str, expected: str) -> None:
    assert named(text).requirements == (expected,)


def test_a_project_and_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_project(tmp_path, "mine", "1.0")
    monkeypatch.chdir(tmp_path)
    found = named("./mine", AskedLine("mine<2", "r.txt, line 1"), folder=tmp_path)
    assert found.requirements == ("mine @ ./mine", "mine<2")


# -- the options of files


def test_options_of_files_are_added() -> None:
    asked = AskedOptions(indexes=("h-invalid=https://h.invalid/a",), constraints=("a<2",))
    read = FilesRead(
        constraints=[AskedLine("b<3", "c.txt, line 1")],
        index_url="https://main.invalid/simple",
        extra_index_urls=["https://h.invalid/simple", "https://h.invalid/simple"],
        find_links=["/links"],
        no_binary=["x"],
        only_binary=["y"],
    )
    assert with_options_of(asked, read) == AskedOptions(
        indexes=("h-invalid=https://h.invalid/a", "h-invalid-2=https://h.invalid/simple"),
        index_url="https://main.invalid/simple",
        constraints=("a<2", "b<3"),
        find_links=("/links",),
        no_binary=("x",),
        only_binary=("y",),
    )


@pytest.mark.parametrize(
    ("read", "why"),
    [
        (FilesRead(constraints=[AskedLine("a @ https://x.invalid", "c.txt")]), "names an address"),
        (FilesRead(constraints=[AskedLine("a==1", "c.txt", (A,))]), "a constraint with --hash"),
    ],
)
def test_what_cannot_be_recorded_is_refused(read: FilesRead, why: str) -> None:
    with pytest.raises(RequirementError, match=why):
        with_options_of(AskedOptions(), read)


@pytest.mark.parametrize(
    ("word", "what", "hint"),
    [
        ("faiss", "faiss 1.5.3 cannot be installed with this Python.", "Did you mean faiss-cpu"),
        ("faiss==1.5.3", "faiss 1.5.3 cannot be installed with this Python.", ""),
        ("faiss", "faiss-x 1.5.3 cannot be installed with this Python.", ""),
        ("sklearn", "Failed to build `sklearn==0.0`.", "Did you mean scikit-learn"),
        ("numpy", "numpy 1.0 cannot be installed with this Python.", ""),
    ],
)
def test_a_package_that_only_has_a_modules_name(word: str, what: str, hint: str) -> None:
    error = as_typed(ResolutionError(what, todo="Ask for another."), [word])
    assert str(error).endswith("Ask for another.")
    assert error.todo.startswith(hint or "Ask")


def test_a_name_is_given_as_it_was_typed() -> None:
    plain = ResolutionError("pil was not found on the index.", unknown="pil")
    assert "Did you mean pillow?" in str(as_typed(plain, ["toolz", "PIL"]))
    of_one = ResolutionError("pil was not found on https://one.example.", unknown="pil")
    for words in (["pil"], ["PIL"], ["toolz", "pil"]):  # which index has to be known
        assert as_typed(of_one, words) is of_one
