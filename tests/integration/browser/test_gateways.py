"""JupyterLab whose kernels run behind a real gateway, with a home of its own."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.integration.browser.conftest import Used
from tests.support.browser import SLOW, Lab, new_page, saved
from tests.support.gateway import KernelGateway
from tests.support.server import JupyterServer

pytest.importorskip("kernel_gateway", reason="needs jupyter-kernel-gateway")

NOISE = re.compile(r"Sec-WebSocket-Protocol|Comm not found for comm id")


@pytest.fixture
def gateway(used: Used, wheels: Path, tmp_path: Path) -> Iterator[KernelGateway]:
    """Yield a gateway, on whose machine nothing is built and nothing approved."""
    used.index.refill(wheels)
    gateway = KernelGateway(tmp_path / "there", used.environ)
    kept = used.home / "bytecode"
    shutil.copytree(kept, gateway.home / "bytecode", copy_function=os.link)
    with gateway:
        yield gateway


@pytest.fixture
def server(gateway: KernelGateway, home: Path, tmp_path: Path) -> Iterator[JupyterServer]:
    """Yield the server that has the notebooks."""
    root = tmp_path / "root"
    root.mkdir()
    environ = {"JUPYTER_CONFIG_DIR": str(tmp_path / "config"), **gateway.for_server}
    with JupyterServer(root, environ) as server:
        yield server


@pytest.fixture
def page(browser: BrowserContext, server: JupyterServer) -> Iterator[Page]:
    """Yield a new page, whose console may show no error of ours.

    Chromium says that it refuses the first answer, as pages know. Lab forgets at a restart what it
    has asked the kernel, and then complains of an answer that was on its way.
    """
    with new_page(browser) as page:
        page.set_default_timeout(SLOW)
        said: list[str] = []
        page.on("console", lambda each: each.type == "error" and said.append(each.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        yield page
    assert [text for text in said if not NOISE.search(text)] == []


def restart(lab: Lab) -> None:
    """Restart the kernel with the menu, and wait until the page knows that it is idle."""
    lab.page.get_by_role("menuitem", name="Kernel", exact=True).click()
    lab.page.locator(".lm-Menu-itemLabel").get_by_text("Restart Kernel…", exact=True).click()
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    indicator = lab.page.locator(".jp-Notebook-ExecutionIndicator:visible")
    expect(indicator).not_to_have_attribute("data-status", "idle")
    expect(indicator).to_have_attribute("data-status", "idle", timeout=SLOW)


def test_from_the_approval_to_the_save(
    lab: Lab, server: JupyterServer, gateway: KernelGateway, home: Path, recorded: str
) -> None:
    path = server.root / "far.ipynb"
    path.write_text(recorded, encoding="utf-8")
    lab.open(path.name)
    expect(lab.approval).to_contain_text("never approved on this machine", timeout=SLOW)
    lab.page.wait_for_timeout(700)
    lab.press(lab.approval, "Restore the environment")
    lab.shows("Python 3.11: ready")
    lab.ready(server, counted=False)
    code = "import tabulate, sys; print(tabulate.__version__, sys.prefix)"
    expect(lab.run(0, code)).to_contain_text(f"0.9.0 {gateway.home}")
    expect(lab.run(1, "%nbenv install tabulate==0.10.0")).to_contain_text("tabulate")
    for _ in range(2):
        restart(lab)
        lab.shows("Python 3.11: ready")
        expect(lab.run(0, code)).to_contain_text(f"0.10.0 {gateway.home}")
    lab.save()
    for _ in range(100):
        if saved(path)["metadata"]["nbenv"]["requirements"] == ["tabulate==0.10.0"]:
            break
        lab.page.wait_for_timeout(100)
    assert saved(path)["metadata"]["nbenv"]["requirements"] == ["tabulate==0.10.0"]
    lab.shows("Python 3.11: ready")
    assert not (home / "envs").exists()
    assert not any((home / "approvals").glob("*"))
