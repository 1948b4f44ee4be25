"""nbenv's kernelspec, found by Jupyter in a notebook's own environment."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest
from jupyter_client.kernelspec import KernelSpecManager

from nbenv.home import paths
from nbenv.kernel import own_kernelspec
from nbenv.kernel.own_kernelspec import add_kernelspec

INSTALLED = Path(__file__).parents[3] / "jupyter-config" / "kernels" / "nbenv" / "kernel.json"


def test_jupyter_finds_it_first(monkeypatch: pytest.MonkeyPatch) -> None:
    environ = {"JUPYTER_PATH": os.pathsep.join(["/mine", "/other"])}
    for _ in range(2):  # a kernel that a cell starts has it already
        add_kernelspec(environ)
    [first, *others] = environ["JUPYTER_PATH"].split(os.pathsep)
    assert others == ["/mine", "/other"]
    assert first.startswith(paths.home())
    monkeypatch.setenv("JUPYTER_PATH", environ["JUPYTER_PATH"])
    assert KernelSpecManager().get_kernel_spec("nbenv").argv[0] == sys.executable


def test_it_is_the_installed_one_with_this_interpreter() -> None:
    installed = json.loads(INSTALLED.read_text(encoding="utf-8"))
    installed["argv"][0] = sys.executable
    del installed["metadata"]["kernel_provisioner"]  # an environment's Jupyter does not have it
    assert own_kernelspec._kernelspec() == installed


def test_a_disk_that_takes_no_file_stops_no_kernel(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.write_text("no folder", encoding="utf-8")
    environ: dict[str, str] = {}
    add_kernelspec(environ)
    assert environ == {}
