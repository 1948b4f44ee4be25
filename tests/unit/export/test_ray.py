"""The folder for Ray clusters: what Ray is told, and how."""

from __future__ import annotations

import json
from pathlib import Path

from nbenv.export import export_folder
from nbenv.progress import drain
from tests.support.environments import install, read
from tests.support.index import LocalIndex


def test_the_runtime_environment_starts_the_bundle(index: LocalIndex, notebook: Path) -> None:
    index.wheel("ray", "2.60.0")
    install(notebook, "ray")
    files = drain(export_folder(read(notebook), "ray"))
    more = json.loads(files["runtime_env.json"])
    assert more == {"py_executable": "python3 nbenv_worker.py exec manifest.json --"}
    text = files["README.md"].decode()
    assert "needs Ray 2.60.0" in text
    assert f'"working_dir": "{notebook.stem}-ray"' in text
