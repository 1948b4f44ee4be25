"""Installing: what is asked for, as it is recorded, and what the summary says."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.spec import Index, Spec
from nbenv.engine.environment_sync import SyncResult
from nbenv.errors import RequirementError, UsageError
from nbenv.installer.requirement_names import NamedRequirements
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.install import (
    InstallRequest,
    _add_requirements,
    _origins,
    _resolve_options,
    install,
)
from nbenv.progress import Outcome, drain
from tests.support.environments import read, ref_of, versions
from tests.support.index import LocalIndex
from tests.support.wheels import make_project


def run(notebook: Path, *requirements: str, **options: object) -> Outcome:
    request = InstallRequest(requirements, **options)  # type: ignore[arg-type]
    return drain(install(ref_of(notebook), request))


# -- installing


def test_the_summary_names_what_was_asked_for(notebook: Path, stocked: LocalIndex) -> None:
    done = run(notebook, "Branch", dry_run=True)
    assert done.summary == "Would install branch 1.0 (and 2 more packages)."
    assert "+ leaf 2.0" in done.text.splitlines()
    done = run(notebook, "Branch")
    assert done.summary == "Installed branch 1.0 (and 2 more packages)."
    assert done.text == ""
    assert versions(notebook) == {"branch": "1.0", "leaf": "2.0"}
    assert run(notebook, "branch").summary == "Already installed: branch 1.0."


def test_the_kernel_is_never_recorded(notebook: Path, stocked: LocalIndex) -> None:
    run(notebook, "ipykernel", "leaf")
    assert read(notebook).spec.requirements == ("leaf",)


def test_a_requirements_file_and_a_project(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    file = tmp_path / "r.txt"
    file.write_text("leaf<2\n", encoding="utf-8")
    project = make_project(notebook.parent, "mine", "1.0")
    run(notebook, files=(str(file),), editable=(str(project),))
    spec = read(notebook).spec
    assert spec.requirements == ("leaf<2", "mine @ ./mine")
    assert spec.editable == ("mine",)
    assert versions(notebook) == {"leaf": "1.0", "mine": "1.0"}


def test_nothing_named_is_wrong_usage(notebook: Path) -> None:
    with pytest.raises(UsageError, match="Name what to install"):
        run(notebook, indexes=("far=https://far.invalid",))


@pytest.mark.parametrize(
    ("requirement", "problem"),
    [
        (
            "leaf @ ftp://host.invalid/leaf.zip",
            "leaf cannot be installed from that address: it has a scheme",
        ),
        ("leaf >> 1", "leaf >> 1"),
    ],
)
def test_what_cannot_be_recorded_is_refused(
    notebook: Path, stocked: LocalIndex, requirement: str, problem: str
) -> None:
    with pytest.raises(RequirementError, match=problem):
        run(notebook, requirement)


# -- options


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, None),
        ({"upgrade": True}, ResolveOptions(names=("leaf", "twig"))),
        ({"pre": True}, ResolveOptions(names=("leaf", "twig"), pre=("leaf", "twig"))),
        ({"any_index": True}, ResolveOptions(any_index=True)),
    ],
)
def test_only_what_is_named_may_leave_its_version(
    options: dict[str, bool], expected: ResolveOptions | None
) -> None:
    request = InstallRequest(("Leaf>1", "./folder", "twig"), **options)
    assert _resolve_options(request) == expected


# -- the record


def test_an_addition_replaces_what_has_its_name() -> None:
    spec = Spec("3.11", ("a<1", "mine @ ./mine"), indexes=(Index("i", "x"), Index("j", "y")),
                editable=("mine",))  # fmt: skip
    named = NamedRequirements(("a<2", "mine @ ./other"), ("other",))
    request = InstallRequest(indexes=("i=https://z.invalid",))
    made = _add_requirements(spec, named, request, Path())
    assert made.requirements == ("a<2", "mine @ ./other")
    assert made.editable == ("other",)
    assert made.indexes == (Index("j", "y"), Index("i", "https://z.invalid"))


def test_origins_are_named_where_there_are_several(
    installed: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    with LocalIndex(tmp_path / "far") as far:
        far.wheel("stranger", "1.0")
        done = run(installed, "stranger", indexes=(f"far={far.url}",))
        assert done.summary.splitlines()[1:] == [f"From {far.url}: stranger 1.0"]
    unchanged = SyncResult(read(installed).environment)
    assert list(_origins(read(installed).spec, unchanged, ["leaf"])) == []


def test_two_indexes_of_one_name_are_refused(notebook: Path, home: Path) -> None:
    indexes = ("far=https://a.invalid/simple", "far=https://b.invalid/simple")
    with pytest.raises(UsageError, match="Two indexes are called far"):
        run(notebook, "leaf", indexes=indexes)
    assert not (home / "index-names.json").exists()
