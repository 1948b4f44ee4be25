"""Start, install, save and open in JupyterLab and in Notebook 7."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.support.browser import SLOW, Front, chromium, new_page, saved
from tests.support.server import JupyterServer

pytestmark = pytest.mark.skipif(chromium() is None, reason="this machine has no Chromium")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JupyterServer]:
    folder = tmp_path_factory.mktemp("lab")
    root = folder / "root"
    root.mkdir()
    environ = {"NBENV_HOME": str(folder / "home"), "JUPYTER_CONFIG_DIR": str(folder / "config")}
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with JupyterServer(root, environ) as server:
        yield server


@pytest.fixture(autouse=True)
def no_kernels(server: JupyterServer) -> Iterator[None]:
    yield
    for session in server.request("GET", "api/sessions")[1]:
        server.request("DELETE", f"api/sessions/{session['id']}")


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    with new_page(browser) as page:
        page.set_default_timeout(30_000)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        yield page
    assert [error for error in errors if "nbenv" in error] == []


def recorded(path: Path) -> dict[str, object]:
    return saved(path)["metadata"]


def write(path: Path, kernel: str, *cells: str) -> Path:
    spec = {"name": kernel, "display_name": kernel, "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in cells or [""]],
        metadata={"kernelspec": spec},
    )
    nbformat.write(notebook, path)
    return path


def until(page: Page, is_so: Callable[[], bool]) -> None:
    for _ in range(100):
        if is_so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("It did not come true.")


def wait_for_record(page: Page, path: Path) -> None:
    until(page, lambda: path.exists() and "nbenv" in recorded(path))


def opened(page: Page, server: JupyterServer, where: str) -> Front:
    page.goto(f"{server.url}{where}?token={server.token}&reset")
    return Front(page).ready(server)


def test_lab_from_the_launcher(page: Page, server: JupyterServer) -> None:
    page.goto(f"{server.url}lab?token={server.token}&reset")
    tile = page.locator(
        ".jp-LauncherCard[data-category='Notebook']", has_text="Python (own environment)"
    )
    tile.click(timeout=SLOW)
    front = Front(page).ready(server)
    output = front.run(0, "%nbenv install tabulate")
    expect(output).to_contain_text("Installed tabulate", timeout=SLOW)
    output = front.run(1, "import tabulate, sys; print('prefix', sys.prefix)")
    expect(output).to_contain_text(os.path.join("home", "envs", "Untitled"))
    front.save()
    page.locator(".jp-Dialog input[type='text']").fill("named.ipynb")
    page.locator(".jp-Dialog button.jp-mod-accept").click()
    path = server.root / "named.ipynb"
    wait_for_record(page, path)
    assert recorded(path)["nbenv"]["requirements"] == ["tabulate"]
    assert recorded(path)["kernelspec"]["name"] == "nbenv"
    output = front.run(2, "%nbenv status")
    expect(output).to_contain_text("Recorded:   Python")
    expect(output).not_to_contain_text("not saved")


def test_lab_from_the_ordinary_kernel(page: Page, server: JupyterServer) -> None:
    path = write(server.root / "ordinary.ipynb", "python3")
    front = opened(page, server, "lab/tree/ordinary.ipynb")
    front.write(0, "%nbenv install tabulate")
    page.keyboard.press("Shift+Enter")
    expect(front.output(0)).to_contain_text("Installed tabulate", timeout=SLOW)
    kernel = page.locator(".jp-Toolbar-kernelName:visible")
    expect(kernel).to_contain_text("Python (own environment)", timeout=SLOW)
    output = front.run(1, "import tabulate, sys; print('prefix', sys.prefix)")
    expect(output).to_contain_text(os.path.join("home", "envs", "ordinary"))
    expect(front.output(0)).to_contain_text("Installed tabulate")
    front.save()
    until(page, lambda: recorded(path)["kernelspec"]["name"] == "nbenv")
    assert recorded(path)["nbenv"]["requirements"] == ["tabulate"]


def test_notebook_7(page: Page, server: JupyterServer) -> None:
    path = write(server.root / "seven.ipynb", "nbenv")
    front = opened(page, server, "notebooks/seven.ipynb")
    output = front.run(0, "%nbenv install tabulate")
    expect(output).to_contain_text("Installed tabulate", timeout=SLOW)
    output = front.run(1, "import tabulate, sys; print('prefix', sys.prefix)")
    expect(output).to_contain_text(os.path.join("home", "envs", "seven"))
    front.save()
    wait_for_record(page, path)
    assert recorded(path)["nbenv"]["requirements"] == ["tabulate"]


def test_widgets_come_with_the_environment(page: Page, server: JupyterServer) -> None:
    """The server has none. They work at once after the install, after a reload, in Notebook 7."""
    code = "import ipywidgets\nslider = ipywidgets.IntSlider(7)\nslider"
    other = (
        "import anywidget\n"
        "class Hello(anywidget.AnyWidget):\n"
        "    _esm = 'export default {render({el}) { el.innerHTML = `<b>any hello</b>`; }}'\n"
        "Hello()"
    )
    path = write(server.root / "widgets.ipynb", "nbenv", "", code, other, "print(slider.value)")
    front = opened(page, server, "lab/tree/widgets.ipynb")
    front.write(0, "%nbenv install anywidget")
    for _ in range(3):  # no cell waits for more than the one before it
        page.keyboard.press("Shift+Enter")
    handle = front.cells.nth(1).locator(".noUi-handle")
    hello = front.cells.nth(2).locator("b", has_text="any hello")
    for place in (handle, hello):
        expect(place).to_be_visible(timeout=SLOW)
    handle.press("ArrowRight")
    expect(front.cells.nth(1).locator(".widget-readout")).to_have_text("8")
    expect(front.run(3, "print(slider.value)")).to_have_text("8")
    front.save()
    until(page, lambda: bool(saved(path)["cells"][3]["outputs"]))
    for where in ("lab/tree/widgets.ipynb", "notebooks/widgets.ipynb"):
        opened(page, server, where)
        for place in (handle, hello):
            expect(place).to_be_visible(timeout=SLOW)
    names = page.evaluate("performance.getEntriesByType('resource').map(each => each.name)")
    assert [name for name in names if "/nbenv/api/extensions/" in name]


def test_lab_opens_a_shared_notebook(page: Page, server: JupyterServer, tmp_path: Path) -> None:
    """Every cell says what is missing; ``%nbenv restore`` turns the kernel into the real one."""
    shared = json.loads((server.root / "seven.ipynb").read_text(encoding="utf-8"))
    root = tmp_path / "root"
    root.mkdir()
    (root / "shared.ipynb").write_text(json.dumps(shared), encoding="utf-8")
    with JupyterServer(root, {"NBENV_HOME": str(tmp_path / "another")}) as other:
        front = opened(page, other, "lab/tree/shared.ipynb")
        page.get_by_role("button", name="Open the notebook without its environment").click()
        output = front.run(1, "import tabulate")
        expect(output).to_contain_text("Nothing was downloaded or run.", timeout=SLOW)
        front.run(0, "%nbenv restore")
        expect(front.output(0)).to_contain_text("Restored", timeout=SLOW)
        output = front.run(1, "import tabulate, sys; print('prefix', sys.prefix)")
        expect(output).to_contain_text(os.path.join("another", "envs", "shared"), timeout=SLOW)
