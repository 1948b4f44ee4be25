"""Programs that would run a notebook elsewhere than in its own environment."""

from __future__ import annotations

import logging
import os
import sys
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from nbenv.errors import NbenvError
from nbenv.home import paths
from nbenv.kernel.client import other_kernels


def document(kernel: str = "nbenv", requirements: object = ("six",)) -> Any:
    found = nbformat.v4.new_notebook()
    found.metadata.update(kernelspec={"name": kernel}, nbenv={"requirements": requirements})
    return found


class Program:
    """Has what each of these programs has."""

    def __init__(self, nb: Any, km: Any = None, **options: Any) -> None:
        self.nb, self.log = nb, logging.getLogger("program")
        self.kernel_name = options.get("kernel_name")

    def run_all(self, nb: Any) -> str:
        return "ran"

    def create_kernel_manager(self) -> Any:
        return SimpleNamespace(kernel_name=self.kernel_name)


def mended(name: str, mender: Any) -> Any:
    program = type(name, (Program,), {})
    mender(SimpleNamespace(**{name: program}))
    return program


@pytest.mark.parametrize(
    ("nb", "asked", "taken"),
    [
        (document(), "python3", "nbenv"),
        (document(), "conda-other", "conda-other"),
        (document("python3"), "python3", "python3"),
        (document(requirements=[]), "python3", "python3"),
        (nbformat.v4.new_notebook(), "python3", "python3"),
        ("no document", "python3", "python3"),
    ],
)
def test_the_notebooks_kernel_takes_the_place_of_a_default(nb: Any, asked: str, taken: str) -> None:
    client = mended("NotebookClient", other_kernels.mend_nbclient)
    assert client(nb, kernel_name=asked).create_kernel_manager().kernel_name == taken


def test_ploomber_engine_and_execnb_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = mended("PloomberClient", other_kernels.mend_ploomber_engine)
    shell = mended("CaptureShell", other_kernels.mend_execnb)
    with pytest.raises(NbenvError, match="ploomber-engine runs the cells in its own Python"):
        engine(document())
    with pytest.raises(NbenvError, match="execnb does not use"):
        shell(None).run_all(document())
    assert engine(document("python3")).nb
    monkeypatch.setattr("sys.prefix", paths.environment_path("work-1"))
    assert engine(document()).nb
    assert shell(None).run_all(document()) == "ran"


@pytest.mark.parametrize("words", [["-k", "python3"], ["--kernel=python3"]])
def test_a_kernel_that_a_person_names_is_taken_with_a_word(
    words: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("sys.argv", ["papermill", *words])
    client = mended("NotebookClient", other_kernels.mend_nbclient)
    manager = client(document(), kernel_name="python3").create_kernel_manager()
    assert manager.kernel_name == "python3"
    assert "records an environment of its own" in caplog.text


OURS = [sys.executable, "-c", "from nbenv.kernel.launcher import main; main()"]


@pytest.mark.parametrize(
    ("argv", "metadata", "given"),
    [
        (OURS, {"debugger": True}, {"provisioner_name": "nbenv"}),
        (OURS, {"kernel_provisioner": {"provisioner_name": "x"}}, {"provisioner_name": "x"}),
        (
            [os.path.join(os.path.dirname(sys.executable), "python3.x"), *OURS[1:]],
            {},
            {"provisioner_name": "nbenv"},
        ),
        (["/elsewhere/python3", *OURS[1:]], {}, None),
        ([sys.executable, "-m", "ipykernel_launcher"], {}, None),
        ([], {}, None),
    ],
)
def test_a_kernelspec_for_foreign_jupyters_is_found_first(
    argv: list[str], metadata: Any, given: Any
) -> None:
    """Outside of virtual environments, what ``nbenv kernelspec`` wrote hides the installed one."""

    class Factory:
        def create_provisioner_instance(self, kernel_id: str, kernel_spec: Any, parent: Any) -> Any:
            return kernel_spec.metadata.get("kernel_provisioner")

    other_kernels.mend_provisioner_factory(SimpleNamespace(KernelProvisionerFactory=Factory))  # type: ignore[arg-type]
    spec = SimpleNamespace(argv=argv, metadata=metadata)
    assert Factory().create_provisioner_instance("1", spec, None) == given
