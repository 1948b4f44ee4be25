"""The public suite of jupyter-kernel-test, against the ``nbenv`` kernelspec."""

from __future__ import annotations

import os
import queue
import tempfile
import time
import unittest
from typing import IO, Any

import jupyter_kernel_test
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.manager import start_new_kernel

from tests.support.kernels import PATIENCE


class NbenvKernelTests(jupyter_kernel_test.KernelTests):
    environ: dict[str, str] = {}  # noqa: RUF012
    kernel_name = "nbenv"
    language_name = "python"
    file_extension = ".py"
    code_hello_world = "print('hello, world')"
    code_stderr = "import sys; print('test', file=sys.stderr)"
    completion_samples = [{"text": "zi", "matches": {"zip"}}]  # noqa: RUF012  (the suite's form)
    complete_code_samples = ["1", "print('hello')", "def f(x):\n  return x*2\n\n\n"]  # noqa: RUF012
    incomplete_code_samples = ["print('''hello", "def f(x):\n  x*2"]  # noqa: RUF012
    invalid_code_samples = ["import = 7q"]  # noqa: RUF012
    code_page_something = "zip?"
    code_generate_error = "raise"
    code_execute_result = [{"code": "1+2+3", "result": "6"}]  # noqa: RUF012
    code_display_data = [  # noqa: RUF012
        {"code": "from IPython.display import HTML, display; display(HTML('<b>x</b>'))",
         "mime": "text/html"},
    ]  # fmt: skip
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "search")
    code_inspect_sample = "zip"
    code_clear_output = "from IPython.display import clear_output; clear_output()"

    @classmethod
    def setUpClass(cls) -> None:
        environ = {**os.environ, **cls.environ}
        cls.km, cls.kc = start_new_kernel(
            kernel_name=cls.kernel_name, startup_timeout=120, env=environ
        )


class SupervisedTests(NbenvKernelTests):
    """The same with the launcher as the kernel's parent, as on Windows.

    ``NBENV_SUPERVISE=1`` runs every kernel of the other tests so, too.
    """

    environ = {"NBENV_SUPERVISE": "1"}  # noqa: RUF012


class WatchedClient(BlockingKernelClient):
    """A client that waits for a message only while its kernel runs, and not for ever."""

    manager: KernelManager
    stderr: IO[bytes]

    def get_iopub_msg(self) -> dict[str, Any]:
        """Return the next message; fail with what the kernel printed where none comes."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return super().get_iopub_msg(timeout=1)
            except queue.Empty:
                if not self.manager.is_alive():
                    break
        is_alive = self.manager.is_alive()
        state = f"in {PATIENCE:.0f} s" if is_alive else "from a kernel that has ended"
        self.stderr.seek(0)
        printed = self.stderr.read().decode(errors="replace")
        raise AssertionError(f"no message {state}: {printed}")


class NbenvWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
    """The suite's test waits for a message without a limit, also from a kernel that has ended."""

    kernel_name = "nbenv"
    support_iopub_welcome = True

    @classmethod
    def setUpClass(cls) -> None:
        stderr = tempfile.TemporaryFile()  # noqa: SIM115  (closed after the class)
        cls.addClassCleanup(stderr.close)
        cls.km = KernelManager(kernel_name=cls.kernel_name)
        cls.km.client_factory = WatchedClient
        cls.km.start_kernel(stderr=stderr)
        cls.kc = cls.km.client()
        cls.kc.manager, cls.kc.stderr = cls.km, stderr


if __name__ == "__main__":
    unittest.main()
