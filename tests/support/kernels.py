"""Kernels through jupyter_client."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jupyter_client import BlockingKernelClient, KernelManager

PATIENCE = 120.0


@dataclass
class Kernel:
    """A running kernel and its client."""

    manager: KernelManager
    client: BlockingKernelClient

    def run(self, code: str, **options: Any) -> tuple[str, str]:
        """Run a cell; return its status and all text that it printed."""
        shown: list[str] = []
        reply = self.client.execute_interactive(
            code,
            timeout=PATIENCE,
            output_hook=lambda message: shown.append(text_of(message)),
            **options,
        )
        return reply["content"]["status"], "".join(shown)

    def ok(self, code: str) -> str:
        """Run a cell that must succeed; return its text."""
        status, text = self.run(code)
        assert status == "ok", text
        return text

    def reply(self, identifier: str) -> str:
        """Wait for the reply to a cell sent earlier; return its status."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self.client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == identifier:
                return str(message["content"]["status"])
        raise TimeoutError(identifier)


def text_of(message: Mapping[str, Any]) -> str:
    """Return the text that an output message shows."""
    kind, content = message["header"]["msg_type"], message["content"]
    if kind == "stream":
        return str(content["text"])
    if kind in ("display_data", "update_display_data", "execute_result"):
        return str(content["data"].get("text/plain", "")) + "\n"
    return "\n".join(content["traceback"]) + "\n" if kind == "error" else ""


@contextmanager
def kernel(notebook: object = None, name: str = "nbenv", **environ: str) -> Iterator[Kernel]:
    """Start a kernel, for a notebook if one is given, and yield it once it is ready."""
    manager = KernelManager(kernel_name=name)
    named = {"NBENV_NOTEBOOK": str(notebook)} if notebook else {}
    manager.start_kernel(env={**os.environ, **named, **environ})
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        yield Kernel(manager, client)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
