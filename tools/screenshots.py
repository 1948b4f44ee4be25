"""Take the screenshots for README and docs: ``python -m tools.screenshots``.

It opens the notebook in ``examples/`` on a real server with the real index, step by step, as a
reader would.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from playwright.sync_api import Page, ViewportSize, expect

from tests.support.browser import SLOW, Lab, open_page
from tests.support.server import JupyterServer

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "labextension" / "screenshots"
SIZE: ViewportSize = {"width": 1280, "height": 760}
QUIET = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
    }
}


def main() -> None:
    """Take all screenshots."""
    PICTURES.mkdir(exist_ok=True)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "root")
        root.mkdir()
        shutil.copy(ROOT / "examples" / "wine.ipynb", root)
        _write_course(root / "course.ipynb")
        environ = {
            "NBENV_HOME": str(Path(folder, "home")),
            "UV_CACHE_DIR": str(Path(folder, "cache")),
        }
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
            environ[name] = str(Path(folder, name.lower()))
        with JupyterServer(root, environ) as server, open_page() as page:
            page.set_viewport_size(SIZE)
            _configure(server, "JupyterLab Light")
            _move(Lab(page, server))
            _tour(Lab(page, server))


def _configure(server: JupyterServer, theme: str) -> None:
    values = {**QUIET, "@jupyterlab/apputils-extension:themes": {"theme": theme}}
    for plugin, value in values.items():
        server.request("PUT", f"lab/api/settings/{plugin}", {"raw": json.dumps(value)})


def _write_course(path: Path) -> None:
    """Write a notebook of an ordinary kernel, which lacks what it imports."""
    cells = [
        "import random\n\nreadings = [random.random() for _ in range(5000)]",
        "import cv2\nimport pandas as pd",
        'frame = pd.DataFrame({"reading": readings})\nframe.describe()',
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    notebook = nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(code) for code in cells], metadata={"kernelspec": kernel}
    )
    nbformat.write(notebook, path)


def _move(lab: Lab) -> None:
    """Show what moving a notebook from an ordinary kernel to its own would do."""
    lab.open("course.ipynb").ready(lab.server)
    lab.page.get_by_role("menuitem", name="Run", exact=True).click()
    lab.page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    lab.press(lab.page.locator(".jp-nbenv-Offer"), "Find required packages…")
    dialog = lab.page.locator(".jp-Dialog:has(.jp-nbenv-Move)")
    expect(dialog).to_contain_text(re.compile(r"\d+ [kM]B, \d+ packages"), timeout=SLOW)
    _take(lab.page, "move")
    lab.page.keyboard.press("Escape")


def _tour(lab: Lab) -> None:
    lab.open("wine.ipynb")
    lab.press(lab.approval, "Check size")
    expect(lab.approval).to_contain_text("download of", timeout=SLOW)
    _take(lab.page, "approval")
    lab.press(lab.approval, "Restore the environment")
    expect(lab.notice_bar.locator(".jp-mod-now")).to_have_text("Install", timeout=SLOW)
    expect(lab.notice_bar).to_contain_text(re.compile("Download|Prepar|Built"), timeout=SLOW)
    _take(lab.page, "progress")
    lab.shows("ready")
    lab.page.keyboard.press("Control+B")  # hide the file browser for more room
    panel = lab.show_panel()
    expect(panel.locator(".jp-nbenv-Row").first).to_be_visible()
    panel.get_by_label("Packages to add").fill("seaborn>=0.13")
    lab.page.keyboard.press("Enter")
    expect(panel.locator(".jp-nbenv-Proposal li").first).to_be_visible(timeout=SLOW)
    _take(lab.page, "panel-light")
    lab.press(panel.locator(".jp-nbenv-Proposal"), "Cancel")
    lab.begin(0, "import seaborn as sns")
    expect(lab.page.locator(".jp-nbenv-Offer")).to_be_visible(timeout=SLOW)
    _take(lab.page, "missing-module")
    _configure(lab.server, "JupyterLab Dark")
    lab.page.reload()
    lab.shows("ready")
    lab.page.wait_for_timeout(1000)
    if not lab.panel.is_visible():
        lab.show_panel()
    lab.press(lab.panel, "Tree")
    lab.press(lab.panel, "Open pandas")
    lab.page.wait_for_timeout(500)
    _take(lab.page, "panel-dark")


def _take(page: Page, name: str) -> None:
    page.mouse.move(640, 755)
    page.screenshot(path=PICTURES / f"{name}.png")
    print(f"{name}.png", file=sys.stderr)


if __name__ == "__main__":
    main()
