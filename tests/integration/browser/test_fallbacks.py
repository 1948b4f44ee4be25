"""A notebook that cannot be restored exactly: what its dialog says, and what can be had instead."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.integration.browser.conftest import KERNELSPEC
from tests.support.browser import SLOW, Lab, saved
from tests.support.commands import succeed
from tests.support.index import LocalIndex
from tests.support.torch_indexes import TorchIndexes, serving, stock

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it has builds for Linux")


@pytest.fixture
def torch(
    tmp_path: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch
) -> Iterator[TorchIndexes]:
    """Yield PyTorch's indexes on a machine without an accelerator."""
    with serving(tmp_path / "torch", "cpu", "cu126") as torch:
        stock(index, torch)
        monkeypatch.setenv("NBENV_TORCH_MIRROR", torch.url)
        monkeypatch.setenv("UV_CUDA_DRIVER_VERSION", "")
        yield torch


def test_the_cpu_build_is_offered_with_a_button(
    torch: TorchIndexes, lab: Lab, shared: Path, tmp_path: Path
) -> None:
    elsewhere = {
        "NBENV_HOME": str(tmp_path / "away"),
        "NBENV_RESTORE": "always",
        "UV_CUDA_DRIVER_VERSION": "580.65",
    }
    succeed("install", shared, "torch", "--torch-backend", "cu126", environ=elsewhere)
    document = json.loads(shared.read_text(encoding="utf-8"))
    document["metadata"]["kernelspec"] = KERNELSPEC
    document["metadata"]["nbenv"]["platforms"] = ["sys_platform == 'linux'"]
    shared.write_text(json.dumps(document), encoding="utf-8")

    lab.open(shared.name)
    expect(lab.approval).to_contain_text("Locked for", timeout=SLOW)
    expect(lab.approval).to_contain_text("Linux")
    expect(lab.approval).to_contain_text("This machine lacks that accelerator")
    lab.page.screenshot(path=tmp_path / "dialog.png")
    lab.press(lab.approval, "Restore the environment")
    notice = lab.page.locator(".jp-nbenv-Notice[role=alert]")
    offer = notice.get_by_role("button", name="Use the CPU build")
    expect(offer).to_be_visible(timeout=SLOW)
    expect(notice).to_contain_text("PyTorch without cu126, for the CPU")
    lab.page.screenshot(path=tmp_path / "offer.png")
    offer.click()
    lab.shows("ready")
    expect(notice).to_have_count(0)
    lab.page.keyboard.press("Control+S")
    lab.page.wait_for_timeout(500)
    assert saved(shared)["metadata"]["nbenv"]["torch_backend"] == "cpu"
