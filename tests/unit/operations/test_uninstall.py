"""Uninstalling: requirements go, with the dependencies that only they needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.errors import NbenvError, RequirementError, UsageError
from nbenv.operations.uninstall import uninstall
from nbenv.progress import Outcome, drain
from tests.support.environments import environment_of, install, read, recorded, ref_of, versions
from tests.support.index import LocalIndex
from tests.support.wheels import make_project


def run(notebook: Path, *names: str, dry_run: bool = False) -> Outcome:
    return drain(uninstall(ref_of(notebook), names, dry_run))


def test_a_dependency_that_is_still_needed_stays(installed: Path) -> None:
    done = run(installed, "Leaf")
    assert done.summary == (
        "leaf is no requirement any more, but stays installed: branch needs it."
    )
    assert read(installed).spec.requirements == ("branch",)
    assert versions(installed) == {"branch": "1.0", "leaf": "1.0"}


def test_orphans_go_along(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "branch")
    assert run(notebook, "branch", dry_run=True).text.splitlines() == [
        "- branch 1.0", "- leaf 2.0",
    ]  # fmt: skip
    assert run(notebook, "branch").summary == "Uninstalled branch (and 1 more package)."
    assert versions(notebook) == {}


def failure(notebook: Path, *names: str) -> NbenvError:
    before = notebook.read_bytes()
    with pytest.raises(RequirementError) as caught:
        run(notebook, *names)
    assert notebook.read_bytes() == before
    return caught.value


def test_what_is_not_required_cannot_go(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "branch")
    assert failure(notebook, "leaf").why == "leaf is a dependency: see nbenv why leaf."
    assert failure(notebook, "ipykernel").why == "The kernel itself needs it."
    error = failure(notebook, "branch", "absent")
    assert error.what == "This notebook does not require absent."
    assert error.why == "It requires branch."
    assert "is not the name of a package" in failure(notebook, "./absent").what


def test_as_pip_does_it(notebook: Path, stocked: LocalIndex) -> None:
    def pip(*names: str) -> str:
        return str(drain(uninstall(ref_of(notebook), names, is_lenient=True)).summary)

    assert pip("absent") == "Skipped absent: not installed."
    assert recorded(notebook) is None
    stocked.wheel("scikit-twig", "1.0")
    install(notebook, "branch", "scikit-twig", "leaf<2")
    assert pip("Scikit_Twig==1.0", "absent") == (
        "Uninstalled scikit-twig. Skipped absent: not installed."
    )
    assert pip("branch", "leaf") == "Uninstalled branch, leaf."
    with pytest.raises(RequirementError, match="This notebook does not require ipykernel"):
        pip("ipykernel")


def test_what_others_need_is_kept_and_named(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "branch")
    names = ["branch", "leaf", "ipykernel"]  # as from pip freeze
    done = drain(uninstall(ref_of(notebook), names, is_lenient=True))
    assert done.summary.startswith("Uninstalled branch (and 1 more package). Kept ipykernel: the")
    assert "ipykernel" in environment_of(notebook).installed()


def test_some_stay(installed: Path, stocked: LocalIndex) -> None:
    stocked.wheel("twig", "1.0", requires=["leaf"])
    install(installed, "twig")
    assert run(installed, "leaf", "twig", dry_run=True).summary == (
        "Would uninstall twig. "
        "leaf would be no requirement any more, but stays installed: branch needs it."
    )
    assert run(installed, "leaf", "twig").summary == (
        "Uninstalled twig. leaf is no requirement any more, but stays installed: branch needs it."
    )


def test_what_was_for_another_machine_only(notebook: Path, stocked: LocalIndex) -> None:
    install(
        notebook,
        "leaf; python_version<'3'",
        "branch; sys_platform=='none'",
        "leaf>1; python_version>'3'",
    )
    assert run(notebook, "branch", dry_run=True).summary == (
        "branch would be no requirement any more; nothing was installed here for it."
    )
    assert run(notebook, "branch", "leaf").summary == (
        "branch is no requirement any more; nothing was installed here for it. Uninstalled leaf."
    )
    install(notebook, "leaf; python_version<'3'", "branch; sys_platform=='none'")
    assert run(notebook, "branch", "leaf").summary == (
        "branch, leaf are no requirements any more; nothing was installed here for them."
    )
    assert read(notebook).spec.requirements == ()


def test_what_a_file_lists(installed: Path, tmp_path: Path, stocked: LocalIndex) -> None:
    project = make_project(installed.parent, "mine", "1.0")
    install(installed, str(project))
    file = tmp_path / "r.txt"
    file.write_text(f"branch==9\nabsent\n{project}\n", encoding="utf-8")

    def from_file(*names: str) -> str:
        done = uninstall(ref_of(installed), names, files=(str(file),))
        return str(drain(done).summary)

    assert from_file() == "Uninstalled branch, mine."
    assert from_file() == "Nothing in the file is required by this notebook."
    assert from_file("leaf") == "Uninstalled leaf."


def test_the_kernel_stays(notebook: Path, stocked: LocalIndex) -> None:
    stocked.wheel("ipykernel", "6.0")
    install(notebook, "leaf", "ipykernel>=6")
    assert read(notebook).spec.requirements == ("ipykernel>=6", "leaf")
    assert run(notebook, "ipykernel").summary == (
        "ipykernel is no requirement any more, but stays installed: the kernel needs it."
    )
    assert read(notebook).spec.requirements == ("leaf",)


def test_nothing_named_is_wrong_usage(notebook: Path) -> None:
    with pytest.raises(UsageError):
        run(notebook)
