"""The folder for Dask clusters, and the calls in its text."""

from __future__ import annotations

from pathlib import Path

from nbenv.export import export_folder
from nbenv.progress import drain
from tests.support.environments import install, read
from tests.support.index import LocalIndex


def test_the_text_has_the_calls(index: LocalIndex, notebook: Path) -> None:
    index.wheel("distributed", "2026.8.0")
    install(notebook, "distributed")
    text = drain(export_folder(read(notebook), "dask"))["README.md"].decode()
    place = f"/shared/{notebook.stem}-dask"
    assert f"python3 {place}/nbenv_worker.py exec {place}/manifest.json -- \\" in text
    assert "-m distributed.cli.dask_worker tcp://SCHEDULER:8786" in text
