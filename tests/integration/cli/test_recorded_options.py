"""pip's options that belong to an environment: recorded, honoured, and brought back elsewhere."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import cast

import pytest

from nbenv.cli.pip_lines.pip_magic import perform_pip
from nbenv.engine.document import NotebookRef
from nbenv.errors import InstallerError
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.operations.install import InstallRequest
from nbenv.operations.install import install as install_verb
from nbenv.operations.restore import restore
from nbenv.operations.status import status
from nbenv.operations.undoing.undo import undo
from nbenv.operations.uninstall import uninstall
from nbenv.operations.upgrade import upgrade
from nbenv.progress import Outcome, drain
from tests.conftest import write_notebook, write_other_copy
from tests.support.environments import environment_of, install, read, recorded, ref_of, versions
from tests.support.index import LocalIndex
from tests.support.wheels import make_project, make_sdist, make_wheel

pytestmark = pytest.mark.usefixtures("index")


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    for version, day in (("1.0", "2024-02-01"), ("2.0", "2025-01-01")):
        index.wheel("leaf", version, upload_time=f"{day}T10:00:00.000000Z")
    index.wheel("branch", "1.0", requires=["leaf"])
    return index


def run(notebook: Path, *requirements: str, **options: object) -> Outcome:
    request = InstallRequest(requirements, **options)  # type: ignore[arg-type]
    return drain(install_verb(ref_of(notebook), request))


def record_of(notebook: Path) -> dict[str, object]:
    found = recorded(notebook)
    assert isinstance(found, dict)
    return found


def restored(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *beside: Path
) -> dict[str, str]:
    """Return what another machine has of a notebook that came there, with an empty cache."""
    shared = write_other_copy(notebook, tmp_path / "elsewhere" / "notebooks")
    for folder in beside:
        shutil.copytree(folder, tmp_path / "elsewhere" / folder.name)
    before = shared.read_bytes()
    with monkeypatch.context() as patch:
        patch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
        patch.setenv("UV_CACHE_DIR", str(tmp_path / "other-cache"))
        drain(restore(NotebookRef(str(shared)), agreed=None))
        found = versions(shared)
    assert shared.read_bytes() == before
    return found


def test_constraints_hold_here_for_later_changes_and_elsewhere(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(notebook, "branch", constraints=("leaf<2",))
    assert record_of(notebook)["constraints"] == ["leaf<2"]
    assert versions(notebook) == {"branch": "1.0", "leaf": "1.0"}
    stocked.wheel("other", "1.0", requires=["leaf"])
    run(notebook, "other")
    drain(upgrade(ref_of(notebook)))
    here = versions(notebook)
    assert here == {"branch": "1.0", "leaf": "1.0", "other": "1.0"}
    assert restored(notebook, tmp_path, monkeypatch) == here
    done = run(notebook, "leaf>=2")  # said now, so it counts
    assert "No longer a constraint of this notebook: leaf<2." in done.summary
    assert versions(notebook)["leaf"] == "2.0"
    assert "constraints" not in record_of(notebook)


def test_what_came_without_its_dependencies_stays_so(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.wheel("broken", "1.0", requires=["nowhere>=7"])
    run(notebook, "branch", "broken", no_deps=True)
    assert record_of(notebook)["no_deps"] == ["branch", "broken"]
    assert versions(notebook) == {"branch": "1.0", "broken": "1.0"}
    stocked.wheel("other", "1.0")
    run(notebook, "other")
    drain(upgrade(ref_of(notebook)))
    here = {"branch": "1.0", "broken": "1.0", "other": "1.0"}
    assert versions(notebook) == here == restored(notebook, tmp_path, monkeypatch)
    run(notebook, "branch")  # as pip: now its dependencies come
    assert versions(notebook) == {**here, "leaf": "2.0"}
    drain(uninstall(ref_of(notebook), ["broken"]))
    assert "no_deps" not in record_of(notebook)


@pytest.mark.parametrize("in_place", [False, True])
def test_a_local_project_without_its_dependencies(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_place: bool
) -> None:
    project = make_project(notebook.parent / "mine", "mine", "1.5", requires=["nowhere"])
    texts = {"editable": (str(project),)} if in_place else {"requirements": (str(project),)}
    drain(install_verb(ref_of(notebook), InstallRequest(no_deps=True, **texts)))
    assert record_of(notebook)["no_deps"] == ["mine"]
    assert versions(notebook) == {"mine": "1.5"}


def test_a_folder_of_files_travels_with_the_notebook(
    notebook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = tmp_path / "my wheels, all"
    make_wheel(wheels, "private", "1.0")
    run(notebook, "private", find_links=(str(wheels),))
    assert record_of(notebook)["find_links"] == ["../my%20wheels,%20all"]
    shutil.move(wheels, tmp_path / "wheels")
    run(notebook, "private", find_links=(str(tmp_path / "wheels"),))
    assert record_of(notebook)["find_links"] == ["../my%20wheels,%20all", "../wheels"]
    found = restored(notebook, tmp_path, monkeypatch, tmp_path / "wheels")
    assert found == versions(notebook) == {"private": "1.0"}


@pytest.mark.parametrize("from_folder", [True, False])
def test_what_is_to_be_built_is_built_elsewhere_too(
    notebook: Path,
    index: LocalIndex,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    from_folder: bool,
) -> None:
    files = tmp_path / "files" if from_folder else index.folder
    made = [make_wheel(files, "both", "1.0"), make_sdist(files, "both", "1.0")]
    options = {"find_links": (str(files),)} if from_folder else {}
    for path in made if not from_folder else ():
        index.add(path)
    run(notebook, "both", no_binary=("both",), **options)
    assert record_of(notebook)["no_binary"] == record_of(notebook)["source"] == ["both"]
    assert [line for line in record_of(notebook)["lock"] if "both" in line] == [  # type: ignore[attr-defined]
        f"both==1.0 --hash=sha256:{_digest(made[1])}"
    ]
    found = restored(notebook, tmp_path, monkeypatch, *([files] if from_folder else []))
    assert found == {"both": "1.0"}
    run(notebook, "both", only_binary=("both",))
    assert "source" not in record_of(notebook)


def _digest(path: Path) -> str:
    import hashlib

    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_must_not_be_built_is_not(notebook: Path, index: LocalIndex) -> None:
    index.wheel("mixed", "1.0")
    index.sdist("mixed", "2.0")
    index.sdist("only", "1.0")
    run(notebook, "mixed", only_binary=(":all:",))
    assert versions(notebook) == {"mixed": "1.0"}
    with pytest.raises(InstallerError):
        run(notebook, "only")
    assert record_of(notebook)["only_binary"] == [":all:"]


def test_a_day_counts_for_later_changes_too(notebook: Path, stocked: LocalIndex) -> None:
    run(notebook, "branch", exclude_newer="2024-06-01")
    assert versions(notebook)["leaf"] == "1.0"
    drain(upgrade(ref_of(notebook)))
    assert versions(notebook)["leaf"] == "1.0"
    run(notebook, "leaf", exclude_newer="none", upgrade=True)
    assert versions(notebook)["leaf"] == "2.0"


def test_a_day_is_not_about_the_kernel_and_what_is_there(
    notebook: Path, stocked: LocalIndex
) -> None:
    stocked.wheel("ipykernel", "8.0", upload_time="2025-01-01T10:00:00.000000Z")
    stocked.wheel("other", "1.0", upload_time="2024-01-01T10:00:00.000000Z")
    stocked.wheel("other", "2.0", upload_time="2025-01-01T10:00:00.000000Z")
    run(notebook, "branch", exclude_newer="2024-06-01")
    kernel = environment_of(notebook).installed()["ipykernel"]
    assert (kernel.version, versions(notebook)["leaf"]) == ("8.0", "1.0")
    run(notebook, "leaf", exclude_newer="none", upgrade=True)
    run(notebook, "other", exclude_newer="2024-06-01")
    assert versions(notebook) == {"branch": "1.0", "leaf": "2.0", "other": "1.0"}
    drain(upgrade(ref_of(notebook)))
    kernel = environment_of(notebook).installed()["ipykernel"]
    assert (kernel.version, versions(notebook)["leaf"]) == ("8.0", "1.0")


def test_what_is_there_keeps_its_dependencies(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "branch")
    run(notebook, "branch", no_deps=True, reinstall=True)
    assert "no_deps" not in record_of(notebook)
    assert versions(notebook) == {"branch": "1.0", "leaf": "2.0"}
    stocked.wheel("branch", "2.0", requires=["nowhere"])
    run(notebook, "branch==2.0", no_deps=True)
    assert record_of(notebook)["no_deps"] == ["branch"]
    assert record_of(notebook)["requirements"] == ["branch==2.0", "leaf"]
    assert versions(notebook) == {"branch": "2.0", "leaf": "2.0"}


def test_a_default_index_hides_the_public_one(
    notebook: Path, index: LocalIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.wheel("private", "9.0", modules={"private.py": "evil = True\n"})
    with LocalIndex(tmp_path / "corporate") as corporate:
        corporate.wheel("ipykernel", "7.0")
        corporate.wheel("private", "1.0")
        index.requests.clear()
        run(notebook, "private", default_index=f"corp={corporate.url}")
        assert record_of(notebook)["indexes"] == [
            {"name": "corp", "url": corporate.url, "default": True}
        ]
        assert versions(notebook) == {"private": "1.0"}
        drain(upgrade(ref_of(notebook)))
        assert restored(notebook, tmp_path, monkeypatch) == {"private": "1.0"}
        assert index.requests == []


@pytest.mark.parametrize("where", ["cell", "file", "record"])
def test_adopting_keeps_the_index_that_hides_the_public_one(
    where: str, notebook: Path, index: LocalIndex, tmp_path: Path
) -> None:
    index.wheel("private", "9.0")
    index.wheel("needed", "9.0")
    with LocalIndex(tmp_path / "corporate") as corporate:
        corporate.wheel("private", "1.0", requires=["needed"])
        corporate.wheel("needed", "1.0")
        cells = ["import private"]
        if where != "file":
            option = f"-i {corporate.url} " if where == "cell" else ""
            cells.insert(0, f"%pip install {option}private")
        else:
            notebook.parent.mkdir(exist_ok=True)
            lines = f"--index-url {corporate.url}\nprivate\n"
            (notebook.parent / "requirements.txt").write_text(lines)
        write_notebook(notebook, *cells)
        if where == "record":
            run(notebook, "needed", default_index=f"corp={corporate.url}")
        drain(adopt(ref_of(notebook), AdoptOptions(), agreed=None))
        (entry,) = cast("list[dict[str, object]]", record_of(notebook)["indexes"])
        assert entry["url"] == corporate.url
        is_default, listed = entry.get("default"), entry.get("packages")
        expected = (True, None) if where == "record" else (None, ["private"])
        assert (is_default, listed) == expected
        assert versions(notebook) == {"private": "1.0", "needed": "1.0"}


def test_a_build_needs_nothing_from_the_index_that_is_hidden(
    notebook: Path, index: LocalIndex, tmp_path: Path
) -> None:
    index.wheel("private-backend", "9.0", modules={"private_backend": "raise SystemExit"})
    project = tmp_path / "project"
    project.mkdir()
    lines = '[build-system]\nrequires = ["private-backend"]\nbuild-backend = "private_backend"\n'
    (project / "pyproject.toml").write_text(lines)
    with LocalIndex(tmp_path / "corporate") as corporate, pytest.raises(InstallerError):
        run(notebook, str(project), default_index=f"corp={corporate.url}")
    assert ("GET", "/simple/private-backend/") not in index.requests


def test_an_index_strategy(notebook: Path, index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "3.0")
    with LocalIndex(tmp_path / "more") as more:
        more.wheel("leaf", "1.0")
        run(notebook, "leaf", indexes=(f"more={more.url}",))
        assert versions(notebook) == {"leaf": "1.0"}
        run(notebook, "leaf", upgrade=True, any_index=True, index_strategy="unsafe-best-match")
        assert versions(notebook) == {"leaf": "3.0"}
        assert record_of(notebook)["index_strategy"] == "unsafe-best-match"


def test_installing_again_replaces_the_files(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "branch")
    folder = environment_of(notebook).site_packages()
    before = {name: (folder / f"{name}.py").stat().st_ino for name in ("branch", "leaf")}
    same = (folder / "ipykernel.py").stat().st_ino
    done = run(notebook, "branch", reinstall=True)
    assert done.summary == "Reinstalled branch 1.0 (and 1 more package)."
    after = {name: (folder / f"{name}.py").stat().st_ino for name in ("branch", "leaf")}
    assert not before.items() & after.items()
    assert (folder / "ipykernel.py").stat().st_ino == same
    done = run(notebook, "branch", reinstall=True, no_deps=True)
    assert done.summary.startswith("Reinstalled branch 1.0.") or done.changes


def test_an_interrupted_option_leaves_the_record(notebook: Path, stocked: LocalIndex) -> None:
    install(notebook, "leaf")
    before = notebook.read_bytes()
    with pytest.raises(InstallerError):
        run(notebook, "branch", constraints=("leaf<1",))
    assert notebook.read_bytes() == before


# -- pip's command lines


def pip(notebook: Path, line: str) -> Outcome:
    done = perform_pip(shlex.split(line), ref_of(notebook))
    return done if isinstance(done, Outcome) else drain(done)


def test_without_an_index_what_is_named_comes_from_a_folder(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    wheels = tmp_path / "wheels"
    make_wheel(wheels, "branch", "5.0", requires=["leaf"])
    make_wheel(wheels, "leaf", "5.0")
    stocked.wheel("leaf", "9.0")
    pip(notebook, f"--no-cache-dir install --no-index -f '{wheels}' branch")
    assert versions(notebook) == {"branch": "5.0", "leaf": "5.0"}
    assert stocked.downloads == ["ipykernel-7.0-py3-none-any.whl"]
    make_wheel(wheels, "twig", "1.0", requires=["leaf<5"])
    with pytest.raises(InstallerError):
        pip(notebook, f"install --no-index -f '{wheels}' twig missing")
    with pytest.raises(InstallerError, match="missing was not found, and no index is asked"):
        pip(notebook, f"install --no-index -f '{wheels}' branch missing")
    with pytest.raises(InstallerError, match="Did you mean pandas"):
        pip(notebook, f"install --no-index -f '{wheels}' pandsa")
    assert versions(notebook) == {"branch": "5.0", "leaf": "5.0"}


def test_a_wheel_is_better_than_a_newer_source(notebook: Path, index: LocalIndex) -> None:
    index.wheel("mixed", "1.0")
    index.sdist("mixed", "2.0")
    index.sdist("only", "1.0")
    pip(notebook, "install --prefer-binary mixed")
    assert versions(notebook) == {"mixed": "1.0"}
    pip(notebook, "install --prefer-binary only")
    assert versions(notebook) == {"mixed": "1.0", "only": "1.0"}


def test_a_file_of_names_is_uninstalled(
    notebook: Path, stocked: LocalIndex, tmp_path: Path
) -> None:
    stocked.wheel("other", "1.0")
    install(notebook, "branch", "leaf", "other")
    names = tmp_path / "r.txt"
    names.write_text("branch==1.0\nleaf>=1\nabsent\n", encoding="utf-8")
    done = pip(notebook, f"uninstall -y -r '{names}' --root-user-action=ignore")
    assert done.summary.splitlines()[0].startswith("Uninstalled branch, leaf.")
    assert "Ignored --root-user-action" in done.summary
    assert versions(notebook) == {"other": "1.0"}
    assert "Nothing in the file" in pip(notebook, f"uninstall -y -r '{names}'").summary
    pip(notebook, "uninstall --yes other==1.0")
    assert versions(notebook) == {}


def test_what_depends_on_it_is_upgraded_only_when_asked(
    notebook: Path, stocked: LocalIndex
) -> None:
    install(notebook, "branch", "leaf<2")
    install(notebook, "leaf")
    drain(uninstall(ref_of(notebook), ["leaf"]))
    pip(notebook, "install -U branch")
    assert versions(notebook)["leaf"] == "1.0"
    pip(notebook, "install --upgrade --upgrade-strategy=eager branch")
    assert versions(notebook)["leaf"] == "2.0"


@pytest.mark.parametrize("words", ["-U leaf", "--upgrade 'leaf[x]'", "-P leaf leaf", "-U -r FILE"])
def test_an_upgrade_of_a_bare_name_leaves_its_recorded_version(
    notebook: Path, stocked: LocalIndex, tmp_path: Path, words: str
) -> None:
    names = tmp_path / "r.txt"
    names.write_text("leaf\n", encoding="utf-8")
    install(notebook, "leaf<2")
    assert versions(notebook)["leaf"] == "1.0"
    done = pip(notebook, f"install {words.replace('FILE', str(names))}")
    assert "No longer limited to leaf<2." in done.summary
    assert versions(notebook)["leaf"] == "2.0"
    assert [text.partition("[")[0] for text in read(notebook).spec.requirements] == ["leaf"]


def test_a_repository_is_recorded_with_its_commit(notebook: Path, tmp_path: Path) -> None:
    source = make_project(tmp_path, "mine", "1.5", requires=["nowhere"])
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"], ["tag", "v1"]):
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b.invalid", *words],
            cwd=source,
            check=True,
        )
    address = f"git+{source.as_uri()}@v1#egg=mine"
    done = pip(notebook, f"install --no-deps -e '{address}'")
    assert "Ignored -e for a repository" in done.summary
    assert record_of(notebook)["requirements"] == [f"mine @ git+{source.as_uri()}@v1"]
    assert "editable" not in record_of(notebook)
    assert versions(notebook) == {"mine": "1.5"}


def test_a_typed_password_works_and_is_not_recorded(
    notebook: Path, index: LocalIndex, tmp_path: Path
) -> None:
    with LocalIndex(tmp_path / "closed") as closed:
        closed.wheel("ipykernel", "7.0")
        closed.wheel("private", "1.0")
        closed.auth = ("me", "sesame")
        pip(notebook, f"install -i {closed.url_with_auth} private")
    assert versions(notebook) == {"private": "1.0"}
    assert "sesame" not in notebook.read_text(encoding="utf-8")


def test_settings_of_one_command_are_not_recorded(notebook: Path, index: LocalIndex) -> None:
    index.wheel("leaf", "1.0")
    line = "--proxy http://127.0.0.1:9 install --trusted-host 127.0.0.1 --timeout 9 leaf"
    with pytest.raises(InstallerError):
        pip(notebook, line)
    pip(notebook, line.replace("--proxy http://127.0.0.1:9", "--retries 0"))
    assert record_of(notebook).keys() == {"version", "python", "requirements", "lock"}
    assert not {"UV_INSECURE_HOST", "HTTPS_PROXY", "UV_HTTP_RETRIES"} & os.environ.keys() - {
        "UV_HTTP_RETRIES"
    }


def test_system_packages_stay_until_an_undo(stocked: LocalIndex, tmp_path: Path) -> None:
    notebook = write_notebook(tmp_path / "x.ipynb", "!apt-get install -y ffmpeg", "import yaml")
    stocked.wheel("pyyaml", "6.0")
    shown = drain(adopt(ref_of(notebook), AdoptOptions(dry_run=True)))
    assert "System packages, recorded but never installed by nbenv: ffmpeg (cell 1)." in shown.text
    drain(adopt(ref_of(notebook), AdoptOptions()))
    assert record_of(notebook)["system"] == ["ffmpeg"]
    run(notebook, "leaf<2")
    drain(upgrade(ref_of(notebook)))
    assert record_of(notebook)["system"] == ["ffmpeg"]
    assert "System packages: ffmpeg" in status(ref_of(notebook)).text
    drain(undo(ref_of(notebook)))
    assert record_of(notebook)["system"] == ["ffmpeg"]
