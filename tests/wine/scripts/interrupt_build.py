"""Start a kernel whose environment is to be made; interrupt and kill it when the test says so.

The test sees from Linux what runs, and makes a file for each step: fixed times are too short on a
busy machine.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, r"Z:\w")
from cells import KernelManager

STEPS = Path(r"C:\work\steps")
NOTEBOOK = r"C:\work\e.ipynb"


def wait_for(step: str) -> None:
    """Wait until the test has made the file of a step."""
    end = time.monotonic() + 200
    while not (STEPS / step).exists():
        assert time.monotonic() < end, f"the test never came to {step}"
        time.sleep(0.1)


os.environ["NBENV_HOME"], os.environ["UV_CACHE_DIR"] = r"C:\nbhome6", r"C:\uvc6"
for name in ("NBENV_HOME", "UV_CACHE_DIR"):
    shutil.rmtree(os.environ[name], ignore_errors=True)
found = json.loads(Path(r"C:\work\a.ipynb").read_text(encoding="utf-8"))
found["metadata"].pop("nbenv", None)
Path(NOTEBOOK).write_text(json.dumps(found), encoding="utf-8")
manager = KernelManager(kernel_name="nbenv")
manager.start_kernel(env={**os.environ, "JPY_SESSION_NAME": NOTEBOOK})
wait_for("interrupt")
manager.interrupt_kernel()
wait_for("kill")
manager.shutdown_kernel(now=True)
