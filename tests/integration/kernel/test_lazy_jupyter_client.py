"""A kernel starts without what it does not need, and nobody notices.

``python -m tests.endurance.old_kernels`` tries many versions of ipykernel and jupyter_client.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import succeed
from tests.support.kernels import kernel

_MODULES = "jupyter_client.manager, jupyter_client.ioloop, jupyter_client.kernelspec"


def test_in_a_kernel(notebook: Path) -> None:
    with kernel(notebook) as running:
        package = "'jupyt' + 'er_client'"  # a cell with the whole name would get the package first
        running.ok(f"import sys; assert {package} not in sys . modules")
        running.ok(f"assert {package} + '.manager' not in sys . modules")
        running.ok(
            "import jupyter_client.manager; assert jupyter_client.manager.AsyncKernelManager"
        )
        text = running.ok("print(jupyter_client.KernelManager.__module__, jupyter_client.__name__)")
        assert text.strip() == "jupyter_client.manager jupyter_client"
        running.ok("import ipykernel; ipykernel.get_connection_file()")
        running.ok("import gc; assert gc.isenabled() and not gc.get_freeze_count()")


@pytest.mark.parametrize("version", ["6.1.12", "7.1.2"])
def test_in_a_kernel_of_its_time(notebook: Path, version: str) -> None:
    succeed("install", notebook, f"jupyter_client=={version}", "nbclient")
    with kernel(notebook) as running:
        running.ok(f"import {_MODULES}, nbclient")
        assert running.ok("print(jupyter_client.__version__)").strip() == version
        assert running.ok("%nbenv why nbclient")
        assert running.ok("%pip install six")
        running.ok("import six")
