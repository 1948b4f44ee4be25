"""PyTorch for this machine's accelerator: which build is taken, recorded, kept and offered."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from nbenv.cli.pip_lines.pip_magic import perform_pip
from nbenv.engine import working_kernel
from nbenv.environments.interpreters import default_python
from nbenv.errors import ResolutionError, UnavailableError, UsageError
from nbenv.operations.adoption.adopt import AdoptOptions, adopt
from nbenv.operations.fallback import preview_fallback
from nbenv.operations.install import InstallRequest
from nbenv.operations.install import install as install_verb
from nbenv.operations.preview import preview
from nbenv.operations.restore import restore
from nbenv.operations.uninstall import uninstall
from nbenv.operations.upgrade import upgrade
from nbenv.progress import Outcome, Progress, drain
from tests.conftest import write_notebook, write_other_copy
from tests.support.environments import environment_of, install, read, recorded, ref_of, versions
from tests.support.index import LocalIndex
from tests.support.torch_indexes import CUDA, LINUX, MACOS, TorchIndexes, serving, stock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it has builds for Linux")
GPU = "580.65"
"""A driver for which uv finds all builds with CUDA that these tests have."""


@pytest.fixture
def torch(
    tmp_path: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TorchIndexes]:
    """Yield PyTorch's indexes on a machine without an accelerator, which has a mirror of them."""
    index.wheel("leaf", "1.0")
    with serving(tmp_path / "torch", "cpu", "cu126", "cu128") as torch:
        stock(index, torch)
        monkeypatch.setenv("NBENV_TORCH_MIRROR", torch.url)
        monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", "")
        yield torch


def run(notebook: Path, *requirements: str, **options: object) -> Outcome:
    request = InstallRequest(requirements, **options)  # type: ignore[arg-type]
    return drain(install_verb(ref_of(notebook), request))


def choice(notebook: Path) -> tuple[object, object]:
    """Return what a notebook records of its build."""
    found = recorded(notebook)
    assert isinstance(found, dict)
    return found.get("torch_backend"), found.get("torch_choice")


def torch_lines(notebook: Path) -> list[str]:
    found = recorded(notebook)
    assert isinstance(found, dict)
    return [line.partition(" --hash")[0] for line in found["lock"] if line.startswith("torch==")]


def test_a_machine_without_an_accelerator_downloads_no_cuda(
    notebook: Path, torch: TorchIndexes, index: LocalIndex
) -> None:
    assert "Installed torch 2.9.1+cpu" in install(notebook, "torch").summary
    assert choice(notebook) == ("cpu", "auto")
    assert versions(notebook) == {"torch": "2.9.1+cpu", "helper": "2.0"}
    assert not [each for each in index.downloads if "nvidia" in each]
    # macOS has one build, of the default index, in the same record.
    assert torch_lines(notebook) == [
        "torch==2.9.1 ; sys_platform == 'darwin'",
        "torch==2.9.1+cpu ; sys_platform != 'darwin'",
    ]
    assert torch.requested == {"torch"}  # and nothing else is asked for, or taken, there
    assert not any(torch[name].requests for name in ("cu126", "cu128"))


def test_what_is_installed_later_keeps_the_build(notebook: Path, torch: TorchIndexes) -> None:
    install(notebook, "torch")
    install(notebook, "leaf")
    install(notebook, "torchvision")
    assert versions(notebook)["torchvision"] == "0.24.1+cpu"
    assert versions(notebook)["torch"] == "2.9.1+cpu"
    assert choice(notebook) == ("cpu", "auto")
    drain(uninstall(ref_of(notebook), ["torch", "torchvision"]))
    assert (choice(notebook), versions(notebook)) == ((None, None), {"leaf": "1.0"})


def test_what_others_need_is_of_that_build_too(notebook: Path, torch: TorchIndexes) -> None:
    install(notebook, "leaf")
    install(notebook, "wrapper")
    assert versions(notebook)["torch"] == "2.9.1+cpu"
    assert choice(notebook) == ("cpu", "auto")


def test_a_machine_with_an_accelerator_gets_its_build(
    notebook: Path, torch: TorchIndexes, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", GPU)
    index.wheel("torch", "2.3.1", tag=f"py3-none-{MACOS}")
    torch["cu126"].wheel("torch", "2.3.1+cu126", tag=f"py3-none-{LINUX}", requires=[CUDA])
    install(notebook, "torch")
    assert choice(notebook) == ("cu128", "auto")  # the best one that has it
    assert {"torch": "2.9.1+cu128", "nvidia-cublas-cu12": "12.8"}.items() <= versions(
        notebook
    ).items()
    old = write_notebook(notebook.parent / "old.ipynb", "1")
    install(old, "torch==2.3.1")
    assert choice(old) == ("cu126", "auto")


def test_a_build_can_be_chosen_and_changed(notebook: Path, torch: TorchIndexes) -> None:
    run(notebook, "torch", torch_backend="cu126")
    assert choice(notebook) == ("cu126", None)
    assert versions(notebook)["torch"] == "2.9.1+cu126"
    drain(upgrade(ref_of(notebook)))  # it stays chosen
    assert choice(notebook) == ("cu126", None)
    run(notebook, "torch", torch_backend="cpu")
    assert versions(notebook) == {"torch": "2.9.1+cpu", "helper": "2.0"}
    run(notebook, "torch", torch_backend="none", upgrade=True)
    assert choice(notebook) == ("none", None)
    assert versions(notebook)["torch"] == "2.9.1"


def test_what_fitted_one_machine_is_asked_anew_by_an_upgrade(
    notebook: Path, torch: TorchIndexes, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(notebook, "torch")
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", GPU)
    install(notebook, "leaf")
    assert choice(notebook) == ("cpu", "auto")
    drain(upgrade(ref_of(notebook)))
    assert choice(notebook) == ("cu128", "auto")
    assert versions(notebook)["torch"] == "2.9.1+cu128"


def test_a_build_has_the_versions_of_a_day_that_only_the_default_index_knows(
    notebook: Path, torch: TorchIndexes, index: LocalIndex
) -> None:
    for tag in (LINUX, MACOS):
        index.wheel("torch", "3.0", tag=f"py3-none-{tag}", upload_time="2025-06-01T00:00:00Z")
    for each in torch.builds.values():
        each.html_only = True  # without upload times, as PyTorch's own
        each.wheel("torch", f"3.0+{each.folder.name}", tag=f"py3-none-{LINUX}")
    run(notebook, "torch", exclude_newer="2024-06-01")
    expected = ["torch==2.9.1 ; sys_platform == 'darwin'", "torch==2.9.1+cpu"]
    assert [line.partition(" ; sys_platform != ")[0] for line in torch_lines(notebook)] == expected
    other = write_notebook(notebook.parent / "other.ipynb", "import torch")
    drain(adopt(ref_of(other), AdoptOptions(as_of="2024-06-01", torch_backend="cu126")))
    assert versions(other)["torch"] == "2.9.1+cu126"


def test_each_platform_has_its_own_version_of_a_day(
    notebook: Path, torch: TorchIndexes, index: LocalIndex
) -> None:
    index.wheel("torch", "2.2.2", tag=f"py3-none-{MACOS}")
    index.wheel("torch", "3.0", tag=f"py3-none-{LINUX}", upload_time="2025-06-01T00:00:00Z")
    torch["cpu"].wheel("torch", "3.0+cpu", tag=f"py3-none-{LINUX}")
    asked = ("torch<2.3; sys_platform == 'darwin'", "torch; sys_platform != 'darwin'")
    run(notebook, *asked, exclude_newer="2024-06-01")
    found = [line.partition(" ; ")[0] for line in torch_lines(notebook)]
    assert found == ["torch==2.2.2", "torch==2.9.1+cpu"]


def test_a_line_of_pips_chooses_as_uv_does(notebook: Path, torch: TorchIndexes) -> None:
    words = ["install", "torch", "--torch-backend=cu126"]
    drain(perform_pip(words, ref_of(notebook)))
    assert choice(notebook) == ("cu126", None)


@pytest.mark.parametrize("name", ["NBENV_TORCH_BACKEND", "UV_TORCH_BACKEND"])
def test_a_setting_chooses_where_nobody_does(
    name: str, notebook: Path, torch: TorchIndexes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "cu126")
    install(notebook, "leaf")
    assert choice(notebook) == (None, None)
    install(notebook, "torch")
    assert choice(notebook) == ("cu126", None)


@pytest.mark.parametrize(
    ("backend", "what"),
    [("cu999", "uv knows no index for it"), ("gpu", "not a build"), ("../x", "not a build")],
)
def test_what_is_no_build_is_refused(
    backend: str, what: str, notebook: Path, torch: TorchIndexes
) -> None:
    before = notebook.read_bytes()
    with pytest.raises(UsageError, match=what):
        run(notebook, "torch", torch_backend=backend)
    assert notebook.read_bytes() == before


def test_a_build_that_is_asked_for_by_its_version_is_named(
    notebook: Path, torch: TorchIndexes
) -> None:
    with pytest.raises(ResolutionError, match=r"no version 2\.9\.1\+cu126 of torch") as caught:
        run(notebook, "torch==2.9.1+cu126")
    assert "add --torch-backend cu126" in caught.value.todo
    run(notebook, "torch==2.9.1+cu126", torch_backend="cu126")
    assert choice(notebook) == ("cu126", None)
    with pytest.raises(ResolutionError) as caught:  # a build that is asked, and lacks it
        run(notebook, "torch==9+cu126")
    assert "add --torch-backend" not in caught.value.todo


def test_a_build_without_a_package_says_so(notebook: Path, torch: TorchIndexes) -> None:
    for name in [*torch["cu126"].folder.iterdir()]:
        if name.name.startswith("torchvision"):
            torch["cu126"].remove(name.name)
    with pytest.raises(ResolutionError) as caught:
        run(notebook, "torchvision", torch_backend="cu126")
    said = f"{caught.value.what} {caught.value.why}"
    assert ">=0" not in said
    assert "PyTorch's packages come from its index for cu126 alone." in caught.value.why


def test_a_machine_with_another_default_index_asks_no_other_host(
    notebook: Path, torch: TorchIndexes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NBENV_TORCH_MIRROR")
    install(notebook, "torch")
    assert versions(notebook)["torch"] == "2.9.1"
    assert choice(notebook) == (None, None)
    assert not torch.requested


def test_a_build_of_the_machines_own_index_is_taken(
    notebook: Path, torch: TorchIndexes, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NBENV_TORCH_MIRROR")
    index.wheel("torch", "2.9.1+cpu", tag=f"py3-none-{LINUX}")
    index.wheel("torch", "2.9.1+cu126", tag=f"py3-none-{LINUX}", requires=[CUDA])
    install(notebook, "torch")
    assert versions(notebook) == {"torch": "2.9.1+cpu"}


def test_a_build_in_a_folder_is_taken_where_the_index_is_out_of_reach(
    notebook: Path, torch: TorchIndexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = LocalIndex(tmp_path / "wheels")
    folder.wheel("torch", "2.8.0+cpu", tag=f"py3-none-{LINUX}")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder.folder))
    monkeypatch.setenv("NBENV_TORCH_MIRROR", "http://127.0.0.1:9")
    install(notebook, "torch")
    assert versions(notebook) == {"torch": "2.8.0+cpu"}
    assert choice(notebook) == ("cpu", "auto")


def test_where_the_index_is_out_of_reach_it_says_so(
    notebook: Path, torch: TorchIndexes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBENV_TORCH_MIRROR", "http://127.0.0.1:9")
    said: list[Progress] = []
    drain(install_verb(ref_of(notebook), InstallRequest(("torch",))), said.append)
    assert versions(notebook)["torch"] == "2.9.1"
    assert [each.message for each in said if each.lasting and "cannot be reached" in each.message]


def test_an_index_that_the_notebook_names_for_it_counts(
    notebook: Path, torch: TorchIndexes
) -> None:
    run(notebook, "torch", indexes=(f"mine={torch['cu126'].url}",))
    assert versions(notebook)["torch"] == "2.9.1+cu126"
    assert choice(notebook) == (None, None)
    assert os.environ["NBENV_TORCH_MIRROR"] == torch.url


# -- on other machines


@pytest.fixture
def shared(
    notebook: Path, torch: TorchIndexes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Return a notebook from a machine with an accelerator, on one without that never saw it."""
    torch["cpu"].wheel("torch", "2.10.0+cpu", tag=f"py3-none-{LINUX}")
    run(notebook, "torch", "torchvision", torch_backend="cu128")
    monkeypatch.setenv("NBENV_HOME", str(tmp_path / "other-home"))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "other-cache"))
    return write_other_copy(notebook, tmp_path / "elsewhere")


def nvidia(index: LocalIndex) -> int:
    """Return how often a part of CUDA was downloaded."""
    return len([each for each in index.downloads if "nvidia" in each])


def test_the_same_build_comes_back_where_it_fits(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = shared.read_bytes()
    monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", GPU)
    drain(restore(ref_of(shared)))
    assert versions(shared)["torch"] == "2.9.1+cu128"
    assert shared.read_bytes() == before


def test_a_machine_that_lacks_the_accelerator_is_offered_the_same_versions(
    shared: Path, index: LocalIndex
) -> None:
    before, downloaded = shared.read_bytes(), nvidia(index)
    previewed = drain(preview(ref_of(shared)))
    assert "PyTorch for:    cu128, which this machine lacks" in previewed.text
    assert isinstance(previewed.data, dict)
    assert not previewed.data["sizes_unknown"]
    with pytest.raises(UnavailableError) as caught:
        drain(restore(ref_of(shared)))
    assert "torch 2.9.1+cu128: it is built for an accelerator" in str(caught.value)
    assert "--fallback NAME" in caught.value.todo
    assert "restore --torch-backend cu128" in caught.value.todo
    assert shared.read_bytes() == before
    assert nvidia(index) == downloaded


def test_the_build_for_the_cpu_is_taken_with_consent(shared: Path, index: LocalIndex) -> None:
    downloaded = nvidia(index)
    seen = drain(preview_fallback(ref_of(shared), "cpu", read(shared).digest))
    assert "torch 2.9.1+cu128 → 2.9.1+cpu" in seen.text
    drain(restore(ref_of(shared), fallback="cpu"))
    assert versions(shared) == {"torch": "2.9.1+cpu", "torchvision": "0.24.1+cpu", "helper": "2.0"}
    assert choice(shared) == ("cpu", None)
    found = recorded(shared)
    assert isinstance(found, dict)
    assert "constraints" not in found
    assert nvidia(index) == downloaded


def test_the_recorded_build_can_be_had_all_the_same(shared: Path) -> None:
    before = shared.read_bytes()
    drain(restore(ref_of(shared), torch_backend="cu128"))
    assert versions(shared)["torch"] == "2.9.1+cu128"
    assert shared.read_bytes() == before
    environment_of(shared).remove()
    drain(restore(ref_of(shared)))  # it was approved here
    assert versions(shared)["torch"] == "2.9.1+cu128"


@pytest.mark.parametrize(("asked", "got"), [("auto", "cpu"), ("cu126", "cu126")])
def test_restoring_can_choose_another_build(asked: str, got: str, shared: Path) -> None:
    drain(restore(ref_of(shared), torch_backend=asked))
    assert versions(shared)["torch"] == f"2.9.1+{got}"
    assert choice(shared) == (got, None)


@pytest.mark.parametrize(("asked", "made"), [("", ("cpu", "auto")), ("cu126", ("cu126", None))])
def test_adopting_takes_the_build_that_fits(
    asked: str, made: tuple[str, str | None], torch: TorchIndexes, tmp_path: Path
) -> None:
    path = write_notebook(tmp_path / "a" / "a.ipynb", "import torch")
    drain(adopt(ref_of(path), AdoptOptions(torch_backend=asked)))
    assert choice(path) == made


def test_a_day_limits_it_by_the_days_of_the_default_index(
    notebook: Path, torch: TorchIndexes, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PyTorch's own indexes do not say when a file was uploaded."""
    monkeypatch.setattr(working_kernel, "find_fault", lambda _: "")  # the index's kernel is empty
    stock(index, torch, version="3.1.0", uploaded=f"{date.today()}T00:00:00Z")
    index.remove("ipykernel-7.0-py3-none-any.whl")
    index.wheel("ipykernel", "7.0", upload_time="2020-01-01T00:00:00Z")
    write_notebook(notebook, "import torch")
    options = AdoptOptions(as_of="2024-06-01", python=default_python())
    outcome = drain(adopt(ref_of(notebook), options))
    assert "Resolved as of 2024-06-01." in outcome.text
    assert torch_lines(notebook) == [
        "torch==2.9.1 ; sys_platform == 'darwin'",
        "torch==2.9.1+cpu ; sys_platform != 'darwin'",
    ]
