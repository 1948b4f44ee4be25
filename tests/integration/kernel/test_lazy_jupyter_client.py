"""A kernel starts without what it does not need, and nobody notices."""

from __future__ import annotations

from pathlib import Path

from tests.support.kernels import kernel


def test_in_a_kernel(notebook: Path) -> None:
    with kernel(notebook) as running:
        running.ok("import sys; assert 'jupyter_client.manager' not in sys.modules")
        running.ok("import jupyter_client; assert 'jupyter_client.manager' not in sys.modules")
        text = running.ok("print(jupyter_client.KernelManager.__module__, jupyter_client.__name__)")
        assert text.strip() == "jupyter_client.manager jupyter_client"
        running.ok("import ipykernel; ipykernel.get_connection_file()")
        running.ok("import gc; assert gc.isenabled() and not gc.get_freeze_count()")
