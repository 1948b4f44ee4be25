"""Another kernel than the newest can be asked for, and it works."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.commands import succeed
from tests.support.kernels import kernel

VERSION = "import ipykernel, IPython; print(ipykernel.__version__, IPython.__version__)"


def test_each_generation_starts(notebook: Path, tmp_path: Path) -> None:
    limits = tmp_path / "r.txt"
    limits.write_text("ipykernel<6  # as long ago\n", encoding="utf-8")
    with kernel(notebook) as running:
        text = running.ok("%pip install ipykernel==6.29.5 tabulate")
        assert "Installed ipykernel 6.29.5, tabulate" in text
        assert "Restart the kernel" in text
        assert "Drift" not in running.ok("%nbenv status")  # nothing of the former kernel is left
        running.manager.restart_kernel()
        running.client.wait_for_ready(timeout=60)
        assert running.ok(VERSION).startswith("6.29.5 ")
        running.ok(f"%pip install -r {limits}")
        running.manager.restart_kernel()
        running.client.wait_for_ready(timeout=60)
        kernels, shell = running.ok(VERSION).split()
        assert kernels.startswith("5.")
        assert int(shell.split(".")[0]) < 9
        assert "Already installed: ipykernel 5." in running.ok("%pip install 'ipykernel<6'")
        assert "stays installed" in running.ok("%pip uninstall -y ipykernel")
        running.ok("%nbenv upgrade ipykernel ipython")
        running.manager.restart_kernel()
        running.client.wait_for_ready(timeout=60)
        assert int(running.ok(VERSION).split(".")[0]) >= 7
    metadata = json.loads(notebook.read_text(encoding="utf-8"))["metadata"]
    assert metadata["nbenv"]["requirements"] == ["tabulate"]


def test_it_comes_back_elsewhere(notebook: Path) -> None:
    succeed("install", str(notebook), "ipykernel<7")
    exported = succeed("export", str(notebook), "--format", "requirements").out
    assert "ipykernel==6." in exported or "ipykernel<7" in exported
    assert "ipykernel<7" in succeed("status", str(notebook)).out


def test_undoing_the_first_change_brings_the_former_kernel_back(notebook: Path) -> None:
    with kernel(notebook) as running:
        former = running.ok("%nbenv list")
        running.ok("%pip install 'jupyter-client<8' ipykernel==6.29.5")
        assert running.ok("%nbenv list") != former
        assert "6.29.5" in running.ok("%nbenv undo")
        assert running.ok("%nbenv list") == former


def test_undoing_in_a_terminal_brings_the_newest_kernel(notebook: Path) -> None:
    succeed("install", str(notebook), "ipykernel<7")
    assert "ipykernel 6." in succeed("undo", str(notebook)).out
    assert " 7." in succeed("list", str(notebook)).out.partition("ipykernel")[2].partition("\n")[0]
