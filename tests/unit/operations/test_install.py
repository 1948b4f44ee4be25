"""Installing: what is asked for, as it is recorded, and what the summary says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.spec import Index, Spec
from nbenv.errors import HashError, RequirementError, UsageError
from nbenv.installer.resolve import ResolveOptions
from nbenv.operations.install import (
    InstallRequest,
    _add_requirements,
    _resolve_options,
    install,
)
from nbenv.operations.installing.asked_requirements import AskedRequirements
from nbenv.operations.uninstall import uninstall
from nbenv.progress import Outcome, drain
from tests.support.environments import read, ref_of, versions
from tests.support.index import LocalIndex
from tests.support.wheels import make_project, make_wheel


def run(notebook: Path, *requirements: str, **options: object) -> Outcome:
    request = InstallRequest(requirements, **options)  # type: ignore[arg-type]
    return drain(install(ref_of(notebook), request))


# -- installing


def test_the_summary_names_what_was_asked_for(notebook: Path, stocked: LocalIndex) -> None:
    done = run(notebook, "Branch", dry_run=True)
    would, download = done.summary.splitlines()
    assert would == "Would install branch 1.0 (and 1 more package)."
    names = ("branch-1.0", "leaf-2.0", "ipykernel-7.0")
    size = sum((stocked.folder / f"{n}-py3-none-any.whl").stat().st_size for n in names)
    assert download == f"Download of {size / 1000:.1f} kB."
    assert "+ leaf 2.0" in done.text.splitlines()
    done = run(notebook, "Branch")
    assert done.summary == "Installed branch 1.0 (and 1 more package)."
    assert done.text == ""
    assert versions(notebook) == {"branch": "1.0", "leaf": "2.0"}
    assert run(notebook, "branch").summary == "Already installed: branch 1.0."
    assert "ownload" not in run(notebook, "branch", dry_run=True).summary


def test_what_is_cached_is_not_downloaded_again(notebook: Path, stocked: LocalIndex) -> None:
    run(notebook, "leaf==1.0")
    stocked.requests.clear()
    done = run(notebook, "leaf==1.0", "branch", dry_run=True)
    size = (stocked.folder / "branch-1.0-py3-none-any.whl").stat().st_size
    assert done.summary.splitlines()[1] == f"Download of {size / 1000:.1f} kB."
    assert isinstance(done.data, dict)
    assert done.data["download"] == {"count": 1, "size": size, "unknown": 0, "is_certain": True}
    assert stocked.downloads == []
    run(notebook, "branch")
    drain(uninstall(ref_of(notebook), ["branch"]))
    done = run(notebook, "branch", dry_run=True)
    assert done.summary.splitlines()[1] == "Nothing to download."


def test_a_dry_run_tells_what_is_built(notebook: Path, stocked: LocalIndex, tmp_path: Path) -> None:
    stocked.sdist("raw", "1.0")
    project = make_project(tmp_path, "mine", "1.0")
    done = run(notebook, "raw", "leaf", str(project), dry_run=True)
    built = "Built from source, which runs their code: mine, raw."
    assert done.summary.splitlines()[-1] == built
    assert isinstance(done.data, dict)
    assert done.data["built"] == ["mine", "raw"]
    run(notebook, "raw")
    assert "Built" not in run(notebook, "raw", "leaf", dry_run=True).summary


def test_the_kernel_is_recorded_only_in_a_version(notebook: Path, stocked: LocalIndex) -> None:
    run(notebook, "ipykernel", "leaf")
    assert read(notebook).spec.requirements == ("leaf",)


def test_what_is_asked_for_together_is_intersected(notebook: Path, stocked: LocalIndex) -> None:
    assert run(notebook, "Leaf<2", "leaf>=1").summary.startswith("Installed leaf 1.0")
    assert read(notebook).spec.requirements == ("leaf<2,>=1",)
    with pytest.raises(RequirementError, match="leaf<2 and leaf>=2 exclude each other"):
        run(notebook, "leaf<2", "leaf>=2")
    assert run(notebook, "leaf>=2").summary == "Installed leaf 2.0."  # a later command replaces it


def test_a_file_that_asks_for_nothing(notebook: Path, tmp_path: Path) -> None:
    file = tmp_path / "r.txt"
    file.write_text("# nothing yet\n", encoding="utf-8")
    before = notebook.read_bytes()
    done = run(notebook, files=(str(file),))
    assert done.summary == f"{file} asks for nothing, so nothing was changed."
    assert notebook.read_bytes() == before


ELSEWHERE = 'other; python_version < "3"'


def test_what_a_marker_excludes_is_only_recorded(installed: Path, stocked: LocalIndex) -> None:
    stocked.wheel("six", "1.0")
    done = run(installed, ELSEWHERE, "six; os_name == 'x'")
    both = f'{ELSEWHERE}, six; os_name == "x"'
    assert done.summary == f"Recorded, but not for this Python and machine: {both}."
    assert versions(installed) == {"branch": "1.0", "leaf": "1.0"}


def test_a_marker_is_no_reason_not_to_install(installed: Path, stocked: LocalIndex) -> None:
    stocked.wheel("twig", "1.0")
    other = 'twig; sys_platform == "win32"'
    done = run(installed, other, 'leaf; sys_platform == "win32"')
    assert done.summary == (  # leaf is there for another reason
        f"Already installed: leaf 1.0. Recorded, but not for this Python and machine: {other}."
    )
    assert run(installed, "twig", dry_run=True).summary.startswith("Would install twig 1.0.")
    assert run(installed, "twig").summary == "Installed twig 1.0."
    assert read(installed).spec.requirements[-2:] == ("twig", other)
    assert run(installed, "twig").summary == "Already installed: twig 1.0."


@pytest.mark.parametrize("marker", ["python_version < '3'", "sys_platform == 'other'"])
def test_a_marker_for_elsewhere_removes_nothing_here(
    marker: str, installed: Path, stocked: LocalIndex
) -> None:
    run(installed, f"branch; {marker}")
    assert versions(installed) == {"branch": "1.0", "leaf": "1.0"}
    run(installed, "branch>=1; python_version > '3'")  # holds here, so it replaces the other
    assert "branch" not in read(installed).spec.requirements


def test_hashes_of_a_file_limit_the_lock(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    digest = stocked.sha256("leaf-1.0-py3-none-any.whl")
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    bad.write_text(f"leaf==1.0 --hash=sha256:{'0' * 64}\n", encoding="utf-8")
    good.write_text(f"leaf==1.0 \\\n --hash=sha256:{digest}\n", encoding="utf-8")
    before = notebook.read_bytes()
    with pytest.raises(HashError, match=rf"No file of leaf 1.0 has a hash that {bad}, line 1"):
        run(notebook, files=(str(bad),))
    assert notebook.read_bytes() == before
    assert run(notebook, files=(str(good),)).summary.startswith("Installed leaf 1.0")
    with pytest.raises(HashError):  # also where it is installed already
        run(notebook, files=(str(bad),))


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
        ({"upgrade_packages": ("Other",)}, ResolveOptions(names=("other",))),
        ({"pre_packages": ("A.b",)}, ResolveOptions(names=("a-b",), pre=("a-b",))),
        (
            {"resolution": "lowest"},
            ResolveOptions(names=("leaf", "twig"), resolution="lowest"),
        ),
    ],
)
def test_only_what_is_named_may_leave_its_version(
    notebook: Path, options: dict[str, object], expected: ResolveOptions | None
) -> None:
    request = InstallRequest(**options)  # type: ignore[arg-type]
    assert _resolve_options(request, ["leaf", "twig"], read(notebook)) == expected


# -- the record


def test_an_addition_replaces_what_has_its_name(notebook: Path) -> None:
    spec = Spec("3.11", ("a<1", "mine @ ./mine"), indexes=(Index("i", "x"), Index("j", "y")),
                editable=("mine",))  # fmt: skip
    snapshot = replace(read(notebook), record=spec.to_record())
    vars(snapshot)["spec"] = spec
    named = AskedRequirements(("a<2", "mine @ ./other"), ("other",))
    request = InstallRequest(indexes=("i=https://z.invalid",))
    made = _add_requirements(snapshot, named, request, {})
    assert made.requirements == ("a<2", "mine @ ./other")
    assert made.editable == ("other",)
    assert made.indexes == (Index("j", "y"), Index("i", "https://z.invalid", packages=()))


def test_origins_are_named_where_there_are_several(
    installed: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    with LocalIndex(tmp_path / "far") as far:
        far.wheel("stranger", "1.0")
        done = run(installed, "stranger", indexes=(f"far={far.url}",))
        assert done.summary.splitlines()[1:] == [f"From {far.url}: stranger 1.0"]


def test_two_indexes_of_one_name_are_refused(notebook: Path, home: Path) -> None:
    indexes = ("far=https://a.invalid/simple", "far=https://b.invalid/simple")
    with pytest.raises(UsageError, match="Two indexes are called far"):
        run(notebook, "leaf", indexes=indexes)
    assert not (home / "index-names.json").exists()


# -- a project and a version of its name


@pytest.mark.parametrize("editable", [False, True])
@pytest.mark.parametrize("is_dynamic", [False, True])
def test_a_project_has_the_version_that_is_asked_for(
    notebook: Path, stocked: LocalIndex, editable: bool, is_dynamic: bool
) -> None:
    project = make_project(notebook.parent, "leaf", "5.0")
    if is_dynamic:
        (project / "pyproject.toml").write_text(
            '[build-system]\nrequires = []\nbuild-backend = "nbenv_test_backend"\n'
            'backend-path = ["."]\n',
            encoding="utf-8",
        )
    paths = (str(project),)
    before = notebook.read_bytes()
    given: dict[str, object] = {"editable": paths} if editable else {}
    asked = () if editable else paths
    with pytest.raises(RequirementError, match=r"leaf @ ./leaf and leaf==1.0 exclude each other"):
        run(notebook, *asked, "leaf==1.0", **given)
    assert notebook.read_bytes() == before
    done = run(notebook, *asked, "leaf>=2", **given)
    assert done.summary.startswith("Installed leaf from ./leaf")


def test_a_wheel_has_the_version_that_a_file_asks_for(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    wheel = make_wheel(tmp_path, "leaf", "5.0")
    file = tmp_path / "r.txt"
    file.write_text("leaf<5\n", encoding="utf-8")
    for asked in (str(wheel), f"leaf @ {wheel.as_uri()}"):
        with pytest.raises(RequirementError, match=r"and leaf<5 exclude each other"):
            run(notebook, asked, files=(str(file),))


def test_hashes_that_a_command_requires(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    file = tmp_path / "r.txt"
    file.write_text("leaf==1.0\n", encoding="utf-8")
    for asked, given in ((("leaf",), ()), ((), (str(file),))):
        with pytest.raises(RequirementError, match="--require-hashes"):
            run(notebook, *asked, files=given, require_hashes=True)
    digest = stocked.sha256("leaf-1.0-py3-none-any.whl")
    file.write_text(f"leaf==1.0 --hash=sha256:{digest}\n", encoding="utf-8")
    done = run(notebook, files=(str(file),), require_hashes=True)
    assert done.summary.startswith("Installed leaf 1.0")


def test_a_recorded_constraint_that_holds_back_is_named(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    run(notebook, "leaf", constraints=("leaf<2",))
    held = "by the recorded constraint leaf<2; to lift it: %nbenv install 'leaf>=2.0'."
    assert "Held" not in run(notebook, "leaf").summary
    done = run(notebook, "leaf", upgrade=True)
    assert done.summary == f"Already installed: leaf 1.0.\nHeld at 1.0 {held}"
    done = run(notebook, "leaf>=2.0")
    assert done.summary.startswith("Installed leaf 2.0.\nNo longer a constraint")
