"""Unit tests of ``nbenv.notebook.recorded_values``."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

import IPython.display
import pytest

import nbenv
from nbenv.kernel.guest import boot
from nbenv.notebook.recorded_values import recorded_values


class Array:
    """A value of a library that has scalars of its own, as NumPy."""

    def item(self) -> float:
        return 0.5


def of_kernel() -> Callable[..., None]:
    record: Callable[..., None] = boot.load("magics").record
    return record


def of_image() -> Callable[..., None]:
    file = Path(nbenv.__file__).parent / "export" / "data" / "nbenv_image.py"
    spec = importlib.util.spec_from_file_location("nbenv_image", file)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    record: Callable[..., None] = module.record
    return record


@pytest.mark.parametrize("record_of", [of_kernel, of_image])
def test_a_kernel_and_an_image_record_alike(
    record_of: Callable[[], Callable[..., None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither can import the other: an image has no guest, and a kernel no image's programs."""
    shown: list[tuple[dict[str, object], object]] = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: shown.append((data, raw)))
    record_of()(loss=Array(), name="a", rows=[1])
    [(data, is_raw)] = shown
    assert is_raw is True
    assert data["text/plain"] == "loss = 0.5, name = 'a', rows = [1]"
    assert recorded_values([{"outputs": [{"data": data}]}]) == {"loss": 0.5, "name": "a"}


def test_the_last_value_of_each_name_counts_and_only_scalars_do() -> None:
    own = "application/vnd.nbenv.value+json"
    scrap = "application/scrapbook.scrap.json+json"
    outputs: list[dict[str, object]] = [
        {"output_type": "stream", "text": "x"},
        {"data": {own: {"loss": 1, "name": "a"}}},
        {"data": {own: {"loss": 0.5, "table": [1]}}},
        {"data": {scrap: {"name": "score", "data": True}}},
        {"data": {own: "no object", scrap: []}},
    ]
    cells = [{"cell_type": "markdown"}, {"outputs": outputs[:2]}, {"outputs": outputs[2:]}]
    assert recorded_values(cells) == {"loss": 0.5, "name": "a", "score": True}
