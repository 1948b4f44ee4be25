"""Real Jupyter Kernel Gateway with a home and a working folder of its own.

https://jupyter-kernel-gateway.readthedocs.io
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NOT_INHERITED = ("NBENV_HOME", "JUPYTER_RUNTIME_DIR")


class KernelGateway:
    """A kernel gateway on a free port, used as a context manager.

    Its kernels get the variables in `environ`, and of its own what the tests set for all.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.home, self.work = folder / "home", folder / "work"
        self.work.mkdir(parents=True, exist_ok=True)
        self.token = secrets.token_hex(8)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.log = folder / "gateway.log"
        own = {"NBENV_HOME": str(self.home), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
        self._environ = {**own, **(environ or {})}

    @property
    def for_server(self) -> dict[str, str]:
        """The variables of a server that has its kernels here."""
        return {"JUPYTER_GATEWAY_URL": self.url, "JUPYTER_GATEWAY_AUTH_TOKEN": self.token}

    def __enter__(self) -> KernelGateway:
        names = {*os.environ, *self._environ} - {"PATH"}
        environ = {**os.environ, **self._environ, "KG_ENV_PROCESS_WHITELIST": ",".join(names)}
        options = {"ip": "127.0.0.1", "port": self.port, "auth_token": self.token}
        words = [f"--KernelGatewayApp.{name}={value}" for name, value in options.items()]
        words.append("--JupyterWebsocketPersonality.list_kernels=True")
        command = [sys.executable, "-m", "kernel_gateway", *words]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=self.work, env=environ, stdout=log, stderr=log, start_new_session=True
            )
        end = time.monotonic() + 60
        while not self._answers():
            if time.monotonic() > end:
                raise RuntimeError(self.log.read_text(encoding="utf-8"))
            time.sleep(0.1)
        return self

    def _answers(self) -> bool:
        try:
            return "kernelspecs" in self._get("api/kernelspecs")
        except OSError:
            return False

    def _get(self, path: str) -> Any:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(self.url + path, headers=headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def connections(self, kernel: str) -> int:
        """Return how many clients a kernel has here."""
        found: int = self._get(f"api/kernels/{kernel}")["connections"]
        return found

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
