"""Installs are recorded at once, in the document that all views share."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from nbenv.notebook.metadata import write_metadata
from tests.integration.browser.conftest import written
from tests.support.browser import SLOW, Lab, saved
from tests.support.index import LocalIndex
from tests.support.server import JupyterServer


def metadata(path: Path) -> dict[str, object]:
    return saved(path)["metadata"]


def wait_for_record(lab: Lab, path: Path) -> dict[str, object]:
    for _ in range(150):
        if "nbenv" in metadata(path):
            return metadata(path)
        lab.page.wait_for_timeout(100)
    raise AssertionError("Nothing was recorded.")


def test_a_change_is_in_the_document_and_saved(lab: Lab, server: JupyterServer) -> None:
    path = written(server.root / "named.ipynb", "nbenv", "")
    lab.open(path.name)
    lab.shows("ready")
    lab.begin(0, "%nbenv install tabulate")
    found = wait_for_record(lab, path)
    assert found["nbenv"]["requirements"] == ["tabulate"]
    assert "Installed tabulate" in path.read_text(encoding="utf-8")  # with the cell's output
    # Lab shows it as saved; saving by hand leaves the record as it is.
    expect(lab.page.locator(".lm-TabBar-tab.jp-mod-current.jp-mod-dirty")).to_have_count(0)
    lab.save()
    lab.page.wait_for_timeout(1000)
    assert metadata(path)["nbenv"] == found["nbenv"]


def test_a_read_only_notebook_is_told_that_its_file_records_nothing(
    page: Page, index: LocalIndex, tmp_path: Path
) -> None:
    """Lab does not report a save that nobody asked for, and the change is here after a reload."""
    drops = os.geteuid() == 0  # root writes everything
    if drops and not shutil.which("setpriv"):
        pytest.skip("root needs setpriv to respect a file's mode")
    prefix = ["setpriv", "--bounding-set=-dac_override,-fowner"] if drops else []
    root = tmp_path / "closed"
    root.mkdir()
    path = written(root / "closed.ipynb", "nbenv", "%nbenv install tabulate", "import tabulate")
    before = path.read_bytes()
    path.chmod(0o444)
    config = {"JUPYTER_CONFIG_DIR": str(tmp_path / "config")}
    with JupyterServer(root, config, prefix=prefix) as server:
        lab = Lab(page, server).open(path.name).ready(server)
        lab.begin(0, "%nbenv install tabulate")
        expect(lab.output(0)).to_contain_text("Installed tabulate", timeout=SLOW)
        expect(lab.notice_bar).to_contain_text("This notebook is read-only.")
        expect(page.locator(".jp-Dialog")).to_have_count(0)
        page.reload()
        expect(lab.notice_bar).to_contain_text("This notebook is read-only.", timeout=SLOW)
        lab.press(lab.notice_bar, "Save as…")
        expect(page.locator(".jp-Dialog")).to_contain_text("Save File As")
        page.keyboard.press("Escape")
    assert path.read_bytes() == before


def test_all_views_of_a_notebook_show_the_same(lab: Lab, server: JupyterServer) -> None:
    path = written(server.root / "views.ipynb", "nbenv", "")
    lab.page.set_viewport_size({"width": 2400, "height": 850})  # two toolbars, side by side
    lab.open(path.name)
    lab.shows("ready")
    lab.page.get_by_role("menuitem", name="File", exact=True).click()
    lab.page.get_by_role("menuitem", name="New View for Notebook").click()
    items = lab.item
    expect(items).to_have_count(2)
    lab.begin(0, "%nbenv install tabulate==0.9.0")
    wait_for_record(lab, path)
    lab.begin(0, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("0.9.0", timeout=SLOW)
    lab.begin(0, "%nbenv install tabulate==0.10.0")
    expect(items.nth(0)).to_contain_text("restart needed", timeout=SLOW)
    expect(items.nth(1)).to_contain_text("restart needed")
    expect(lab.notice_bar).to_have_count(2)
    lab.press(lab.notice_bar.nth(1), "Restart kernel")
    for number in range(2):
        expect(items.nth(number)).to_have_attribute("aria-label", re.compile("ready"), timeout=SLOW)


def test_not_saved_when_the_user_wants_so(lab: Lab, server: JupyterServer) -> None:
    name = "jupyter-nbenv:environments"
    answer = server.request(
        "PUT", f"lab/api/settings/{name}", {"raw": '{"saveAfterChange": false}'}
    )
    assert answer[0] == 204
    path = written(server.root / "later.ipynb", "nbenv", "")
    lab.open(path.name)
    lab.shows("ready")
    lab.begin(0, "%nbenv install tabulate")
    expect(lab.output(0)).to_contain_text("Installed tabulate", timeout=SLOW)
    lab.page.wait_for_timeout(1500)
    assert "nbenv" not in metadata(path)
    lab.save()
    assert wait_for_record(lab, path)["nbenv"]["requirements"] == ["tabulate"]


def test_a_notebook_without_a_name_is_not_saved_unasked(lab: Lab, server: JupyterServer) -> None:
    lab.open()
    tile = lab.page.locator(
        ".jp-LauncherCard[data-category='Notebook']", has_text="Python (own environment)"
    )
    tile.click(timeout=SLOW)
    lab.shows("ready")
    lab.begin(0, "%nbenv install tabulate")
    expect(lab.output(0)).to_contain_text("Installed tabulate", timeout=SLOW)
    lab.page.wait_for_timeout(1500)
    expect(lab.page.locator(".jp-Dialog")).to_have_count(0)
    assert "nbenv" not in metadata(server.root / "Untitled.ipynb")


def test_a_record_that_a_tool_took_out_is_put_back(lab: Lab, own: Path) -> None:
    before = metadata(own)["nbenv"]
    write_metadata(str(own), {"nbenv": None})
    lab.open(own.name)
    expect(lab.notice_bar).to_contain_text("has lost the record of its environment", timeout=SLOW)
    lab.shows("ready")
    lab.begin(0, "import tabulate; print(tabulate.__version__)")
    expect(lab.output(0)).to_contain_text("0.9.0", timeout=SLOW)  # the environment stays meanwhile
    assert "nbenv" not in metadata(own)
    lab.press(lab.notice_bar, "Put it back")
    expect(lab.notice_bar).to_have_count(0, timeout=SLOW)
    assert wait_for_record(lab, own)["nbenv"] == before
    lab.shows("ready")
